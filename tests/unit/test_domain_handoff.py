"""Who speaks for us: each decision in each state, what it changes, what it says, and when it is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from domain import handoff
from domain.entry import Audience, EntryType, Role, Source
from domain.errors import InvalidInput, NotAssigned, TransitionForbidden
from domain.session import Assignee, Language, Session, Status
from domain.step import ReplyLease, Step
from tests.fakes.sessions import ALICE, BOB, WISH, a_session

Decision = Callable[[Session], Step]

# Each decision, as whoever may take it in every state that allows it, and those states.
DECISIONS: dict[str, tuple[Decision, frozenset[Status]]] = {
    "escalate": (
        lambda session: handoff.escalate(session, WISH, source=Source.AI_CHATBOT),
        frozenset({Status.BOT_ACTIVE}),
    ),
    "takeover": (
        lambda session: handoff.take_over(session, BOB),
        frozenset({Status.BOT_ACTIVE, Status.PENDING_MANUAL}),
    ),
    "transfer": (lambda session: handoff.transfer(session, BOB, by=ALICE), frozenset({Status.MANUAL_LIVE})),
    "release": (lambda session: handoff.release(session, by=ALICE), frozenset({Status.MANUAL_LIVE})),
    "close": (
        lambda session: handoff.close(session, source=Source.AI_CHATBOT),
        frozenset(Status) - {Status.CLOSED},
    ),
}
EVERY_PAIR = [(name, status) for name in DECISIONS for status in Status]
ALLOWED_PAIRS = [(name, status) for name, status in EVERY_PAIR if status in DECISIONS[name][1]]


@pytest.mark.parametrize(("name", "status"), EVERY_PAIR)
def test_each_decision_is_possible_in_its_states_and_raises_the_epoch_by_one(name: str, status: Status) -> None:
    decide, allowed = DECISIONS[name]
    session = a_session(status)
    if status in allowed:
        step = decide(session)
        assert step.before is session
        assert step.after.epoch == session.epoch + 1
        return
    with pytest.raises(TransitionForbidden) as refusal:
        decide(session)
    assert (refusal.value.status, refusal.value.action) == (status, name)


@pytest.mark.parametrize(("name", "status"), ALLOWED_PAIRS)
def test_a_decision_changes_nothing_but_who_speaks(name: str, status: Status) -> None:
    decide, _ = DECISIONS[name]
    session = a_session(status, asked_seq=4, answered_seq=2)
    after = decide(session).after
    moved = replace(session, status=after.status, epoch=after.epoch, agent=after.agent, escalation=after.escalation)
    assert after == moved


@pytest.mark.parametrize(("name", "status"), ALLOWED_PAIRS)
def test_a_change_of_status_is_on_the_timeline(name: str, status: Status) -> None:
    decide, _ = DECISIONS[name]
    step = decide(a_session(status))
    changes = [draft for draft in step.drafts if draft.type is EntryType.STATUS_CHANGE]
    if step.after.status is step.before.status:
        assert changes == []
        return
    (change,) = changes
    assert change.role is Role.SYSTEM
    assert change.audience is Audience.EVERYONE
    assert change.data["action"] == name
    assert (change.data["previous"], change.data["status"]) == (status.value, step.after.status.value)


def test_an_escalation_keeps_its_reason_and_tells_everyone_no_more() -> None:
    step = handoff.escalate(a_session(), WISH, source=Source.AGENT_WORKBENCH, by=ALICE)
    assert (step.after.status, step.after.escalation, step.after.agent) == (Status.PENDING_MANUAL, WISH, None)
    notice, _, change = step.drafts
    assert (notice.type, notice.data, notice.audience) == (EntryType.SYSTEM, {"code": "escalated"}, Audience.EVERYONE)
    assert (change.source, change.author) == (Source.AGENT_WORKBENCH, ALICE)
    assert change.data == {
        "action": "escalate",
        "status": "pending_manual",
        "previous": "bot_active",
        "reason": "user_request",
    }


def test_agents_are_told_how_urgent_it_is_and_what_it_stands_on() -> None:
    found = replace(WISH, rule="alarm", seq=4)
    told = handoff.escalate(a_session(), found, source=Source.AI_CHATBOT).drafts[-2]
    assert (told.type, told.audience, told.content) == (EntryType.SYSTEM, Audience.AGENTS, "")
    assert told.data == {
        "code": "escalation",
        "reason": "user_request",
        "severity": "high",
        "detail": "wants a person",
        "rule": "alarm",
        "matched_seq": 4,
    }


def test_the_ai_escalates_under_its_lease() -> None:
    lease = ReplyLease("me", 7, 3)
    assert handoff.escalate(a_session(), WISH, source=Source.AI_CHATBOT, reply=lease).reply == lease
    assert handoff.escalate(a_session(), WISH, source=Source.AI_CHATBOT).reply is None


@pytest.mark.parametrize("status", [Status.BOT_ACTIVE, Status.PENDING_MANUAL])
def test_a_takeover_assigns_the_session_and_keeps_why_it_was_asked_for(status: Status) -> None:
    session = a_session(status)
    step = handoff.take_over(session, BOB)
    assert (step.after.status, step.after.agent, step.after.escalation) == (
        Status.MANUAL_LIVE,
        BOB,
        session.escalation,
    )
    change, assignment = step.drafts
    assert (change.type, change.author, change.source) == (EntryType.STATUS_CHANGE, BOB, Source.AGENT_WORKBENCH)
    assert (assignment.type, assignment.author) == (EntryType.ASSIGNMENT, BOB)
    assert assignment.data == {
        "to_agent_id": BOB.id,
        "to_agent_name": BOB.name,
        "from_agent_id": None,
        "from_agent_name": None,
    }


def test_who_comes_too_late_is_told_who_serves() -> None:
    with pytest.raises(TransitionForbidden) as refusal:
        handoff.take_over(a_session(Status.MANUAL_LIVE, agent=ALICE), BOB)
    assert refusal.value.extra["agent_name"] == "Alice"


def test_a_transfer_assigns_the_session_to_another() -> None:
    step = handoff.transfer(a_session(Status.MANUAL_LIVE, agent=ALICE), BOB, by=ALICE)
    assert (step.after.status, step.after.agent, step.after.escalation) == (Status.MANUAL_LIVE, BOB, WISH)
    (assignment,) = step.drafts
    assert (assignment.type, assignment.author, assignment.audience) == (
        EntryType.ASSIGNMENT,
        ALICE,
        Audience.EVERYONE,
    )
    assert assignment.data == {
        "to_agent_id": BOB.id,
        "to_agent_name": BOB.name,
        "from_agent_id": ALICE.id,
        "from_agent_name": ALICE.name,
    }


def test_a_session_is_not_transferred_to_whom_it_belongs() -> None:
    session = a_session(Status.MANUAL_LIVE, agent=ALICE)
    # The same person under a newer name is the same person.
    for to in (ALICE, Assignee(ALICE.id, "Alice B.")):
        with pytest.raises(InvalidInput) as refusal:
            handoff.transfer(session, to, by=ALICE)
        assert refusal.value.field == "agent_id"


def test_an_admin_may_fetch_a_session() -> None:
    step = handoff.transfer(a_session(Status.MANUAL_LIVE, agent=ALICE), BOB, by=BOB, may_override=True)
    assert step.after.agent == BOB


@pytest.mark.parametrize("language", list(Language))
def test_a_release_gives_the_session_back_and_says_so_in_the_customers_language(language: Language) -> None:
    step = handoff.release(a_session(Status.MANUAL_LIVE, language=language), by=ALICE)
    assert (step.after.status, step.after.agent, step.after.escalation) == (Status.BOT_ACTIVE, None, None)
    notice, change = step.drafts
    assert (notice.type, notice.role, notice.data) == (EntryType.SYSTEM, Role.SYSTEM, {"code": "released"})
    assert ("智能助手" in notice.content) is (language is Language.CHINESE)
    assert notice.content
    assert change.type is EntryType.STATUS_CHANGE


@pytest.mark.parametrize("status", [Status.BOT_ACTIVE, Status.PENDING_MANUAL, Status.MANUAL_LIVE])
def test_a_close_leaves_nobody_and_no_wish_behind(status: Status) -> None:
    step = handoff.close(a_session(status), source=Source.AI_CHATBOT)
    assert (step.after.status, step.after.agent, step.after.escalation) == (Status.CLOSED, None, None)
    assert step.drafts[0].author is None


@pytest.mark.parametrize("status", [Status.BOT_ACTIVE, Status.PENDING_MANUAL])
def test_any_agent_may_close_what_nobody_serves(status: Status) -> None:
    step = handoff.close(a_session(status), source=Source.AGENT_WORKBENCH, by=BOB)
    assert (step.after.status, step.drafts[0].author) == (Status.CLOSED, BOB)


# What only the serving agent may do, as `by` tries it.
OWN: dict[str, Callable[[Session, Assignee, bool], Step]] = {
    "transfer": lambda session, by, may: handoff.transfer(
        session, Assignee("a_carol", "Carol"), by=by, may_override=may
    ),
    "release": lambda session, by, may: handoff.release(session, by=by, may_override=may),
    "close": lambda session, by, may: handoff.close(session, source=Source.AGENT_WORKBENCH, by=by, may_override=may),
}


@pytest.mark.parametrize("name", list(OWN))
def test_only_the_serving_agent_or_an_admin_may(name: str) -> None:
    session = a_session(Status.MANUAL_LIVE, agent=ALICE)
    assert OWN[name](session, ALICE, False).drafts
    assert OWN[name](session, Assignee(ALICE.id, "Alice B."), False).drafts
    with pytest.raises(NotAssigned) as refusal:
        OWN[name](session, BOB, False)
    assert refusal.value.extra == {"agent_name": "Alice"}
    step = OWN[name](session, BOB, True)
    assert step.drafts[-1].author == BOB, "the timeline names who really did it"


@pytest.mark.parametrize("name", list(OWN))
def test_the_state_is_named_before_the_owner(name: str) -> None:
    # In a state that does not allow it, it makes no difference who asks.
    with pytest.raises(TransitionForbidden):
        OWN[name](a_session(Status.CLOSED), BOB, False)


def test_reopening_is_the_customers() -> None:
    after, change = handoff.reopened(a_session(Status.CLOSED))
    assert (after.status, after.epoch, after.agent, after.escalation) == (Status.BOT_ACTIVE, 8, None, None)
    assert (change.source, change.author) == (Source.AI_CHATBOT, None)
    assert change.data == {"action": "reopen", "status": "bot_active", "previous": "closed"}
    for status in set(Status) - {Status.CLOSED}:
        with pytest.raises(TransitionForbidden):
            handoff.reopened(a_session(status))


def test_nobody_is_assigned_where_nobody_serves() -> None:
    handoff.require_assigned(a_session(Status.PENDING_MANUAL), BOB)
