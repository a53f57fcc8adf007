"""Looking up orders: one with its number and e-mail for a customer, a search for an agent."""

from __future__ import annotations

from datetime import date

import pytest

from domain.errors import InvalidInput, OrderNotFound
from domain.order import Order, OrderItem
from services.orders import MAX_QUERY_CHARACTERS, find_order, search_orders
from tests.fakes.orders import MemoryOrders

ANAS = Order(
    "1001", "ana@example.com", "Ana", date(2025, 11, 20), "shipped", "£", (OrderItem("Trail Lamp", 2, "19.50"),)
)
BENS = Order("1002", "ben@example.com", "Ben", date(2025, 11, 21), "paid", "£", (OrderItem("Bell", 1, "9.00"),))


@pytest.fixture
def orders() -> MemoryOrders:
    return MemoryOrders(ANAS, BENS)


async def test_an_order_is_found_with_its_number_and_email(orders: MemoryOrders) -> None:
    assert await find_order(orders, number=" 1001 ", email=" ANA@example.com\n") == ANAS


@pytest.mark.parametrize(
    ("number", "email"), [("1001", "ben@example.com"), ("1003", "ana@example.com"), ("x", "y"), ("1" * 9_000, "x")]
)
async def test_nothing_tells_a_wrong_number_from_a_wrong_email(orders: MemoryOrders, number: str, email: str) -> None:
    with pytest.raises(OrderNotFound) as refusal:
        await find_order(orders, number=number, email=email)
    assert refusal.value.extra == {}


@pytest.mark.parametrize(
    ("number", "email", "field"),
    [("", "ana@example.com", "number"), ("1001", " ", "email"), ("10\0", "x", "number"), ("1", "\ud800", "email")],
)
async def test_what_cannot_be_said_is_not_looked_for(orders: MemoryOrders, number: str, email: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await find_order(orders, number=number, email=email)
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


async def test_no_shop_is_asked_for_more_than_anybody_means(orders: MemoryOrders) -> None:
    await search_orders(orders, "x" * 5_000, limit=20)
    with pytest.raises(OrderNotFound):
        await find_order(orders, number="1" * 5_000, email="x" * 5_000)
    assert [len(asked) for asked in orders.asked] == [MAX_QUERY_CHARACTERS] * 3
