"""Looking up orders: one with its number and e-mail for a customer, a search for an agent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from domain.errors import InvalidInput, OrderNotFound, Unavailable
from domain.order import Order, OrderItem
from domain.tracking import Parcel, TrackingInfo, TrackingStatus
from services.orders import MAX_QUERY_CHARACTERS, find_order, orders_of, search_orders, whereabouts
from tests.fakes.orders import FreeLookups, MemoryOrders

ANAS = Order(
    "1001", "ana@example.com", "Ana", date(2025, 11, 20), "shipped", "£", (OrderItem("Trail Lamp", 2, "19.50"),)
)
BENS = Order("1002", "ben@example.com", "Ben", date(2025, 11, 21), "paid", "£", (OrderItem("Bell", 1, "9.00"),))


@pytest.fixture
def orders() -> MemoryOrders:
    return MemoryOrders(ANAS, BENS)


async def test_an_order_is_found_with_its_number_and_email(orders: MemoryOrders) -> None:
    lookups = FreeLookups(orders)
    assert await find_order(lookups, session_name="s", number=" 1001 ", email=" ANA@example.com\n") == ANAS


@pytest.mark.parametrize(
    ("number", "email"), [("1001", "ben@example.com"), ("1003", "ana@example.com"), ("x", "y"), ("1" * 9_000, "x")]
)
async def test_nothing_tells_a_wrong_number_from_a_wrong_email(orders: MemoryOrders, number: str, email: str) -> None:
    with pytest.raises(OrderNotFound) as refusal:
        await find_order(FreeLookups(orders), session_name="s", number=number, email=email)
    assert refusal.value.extra == {}


@pytest.mark.parametrize(
    ("number", "email", "field"),
    [("", "ana@example.com", "number"), ("1001", " ", "email"), ("10\0", "x", "number"), ("1", "\ud800", "email")],
)
async def test_what_cannot_be_said_is_not_looked_for(orders: MemoryOrders, number: str, email: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await find_order(FreeLookups(orders), session_name="s", number=number, email=email)
    assert refusal.value.field == field
    assert orders.asked == []


async def test_agents_search(orders: MemoryOrders) -> None:
    assert await search_orders(orders, " ana ", limit=20) == [ANAS]
    assert await search_orders(orders, "example.com", limit=20) == [ANAS, BENS]
    assert await search_orders(orders, "example.com", limit=1) == [ANAS]
    assert await search_orders(orders, "nobody", limit=20) == []
    with pytest.raises(InvalidInput) as refusal:
        await search_orders(orders, " ", limit=20)
    assert refusal.value.field == "q"


async def test_agents_ask_for_the_orders_of_one_customer(orders: MemoryOrders) -> None:
    assert await orders_of(orders, " ANA@example.com", limit=20) == [ANAS]
    assert await orders_of(orders, "example.com", limit=20) == []
    with pytest.raises(InvalidInput) as refusal:
        await orders_of(orders, "\0", limit=20)
    assert refusal.value.field == "email"


async def test_no_shop_is_asked_for_more_than_anybody_means(orders: MemoryOrders) -> None:
    await search_orders(orders, "x" * 5_000, limit=20)
    with pytest.raises(OrderNotFound):
        await find_order(FreeLookups(orders), session_name="s", number="1" * 5_000, email="x" * 5_000)
    assert [len(asked) for asked in orders.asked] == [MAX_QUERY_CHARACTERS] * 3


SENT = replace(ANAS, carrier="DPD", tracking_number="Z1")
PARCEL = Parcel("DPD", "Z1")
UNDER_WAY = TrackingInfo(TrackingStatus.IN_TRANSIT)


class Carrier:
    """The port `Tracking`: knows one parcel, or fails, or is slow."""

    def __init__(self, *, fails: bool = False, seconds: float = 0) -> None:
        self._fails = fails
        self._seconds = seconds
        self.asked: list[Sequence[Parcel]] = []

    async def track(self, parcels: Sequence[Parcel]) -> Mapping[Parcel, TrackingInfo]:
        self.asked.append(parcels)
        await asyncio.sleep(self._seconds)
        if self._fails:
            raise Unavailable("Tracking does not answer.")
        return {PARCEL: UNDER_WAY}


async def test_where_the_parcels_are_is_asked_once_for_all_orders() -> None:
    carrier = Carrier()
    assert await whereabouts(carrier, [SENT, BENS, replace(SENT, tracking_number="Z2")]) == {PARCEL: UNDER_WAY}
    assert carrier.asked == [[PARCEL, Parcel("DPD", "Z2")]]


async def test_before_anything_is_sent_no_carrier_is_asked() -> None:
    carrier = Carrier()
    assert await whereabouts(carrier, [ANAS, BENS]) == {}
    assert carrier.asked == []


@pytest.mark.parametrize("carrier", [Carrier(fails=True), Carrier(seconds=30)], ids=["fails", "slow"])
async def test_orders_do_not_wait_for_a_carrier_that_does_not_answer(carrier: Carrier) -> None:
    assert await whereabouts(carrier, [SENT], seconds=0.05) == {}
