"""Customers' tries at orders are limited: for a session, for a number and for an e-mail address."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from domain.errors import LookupsExhausted, OrderNotFound, PartlyUnavailable, Unavailable
from domain.lookup import LookupLimits
from domain.order import Order
from infrastructure.orders.guarded import GuardedLookups
from tests.fakes.clock import Clock
from tests.fakes.orders import MemoryOrders
from tests.fakes.tries import MemoryTries

ANA = "ana@example.com"
ANAS = Order("1001", ANA, "Ana", date(2025, 11, 20), "shipped", "£", ())
LIMITS = LookupLimits(session_tries=5, session_seconds=900, tries=10, seconds=3600)


class Orders(MemoryOrders):
    """Orders behind a shop that may fail, and that takes a moment."""

    failure: Exception | None = None

    async def find(self, number: str, email: str) -> Order:
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        return await super().find(number, email)


@pytest.fixture
def tries(clock: Clock) -> MemoryTries:
    return MemoryTries(clock)


@pytest.fixture
def orders() -> Orders:
    return Orders(ANAS)


@pytest.fixture
def lookups(orders: Orders, tries: MemoryTries) -> GuardedLookups:
    return GuardedLookups(orders, tries, LIMITS)


async def _outcome(lookups: GuardedLookups, session: str, number: str, email: str) -> str:
    try:
        return (await lookups.find(session, number, email)).number
    except (OrderNotFound, LookupsExhausted, Unavailable) as error:
        return error.code


async def test_after_five_wrong_tries_a_session_learns_nothing_more(lookups: GuardedLookups, clock: Clock) -> None:
    wrong = [await _outcome(lookups, "s1", f"10{each}0", ANA) for each in range(5)]
    assert wrong == ["order_not_found"] * 5
    # Neither a wrong pair nor the right one is told from the other any more.
    assert await _outcome(lookups, "s1", "1001", ANA) == "lookups_exhausted"
    assert await _outcome(lookups, "s1", "1009", ANA) == "lookups_exhausted"
    assert await _outcome(lookups, "s2", "1001", ANA) == "1001"
    clock.advance(899)
    with pytest.raises(LookupsExhausted) as refusal:
        await lookups.find("s1", "1001", ANA)
    assert refusal.value.retry_after == 1
    clock.advance(1)
    assert await _outcome(lookups, "s1", "1001", ANA) == "1001"


async def test_who_is_refused_looks_nothing_up(lookups: GuardedLookups, orders: Orders) -> None:
    for each in range(5):
        await _outcome(lookups, "s1", f"10{each}0", ANA)
    asked = len(orders.asked)
    await _outcome(lookups, "s1", "1001", ANA)
    assert len(orders.asked) == asked


# However it is written it is one number, also with a prefix that the shop might put before it.
NUMBERS = ["1001", "#1001", "10 01", "10-01", "１００１", "UK1001"]


async def _guesses(lookups: GuardedLookups, session: str, first: int, count: int) -> list[str]:
    return [
        await _outcome(lookups, session, NUMBERS[each % len(NUMBERS)], f"a{each}@example.com")
        for each in range(first, first + count)
    ]


async def test_a_stranger_cannot_shut_an_owner_out_by_a_session_or_two(lookups: GuardedLookups) -> None:
    # What a number has is gone, and what the strangers have to spare.
    for stranger in range(4):
        await _guesses(lookups, f"stranger {stranger}", 10 * stranger, 8)
    assert await _outcome(lookups, "stranger 0", "1001", ANA) == "lookups_exhausted"
    for _ in range(3):
        assert await _outcome(lookups, "owner", "1001", ANA) == "1001"
    assert await _outcome(lookups, "another", "1002", ANA) == "order_not_found"


async def test_who_is_late_has_one_try(lookups: GuardedLookups) -> None:
    for stranger in range(2):
        await _guesses(lookups, f"stranger {stranger}", 10 * stranger, 5)
    assert await _outcome(lookups, "mistaken", "1001", "anna@example.com") == "order_not_found"
    # Whether this one is right is not told any more.
    assert await _outcome(lookups, "mistaken", "1001", ANA) == "lookups_exhausted"
    assert await _outcome(lookups, "mistaken", "1001", "an@example.com") == "lookups_exhausted"


async def test_a_number_is_tried_so_often_by_however_many_sessions(lookups: GuardedLookups, clock: Clock) -> None:
    guesses: list[str] = []
    waits: list[int] = []
    for minute in range(60):
        for stranger in range(20):
            guesses += await _guesses(lookups, f"stranger {minute}-{stranger}", len(guesses), 1)
        try:
            await lookups.find(f"owner {minute}", "1001", ANA)
        except LookupsExhausted as refusal:
            waits.append(int(refusal.retry_after))
        clock.advance(60)
    # Ten an hour, and ten within each quarter of it, of twelve hundred.
    assert guesses.count("order_not_found") == 10 + 4 * 10
    # While so many go on the owner cannot be told from them, but need not wait for an hour.
    assert len(waits) == 60
    assert max(waits) <= 900
    assert await _outcome(lookups, "owner", "1001", ANA) == "1001"


async def test_an_email_is_tried_ten_times_an_hour_by_all_sessions(lookups: GuardedLookups) -> None:
    for each in range(10):
        assert await _outcome(lookups, f"s{each}", f"20{each:02}", f" {ANA.upper()} ") == "order_not_found"
    assert await _outcome(lookups, "another", "1001", ANA) == "lookups_exhausted"


async def test_right_tries_do_not_count(lookups: GuardedLookups, tries: MemoryTries) -> None:
    for _ in range(30):
        assert await _outcome(lookups, "s1", "1001", ANA) == "1001"
    assert set(await asyncio.gather(*(_outcome(lookups, "s1", "1001", ANA) for _ in range(30)))) == {"1001"}
    assert set(tries.counts.values()) == {0}


async def test_of_many_wrong_tries_at_once_five_are_answered(lookups: GuardedLookups, tries: MemoryTries) -> None:
    outcomes = await asyncio.gather(
        *(_outcome(lookups, "s1", f"30{each:02}", f"{each}@x.example") for each in range(50))
    )
    assert (outcomes.count("order_not_found"), outcomes.count("lookups_exhausted")) == (5, 45)
    assert tries.counts["order-session"] == 5


async def test_nobody_pays_for_a_shop_that_does_not_answer(
    lookups: GuardedLookups, orders: Orders, tries: MemoryTries
) -> None:
    orders.failure = Unavailable("The shop does not answer.")
    assert [await _outcome(lookups, "s1", "1001", ANA) for _ in range(9)] == ["unavailable"] * 9
    assert set(tries.counts.values()) == {0}


async def test_but_where_some_shops_answered_it_was_a_try(lookups: GuardedLookups, orders: Orders) -> None:
    orders.failure = PartlyUnavailable("Not all shops answer.")
    outcomes = [await _outcome(lookups, "s1", "1001", ANA) for _ in range(6)]
    assert outcomes == ["partly_unavailable"] * 5 + ["lookups_exhausted"]


async def test_who_gives_up_waiting_has_not_tried(lookups: GuardedLookups, tries: MemoryTries) -> None:
    asked = asyncio.create_task(lookups.find("s1", "1009", ANA))
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert set(tries.counts.values()) == {0}


async def test_no_address_is_kept(lookups: GuardedLookups, tries: MemoryTries) -> None:
    await _outcome(lookups, "s1", "1009", ANA)
    assert not [subject for subject in tries._kept if "ana" in subject or "1009" in subject]
