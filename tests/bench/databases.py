"""Databases with sessions and histories in them: filled once for each size, and copied for each use."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import tempfile
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import CTE, ColumnElement, Integer, Text, cast, insert, literal, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.entry import Audience, EntryType, Role, Source
from domain.session import Language, Status
from infrastructure.store.engine import WRITES, open_engine
from infrastructure.store.migrate import migrate
from infrastructure.store.tables import entries, sessions
from tests.servers.postgres_server import PostgresServer

System = Literal["sqlite", "postgresql"]
Size = tuple[int, int]

# Every session is in a person's hands under this epoch.
EPOCH = 1

# No statement of Baton's takes long, and its engine gives up on one that does.
_ROWS_AT_ONCE = 100_000

_CREATED_AT = 1763605000.0
_CONTENT = "A message of the length that people write in a chat, give or take a few words."


def session_names(count: int) -> list[str]:
    """The names of the first `count` sessions."""
    return [f"bench-{number}" for number in range(1, count + 1)]


class Databases:
    """Gives databases of both systems; `close` removes them all."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="baton-bench-"))
        self._numbers = itertools.count()
        self._sqlite: dict[Size, Path] = {}
        self._postgresql: dict[Size, str] = {}
        self._server: PostgresServer | None = None

    async def filled(self, system: System, *, sessions: int, history: int) -> str:
        """The URL of a database of one's own with so many sessions of so many entries each."""
        size = (sessions, history)
        return await (self._copied(size) if system == "sqlite" else self._cloned(size))

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _copied(self, size: Size) -> str:
        if size not in self._sqlite:
            template = self._folder / f"template-{next(self._numbers)}.db"
            await _fill(f"sqlite:///{template}", *size)
            self._sqlite[size] = template
        path = self._folder / f"{next(self._numbers)}.db"
        await asyncio.to_thread(shutil.copyfile, self._sqlite[size], path)
        return f"sqlite:///{path}"

    async def _cloned(self, size: Size) -> str:
        if self._server is None:
            self._server = PostgresServer(durable=True)
            await asyncio.to_thread(self._server.start)
        if size not in self._postgresql:
            url = self._server.create_database()
            await _fill(url, *size)
            self._postgresql[size] = url.rpartition("/")[2]
        return await asyncio.to_thread(self._server.create_database, template=self._postgresql[size])


async def _fill(url: str, session_count: int, history: int) -> None:
    """Bring the schema and the rows into an empty database."""
    engine = open_engine(url)
    try:
        await migrate(engine)
        writers = engine.execution_options(**{WRITES: True})
        async with writers.begin() as connection:
            await connection.execute(_session_rows(session_count, history))
        step = max(1, _ROWS_AT_ONCE // session_count)
        for first in range(1, history + 1, step):
            async with writers.begin() as connection:
                await connection.execute(_entry_rows(first, min(first + step - 1, history)))
        await _settle(engine)
    finally:
        await engine.dispose()


async def _settle(engine: AsyncEngine) -> None:
    """What the database would otherwise do by itself while it is measured."""
    statement = "PRAGMA wal_checkpoint(TRUNCATE)" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text(statement))


def _session_rows(count: int, history: int) -> Any:
    numbers = _numbers(count)
    name = literal("bench-", Text) + cast(numbers.c.number, Text)
    values: dict[str, Any] = {
        "name": name,
        "status": Status.MANUAL_LIVE.value,
        "language": Language.ENGLISH.value,
        "epoch": EPOCH,
        "last_seq": history,
        "asked_seq": 0,
        "answered_seq": 0,
        "created_at": _CREATED_AT,
        "updated_at": _CREATED_AT,
        "customer_name": "A customer",
        "customer_email": "customer@shop.example",
        "agent_id": "a_bench",
        "agent_name": "Mina",
        "preview": _CONTENT,
        "folded_identity": name,
        "folded_preview": _CONTENT.casefold(),
    }
    return insert(sessions).from_select(list(values), select(*_columns(sessions, values)).select_from(numbers))


def _entry_rows(first: int, last: int) -> Any:
    """Of every session the entries from `first` to `last`."""
    numbers = _numbers(last, first)
    values: dict[str, Any] = {
        "session_name": sessions.c.name,
        "seq": numbers.c.number,
        "epoch": EPOCH,
        "type": EntryType.MANUAL_MESSAGE.value,
        "role": Role.USER.value,
        "source": Source.AI_CHATBOT.value,
        "created_at": _CREATED_AT,
        "content": _CONTENT,
        "audience": Audience.EVERYONE.value,
        "data": {},
        "step_first_seq": numbers.c.number,
        "step_last_seq": numbers.c.number,
    }
    rows = select(*_columns(entries, values)).select_from(sessions).join(numbers, literal(1) == literal(1))
    return insert(entries).from_select(list(values), rows)


def _columns(table: Any, values: dict[str, Any]) -> list[ColumnElement[Any]]:
    return [
        value if isinstance(value, ColumnElement) else literal(value, table.c[name].type)
        for name, value in values.items()
    ]


def _numbers(last: int, first: int = 1) -> CTE:
    """`first` to `last`, which both systems can count by themselves."""
    numbers = select(literal(first, Integer).label("number")).cte("numbers", recursive=True)
    return numbers.union_all(select(numbers.c.number + 1).where(numbers.c.number < last))
