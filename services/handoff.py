"""Changing who speaks for us."""

from __future__ import annotations

import time

from domain import handoff
from domain.entry import Audience, Entry, Source, checked_message, is_blank
from domain.errors import AgentNotFound
from domain.event import Event, EventType, agent_target
from domain.packet import PACKET_ENTRIES
from domain.ports import Directory
from domain.session import Assignee, Escalation, EscalationReason, Severity
from domain.step import Appended
from domain.view import queue_event
from services.desk import Desk, carry_out

# A reason in the customer's own words; longer ones belong into the conversation.
MAX_DETAIL_CHARACTERS = 500


async def escalate(
    desk: Desk,
    name: str,
    *,
    reason: EscalationReason,
    detail: str,
    severity: Severity = Severity.NORMAL,
    source: Source = Source.AI_CHATBOT,
) -> Appended:
    """Ask for a person; `TransitionForbidden` unless the AI serves."""
    escalation = Escalation(reason, severity, checked_detail(detail), at=time.time())
    said = await said_so_far(desk, name)
    return await carry_out(desk, name, lambda session: handoff.escalate(session, escalation, source=source, said=said))


async def said_so_far(desk: Desk, name: str, *, before: int | None = None) -> list[Entry]:
    """What a handoff packet is made of: the last entries (numbered below `before`), those for agents too."""
    return await desk.store.latest_entries(name, audience=Audience.AGENTS, limit=PACKET_ENTRIES, before=before)


def checked_detail(detail: str) -> str:
    """As much of the detail as is kept; it may be empty. `InvalidInput` when it cannot be said."""
    return "" if is_blank(detail) else checked_message(detail, field="detail")[:MAX_DETAIL_CHARACTERS]


async def take_over(desk: Desk, name: str, agent: Assignee) -> Appended:
    """Let `agent` speak; `TransitionForbidden` for all but one of those who try at once."""
    said = await said_so_far(desk, name)
    return await carry_out(desk, name, lambda session: handoff.take_over(session, agent, said=said))


async def transfer(
    desk: Desk, directory: Directory, name: str, *, by: Assignee, may_override: bool, to_agent_id: str
) -> Appended:
    """Hand the session to another agent, who is told on their own stream; `AgentNotFound` when there is none such."""
    to = await directory.get(to_agent_id)
    if to.disabled:
        raise AgentNotFound(to_agent_id)
    appended = await carry_out(
        desk,
        name,
        lambda session: handoff.transfer(session, to.as_assignee(), by=by, may_override=may_override),
    )
    request = Event(
        EventType.TRANSFER_REQUEST,
        {**queue_event(appended.session).payload, "from_agent_id": by.id, "from_agent_name": by.name},
        timestamp=time.time(),
        source=Source.AGENT_WORKBENCH,
        session_name=name,
        audience=Audience.AGENTS,
    )
    desk.announcer.announce(agent_target(to.id), request)
    return appended


async def release(desk: Desk, name: str, *, by: Assignee, may_override: bool) -> Appended:
    """Give the session back to the AI."""
    return await carry_out(desk, name, lambda session: handoff.release(session, by=by, may_override=may_override))


async def close_as_agent(desk: Desk, name: str, *, by: Assignee, may_override: bool) -> Appended:
    """End the conversation; it opens again when the customer writes."""
    return await carry_out(
        desk,
        name,
        lambda session: handoff.close(session, source=Source.AGENT_WORKBENCH, by=by, may_override=may_override),
    )


async def close_as_customer(desk: Desk, name: str) -> Appended:
    """The customer ends the conversation."""
    return await carry_out(desk, name, lambda session: handoff.close(session, source=Source.AI_CHATBOT))
