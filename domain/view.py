"""What each side is shown of a session, as JSON. Agents see all of it; a customer sees what is theirs."""

from __future__ import annotations

from typing import Any

from domain.entry import Audience, Source
from domain.event import Event, EventType
from domain.session import Session


def session_view(session: Session, audience: Audience) -> dict[str, Any]:
    """The session as `audience` may see it."""
    view: dict[str, Any] = {
        "session_name": session.name,
        "status": session.status.value,
        "language": session.language.value,
        "epoch": session.epoch,
        "last_seq": session.last_seq,
        "created_at": session.created_at,
        "updated_at": session.updated_at,
        "agent": None if session.agent is None else {"id": session.agent.id, "name": session.agent.name},
        "escalation": None,
    }
    if session.escalation is not None:
        view["escalation"] = {"reason": session.escalation.reason.value, "at": session.escalation.at}
    if audience is Audience.AGENTS:
        view["customer"] = {"name": session.customer.name, "email": session.customer.email}
        view["preview"] = session.preview
        if session.escalation is not None:
            view["escalation"]["severity"] = session.escalation.severity.value
            view["escalation"]["detail"] = session.escalation.detail
            view["escalation"]["rule"] = session.escalation.rule
            view["escalation"]["seq"] = session.escalation.seq
    return view


def queue_event(session: Session) -> Event:
    """The summary that keeps agents' lists true; stamped with `last_seq`, so that repeats and disorder do no harm."""
    return Event(
        EventType.QUEUE,
        {"session": session_view(session, Audience.AGENTS)},
        timestamp=session.updated_at,
        source=Source.SYSTEM,
        session_name=session.name,
        audience=Audience.AGENTS,
    )
