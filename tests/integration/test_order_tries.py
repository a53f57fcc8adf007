"""Tries are counted for all processes, and limited however many come at once."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.lookup import Allowance
from domain.ports import Tries
from infrastructure.store import tries as tries_module
from infrastructure.store.tables import tries as table
from infrastructure.store.tries import SqlTries

THREE = Allowance("a", 3, 60.0)
FIVE = Allowance("b", 5, 60.0)


@pytest.fixture
def tries(database: AsyncEngine) -> Tries:
    return SqlTries(database)


async def _kept(database: AsyncEngine) -> dict[str, int]:
    async with database.connect() as connection:
        rows = await connection.execute(select(table.c.subject, table.c.count))
        return {str(row[0]): int(row[1]) for row in rows}


async def _expire(database: AsyncEngine) -> None:
    async with database.begin() as connection:
        await connection.execute(update(table).values(expires_at=1.0))


async def test_so_many_tries_and_no_more(tries: Tries) -> None:
    assert [await tries.take([THREE]) for _ in range(3)] == [None, None, None]
    left = await tries.take([THREE])
    assert left is not None
    assert 50 < left <= 60


async def test_of_many_at_once_so_many_pass(database: AsyncEngine) -> None:
    # Two processes, as it were.
    one, other = SqlTries(database), SqlTries(database)
    taken = await asyncio.gather(*(each.take([THREE, FIVE]) for each in [one, other] * 10))
    assert taken.count(None) == 3
    assert await _kept(database) == {"a": 3, "b": 3}


async def test_where_one_allowance_has_gone_nothing_is_counted(tries: Tries, database: AsyncEngine) -> None:
    for _ in range(3):
        await tries.take([THREE])
    assert await tries.take([FIVE, THREE]) is not None
    assert await _kept(database) == {"a": 3}


async def test_those_with_the_same_allowances_in_another_order_do_not_wait_for_each_other(
    database: AsyncEngine,
) -> None:
    one = SqlTries(database)
    many = [Allowance("a", 100, 60.0), Allowance("b", 100, 60.0), Allowance("c", 100, 60.0)]
    orders = [many, many[::-1], many[1:] + many[:1]]
    assert set(await asyncio.gather(*(one.take(order) for order in orders * 8))) == {None}
    assert await _kept(database) == {"a": 24, "b": 24, "c": 24}


async def test_what_is_given_back_can_be_taken_again(tries: Tries, database: AsyncEngine) -> None:
    for _ in range(10):
        assert await tries.take([THREE]) is None
        await tries.give_back([THREE])
    await tries.give_back([THREE, FIVE])
    assert await _kept(database) == {"a": 0}


async def test_a_count_that_has_expired_begins_anew(tries: Tries, database: AsyncEngine) -> None:
    for _ in range(3):
        await tries.take([THREE])
    await _expire(database)
    assert [await tries.take([THREE]) for _ in range(3)] == [None, None, None]
    assert await tries.take([THREE]) is not None


async def test_time_begins_with_the_first_try_that_counts(tries: Tries, database: AsyncEngine) -> None:
    await tries.take([THREE])
    await tries.give_back([THREE])
    async with database.begin() as connection:
        await connection.execute(update(table).values(expires_at=table.c.expires_at - 59))
    for _ in range(3):
        await tries.take([THREE])
    left = await tries.take([THREE])
    assert left is not None
    assert left > 50


async def test_what_has_expired_is_cleared_away(database: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries_module, "_FORGET_SECONDS", 0.0)
    tries = SqlTries(database)
    await tries.take([THREE])
    await _expire(database)
    await tries.take([FIVE])
    assert await _kept(database) == {"b": 1}
