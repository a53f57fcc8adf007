"""Bring the database's schema up to date, and tell whether it is."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from domain.errors import Misconfigured
from infrastructure.store.engine import WRITES
from infrastructure.store.failures import unavailable_when_silent
from infrastructure.store.transactions import enter_when_unlocked

_MIGRATIONS = Path(__file__).parent / "migrations"

# The advisory lock of PostgreSQL that a migration holds: any number will do that nothing else in the database uses.
_LOCK = 0x6261746F6E

# SQLite waits for seconds in each attempt; another process's migration of a large file may take a few minutes.
_SQLITE_ATTEMPTS = 60


async def migrate(engine: AsyncEngine) -> None:
    """Take every step that the schema lacks, in one transaction. Several processes may do so at once: one does.

    `Misconfigured` when the schema is of a newer version than this program.
    """
    if not await pending(engine):
        return
    with unavailable_when_silent():
        if engine.dialect.name == "sqlite":
            await _migrate_sqlite(engine)
        else:
            await _migrate_postgresql(engine)


async def pending(engine: AsyncEngine) -> bool:
    """Whether `migrate` has something to do."""
    return await current_revision(engine) != head_revision()


async def current_revision(engine: AsyncEngine) -> str | None:
    """The step that the schema has come to; None for an empty database."""
    with unavailable_when_silent():
        async with AsyncExitStack() as stack:
            connection = await enter_when_unlocked(stack, engine.connect)
            return await connection.run_sync(_revision)


def head_revision() -> str:
    """The last step that this program knows."""
    head = _scripts().get_current_head()
    if head is None:
        raise Misconfigured("The program was installed without its database migrations.")
    return head


async def _migrate_sqlite(engine: AsyncEngine) -> None:
    async with AsyncExitStack() as stack:
        connection = await enter_when_unlocked(stack, engine.connect, attempts=_SQLITE_ATTEMPTS)
        # SQLite alters a table by making it anew, which must not touch the rows that refer to it. This connection
        # does not go back to the pool, and the switch has no effect inside a transaction.
        stack.push_async_callback(connection.invalidate)
        await connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        await connection.rollback()
        await connection.execution_options(**{WRITES: True})
        await enter_when_unlocked(stack, connection.begin, attempts=_SQLITE_ATTEMPTS)
        await connection.run_sync(_upgrade)
        broken = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).first()
        if broken is not None:
            raise RuntimeError(f"the migration would leave rows of {broken[0]} without what they refer to")


async def _migrate_postgresql(engine: AsyncEngine) -> None:
    # A connection of its own: a step may take longer than any other statement is allowed to.
    patient = create_async_engine(engine.url, poolclass=NullPool)
    try:
        async with patient.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            await connection.run_sync(_upgrade)
    finally:
        await patient.dispose()


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    current = _revision(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise Misconfigured(f"The database's schema ({current}) is of a newer version than this program.")
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    # The value is a format string to Alembic.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
