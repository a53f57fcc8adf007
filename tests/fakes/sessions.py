"""Sessions in each of their states, as the rules would have made them."""

from __future__ import annotations

from domain.session import Assignee, Customer, Escalation, EscalationReason, Language, Session, Severity, Status

ALICE = Assignee("a_alice", "Alice")
BOB = Assignee("a_bob", "Bob")
WISH = Escalation(EscalationReason.USER_REQUEST, Severity.HIGH, "wants a person", 1_763_605_000.0)


def a_session(
    status: Status = Status.BOT_ACTIVE,
    *,
    name: str = "s_1",
    language: Language = Language.ENGLISH,
    epoch: int = 7,
    agent: Assignee = ALICE,
    asked_seq: int = 0,
    answered_seq: int = 0,
    last_seq: int = 10,
) -> Session:
    """A session in this state: waiting because of `WISH`, or served by `agent`."""
    return Session(
        name=name,
        status=status,
        language=language,
        epoch=epoch,
        last_seq=last_seq,
        created_at=1_763_600_000.0,
        updated_at=1_763_605_000.0,
        customer=Customer("Ana", "ana@example.com"),
        agent=agent if status is Status.MANUAL_LIVE else None,
        escalation=WISH if status in (Status.PENDING_MANUAL, Status.MANUAL_LIVE) else None,
        asked_seq=asked_seq,
        answered_seq=answered_seq,
        preview="Where is my order?",
    )
