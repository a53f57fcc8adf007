"""From a URL to an engine that is set up for Baton."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from domain.errors import Misconfigured

# The execution option that marks a connection whose transactions will write (SQLite: BEGIN IMMEDIATE).
WRITES = "baton_writes"
# The execution option that remembers how an SQLite engine was asked to commit.
_FULL_SYNC = "baton_full_sync"

# Each SQLite connection is a thread, and readers of one process share one interpreter: more would only wait elsewhere.
_SQLITE_CONNECTIONS = 8
# How long a statement waits for another process that writes, before "database is locked".
_SQLITE_BUSY_SECONDS = 5.0

# One process keeps so many connections to PostgreSQL and opens as many again in a rush; its default limit is 100.
_POSTGRESQL_CONNECTIONS = 10
_POSTGRESQL_OVERFLOW = 10
# Every statement of ours is short. One that takes longer waits for a server that has gone.
_POSTGRESQL_COMMAND_SECONDS = 10.0
_POSTGRESQL_CONNECT_SECONDS = 5.0
# Routers forget connections that have been silent for long, without telling either end.
_POSTGRESQL_RECYCLE_SECONDS = 1800

# How every connection to PostgreSQL is made.
POSTGRESQL_CONNECT = {
    "timeout": _POSTGRESQL_CONNECT_SECONDS,
    "command_timeout": _POSTGRESQL_COMMAND_SECONDS,
    # Compiling to machine code takes longer than any of our statements.
    "server_settings": {"application_name": "baton", "jit": "off"},
}

# How long a caller waits for one of the connections.
_POOL_SECONDS = 10.0

_POSTGRESQL_SCHEMES = frozenset({"postgresql", "postgres", "postgresql+asyncpg"})
_SQLITE_SCHEMES = frozenset({"sqlite", "sqlite+aiosqlite"})


def open_engine(database_url: str, *, sqlite_full_sync: bool = False) -> AsyncEngine:
    """The engine for `sqlite:///path` or `postgresql://…`; nothing is connected yet.

    `sqlite_full_sync` makes every commit survive a power cut, at the price of a disk flush each; without it a commit
    survives the end of the process, and a power cut may take the last instant.
    """
    try:
        url = make_url(database_url)
    except ArgumentError:
        # Without the value: it may hold a password.
        raise Misconfigured("DATABASE_URL is not a database URL.") from None
    if url.drivername in _SQLITE_SCHEMES:
        return _open_sqlite(url, full_sync=sqlite_full_sync)
    if url.drivername in _POSTGRESQL_SCHEMES:
        return _open_postgresql(url)
    raise Misconfigured(f"DATABASE_URL must begin with sqlite:// or postgresql://, not {url.drivername}://.")


def _open_sqlite(url: URL, *, full_sync: bool) -> AsyncEngine:
    if not url.database or ":memory:" in url.database:
        raise Misconfigured("DATABASE_URL must name a file: a database in memory is not shared between connections.")
    if not url.database.startswith("file:") and not Path(url.database).absolute().parent.is_dir():
        raise Misconfigured(f"DATABASE_URL: the directory of {url.database} does not exist.")
    engine = create_async_engine(
        url.set(drivername="sqlite+aiosqlite"),
        pool_size=_SQLITE_CONNECTIONS,
        max_overflow=0,
        pool_timeout=_POOL_SECONDS,
        # First of all, so that also the statements which set up a connection wait for their turn.
        connect_args={"timeout": _SQLITE_BUSY_SECONDS},
        execution_options={_FULL_SYNC: full_sync},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        _set_up_sqlite(connection, full_sync=full_sync)

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later is refused when another one wrote in between; IMMEDIATE
        # queues for the right to write instead. Readers run one statement each, which is a snapshot by itself.
        if connection.get_execution_options().get(WRITES):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def sqlite_connection(engine: AsyncEngine) -> sqlite3.Connection:
    """A connection to the file of `engine` for whoever speaks to SQLite directly, set up like the engine's own.

    It may be closed by another thread than the one that uses it.
    """
    (database,), options = engine.dialect.create_connect_args(engine.url)
    connection: sqlite3.Connection = sqlite3.connect(
        database, timeout=_SQLITE_BUSY_SECONDS, check_same_thread=False, uri=bool(options.get("uri"))
    )
    _set_up_sqlite(connection, full_sync=engine.get_execution_options().get(_FULL_SYNC, False))
    return connection


def _set_up_sqlite(connection: Any, *, full_sync: bool) -> None:
    # Transactions are ours alone: the driver would begin them late and never IMMEDIATE.
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={'FULL' if full_sync else 'NORMAL'}")
        cursor.execute("PRAGMA foreign_keys=ON")
    finally:
        cursor.close()


def _open_postgresql(url: URL) -> AsyncEngine:
    query = dict(url.query)
    if "sslmode" in query:
        # libpq's name for what asyncpg calls ssl, with the same values; hosting providers hand out the former.
        query["ssl"] = query.pop("sslmode")
    engine = create_async_engine(
        url.set(drivername="postgresql+asyncpg", query=query),
        pool_size=_POSTGRESQL_CONNECTIONS,
        max_overflow=_POSTGRESQL_OVERFLOW,
        pool_timeout=_POOL_SECONDS,
        pool_recycle=_POSTGRESQL_RECYCLE_SECONDS,
        connect_args=POSTGRESQL_CONNECT,
    )

    @event.listens_for(engine.sync_engine, "checkout")
    def check(connection: Any, _record: object, _proxy: object) -> None:
        # Instead of pool_pre_ping, which costs three round trips each time: asyncpg knows when the server has hung
        # up, and one that vanished without a word would not answer a ping either.
        if connection.driver_connection.is_closed():
            raise DisconnectionError

    return engine
