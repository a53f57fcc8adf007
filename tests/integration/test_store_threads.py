"""Every promise of the port `Threads`, on both databases."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import SessionNotFound
from infrastructure.store.engine import open_engine
from infrastructure.store.store import SqlStore
from infrastructure.store.threads import SqlThreads
from tests.integration.desk import fresh


@pytest.fixture
async def threads(database: AsyncEngine, store: SqlStore) -> SqlThreads:
    await store.open(fresh("s_1"))
    await store.open(fresh("s_2"))
    return SqlThreads(database)


async def test_a_thread_is_kept_for_its_session_and_its_engine(threads: SqlThreads) -> None:
    assert await threads.get("s_1", "coze") is None

    assert await threads.keep("s_1", "coze", "会话 7382159487131697202") == "会话 7382159487131697202"
    assert await threads.keep("s_2", "coze", "another") == "another"
    assert await threads.keep("s_1", "other", "a third") == "a third"

    assert await threads.get("s_1", "coze") == "会话 7382159487131697202"
    assert await threads.get("s_2", "coze") == "another"
    assert await threads.get("s_1", "other") == "a third"
    assert await threads.get("s_2", "other") is None


async def test_the_first_one_wins(threads: SqlThreads) -> None:
    await threads.keep("s_1", "coze", "first")

    assert await threads.keep("s_1", "coze", "second") == "first"
    assert await threads.get("s_1", "coze") == "first"


async def test_of_many_at_once_all_get_the_one_that_was_kept(threads: SqlThreads, database_url: str) -> None:
    other_process = open_engine(database_url)
    both = (threads, SqlThreads(other_process))

    kept = await asyncio.gather(*(both[number % 2].keep("s_1", "coze", f"thread {number}") for number in range(20)))

    assert len(set(kept)) == 1
    assert await both[1].get("s_1", "coze") == kept[0]
    await other_process.dispose()


async def test_a_thread_that_is_gone_is_replaced_once(threads: SqlThreads, database_url: str) -> None:
    for session in ("s_1", "s_2"):
        await threads.keep(session, "coze", "gone")
    await threads.keep("s_1", "other", "gone")
    other_process = open_engine(database_url)
    both = (threads, SqlThreads(other_process))

    kept = await asyncio.gather(
        *(both[number % 2].replace("s_1", "coze", f"thread {number}", gone="gone") for number in range(20))
    )

    assert len(set(kept)) == 1
    assert await threads.get("s_1", "coze") == kept[0] != "gone"
    assert await threads.get("s_2", "coze") == await threads.get("s_1", "other") == "gone"
    with pytest.raises(SessionNotFound):
        await threads.replace("nobody", "coze", "thread", gone="gone")
    await other_process.dispose()


async def test_there_is_no_thread_without_a_session(threads: SqlThreads) -> None:
    with pytest.raises(SessionNotFound):
        await threads.keep("nobody", "coze", "thread")
    assert await threads.get("nobody", "coze") is None


async def test_when_it_was_kept_is_noted(threads: SqlThreads, database: AsyncEngine, store: SqlStore) -> None:
    await threads.keep("s_1", "coze", "thread")
    async with database.connect() as connection:
        created_at = (await connection.execute(text("SELECT created_at FROM engine_threads"))).scalar_one()
    assert abs(created_at - await store.now()) < 5
