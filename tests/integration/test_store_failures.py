"""A database that does not answer, and one that answers again."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.agent import Agent, AgentRole
from domain.errors import Misconfigured, Unavailable
from domain.ports import SessionQuery
from infrastructure.store.directory import SqlDirectory
from infrastructure.store.engine import open_engine
from infrastructure.store.migrate import migrate, pending
from infrastructure.store.store import SqlStore
from tests.integration.desk import asks, fresh, saved
from tests.servers.postgres_server import PostgresServer


async def test_postgresql_goes_away_and_comes_back(own_postgres: PostgresServer) -> None:
    engine = open_engine(own_postgres.create_database())
    await migrate(engine)
    store, directory = SqlStore(engine), SqlDirectory(engine)
    session = await store.open(fresh())
    await saved(store, asks(session))
    # Several connections in the pool, each of which will turn out to be dead.
    await asyncio.gather(*(store.get(session.name) for _ in range(5)))

    for end in (own_postgres.stop, own_postgres.kill):
        end()
        for call in (
            lambda: store.get(session.name),
            lambda: store.open(fresh()),
            lambda: store.append(asks(session)),
            lambda: store.search(SessionQuery()),
            lambda: store.waiting_for_ai(idle_seconds=0),
            lambda: store.claim_reply(session.name, owner="me", seconds=1),
            store.now,
            directory.all,
            lambda: directory.use_refresh("token"),
            lambda: pending(engine),
        ):
            with pytest.raises(Unavailable):
                await call()
        own_postgres.start()
        await saved(store, asks(await store.get(session.name)))

    assert (await store.get(session.name)).last_seq == 3
    await engine.dispose()


async def test_no_call_fails_when_the_server_was_restarted_in_between(own_postgres: PostgresServer) -> None:
    engine = open_engine(own_postgres.create_database())
    await migrate(engine)
    store = SqlStore(engine)
    session = await store.open(fresh())
    await asyncio.gather(*(store.get(session.name) for _ in range(5)))

    await asyncio.to_thread(own_postgres.restart)

    results = await asyncio.gather(*(store.append(asks(session)) for _ in range(5)))
    assert all(results)
    await engine.dispose()


async def test_an_append_cut_off_in_the_middle_is_unavailable(own_postgres: PostgresServer) -> None:
    url = own_postgres.create_database()
    engine = open_engine(url)
    await migrate(engine)
    store = SqlStore(engine)
    session = await store.open(fresh())

    async with engine.connect() as other:
        await other.execute(text("SELECT * FROM sessions FOR UPDATE"))
        task = asyncio.create_task(store.append(asks(session)))
        await asyncio.sleep(0.3)
        own_postgres.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
        )
        with pytest.raises(Unavailable):
            await task

    assert (await store.get(session.name)).last_seq == 0
    await engine.dispose()


async def test_a_sqlite_file_that_another_process_holds_is_waited_for(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    store = SqlStore(engine)
    session = await store.open(fresh())
    holder = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")

    task = asyncio.create_task(store.append(asks(session)))
    await asyncio.sleep(0.5)
    assert not task.done()
    assert (await store.get(session.name)).last_seq == 0, "readers do not wait"
    holder.rollback()
    holder.close()

    assert await task is not None
    await engine.dispose()


async def test_a_sqlite_file_that_is_never_let_go_of_is_unavailable(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infrastructure.store.engine._SQLITE_BUSY_SECONDS", 0.1)
    engine = open_engine(sqlite_url)
    store = SqlStore(engine)
    session = await store.open(fresh())
    holder = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(Unavailable):
        await store.append(asks(session))

    holder.close()
    await saved(store, asks(session))
    await engine.dispose()


async def test_a_database_without_its_schema_is_not_blamed_for_silence(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/new.db")
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await SqlStore(engine).get("s")
    await engine.dispose()


async def test_our_own_mistakes_are_not_blamed_on_the_database(database_url: str) -> None:
    engine = open_engine(database_url)
    broken = Agent("a", "alice", "Alice", AgentRole.AGENT, password_hash=None)  # type: ignore[arg-type]
    with pytest.raises(Exception) as failure:
        await SqlDirectory(engine).add(broken)
    assert not isinstance(failure.value, Unavailable)
    with pytest.raises(Exception) as failure:
        await SqlStore(engine).get(7j)  # type: ignore[arg-type]
    assert not isinstance(failure.value, Unavailable)
    await engine.dispose()


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "mysql://host/db", "sqlite://", "sqlite:///:memory:", "sqlite:////no/such/directory/baton.db"],
)
def test_a_url_that_cannot_work_is_refused(url: str) -> None:
    with pytest.raises(Misconfigured):
        open_engine(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_postgresql_goes_by_several_names(scheme: str) -> None:
    engine = open_engine(f"{scheme}://user:word@host:5433/db?sslmode=require")
    assert engine.url.render_as_string(hide_password=False) == "postgresql+asyncpg://user:word@host:5433/db?ssl=require"


@pytest.mark.parametrize(("full_sync", "level"), [(False, 1), (True, 2)])
async def test_sqlite_is_set_up_on_every_connection(tmp_path: Path, full_sync: bool, level: int) -> None:
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path}/new.db", sqlite_full_sync=full_sync)
    async with engine.connect() as one, engine.connect() as two:
        for connection in (one, two):
            answers = {
                name: (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
            assert answers == {"journal_mode": "wal", "synchronous": level, "foreign_keys": 1, "busy_timeout": 5000}
    await engine.dispose()
