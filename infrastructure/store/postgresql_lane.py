"""The lane to PostgreSQL: every append is one statement, and so one round trip and one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import asyncpg
import orjson
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql import ClauseElement

from domain.step import Step
from infrastructure.store import appending
from infrastructure.store.compiled import Compiled
from infrastructure.store.engine import POSTGRESQL_CONNECT
from infrastructure.store.failures import unavailable_when_silent

# As many statements at once as one process can keep busy; PostgreSQL's default limit is 100 connections in all.
_CONNECTIONS = 10


class PostgresqlLane:
    """A lane (`infrastructure.store.lane.Lane`) to a PostgreSQL database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()
        self._compiled: dict[ClauseElement, Compiled] = {}
        self._move = Append(Compiled(appending.MOVE, engine.dialect, sets=appending.MOVED_COLUMNS))
        self._move_under_lease = Append(
            Compiled(appending.MOVE_UNDER_LEASE, engine.dialect, sets=appending.MOVED_COLUMNS)
        )
        event.listen(engine.sync_engine, "engine_disposed", lambda _engine: self._close())

    async def read(self, statement: ClauseElement, values: Mapping[str, Any]) -> list[Any]:
        compiled = self._compiled.get(statement)
        if compiled is None:
            compiled = self._compiled[statement] = Compiled(statement, self._engine.dialect)
        with unavailable_when_silent():
            pool = self._pool or await self._open()
            return [compiled.row(found) for found in await pool.fetch(compiled.text, *compiled.arguments(values))]

    async def write(self, statement: ClauseElement, values: Mapping[str, Any]) -> list[Any]:
        # A statement by itself is a transaction.
        return await self.read(statement, values)

    async def append(self, step: Step) -> Any | None:
        append = self._move if step.reply is None else self._move_under_lease
        with unavailable_when_silent():
            pool = self._pool or await self._open()
            try:
                found = await pool.fetchrow(append.text, *append.arguments(step))
            except asyncpg.UniqueViolationError:
                # Another transaction kept the same client_message_id at the same moment.
                return None
        return None if found is None else append.row(found)

    async def _open(self) -> asyncpg.Pool:
        async with self._opening:
            if self._pool is None:
                _, where = self._engine.dialect.create_connect_args(self._engine.url)
                self._pool = await asyncpg.create_pool(
                    min_size=0, max_size=_CONNECTIONS, reset=_nothing, **where, **POSTGRESQL_CONNECT
                )
            return self._pool

    def _close(self) -> None:
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None


class Append:
    """The move and the entries as one statement: the entries are numbered from what the move returns."""

    def __init__(self, move: Compiled) -> None:
        self._move = move
        drafts = len(move.arguments(_NO_VALUES)) + 1
        columns = ", ".join(appending.DRAFT_COLUMNS)
        typed = ", ".join(f"{name} text" for name in appending.DRAFT_COLUMNS)
        self.text = f"""
            WITH moved AS ({move.text}),
            kept AS (
                INSERT INTO entries (session_name, seq, epoch, created_at, step_first_seq, step_last_seq, {columns})
                SELECT moved.name, moved.last_seq - draft.count + draft.place, moved.epoch, moved.updated_at,
                    moved.last_seq - draft.count + 1, moved.last_seq, {columns}
                FROM moved, jsonb_to_recordset(${drafts}::text::jsonb) AS draft (place int, count int, {typed})
            )
            SELECT * FROM moved
        """  # noqa: S608 - made of our own statements and column names

    def arguments(self, step: Step) -> list[Any]:
        drafts = [
            {"place": place, "count": len(step.drafts), **appending.draft_values(draft)}
            for place, draft in enumerate(step.drafts, 1)
        ]
        return [*self._move.arguments(appending.move_values(step)), orjson.dumps(drafts).decode()]

    def row(self, found: Any) -> Any:
        return self._move.row(found)


class _Nothing(dict[str, Any]):
    """Stands in for values where only their number counts."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> None:
        return None


_NO_VALUES = _Nothing()


async def _nothing(_connection: Any) -> None:
    """Our statements leave nothing behind on a connection, and asking for a reset would be a round trip each."""
