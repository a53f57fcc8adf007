"""The port `Tries` over SQL."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlalchemy import Double, Insert, Integer, Text, bindparam, case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.lookup import Allowance
from infrastructure.store.clock import DatabaseClock
from infrastructure.store.tables import tries
from infrastructure.store.transactions import Transactions

# Often enough that the table stays small, seldom enough that reading all of it costs nothing.
_FORGET_SECONDS = 60.0


class SqlTries:
    """Tries in the database of `engine`; its schema is there (see `migrate`)."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)
        self._count = _COUNT[engine.dialect.name]
        self._forget_at = 0.0

    async def take(self, allowances: Sequence[Allowance]) -> float | None:
        async def take(connection: AsyncConnection) -> None:
            for each in _in_order(allowances):
                counted = await connection.execute(self._count, _values(each))
                if counted.first() is None:
                    left = await connection.scalar(_LEFT, {"key": each.subject})
                    raise _GoneError(float(left or 0))

        await self._forget_now_and_then()
        try:
            await self._transactions.write(take)
        except _GoneError as gone:
            return max(gone.seconds, 0.0)
        return None

    async def give_back(self, allowances: Sequence[Allowance]) -> None:
        async def give_back(connection: AsyncConnection) -> None:
            for each in _in_order(allowances):
                await connection.execute(_GIVE_BACK, {"key": each.subject})

        await self._transactions.write(give_back)

    async def _forget_now_and_then(self) -> None:
        """Clear away counts that have expired: their subjects may never come again."""
        if time.monotonic() < self._forget_at:
            return
        self._forget_at = time.monotonic() + _FORGET_SECONDS

        async def forget(connection: AsyncConnection) -> None:
            await connection.execute(_FORGET)

        await self._transactions.write(forget)


class _GoneError(Exception):
    """An allowance is used up; raised so that the transaction is rolled back."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def _in_order(allowances: Sequence[Allowance]) -> list[Allowance]:
    """In the same order for everyone, so that no two wait for each other's rows."""
    return sorted(allowances, key=lambda each: each.subject)


def _values(allowance: Allowance) -> dict[str, object]:
    return {"key": allowance.subject, "tries_limit": allowance.limit, "seconds": allowance.seconds}


_KEY = bindparam("key", type_=Text)
_RENEWED = DatabaseClock() + bindparam("seconds", type_=Double)


def _counting(insert: type[sqlite.Insert] | type[postgresql.Insert]) -> Insert:
    """One try more, unless the limit is reached: then no row comes back.

    A count that has expired begins anew, and so does one of which every try was given back.
    """
    anew = or_(tries.c.expires_at <= DatabaseClock(), tries.c.count == 0)
    return (
        insert(tries)
        .values(subject=_KEY, count=1, expires_at=_RENEWED)
        .on_conflict_do_update(
            index_elements=[tries.c.subject],
            set_={
                "count": case((anew, 1), else_=tries.c.count + 1),
                "expires_at": case((anew, _RENEWED), else_=tries.c.expires_at),
            },
            where=or_(anew, tries.c.count < bindparam("tries_limit", type_=Integer)),
        )
        .returning(tries.c.count)
    )


_COUNT = {"sqlite": _counting(sqlite.Insert), "postgresql": _counting(postgresql.Insert)}
_LEFT = select(tries.c.expires_at - DatabaseClock()).where(tries.c.subject == _KEY)
_GIVE_BACK = update(tries).where(tries.c.subject == _KEY, tries.c.count > 0).values(count=tries.c.count - 1)
# Rows in use are left for the next time: waiting for them could be a deadlock (PostgreSQL; SQLite has one writer).
_FORGET = delete(tries).where(
    tries.c.subject.in_(
        select(tries.c.subject).where(tries.c.expires_at <= DatabaseClock()).with_for_update(skip_locked=True)
    )
)
