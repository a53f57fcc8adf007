"""Every promise of the port `Store`, on both databases: sessions, timelines, appending."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from domain import conversation, handoff
from domain.entry import Audience, Draft, EntryType, Role, Source
from domain.errors import ClientMessageIdReused, Conflict, SessionNotFound
from domain.session import Customer, Language, Session, Status
from domain.step import ReplyLease, Step
from infrastructure.store.appending import PREVIEW_CHARACTERS
from infrastructure.store.store import SqlStore
from tests.integration.desk import ALICE, BOB, answers, asks, claimed, escalates, fresh, notes, saved, takes_over


async def test_a_new_session_is_kept_as_it_is_with_the_databases_times(store: SqlStore) -> None:
    session = replace(fresh("s_new", customer=Customer("Änne 安妮", "anne@example.com")), language=Language.CHINESE)

    opened = await store.open(session)

    assert opened == replace(session, created_at=opened.created_at, updated_at=opened.updated_at)
    assert abs(opened.created_at - time.time()) < 5
    assert opened.updated_at == pytest.approx(opened.created_at, abs=0.01)
    assert await store.get("s_new") == opened


async def test_a_name_is_given_once(store: SqlStore) -> None:
    await store.open(fresh("s_twice", customer=Customer("first")))

    with pytest.raises(Conflict):
        await store.open(fresh("s_twice", customer=Customer("second")))

    assert (await store.get("s_twice")).customer.name == "first"


async def test_an_unknown_session_is_not_found(store: SqlStore) -> None:
    with pytest.raises(SessionNotFound):
        await store.get("nobody")
    with pytest.raises(SessionNotFound):
        await store.append(asks(fresh("nobody")))
    with pytest.raises(SessionNotFound):
        await store.append(asks(fresh("nobody"), message_id="m1"))
    assert await store.claim_reply("nobody", owner="me", seconds=1) is None
    assert await store.entries_after("nobody", 0, audience=Audience.AGENTS, limit=10) == []
    await store.drop_reply("nobody", owner="me")


async def test_a_step_is_numbered_kept_and_read_back_as_it_was(store: SqlStore) -> None:
    session = await store.open(fresh())
    draft = Draft(
        EntryType.MANUAL_MESSAGE,
        Role.AGENT,
        Source.AGENT_WORKBENCH,
        content="您好 👋 50% off_\\ 'quoted' \"twice\"\nsecond line",
        author=ALICE,
        data={"nested": {"list": [1, 2.5, None, True, "ü"]}, "big": 2**53, "empty": {}},
        client_message_id="a:b.c-d_e",
    )

    appended = await saved(store, Step(session, session, (draft, notes(session).drafts[0])))

    assert [entry.seq for entry in appended.entries] == [1, 2]
    first = appended.entries[0]
    assert (first.content, first.author, first.data) == (draft.content, ALICE, draft.data)
    assert (first.type, first.role, first.source) == (draft.type, draft.role, draft.source)
    assert first.client_message_id == "a:b.c-d_e"
    assert first.created_at == appended.session.updated_at
    assert appended.session.last_seq == 2
    assert not appended.replayed
    assert await store.get(session.name) == appended.session
    kept = await store.entries_after(session.name, 0, audience=Audience.AGENTS, limit=10)
    assert tuple(kept) == appended.entries


async def test_a_step_moves_the_session_as_it_says(store: SqlStore) -> None:
    session = await store.open(fresh())

    waiting = (await saved(store, escalates(session))).session
    assert waiting.status is Status.PENDING_MANUAL
    assert waiting.escalation == escalates(session).after.escalation
    taken = (await saved(store, takes_over(waiting))).session
    assert (taken.status, taken.agent, taken.escalation) == (Status.MANUAL_LIVE, ALICE, waiting.escalation)
    moved = (await saved(store, handoff.transfer(taken, BOB, by=ALICE))).session
    assert (moved.status, moved.agent) == (Status.MANUAL_LIVE, BOB)
    released = (await saved(store, handoff.release(moved, by=BOB))).session
    assert (released.status, released.agent, released.escalation) == (Status.BOT_ACTIVE, None, None)
    closed = (await saved(store, handoff.close(released, source=Source.AI_CHATBOT))).session
    assert closed.status is Status.CLOSED
    assert [waiting.epoch, taken.epoch, moved.epoch, released.epoch, closed.epoch] == [1, 2, 3, 4, 5]
    assert await store.get(session.name) == closed


async def test_a_step_decided_under_another_status_or_epoch_is_not_saved(store: SqlStore) -> None:
    session = await store.open(fresh())
    taken = (await saved(store, takes_over(session))).session

    assert await store.append(takes_over(session, BOB)) is None
    assert await store.append(asks(session)) is None
    # The status is the same again, but the session has changed hands in between.
    released = (await saved(store, handoff.release(taken, by=ALICE))).session
    assert released.status is session.status
    assert await store.append(asks(session)) is None

    assert await store.get(session.name) == released
    assert len(await store.entries_after(session.name, 0, audience=Audience.AGENTS, limit=100)) == released.last_seq


async def test_messages_do_not_conflict_with_messages(store: SqlStore) -> None:
    session = await store.open(fresh())
    await saved(store, asks(session, "one"))
    second = await saved(store, asks(session, "two"))
    assert second.session.last_seq == 2


async def test_a_repeated_message_is_answered_with_the_first_result(store: SqlStore) -> None:
    session = await store.open(fresh())
    first = await saved(store, asks(session, message_id="m1"))
    later = await saved(store, asks(session, "something else", message_id="m2"))

    again = await saved(store, asks(session, message_id="m1"))

    assert again.replayed
    assert again.entries == first.entries
    assert again.session == later.session
    assert await store.get(session.name) == later.session


async def test_a_repeated_message_is_answered_whatever_the_state_is_by_now(store: SqlStore) -> None:
    session = await store.open(fresh())
    first = await saved(store, asks(session, message_id="m1"))
    taken = await saved(store, takes_over(session))

    stale = await saved(store, asks(session, message_id="m1"))
    decided_anew = await saved(store, asks(taken.session, message_id="m1"))

    assert stale.replayed
    assert decided_anew.replayed
    assert stale.entries == decided_anew.entries == first.entries
    assert await store.get(session.name) == taken.session


async def test_the_first_result_holds_all_entries_of_its_step_and_no_others(store: SqlStore) -> None:
    session = await store.open(fresh(status=Status.CLOSED))
    await saved(store, notes(session))
    reopening = asks(session, message_id="m1")
    first = await saved(store, reopening)
    assert [entry.type for entry in first.entries] == [EntryType.STATUS_CHANGE, EntryType.NEW_MESSAGE]
    await saved(store, asks(first.session, "and one more"))

    again = await saved(store, asks(first.session, message_id="m1"))

    assert again.replayed
    assert again.entries == first.entries


@pytest.mark.parametrize("moved", [False, True])
async def test_an_id_used_for_another_message_is_refused_and_changes_nothing(store: SqlStore, moved: bool) -> None:
    session = await store.open(fresh())
    before = (await saved(store, asks(session, message_id="m1"))).session
    if moved:
        before = (await saved(store, takes_over(before))).session

    with pytest.raises(ClientMessageIdReused):
        await store.append(asks(session, "something else", message_id="m1"))
    with pytest.raises(ClientMessageIdReused):
        await store.append(notes(session, "Where is my order?", message_id="m1"))

    assert await store.get(session.name) == before
    assert len(await store.entries_after(session.name, 0, audience=Audience.AGENTS, limit=100)) == before.last_seq


async def test_the_same_id_in_another_session_is_another_message(store: SqlStore) -> None:
    one, two = await store.open(fresh()), await store.open(fresh())
    await saved(store, asks(one, message_id="m1"))
    assert not (await saved(store, asks(two, "something else", message_id="m1"))).replayed


async def test_asked_and_answered_follow_the_conversation(store: SqlStore) -> None:
    session = await store.open(fresh())
    session = (await saved(store, asks(session))).session
    session = (await saved(store, notes(session))).session
    session = (await saved(store, asks(session))).session
    assert (session.asked_seq, session.answered_seq, session.waits_for_ai) == (3, 0, True)

    # A change of hands: what was asked is no longer the AI's to answer.
    session = (await saved(store, takes_over(session))).session
    assert (session.asked_seq, session.answered_seq) == (3, 3)
    # What is said to a person is not asked of the AI, also after the person has left.
    session = (await saved(store, asks(session))).session
    session = (await saved(store, handoff.release(session, by=ALICE))).session
    assert (session.asked_seq, session.answered_seq, session.waits_for_ai) == (3, 3, False)


async def test_the_message_that_reopens_a_session_waits_for_the_ai(store: SqlStore) -> None:
    session = await store.open(fresh())
    session = (await saved(store, asks(session))).session
    session = (await saved(store, handoff.close(session, source=Source.AI_CHATBOT))).session
    assert not session.waits_for_ai

    session = (await saved(store, asks(session))).session

    assert (session.status, session.asked_seq, session.answered_seq) == (Status.BOT_ACTIVE, 4, 1)
    assert session.waits_for_ai


async def test_the_preview_is_the_last_message_that_everyone_may_see(store: SqlStore) -> None:
    session = await store.open(fresh())
    session = (await saved(store, asks(session, "问" * 500))).session
    assert session.preview == "问" * PREVIEW_CHARACTERS
    session = (await saved(store, notes(session, "secret"))).session
    session = (await saved(store, takes_over(session))).session
    assert session.preview == "问" * PREVIEW_CHARACTERS
    session = (await saved(store, handoff.release(session, by=ALICE))).session
    assert session.preview == "问" * PREVIEW_CHARACTERS
    session, lease = await _asked_again(store, session)
    session = (await saved(store, answers(session, lease, "An answer."))).session
    assert session.preview == "An answer."
    assert (await store.get(session.name)).preview == "An answer."


async def _asked_again(store: SqlStore, session: Session) -> tuple[Session, ReplyLease]:
    await saved(store, asks(session, "again"))
    return await claimed(store, session.name)


async def test_a_step_without_drafts_moves_the_session_alone(store: SqlStore) -> None:
    session = await store.open(fresh())
    appended = await saved(store, Step(session, replace(session, agent=BOB), ()))
    assert appended.entries == ()
    assert (appended.session.last_seq, appended.session.agent) == (0, BOB)


async def test_entries_come_in_order_and_in_portions(store: SqlStore) -> None:
    session = await store.open(fresh())
    for number in range(1, 11):
        await saved(store, asks(session, f"message {number}"))

    async def after(seq: int, limit: int) -> list[int]:
        found = await store.entries_after(session.name, seq, audience=Audience.EVERYONE, limit=limit)
        return [entry.seq for entry in found]

    async def latest(limit: int, before: int | None = None) -> list[int]:
        found = await store.latest_entries(session.name, audience=Audience.EVERYONE, limit=limit, before=before)
        return [entry.seq for entry in found]

    assert await after(0, 100) == list(range(1, 11))
    assert await after(0, 3) == [1, 2, 3]
    assert await after(3, 3) == [4, 5, 6]
    assert await after(9, 3) == [10]
    assert await after(10, 3) == []
    assert await latest(100) == list(range(1, 11))
    assert await latest(3) == [8, 9, 10]
    assert await latest(3, before=8) == [5, 6, 7]
    assert await latest(3, before=3) == [1, 2]
    assert await latest(3, before=1) == []


async def test_entries_for_agents_never_reach_everyone(store: SqlStore) -> None:
    session = await store.open(fresh())
    for number in range(6):
        await saved(store, notes(session) if number % 2 else asks(session))
    name = session.name

    for_all = await store.entries_after(name, 0, audience=Audience.EVERYONE, limit=2)
    assert [entry.seq for entry in for_all] == [1, 3]
    assert [entry.seq for entry in await store.latest_entries(name, audience=Audience.EVERYONE, limit=2)] == [3, 5]
    older = await store.latest_entries(name, audience=Audience.EVERYONE, limit=2, before=5)
    assert [entry.seq for entry in older] == [1, 3]
    for_agents = await store.entries_after(name, 0, audience=Audience.AGENTS, limit=100)
    assert [entry.seq for entry in for_agents] == [1, 2, 3, 4, 5, 6]
    assert [entry.seq for entry in await store.latest_entries(name, audience=Audience.AGENTS, limit=2)] == [5, 6]


async def test_last_seqs_names_the_known_sessions(store: SqlStore) -> None:
    one, two = await store.open(fresh()), await store.open(fresh())
    for _ in range(3):
        await saved(store, asks(two))

    assert await store.last_seqs([one.name, "nobody", two.name]) == {one.name: 0, two.name: 3}
    assert await store.last_seqs([]) == {}
    # Also more of them than a statement takes parameters.
    many = [f"unknown_{number}" for number in range(40_000)]
    assert await store.last_seqs([*many, two.name]) == {two.name: 3}


async def test_an_agents_message_is_kept_with_its_author(store: SqlStore) -> None:
    session = await store.open(fresh())
    session = (await saved(store, takes_over(session))).session
    step = conversation.agent_message(session, ALICE, "Hello, this is Alice.", client_message_id="m1")

    appended = await saved(store, step)

    assert appended.entries[0].author == ALICE
    assert (await saved(store, step)).replayed
    assert (await store.latest_entries(session.name, audience=Audience.EVERYONE, limit=1))[0].author == ALICE
