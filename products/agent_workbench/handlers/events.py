"""The agent's own stream: who waits, what changed, what was handed over."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from domain.authority import AGENT_STREAM, StreamHolder
from infrastructure.realtime.desk import DeskReader
from products.agent_workbench.dependencies import AgentHere, DeskStream
from products.web.dependencies import RuntimeHere
from products.web.openapi import event_stream, problems
from products.web.schemas import TicketOut
from products.web.streaming import EventStream, stream

router = APIRouter(prefix="/api/events", tags=["events"])


@router.get(
    "",
    response_class=EventStream,
    responses={
        **event_stream("`connected`, `snapshot`, then `queue` and `transfer_request`."),
        **problems(401, 503),
    },
)
async def events(agent_id: DeskStream, runtime: RuntimeHere) -> EventStream:
    """Follow the desk. Reconnecting is just a new snapshot."""
    return await stream(
        DeskReader(runtime.store, runtime.hub, agent_id, heartbeat_seconds=runtime.settings.heartbeat_seconds)
    )


@router.post("/ticket", response_model=TicketOut, responses=problems(401))
async def ticket(agent: AgentHere, runtime: RuntimeHere) -> dict[str, Any]:
    """A ticket for `?token=` of this stream, for clients that cannot send headers."""
    issued = runtime.tokens.for_stream(AGENT_STREAM, StreamHolder(agent.id, agent.role))
    return {"ticket": issued.token, "expires_at": issued.expires_at}
