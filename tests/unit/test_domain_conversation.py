"""Who may say what and when: every speaker in every state."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain import conversation
from domain.entry import Audience, EntryType, Role, Source
from domain.errors import MessageForbidden, NotAssigned
from domain.session import Assignee, Status
from domain.step import ReplyLease
from tests.fakes.sessions import ALICE, BOB, a_session


@pytest.mark.parametrize(
    ("status", "type_"),
    [
        (Status.BOT_ACTIVE, EntryType.NEW_MESSAGE),
        (Status.PENDING_MANUAL, EntryType.MANUAL_MESSAGE),
        (Status.MANUAL_LIVE, EntryType.MANUAL_MESSAGE),
        (Status.CLOSED, EntryType.NEW_MESSAGE),
    ],
)
def test_the_customer_may_always_write_to_whoever_serves(status: Status, type_: EntryType) -> None:
    step = conversation.customer_message(a_session(status), "Hello", client_message_id="m1")
    message = step.drafts[-1]
    assert (message.type, message.role, message.source) == (type_, Role.USER, Source.AI_CHATBOT)
    assert (message.content, message.client_message_id, message.author) == ("Hello", "m1", None)
    assert message.audience is Audience.EVERYONE
    assert step.reply is None


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.CLOSED])
def test_a_message_changes_no_hands(status: Status) -> None:
    session = a_session(status)
    step = conversation.customer_message(session, "Hello", client_message_id=None)
    assert (step.before, step.after) == (session, session)
    assert len(step.drafts) == 1


def test_a_customers_message_opens_a_closed_session_again_first() -> None:
    session = a_session(Status.CLOSED)
    step = conversation.customer_message(session, "Hello again", client_message_id=None)
    assert (step.after.status, step.after.epoch) == (Status.BOT_ACTIVE, session.epoch + 1)
    assert [draft.type for draft in step.drafts] == [EntryType.STATUS_CHANGE, EntryType.NEW_MESSAGE]
    assert step.drafts[0].data["action"] == "reopen"


@pytest.mark.parametrize("status", list(Status))
def test_a_message_meant_for_a_person_needs_one(status: Status) -> None:
    session = a_session(status)
    if status in (Status.PENDING_MANUAL, Status.MANUAL_LIVE):
        step = conversation.customer_message(session, "Hello", client_message_id=None, manual_only=True)
        assert step.drafts[0].type is EntryType.MANUAL_MESSAGE
        return
    with pytest.raises(MessageForbidden) as refusal:
        conversation.customer_message(session, "Hello", client_message_id=None, manual_only=True)
    assert refusal.value.extra == {"status": status.value, "role": "user"}


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("may_override", [False, True])
def test_an_agent_speaks_only_where_a_person_serves(status: Status, may_override: bool) -> None:
    session = a_session(status, agent=ALICE)
    if status is Status.MANUAL_LIVE:
        step = conversation.agent_message(session, ALICE, "Hi", client_message_id="m1", may_override=may_override)
        assert (step.before, step.after, step.reply) == (session, session, None)
        (message,) = step.drafts
        assert (message.type, message.role, message.source) == (
            EntryType.MANUAL_MESSAGE,
            Role.AGENT,
            Source.AGENT_WORKBENCH,
        )
        assert (message.author, message.client_message_id, message.audience) == (ALICE, "m1", Audience.EVERYONE)
        return
    with pytest.raises(MessageForbidden) as refusal:
        conversation.agent_message(session, ALICE, "Hi", client_message_id=None, may_override=may_override)
    assert refusal.value.extra == {"status": status.value, "role": "agent"}


def test_only_the_serving_agent_or_an_admin_speaks() -> None:
    session = a_session(Status.MANUAL_LIVE, agent=ALICE)
    with pytest.raises(NotAssigned) as refusal:
        conversation.agent_message(session, BOB, "Hi", client_message_id=None)
    assert refusal.value.extra == {"agent_name": "Alice"}
    step = conversation.agent_message(session, BOB, "Hi", client_message_id=None, may_override=True)
    assert step.drafts[0].author == BOB, "the customer is told who really writes"
    assert step.after.agent == ALICE
    renamed = Assignee(ALICE.id, "Alice B.")
    assert conversation.agent_message(session, renamed, "Hi", client_message_id=None).drafts[0].author == renamed


@pytest.mark.parametrize("status", list(Status))
def test_any_agent_notes_for_agents_in_any_state(status: Status) -> None:
    session = a_session(status, agent=ALICE)
    step = conversation.note(session, BOB, "calls back at five", client_message_id="m1")
    assert (step.before, step.after) == (session, session)
    (note,) = step.drafts
    assert (note.type, note.role, note.author) == (EntryType.NOTE, Role.AGENT, BOB)
    assert note.audience is Audience.AGENTS
    assert note.client_message_id == "m1"


@pytest.mark.parametrize("status", list(Status))
def test_the_ai_speaks_only_where_it_serves(status: Status) -> None:
    session = a_session(status)
    lease = ReplyLease("me", session.epoch, 10)
    if status is Status.BOT_ACTIVE:
        step = conversation.assistant_message(session, "It is on its way.", lease=lease, data={"reply_id": "r1"})
        assert (step.before, step.after, step.reply) == (session, session, lease)
        (message,) = step.drafts
        assert (message.type, message.role, message.source) == (
            EntryType.NEW_MESSAGE,
            Role.ASSISTANT,
            Source.AI_CHATBOT,
        )
        assert (message.content, message.data, message.author) == ("It is on its way.", {"reply_id": "r1"}, None)
        return
    with pytest.raises(MessageForbidden) as refusal:
        conversation.assistant_message(session, "It is on its way.", lease=lease, data={})
    assert refusal.value.extra == {"status": status.value, "role": "assistant"}


@pytest.mark.parametrize("epoch", [6, 8])
def test_the_ai_does_not_speak_under_another_epoch(epoch: int) -> None:
    session = a_session()
    with pytest.raises(MessageForbidden):
        conversation.assistant_message(session, "Hi", lease=ReplyLease("me", epoch, 10), data={})
    assert conversation.assistant_message(
        replace(session, epoch=epoch), "Hi", lease=ReplyLease("me", epoch, 10), data={}
    )
