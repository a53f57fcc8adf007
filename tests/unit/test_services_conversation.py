"""Opening a session, what is said in it, and reading it page by page."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest

from domain.entry import Audience, EntryType
from domain.errors import (
    ClientMessageIdReused,
    InvalidInput,
    MessageForbidden,
    NotAssigned,
    SessionNotFound,
)
from domain.session import Customer, Language, Status, checked_session_name
from domain.step import Appended
from services import handoff
from services.conversation import open_session, post_agent_message, post_customer_message, post_note, read_page
from services.desk import Desk
from tests.fakes.announcer import RecordingAnnouncer
from tests.fakes.desk import asks, opened
from tests.fakes.sessions import ALICE, BOB
from tests.fakes.store import MemoryStore

Post = Callable[[Desk, str, str | None], Awaitable[Appended]]


async def test_a_new_session_is_the_ais_and_nobody_guesses_its_name(desk: Desk, store: MemoryStore) -> None:
    customer = Customer("Ana", "ana@example.com")
    sessions = [await open_session(desk, language=Language.CHINESE, customer=customer) for _ in range(100)]
    first = sessions[0]
    assert (first.status, first.epoch, first.last_seq) == (Status.BOT_ACTIVE, 1, 0)
    assert (first.language, first.customer) == (Language.CHINESE, customer)
    assert store.session(first.name) == first
    names = {session.name for session in sessions}
    assert len(names) == 100
    for name in names:
        assert re.fullmatch(r"s_[A-Za-z0-9_-]{22}", checked_session_name(name))


def _customer(desk: Desk, text: str, message_id: str | None) -> Awaitable[Appended]:
    return post_customer_message(desk, "s_1", text, client_message_id=message_id)


def _customer_to_a_person(desk: Desk, text: str, message_id: str | None) -> Awaitable[Appended]:
    return post_customer_message(desk, "s_1", text, client_message_id=message_id, manual_only=True)


def _agent(desk: Desk, text: str, message_id: str | None) -> Awaitable[Appended]:
    return post_agent_message(desk, "s_1", ALICE, text, client_message_id=message_id)


def _note(desk: Desk, text: str, message_id: str | None) -> Awaitable[Appended]:
    return post_note(desk, "s_1", ALICE, text, client_message_id=message_id)


POSTS: list[tuple[Post, str]] = [
    (_customer, "message"),
    (_customer_to_a_person, "message"),
    (_agent, "content"),
    (_note, "content"),
]


@pytest.mark.parametrize(("post", "field"), POSTS)
async def test_what_is_said_is_checked_first(desk: Desk, store: MemoryStore, post: Post, field: str) -> None:
    await opened(store, Status.MANUAL_LIVE)
    before = store.timeline("s_1")
    for text in ("", " \n ", "a\0b", "x" * 10_001, "\ud800"):
        with pytest.raises(InvalidInput) as refusal:
            await post(desk, text, None)
        assert refusal.value.field == field
    for message_id in ("", "two words", "x" * 101):
        with pytest.raises(InvalidInput) as refusal:
            await post(desk, "Hello", message_id)
        assert refusal.value.field == "client_message_id"
    assert store.timeline("s_1") == before


@pytest.mark.parametrize(("post", "field"), POSTS)
async def test_what_is_said_is_kept_without_the_white_space_around_it(
    desk: Desk, store: MemoryStore, post: Post, field: str
) -> None:
    await opened(store, Status.MANUAL_LIVE)
    appended = await post(desk, "  Hello \n", "m1")
    assert (appended.entries[-1].content, appended.entries[-1].client_message_id) == ("Hello", "m1")
    assert store.timeline("s_1")[-1] == appended.entries[-1]


@pytest.mark.parametrize(("post", "field"), POSTS)
async def test_nobody_speaks_in_a_session_that_is_none(desk: Desk, post: Post, field: str) -> None:
    for message_id in (None, "m1"):
        with pytest.raises(SessionNotFound):
            await post(desk, "Hello", message_id)


@pytest.mark.parametrize(("post", "field"), POSTS)
async def test_a_message_sent_twice_is_kept_once(
    desk: Desk, store: MemoryStore, announcer: RecordingAnnouncer, post: Post, field: str
) -> None:
    await opened(store, Status.MANUAL_LIVE)
    first = await post(desk, "Hello", "m1")
    announced = len(announcer.announced)
    again = await post(desk, " Hello ", "m1")
    assert again.replayed
    assert again.entries == first.entries
    with pytest.raises(ClientMessageIdReused):
        await post(desk, "Hello!", "m1")
    assert len(announcer.announced) == announced
    assert not (await post(desk, "Hello", None)).replayed


async def _closed(desk: Desk) -> None:
    await handoff.close_as_agent(desk, "s_1", by=ALICE, may_override=False)


async def _released(desk: Desk) -> None:
    await handoff.release(desk, "s_1", by=ALICE, may_override=False)


async def _taken_over_by_another(desk: Desk) -> None:
    await _released(desk)
    await handoff.take_over(desk, "s_1", BOB)


@pytest.mark.parametrize(("post", "field"), POSTS)
@pytest.mark.parametrize("moves_on", [_closed, _released, _taken_over_by_another])
async def test_a_message_sent_again_is_answered_with_the_first_result_whatever_happened_since(
    desk: Desk,
    store: MemoryStore,
    announcer: RecordingAnnouncer,
    moves_on: Callable[[Desk], Awaitable[None]],
    post: Post,
    field: str,
) -> None:
    await opened(store, Status.MANUAL_LIVE)
    first = await post(desk, "Hello", "m1")
    await moves_on(desk)
    session, announced = store.session("s_1"), len(announcer.announced)

    again = await post(desk, "Hello", "m1")

    assert again.replayed
    assert again.entries == first.entries
    assert again.session == store.session("s_1") == session, "and nothing is changed by it"
    assert len(announcer.announced) == announced


@pytest.mark.parametrize("message_id", [None, "m1"])
async def test_a_message_that_was_never_kept_is_refused_by_the_state(
    desk: Desk, store: MemoryStore, message_id: str | None
) -> None:
    session = await opened(store)
    for post, role in ((_agent, "agent"), (_customer_to_a_person, "user")):
        with pytest.raises(MessageForbidden) as refusal:
            await post(desk, "Hello", message_id)
        assert refusal.value.extra == {"status": "bot_active", "role": role}
    assert store.session("s_1") == session
    await handoff.take_over(desk, "s_1", BOB)
    with pytest.raises(NotAssigned):
        await _agent(desk, "Hello", message_id)
    assert all(entry.type is not EntryType.MANUAL_MESSAGE for entry in store.timeline("s_1"))


async def test_an_id_of_another_does_not_reveal_the_others_message(desk: Desk, store: MemoryStore) -> None:
    await opened(store, Status.MANUAL_LIVE)
    await _agent(desk, "Hello", "m1")
    with pytest.raises(ClientMessageIdReused):
        await post_agent_message(desk, "s_1", BOB, "Hello", client_message_id="m1")
    with pytest.raises(ClientMessageIdReused):
        await _customer(desk, "Hello", "m1")


async def test_an_admin_writes_in_anothers_session(desk: Desk, store: MemoryStore) -> None:
    await opened(store, Status.MANUAL_LIVE, agent=ALICE)
    appended = await post_agent_message(desk, "s_1", BOB, "Hello", client_message_id=None, may_override=True)
    assert appended.entries[0].author == BOB


async def test_a_customers_message_opens_a_closed_session_again(desk: Desk, store: MemoryStore) -> None:
    await opened(store, Status.CLOSED)
    appended = await _customer(desk, "Hello again", None)
    assert [entry.type for entry in appended.entries] == [EntryType.STATUS_CHANGE, EntryType.NEW_MESSAGE]
    assert appended.session.status is Status.BOT_ACTIVE
    assert appended.session.waits_for_ai


async def test_pages_go_back_to_the_beginning(store: MemoryStore) -> None:
    await opened(store)
    for number in range(1, 8):
        await asks(store, f"message {number}")

    async def page(limit: int, before: int | None = None) -> tuple[list[int], bool]:
        session, entries, has_more = await read_page(
            store, "s_1", audience=Audience.EVERYONE, limit=limit, before=before
        )
        assert session == store.session("s_1")
        return [entry.seq for entry in entries], has_more

    assert await page(3) == ([5, 6, 7], True)
    assert await page(3, before=5) == ([2, 3, 4], True)
    assert await page(3, before=2) == ([1], False)
    assert await page(3, before=4) == ([1, 2, 3], False), "a full page may be the last one"
    assert await page(7) == ([1, 2, 3, 4, 5, 6, 7], False)
    assert await page(6) == ([2, 3, 4, 5, 6, 7], True)
    assert await page(3, before=1) == ([], False)


async def test_what_a_customer_may_not_see_is_not_said_to_be_there(desk: Desk, store: MemoryStore) -> None:
    await opened(store)
    for _ in range(5):
        await _note(desk, "for us", None)
    await asks(store, "Hello")
    _, entries, has_more = await read_page(store, "s_1", audience=Audience.EVERYONE, limit=1, before=None)
    assert ([entry.content for entry in entries], has_more) == (["Hello"], False)
    _, entries, has_more = await read_page(store, "s_1", audience=Audience.AGENTS, limit=5, before=None)
    assert ([entry.seq for entry in entries], has_more) == ([2, 3, 4, 5, 6], True)


async def test_a_session_that_is_none_has_no_pages(store: MemoryStore) -> None:
    with pytest.raises(SessionNotFound):
        await read_page(store, "nobody", audience=Audience.AGENTS, limit=5, before=None)
