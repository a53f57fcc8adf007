"""What the agent's handlers are given: who is calling, and what to answer with."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from domain.agent import AgentRole
from domain.authority import AGENT_STREAM, AgentClaims, StreamHolder
from domain.errors import RoleRequired, TokenInvalid, TokenMissing
from infrastructure.bootstrap.runtime import Runtime
from products.web.authority import bearer, session_name
from products.web.dependencies import RuntimeHere
from services.accounts import current
from services.briefing import Briefing

# Holds the access token for streams that a browser's EventSource opens; nothing else reads it.
ACCESS_COOKIE = "baton_access"
# Holds the refresh token; sent to the sign-in calls only.
REFRESH_COOKIE = "baton_refresh"


async def agent_of(request: Request, runtime: RuntimeHere) -> AgentClaims:
    """The agent whom the caller's access token names."""
    return runtime.tokens.read_agent(bearer(request))


async def admin_of(agent: Annotated[AgentClaims, Depends(agent_of)]) -> AgentClaims:
    """The same, who must be an admin."""
    if not agent.is_admin:
        raise RoleRequired(AgentRole.ADMIN)
    return agent


async def session_stream(
    request: Request,
    name: Annotated[str, Depends(session_name)],
    runtime: RuntimeHere,
    token: str | None = None,
) -> str:
    """The session in the path, for a stream that an agent opens."""
    await _stream_holder(request, runtime, name, token)
    return name


async def desk_stream(request: Request, runtime: RuntimeHere, token: str | None = None) -> str:
    """The id of the agent who opens their own stream."""
    return await _stream_holder(request, runtime, AGENT_STREAM, token)


async def _stream_holder(request: Request, runtime: Runtime, subject: str, ticket: str | None) -> str:
    """By header, by ticket (`?token=`) or by cookie. A stream outlives its token, so the account is looked at too."""
    if "authorization" in request.headers:
        agent_id = runtime.tokens.read_agent(bearer(request)).id
    elif ticket is not None:
        holder: StreamHolder = runtime.tokens.read_ticket(ticket, subject)
        if not holder.is_agent:
            raise TokenInvalid
        agent_id = holder.id
    else:
        cookie = request.cookies.get(ACCESS_COOKIE)
        if cookie is None:
            raise TokenMissing
        agent_id = runtime.tokens.read_agent(cookie).id
    return (await current(runtime.directory, agent_id)).id


async def briefing_of(request: Request) -> Briefing:
    """This process's part in making handoff packets better."""
    briefing: Briefing = request.app.state.briefing
    return briefing


AgentHere = Annotated[AgentClaims, Depends(agent_of)]
AdminHere = Annotated[AgentClaims, Depends(admin_of)]
BriefingHere = Annotated[Briefing, Depends(briefing_of)]
SessionName = Annotated[str, Depends(session_name)]
SessionStream = Annotated[str, Depends(session_stream)]
DeskStream = Annotated[str, Depends(desk_stream)]
