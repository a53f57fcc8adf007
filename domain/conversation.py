"""Who may say what and when: the decisions that add a message. Each returns the step to save."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from domain import handoff
from domain.engine import ToolCall
from domain.entry import Audience, Draft, EntryType, Role, Source
from domain.errors import MessageForbidden
from domain.packet import LOOKUPS
from domain.session import Assignee, Session, Status
from domain.step import ReplyLease, Step

# The states in which a person serves or is about to: what the customer says then is for a person.
_MANUAL = frozenset({Status.PENDING_MANUAL, Status.MANUAL_LIVE})


def customer_message(session: Session, text: str, *, client_message_id: str | None, manual_only: bool = False) -> Step:
    """The customer says something, in any state; a closed session opens again.

    With `manual_only` (spec/4, P0-4: messages during human service) only where a person is asked for or serves.
    """
    if manual_only and session.status not in _MANUAL:
        raise MessageForbidden(status=session.status, role=Role.USER)
    message = Draft(
        EntryType.MANUAL_MESSAGE if session.status in _MANUAL else EntryType.NEW_MESSAGE,
        Role.USER,
        Source.AI_CHATBOT,
        content=text,
        client_message_id=client_message_id,
    )
    if session.status is Status.CLOSED:
        after, reopening = handoff.reopened(session)
        return Step(session, after, (reopening, message))
    return Step(session, session, (message,))


def agent_message(
    session: Session, agent: Assignee, text: str, *, client_message_id: str | None, may_override: bool = False
) -> Step:
    """The agent who serves the session says something to the customer."""
    if session.status is not Status.MANUAL_LIVE:
        raise MessageForbidden(status=session.status, role=Role.AGENT)
    handoff.require_assigned(session, agent, may_override=may_override)
    message = Draft(
        EntryType.MANUAL_MESSAGE,
        Role.AGENT,
        Source.AGENT_WORKBENCH,
        content=text,
        author=agent,
        client_message_id=client_message_id,
    )
    return Step(session, session, (message,))


def note(session: Session, agent: Assignee, text: str, *, client_message_id: str | None) -> Step:
    """An agent writes something for agents only, in any state."""
    message = Draft(
        EntryType.NOTE,
        Role.AGENT,
        Source.AGENT_WORKBENCH,
        content=text,
        author=agent,
        audience=Audience.AGENTS,
        client_message_id=client_message_id,
    )
    return Step(session, session, (message,))


def assistant_message(
    session: Session,
    text: str,
    *,
    lease: ReplyLease,
    data: Mapping[str, Any],
    tools: Sequence[ToolCall] = (),
    failed: Sequence[str] = (),
    failures: int = 0,
) -> Step:
    """The AI answers. Refused unless the session is still its own, under the epoch of the lease.

    What it was looked up with (`tools`) and which engines had `failed` before stands before it, for agents only.
    `failures` is how many of its answers in a row, this one included, were none.
    """
    if session.status is not Status.BOT_ACTIVE or session.epoch != lease.epoch:
        raise MessageForbidden(status=session.status, role=Role.ASSISTANT)
    message = Draft(EntryType.NEW_MESSAGE, Role.ASSISTANT, Source.AI_CHATBOT, content=text, data=data)
    after = replace(session, failures=failures, speaking=None)
    return Step(session, after, (*_lookups(tools, failed), message), lease)


def _lookups(tools: Sequence[ToolCall], failed: Sequence[str]) -> Iterator[Draft]:
    if tools or failed:
        calls = [
            {"name": tool.name, "arguments": dict(tool.arguments), "outcome": tool.outcome}
            for tool in tools[:_MAX_LOOKUPS]
        ]
        yield Draft(
            EntryType.SYSTEM,
            Role.SYSTEM,
            Source.AI_CHATBOT,
            audience=Audience.AGENTS,
            data={"code": LOOKUPS, "tools": calls, **({"failed": list(failed)} if failed else {})},
        )


# More than one answer needs; an engine that goes in circles should not fill the timeline.
_MAX_LOOKUPS = 20
