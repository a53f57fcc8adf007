"""Short transactions: how every statement of the store reaches the database."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from infrastructure.store.engine import WRITES
from infrastructure.store.failures import is_locked, unavailable_when_silent

_Result = TypeVar("_Result")

# Before each of these attempts SQLite itself has waited for seconds (its busy timeout), except where it sees that
# waiting is no use: while another process recovers or converts the file.
_ATTEMPTS = 4
_PAUSE_SECONDS = 0.05


class Transactions:
    """Runs work on a connection. Errors that mean "no answer" leave as `Unavailable`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._write_lock: AbstractAsyncContextManager[object] = nullcontext()
        if engine.dialect.name == "sqlite":
            self._readers = engine
            self._writers = engine.execution_options(**{WRITES: True})
            # SQLite admits one writer; the others of this process queue here, in order, instead of on the file's
            # lock, where the luckiest wins and the unluckiest gets "database is locked".
            self._write_lock = write_lock(engine)
        else:
            # One statement needs no BEGIN and no ROLLBACK: one round trip instead of three.
            self._readers = engine.execution_options(isolation_level="AUTOCOMMIT")
            self._writers = engine

    async def read(self, work: Callable[[AsyncConnection], Awaitable[_Result]]) -> _Result:
        """What `work` makes of a connection; each of its statements sees one moment of its own."""
        with unavailable_when_silent():
            return await _to_the_end(lambda caller: _run(self._readers.connect, work, caller))

    async def write(self, work: Callable[[AsyncConnection], Awaitable[_Result]]) -> _Result:
        """What `work` makes of a transaction, kept when it returns, rolled back when it raises or is cancelled."""
        with unavailable_when_silent():
            async with self._write_lock:
                return await _to_the_end(lambda caller: _run(self._writers.begin, work, caller))


async def enter_when_unlocked(
    stack: AsyncExitStack, make: Callable[[], AbstractAsyncContextManager[_Result]], *, attempts: int = _ATTEMPTS
) -> _Result:
    """Enter what `make` makes, left when `stack` unwinds; again when another process holds SQLite's lock."""
    for attempt in range(1, attempts + 1):
        try:
            return await stack.enter_async_context(make())
        except OperationalError as error:
            if attempt == attempts or not is_locked(error):
                raise
        # Spread out, so that processes that met once do not meet again.
        await asyncio.sleep(_PAUSE_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311
    raise ValueError("there must be at least one attempt")


class _Abandoned(Exception):
    """Nobody waits for the result any more: what was done is to be undone."""


class _Caller:
    """Whoever waits for a piece of work, and may stop to."""

    def __init__(self) -> None:
        self.gone = False

    def must_be_there(self) -> None:
        if self.gone:
            raise _Abandoned


async def _run(
    make: Callable[[], AbstractAsyncContextManager[AsyncConnection]],
    work: Callable[[AsyncConnection], Awaitable[_Result]],
    caller: _Caller,
) -> _Result:
    async with AsyncExitStack() as stack:
        connection = await enter_when_unlocked(stack, make)
        caller.must_be_there()
        result = await work(connection)
        # The last moment to turn back: behind it the commit.
        caller.must_be_there()
        return result


async def _to_the_end(start: Callable[[_Caller], Coroutine[Any, Any, _Result]]) -> _Result:
    """Run in a task of its own, to its end also when the caller is cancelled, who then leaves cancelled after it.

    A statement that is cut off costs its connection, and a SQLite connection closed with a statement half read lives on
    with its transaction, and with the right to write, until the garbage collector finds it. So the statement at hand
    is waited for (each takes milliseconds), and the transaction rolled back in order.
    """
    caller = _Caller()
    task = asyncio.create_task(start(caller))
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
            caller.gone = True
    if cancelled is None:
        return task.result()
    if not task.cancelled():
        # Looked at, or asyncio would complain that nobody did.
        task.exception()
    raise cancelled


# By engine, because whoever writes to one file shares its queue: the store as well as the directory.
_write_locks: WeakKeyDictionary[AsyncEngine, asyncio.Lock] = WeakKeyDictionary()


def write_lock(engine: AsyncEngine) -> asyncio.Lock:
    """The queue of those who write to SQLite in this process."""
    return _write_locks.setdefault(engine, asyncio.Lock())
