"""Between rows and the domain."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from domain.agent import Agent, AgentRole
from domain.entry import Audience, Entry, EntryType, Role, Source
from domain.session import (
    Assignee,
    Customer,
    Escalation,
    EscalationReason,
    Language,
    Session,
    Severity,
    Speaking,
    Status,
)


def session_of(row: Row[Any]) -> Session:
    """The session that a row of `sessions` holds."""
    return Session(
        name=row.name,
        status=Status(row.status),
        language=Language(row.language),
        epoch=row.epoch,
        last_seq=row.last_seq,
        created_at=row.created_at,
        updated_at=row.updated_at,
        customer=Customer(row.customer_name, row.customer_email, bool(row.customer_vip)),
        agent=_assignee(row.agent_id, row.agent_name),
        escalation=_escalation(row),
        asked_seq=row.asked_seq,
        answered_seq=row.answered_seq,
        preview=row.preview,
        failures=row.failures,
        speaking=None if row.speaking_reply_id is None else Speaking(row.speaking_reply_id, row.speaking_text),
    )


def entry_of(row: Row[Any]) -> Entry:
    """The entry that a row of `entries` holds."""
    return Entry(
        session_name=row.session_name,
        seq=row.seq,
        epoch=row.epoch,
        type=EntryType(row.type),
        role=Role(row.role),
        source=Source(row.source),
        created_at=row.created_at,
        content=row.content,
        author=_assignee(row.author_id, row.author_name),
        audience=Audience(row.audience),
        data=row.data,
        client_message_id=row.client_message_id,
    )


def agent_of(row: Row[Any]) -> Agent:
    """The account that a row of `agents` holds."""
    return Agent(
        id=row.id,
        username=row.username,
        name=row.name,
        role=AgentRole(row.role),
        password_hash=row.password_hash,
        disabled=row.disabled,
        failed_attempts=row.failed_attempts,
        locked_until=row.locked_until,
        created_at=row.created_at,
    )


def agent_columns(agent: Assignee | None) -> dict[str, Any]:
    """The columns of `sessions` that name the agent."""
    return {"agent_id": agent.id if agent else None, "agent_name": agent.name if agent else None}


def escalation_columns(escalation: Escalation | None) -> dict[str, Any]:
    """The columns of `sessions` that tell the escalation."""
    return {
        "escalation_reason": escalation.reason.value if escalation else None,
        "escalation_severity": escalation.severity.value if escalation else None,
        "escalation_detail": escalation.detail if escalation else None,
        "escalation_at": escalation.at if escalation else None,
        "escalation_rule": escalation.rule if escalation else None,
        "escalation_seq": escalation.seq if escalation else None,
    }


def _assignee(agent_id: str | None, name: str | None) -> Assignee | None:
    return None if agent_id is None else Assignee(agent_id, name or "")


def _escalation(row: Row[Any]) -> Escalation | None:
    if row.escalation_reason is None:
        return None
    return Escalation(
        reason=EscalationReason(row.escalation_reason),
        severity=Severity(row.escalation_severity),
        detail=row.escalation_detail,
        at=row.escalation_at,
        # Escalations from before these were recorded have neither.
        rule=row.escalation_rule or "",
        seq=row.escalation_seq or 0,
    )
