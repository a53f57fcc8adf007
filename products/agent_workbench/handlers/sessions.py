"""The sessions as agents see them: listing, reading, following, taking over, writing, handing back."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from domain.authority import StreamHolder
from domain.entry import Audience, Role, Source
from domain.errors import InvalidInput
from domain.event import Event, EventType
from domain.ports import SessionQuery
from domain.session import Status, checked_session_name
from domain.step import Appended
from domain.view import session_view
from infrastructure.bootstrap.sse import enqueue_sse_message
from products.agent_workbench.dependencies import AgentHere, BriefingHere, SessionName, SessionStream, agent_of
from products.agent_workbench.schemas import BriefedHistoryOut, MessageIn, SessionsOut, TransferIn
from products.web.authority import MAX_SEQ, last_event_id
from products.web.dependencies import DeskHere, RuntimeHere, desk_of, runtime_of
from products.web.openapi import event_stream, problems
from products.web.readable import module_with_source
from products.web.schemas import ChangedOut, Line, PostedOut, TicketOut, TypingIn, events_out
from products.web.straight import StraightCall
from products.web.streaming import EventStream
from products.web.timeline import page_of, posted, stream_of
from services import handoff
from services.conversation import post_agent_message, post_note

router = APIRouter(prefix="/api/sessions", tags=["sessions"])

_CHANGE = problems(401, 403, 404, 409, 413, 422, 503)


@router.get("", response_model=SessionsOut, response_model_exclude_unset=True, responses=problems(401, 422, 503))
@module_with_source
async def list_(
    agent: AgentHere,
    runtime: RuntimeHere,
    status: Annotated[Line, Query(description="States, separated by commas; none: all.", max_length=100)] = "",
    agent_id: Annotated[Line, Query(alias="agent", description="An agent's id, or `me`.", max_length=64)] = "",
    text: Annotated[Line, Query(alias="q", description="In names, customers and last messages.", max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> dict[str, Any]:
    """Sessions, the one that changed last first."""
    page = await runtime.store.search(
        SessionQuery(
            statuses=_statuses(status),
            agent_id=(agent.id if agent_id == "me" else agent_id) or None,
            text=text.strip(),
            limit=limit,
            cursor=cursor,
        )
    )
    sessions = [session_view(session, Audience.AGENTS) for session in page.sessions]
    return {"sessions": sessions, "total": page.total, "next": page.next}


@router.get(
    "/{name}",
    response_model=BriefedHistoryOut,
    response_model_exclude_unset=True,
    responses=problems(401, 404, 422, 503),
)
async def read(
    name: SessionName,
    agent: AgentHere,
    runtime: RuntimeHere,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Annotated[int | None, Query(ge=1, le=MAX_SEQ)] = None,
) -> dict[str, Any]:
    """The session and the last entries of its timeline (numbered below `before`), agents-only ones too."""
    page = await page_of(runtime, name, Audience.AGENTS, limit=limit, before=before)
    return {**page, "packet": await runtime.store.packet(name)}


@router.get(
    "/{name}/events",
    response_class=EventStream,
    responses={
        **event_stream("`connected`, `history` (or what follows `Last-Event-ID`), then live."),
        **problems(401, 404, 422, 503),
    },
)
async def events(
    name: SessionStream, runtime: RuntimeHere, cursor: Annotated[int | None, Depends(last_event_id)]
) -> EventStream:
    """Follow a session, agents-only entries included."""
    return await stream_of(runtime, name, Audience.AGENTS, cursor=cursor)


@router.post("/{name}/ticket", response_model=TicketOut, responses=problems(401, 422))
async def ticket(name: SessionName, agent: AgentHere, runtime: RuntimeHere) -> dict[str, Any]:
    """A ticket for `?token=` of this session's stream, for clients that cannot send headers."""
    issued = runtime.tokens.for_stream(name, StreamHolder(agent.id, agent.role))
    return {"ticket": issued.token, "expires_at": issued.expires_at}


