"""The lane to SQLite: one thread that writes, two that read, and a commit for all the steps that have gathered.

SQLite admits one writer, and a transaction costs much more than a step in it. So while one transaction is under way the
next steps gather, and the next transaction takes them all: the busier, the cheaper each of them.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql import ClauseElement

from domain.errors import Unavailable
from domain.step import Step
from infrastructure.store import appending
from infrastructure.store.compiled import Compiled
from infrastructure.store.engine import sqlite_connection
from infrastructure.store.failures import unavailable_when_silent
from infrastructure.store.transactions import write_lock

# More readers would wait for the interpreter instead.
_READERS = 2
# More steps would make the first of them wait; by then the commit costs next to nothing each.
_STEPS_PER_COMMIT = 100
# Before each of these attempts SQLite itself has waited for seconds.
_ATTEMPTS = 4
_PAUSE_SECONDS = 0.05

_Outcome = Any | None | Exception
# What is done within a transaction, and what comes of it.
_Work = Callable[[sqlite3.Connection], Any]


class SqliteLane:
    """A lane (`infrastructure.store.lane.Lane`) to an SQLite file."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._lock = write_lock(engine)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="sqlite-reader")
        self._here = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._waiting: list[tuple[_Work, asyncio.Future[Any]]] = []
        self._committing: asyncio.Task[None] | None = None
        self._compiled: dict[ClauseElement, Compiled] = {}
        dialect = engine.dialect
        self._move = Compiled(appending.MOVE, dialect, sets=appending.MOVED_COLUMNS)
        self._move_under_lease = Compiled(appending.MOVE_UNDER_LEASE, dialect, sets=appending.MOVED_COLUMNS)
        self._insert = Compiled(appending.INSERT, dialect, sets=appending.ENTRY_COLUMNS)
        event.listen(engine.sync_engine, "engine_disposed", lambda _engine: self._close())

    async def read(self, statement: ClauseElement, values: Mapping[str, Any]) -> list[Any]:
        compiled = self._compiled.get(statement)
        if compiled is None:
            compiled = self._compiled[statement] = Compiled(statement, self._engine.dialect)
        with unavailable_when_silent():
            return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, compiled, values)

    async def write(self, statement: ClauseElement, values: Mapping[str, Any]) -> list[Any]:
        compiled = self._compiled.get(statement)
        if compiled is None:
            compiled = self._compiled[statement] = Compiled(statement, self._engine.dialect)
        found: list[Any] = await self._kept(partial(_rows, compiled=compiled, values=values))
        return found

    async def append(self, step: Step) -> Any | None:
        return await self._kept(partial(self._one, step=step))

    async def _kept(self, work: _Work) -> Any:
        kept: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, kept))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_all(), name="sqlite: commit")
        with unavailable_when_silent():
            return await kept

    async def _commit_all(self) -> None:
        """One commit after another until nothing waits."""
        loop = asyncio.get_running_loop()
        batch: list[tuple[_Work, asyncio.Future[Any]]] = []
        try:
            while self._waiting:
                async with self._lock:
                    # Whoever was cancelled meanwhile has no step to keep.
                    batch = [(work, kept) for work, kept in self._waiting[:_STEPS_PER_COMMIT] if not kept.done()]
                    del self._waiting[:_STEPS_PER_COMMIT]
                    works = [work for work, _ in batch]
                    outcomes = await loop.run_in_executor(self._writer, self._keep, works)
                for (_, kept), outcome in zip(batch, outcomes, strict=True):
                    _settle(kept, outcome)
        finally:
            self._committing = None
            # Nobody is left waiting, whatever went wrong here (the lane was closed, the loop is ending).
            for _, kept in (*batch, *self._waiting):
                _settle(kept, Unavailable("The database is being closed."))
            self._waiting.clear()

    def _keep(self, works: Sequence[_Work]) -> list[_Outcome]:
        """In the writer's thread: all in one transaction; each in its own when one of them fails."""
        try:
            return self._transaction(works)
        except Exception as error:  # noqa: BLE001 - whatever it is, whoever waits for a step is told
            if len(works) == 1 or isinstance(error, sqlite3.OperationalError):
                return [error for _ in works]
            return [outcome for work in works for outcome in self._keep([work])]

    def _transaction(self, works: Sequence[_Work]) -> list[_Outcome]:
        connection = self._connection()
        _begin(connection)
        try:
            rows = [work(connection) for work in works]
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return rows

    def _one(self, connection: sqlite3.Connection, step: Step) -> Any | None:
        move = self._move if step.reply is None else self._move_under_lease
        found = connection.execute(move.text, move.arguments(appending.move_values(step))).fetchall()
        if not found:
            return None
        row = move.row(found[0])
        for values in appending.entry_rows(step, row):
            connection.execute(self._insert.text, self._insert.arguments(values))
        return row

    def _read(self, compiled: Compiled, values: Mapping[str, Any]) -> list[Any]:
        return _rows(self._connection(), compiled, values)

    def _connection(self) -> sqlite3.Connection:
        """This thread's own."""
        connection: sqlite3.Connection | None = getattr(self._here, "connection", None)
        if connection is None:
            connection = self._here.connection = sqlite_connection(self._engine)
            self._connections.append(connection)
        return connection

    def _close(self) -> None:
        """Let the threads end what they are at, and close what they used."""
        for threads in (self._writer, self._readers):
            threads.shutdown(wait=True)
        while self._connections:
            self._connections.pop().close()


def _rows(connection: sqlite3.Connection, compiled: Compiled, values: Mapping[str, Any]) -> list[Any]:
    found = connection.execute(compiled.text, compiled.arguments(values)).fetchall()
    return [compiled.row(one) for one in found]


def _begin(connection: sqlite3.Connection) -> None:
    """Queue for the right to write, again when another process holds it for very long."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            connection.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError:
            if attempt == _ATTEMPTS:
                raise
        # Spread out, so that processes that met once do not meet again. This is the writer's own thread.
        time.sleep(_PAUSE_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311


def _settle(kept: asyncio.Future[Any], outcome: _Outcome) -> None:
    if kept.done():
        return
    if isinstance(outcome, Exception):
        kept.set_exception(outcome)
    else:
        kept.set_result(outcome)
