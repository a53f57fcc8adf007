"""The schema: one that all processes agree on, whoever comes first."""

from __future__ import annotations

import asyncio
import logging
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import Misconfigured
from infrastructure.store.engine import open_engine
from infrastructure.store.migrate import current_revision, head_revision, migrate, pending
from infrastructure.store.store import SqlStore
from infrastructure.store.tables import metadata
from tests.integration.desk import asks, fresh, saved
from tests.servers.postgres_server import PostgresServer

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a schema."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / '100%.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create_database()
    yield url
    server.drop_database(url)


async def test_an_empty_database_is_brought_up_to_date(empty_url: str) -> None:
    engine = open_engine(empty_url)
    assert await current_revision(engine) is None
    assert await pending(engine)

    await migrate(engine)

    assert await current_revision(engine) == head_revision()
    assert not await pending(engine)
    store = SqlStore(engine)
    await saved(store, asks(await store.open(fresh("s"))))
    await migrate(engine)
    assert (await store.get("s")).last_seq == 1
    await engine.dispose()


async def test_the_steps_lead_to_the_tables(database: AsyncEngine) -> None:
    def differences(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_both_ways_of_making_the_tables_make_the_same_indexes(sqlite_url: str, tmp_path: Path) -> None:
    # A comparison of metadata does not see the conditions of partial indexes; SQLite's own text of them does.
    made, migrated = open_engine(f"sqlite:///{tmp_path}/made.db"), open_engine(sqlite_url)
    async with made.begin() as connection:
        await connection.run_sync(metadata.create_all)

    async def indexes(engine: AsyncEngine) -> set[str]:
        async with engine.connect() as connection:
            rows = await connection.execute(text("SELECT sql FROM sqlite_master WHERE type = 'index'"))
            return {row.sql.replace("entries.", "").replace("sessions.", "") for row in rows if row.sql}

    assert await indexes(made) == await indexes(migrated)
    await made.dispose()
    await migrated.dispose()


async def test_four_processes_migrate_at_once(empty_url: str) -> None:
    program = (
        "import asyncio, sys\n"
        "from infrastructure.store.engine import open_engine\n"
        "from infrastructure.store.migrate import migrate\n"
        "async def main():\n"
        "    engine = open_engine(sys.argv[1])\n"
        "    print('ready', flush=True)\n"
        "    await asyncio.to_thread(sys.stdin.readline)\n"
        "    await migrate(engine)\n"
        "    await engine.dispose()\n"
        "asyncio.run(main())\n"
    )
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, empty_url, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"

    results = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))

    assert [process.returncode for process in processes] == [0, 0, 0, 0], [errors for _, errors in results]
    engine = open_engine(empty_url)
    assert not await pending(engine)
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM alembic_version"))).scalar_one() == 1
    await engine.dispose()


async def test_a_failed_migration_leaves_nothing_behind(empty_url: str) -> None:
    engine = open_engine(empty_url)
    async with engine.begin() as connection:
        # In the way of the last table: all the others must go again.
        await connection.execute(text("CREATE TABLE refresh_tokens (id INTEGER)"))

    with pytest.raises(Exception, match="refresh_tokens"):
        await migrate(engine)

    assert await current_revision(engine) is None
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE refresh_tokens"))
    await migrate(engine)
    await engine.dispose()


async def test_a_schema_of_the_future_is_left_alone(database: AsyncEngine) -> None:
    async with database.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert await pending(database)
    with pytest.raises(Misconfigured, match="9999"):
        await migrate(database)


async def test_logging_stays_as_the_program_has_set_it_up(empty_url: str) -> None:
    ours = logging.getLogger("baton.test")
    handlers, level = list(logging.root.handlers), logging.root.level
    engine = open_engine(empty_url)
    await migrate(engine)
    await engine.dispose()
    assert (logging.root.handlers, logging.root.level, ours.disabled) == (handlers, level, False)


async def test_sqlite_still_guards_references_after_a_migration(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/new.db")
    await migrate(engine)
    for _ in range(3):
        async with engine.connect() as connection:
            assert (await connection.execute(text("PRAGMA foreign_keys"))).scalar_one() == 1
    await engine.dispose()
