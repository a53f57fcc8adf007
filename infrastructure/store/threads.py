"""The port `Threads` over SQL."""

from __future__ import annotations

from sqlalchemy import Text, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.errors import SessionNotFound
from infrastructure.store.clock import DatabaseClock
from infrastructure.store.failures import violates_unique
from infrastructure.store.tables import engine_threads
from infrastructure.store.transactions import Transactions


class SqlThreads:
    """The engines' threads in the database of `engine`; its schema is there (see `migrate`)."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    async def get(self, session_name: str, engine: str) -> str | None:
        key = {"session": session_name, "engine_name": engine}

        async def read(connection: AsyncConnection) -> str | None:
            thread: str | None = (await connection.execute(_GET, key)).scalar()
            return thread

        return await self._transactions.read(read)

    async def keep(self, session_name: str, engine: str, thread_id: str) -> str:
        values = {"session_name": session_name, "engine": engine, "thread_id": thread_id}

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(_KEEP, values)

        try:
            await self._transactions.write(write)
        except IntegrityError as error:
            if not violates_unique(error):
                raise SessionNotFound(session_name) from None
        else:
            return thread_id
        # Somebody was faster.
        return await self._kept(session_name, engine)

    async def replace(self, session_name: str, engine: str, thread_id: str, *, gone: str) -> str:
        values = {"session": session_name, "engine_name": engine, "gone": gone, "replacement": thread_id}

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(_REPLACE, values)

        await self._transactions.write(write)
        return await self._kept(session_name, engine)

    async def _kept(self, session_name: str, engine: str) -> str:
        # Rows of this table go only with their session, so what was kept is there to be read.
        kept = await self.get(session_name, engine)
        if kept is None:
            raise SessionNotFound(session_name)
        return kept


_OF_SESSION = (
    engine_threads.c.session_name == bindparam("session", type_=Text),
    engine_threads.c.engine == bindparam("engine_name", type_=Text),
)
_GET = select(engine_threads.c.thread_id).where(*_OF_SESSION)
_REPLACE = (
    update(engine_threads)
    .where(*_OF_SESSION, engine_threads.c.thread_id == bindparam("gone", type_=Text))
    .values(thread_id=bindparam("replacement", type_=Text), created_at=DatabaseClock())
)
_KEEP = insert(engine_threads).values(created_at=DatabaseClock())
