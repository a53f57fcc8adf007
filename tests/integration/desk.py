"""Sessions, agents and steps for tests of the store: what the rules would make, in few words."""

from __future__ import annotations

import itertools

from domain import conversation, handoff
from domain.entry import Source
from domain.ports import Store
from domain.session import Assignee, Customer, Escalation, EscalationReason, Language, Session, Severity, Status
from domain.step import Appended, ReplyLease, Step

ALICE = Assignee("agent-alice", "Alice")
BOB = Assignee("agent-bob", "Bob")

NOBODY_KNOWN = Customer()

_numbers = itertools.count(1)


def fresh(name: str | None = None, *, customer: Customer = NOBODY_KNOWN, status: Status = Status.BOT_ACTIVE) -> Session:
    """A session that no store knows yet."""
    return Session(
        name=name or f"s_{next(_numbers)}",
        status=status,
        language=Language.ENGLISH,
        epoch=0,
        last_seq=0,
        created_at=0.0,
        updated_at=0.0,
        customer=customer,
    )


def asks(session: Session, text: str = "Where is my order?", *, message_id: str | None = None) -> Step:
    return conversation.customer_message(session, text, client_message_id=message_id)


def notes(session: Session, text: str = "for us", *, message_id: str | None = None) -> Step:
    return conversation.note(session, ALICE, text, client_message_id=message_id)


def answers(session: Session, lease: ReplyLease, text: str = "It is on its way.") -> Step:
    return conversation.assistant_message(session, text, lease=lease, data={})


def takes_over(session: Session, agent: Assignee = ALICE) -> Step:
    return handoff.take_over(session, agent)


def escalates(session: Session, *, reply: ReplyLease | None = None) -> Step:
    wish = Escalation(EscalationReason.USER_REQUEST, Severity.HIGH, "wants a person", 1763605000.25)
    return handoff.escalate(session, wish, source=Source.AI_CHATBOT, reply=reply)


async def saved(store: Store, step: Step) -> Appended:
    """What the store makes of a step that it must not refuse."""
    appended = await store.append(step)
    assert appended is not None
    return appended


async def claimed(store: Store, name: str, *, owner: str = "me", seconds: float = 60.0) -> tuple[Session, ReplyLease]:
    """The lease that nobody may refuse."""
    claim = await store.claim_reply(name, owner=owner, seconds=seconds)
    assert claim is not None
    return claim