@router.post("/{name}/takeover", response_model=ChangedOut, response_model_exclude_unset=True, responses=_CHANGE)
async def takeover(name: SessionName, agent: AgentHere, desk: DeskHere, briefing: BriefingHere) -> dict[str, Any]:
    """Speak from here on. Of those who try at once one does; the others get 409."""
    appended = await handoff.take_over(desk, name, agent.as_assignee())
    briefing.improve(appended)
    return _changed(appended)


@router.post("/{name}/release", response_model=ChangedOut, response_model_exclude_unset=True, responses=_CHANGE)
async def release(name: SessionName, agent: AgentHere, desk: DeskHere) -> dict[str, Any]:
    """Give the session back to the AI."""
    return _changed(await handoff.release(desk, name, by=agent.as_assignee(), may_override=agent.is_admin))


@router.post("/{name}/transfer", response_model=ChangedOut, response_model_exclude_unset=True, responses=_CHANGE)
async def transfer(
    name: SessionName, body: TransferIn, agent: AgentHere, runtime: RuntimeHere, desk: DeskHere
) -> dict[str, Any]:
    """Hand the session to another agent."""
    appended = await handoff.transfer(
        desk,
        runtime.directory,
        name,
        by=agent.as_assignee(),
        may_override=agent.is_admin,
        to_agent_id=body.agent_id,
    )
    return _changed(appended)


@router.post("/{name}/close", response_model=ChangedOut, response_model_exclude_unset=True, responses=_CHANGE)
async def close(name: SessionName, agent: AgentHere, desk: DeskHere) -> dict[str, Any]:
    """End the conversation; it opens again when the customer writes."""
    return _changed(await handoff.close_as_agent(desk, name, by=agent.as_assignee(), may_override=agent.is_admin))


@router.post("/{name}/messages", response_model=PostedOut, response_model_exclude_unset=True, responses=_CHANGE)
async def messages(name: SessionName, body: MessageIn, agent: AgentHere, desk: DeskHere) -> dict[str, Any]:
    """Say something to the customer. Once this answers, the message is kept."""
    appended = await post_agent_message(
        desk,
        name,
        agent.as_assignee(),
        body.content,
        client_message_id=body.client_message_id,
        may_override=agent.is_admin,
    )
    return posted(appended, Audience.AGENTS)


async def _messages(request: Request, body: MessageIn, named: Mapping[str, str]) -> dict[str, Any]:
    name = checked_session_name(named["name"])
    agent = await agent_of(request, await runtime_of(request))
    return await messages(name, body, agent, await desk_of(request))


STRAIGHT = StraightCall(re.compile("/api/sessions/(?P<name>[^/]+)/messages"), MessageIn, _messages)


@router.post("/{name}/notes", response_model=PostedOut, response_model_exclude_unset=True, responses=_CHANGE)
async def notes(name: SessionName, body: MessageIn, agent: AgentHere, desk: DeskHere) -> dict[str, Any]:
    """Write something for agents only."""
    appended = await post_note(desk, name, agent.as_assignee(), body.content, client_message_id=body.client_message_id)
    return posted(appended, Audience.AGENTS)


@router.post("/{name}/typing", status_code=204, responses=problems(401, 413, 422))
async def typing(name: SessionName, body: TypingIn, agent: AgentHere) -> None:
    """Tell the customer that the agent is typing; nothing is kept."""
    payload = {"role": Role.AGENT.value, "name": agent.name, "active": body.active}
    event = Event(EventType.TYPING, payload, timestamp=time.time(), source=Source.AGENT_WORKBENCH, session_name=name)
    await enqueue_sse_message(name, event.as_json())


def _statuses(text: str) -> frozenset[Status]:
    try:
        return frozenset(Status(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise InvalidInput("status", f"must be of {', '.join(Status)}, separated by commas") from None


def _changed(appended: Appended) -> dict[str, Any]:
    return {"session": session_view(appended.session, Audience.AGENTS), "messages": events_out(appended.entries)}
