"""The workbench's list of sessions, and what the sweep asks for."""

from __future__ import annotations

import asyncio
import base64
import json
import time

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import InvalidInput
from domain.ports import SessionQuery
from domain.session import Customer, Session, Status
from infrastructure.store.listing import MAX_SEARCH_CHARACTERS
from infrastructure.store.store import SqlStore
from tests.integration.desk import ALICE, BOB, asks, escalates, fresh, saved, takes_over


async def _names(store: SqlStore, query: SessionQuery) -> list[str]:
    page = await store.search(query)
    assert page.next is None
    assert page.total == len(page.sessions)
    return [session.name for session in page.sessions]


async def test_the_session_that_changed_last_comes_first(store: SqlStore) -> None:
    for name in ("a", "b", "c"):
        await store.open(fresh(name))
        # The clock of SQLite counts milliseconds.
        await asyncio.sleep(0.005)
    await saved(store, asks(await store.get("a")))

    page = await store.search(SessionQuery())

    assert [session.name for session in page.sessions] == ["a", "c", "b"]
    assert page.sessions[0] == await store.get("a")
    assert (page.total, page.next) == (3, None)


async def test_sessions_are_filtered_by_status_and_agent(store: SqlStore) -> None:
    bot, pending, alices, bobs = [await store.open(fresh(name)) for name in ("bot", "pending", "alices", "bobs")]
    await saved(store, escalates(pending))
    await saved(store, takes_over(alices, ALICE))
    await saved(store, takes_over(bobs, BOB))

    assert await _names(store, SessionQuery(statuses=frozenset({Status.BOT_ACTIVE}))) == [bot.name]
    assert set(await _names(store, SessionQuery(statuses=frozenset(Status)))) == {"bot", "pending", "alices", "bobs"}
    manual = frozenset({Status.PENDING_MANUAL, Status.MANUAL_LIVE})
    assert set(await _names(store, SessionQuery(statuses=manual))) == {"pending", "alices", "bobs"}
    assert await _names(store, SessionQuery(agent_id=ALICE.id)) == ["alices"]
    assert await _names(store, SessionQuery(agent_id=ALICE.id, statuses=frozenset({Status.CLOSED}))) == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("S_ÄNNE", ["s_änne-like"]),
        ("müller", ["s_1"]),
        ("MÜLLER", ["s_1"]),
        ("STRASSE", ["s_1"]),
        ("ann@EXAMPLE.com", ["s_2"]),
        ("退款", ["s_3"]),
        ("REFUND", ["s_3"]),
        ("50%", ["s_4"]),
        ("5_%", []),
        ("%", ["s_4"]),
        ("a\\b", ["s_4"]),
        ("/", ["s_4"]),
        ("x' OR '1'='1", []),
        ("nothing like it", []),
    ],
)
async def test_text_is_found_wherever_it_stands_whatever_its_case(
    store: SqlStore, wanted: str, found: list[str]
) -> None:
    await store.open(fresh("s_änne-like"))
    await store.open(fresh("s_1", customer=Customer("Jürgen Müller, Hauptstraße 1")))
    await store.open(fresh("s_2", customer=Customer("Ann", "Ann@example.com")))
    await saved(store, asks(await store.open(fresh("s_3")), "I want a Refund 我要退款"))
    await saved(store, asks(await store.open(fresh("s_4")), "50% off a\\b and/or c"))
    assert await _names(store, SessionQuery(text=wanted)) == found


async def test_text_too_long_to_be_meant_is_refused(store: SqlStore) -> None:
    assert await _names(store, SessionQuery(text="%" * MAX_SEARCH_CHARACTERS)) == []
    with pytest.raises(InvalidInput) as refusal:
        await store.search(SessionQuery(text="x" * (MAX_SEARCH_CHARACTERS + 1)))
    assert refusal.value.field == "text"


async def test_pages_hold_every_session_once(store: SqlStore, database: AsyncEngine) -> None:
    names = [f"s_{number:02}" for number in range(23)]
    for name in names:
        await store.open(fresh(name))
    # Many at one moment: the name decides.
    async with database.begin() as connection:
        await connection.execute(text("UPDATE sessions SET updated_at = 1763605000.5 WHERE name < 's_15'"))

    seen: list[Session] = []
    cursor: str | None = None
    pages = 0
    while pages == 0 or cursor is not None:
        page = await store.search(SessionQuery(limit=5, cursor=cursor))
        assert page.total == 23
        seen.extend(page.sessions)
        cursor = page.next
        pages += 1

    assert pages == 5
    assert sorted(session.name for session in seen) == names
    assert seen == sorted(seen, key=lambda session: (session.updated_at, session.name), reverse=True)


async def test_the_last_page_is_known_as_the_last_when_it_is_full(store: SqlStore) -> None:
    for _ in range(4):
        await store.open(fresh())
    page = await store.search(SessionQuery(limit=2))
    assert page.next is not None
    assert (await store.search(SessionQuery(limit=2, cursor=page.next))).next is None


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "not base64!",
        "ü",
        "AAAA",
        _encoded("text"),
        _encoded([1.5]),
        _encoded([1.5, "s_1", 2]),
        _encoded(["1.5", "s_1"]),
        _encoded([True, "s_1"]),
        _encoded([1.5, 7]),
        _encoded([1.5, "s\0"]),
        _encoded({"a": 1, "b": 2}),
    ],
)
async def test_a_malformed_cursor_is_refused(store: SqlStore, cursor: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await store.search(SessionQuery(cursor=cursor))
    assert refusal.value.field == "cursor"


async def test_what_changed_is_found_by_the_databases_clock_oldest_first(store: SqlStore) -> None:
    one, two = await store.open(fresh("one")), await store.open(fresh("two"))
    await asyncio.sleep(0.01)
    moment = await store.now()
    assert await store.changed_since(moment) == []

    two = (await saved(store, asks(two))).session
    await asyncio.sleep(0.005)
    one = (await saved(store, asks(one))).session

    assert await store.changed_since(moment) == [two, one]
    assert await store.changed_since(moment, limit=1) == [two]
    assert await store.changed_since(one.updated_at) == [one], "at the moment itself counts"
    assert abs(await store.now() - time.time()) < 5
