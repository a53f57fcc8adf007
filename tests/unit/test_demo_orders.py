"""The demo shop's order book."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from domain.errors import OrderNotFound
from domain.ports import OrderBook
from infrastructure.orders.demo import DemoOrderBook

BOOK: OrderBook = DemoOrderBook(today=date(2026, 3, 10))
STATUSES = {
    "processing",
    "packed",
    "in_transit",
    "out_for_delivery",
    "delivered",
    "returned",
    "cancelled",
    "partly_shipped",
}


@pytest.mark.parametrize(
    "number",
    ["AM20451", "am20451", " am 20451 ", "#AM20451", "AM-20451", "# am - 20 451", "ＡＭ20451", "20451", "#20451"],
)
@pytest.mark.parametrize("email", ["mira@example.com", " Mira@Example.COM "])
async def test_order_is_found_however_it_is_written(number: str, email: str) -> None:
    order = await BOOK.find(number, email)
    assert (order.number, order.status, len(order.items)) == ("AM20451", "in_transit", 2)
    assert order.placed_on == date(2026, 3, 6)


@pytest.mark.parametrize(
    ("number", "email"),
    [
        ("AM20451", "li.wei@example.com"),
        ("AM99999", "mira@example.com"),
        ("", ""),
        ("AM20451", ""),
        ("", "mira@example.com"),
    ],
)
async def test_wrong_pairs_all_look_the_same(number: str, email: str) -> None:
    with pytest.raises(OrderNotFound) as caught:
        await BOOK.find(number, email)
    assert (caught.value.detail, caught.value.extra) == (OrderNotFound().detail, {})


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("AM20388", ["AM20388"]),
        ("#20388", ["AM20388"]),
        ("MIRA@", ["AM20469", "AM20451"]),
        ("mira holt", ["AM20469", "AM20451"]),
        ("李伟", ["AM20388", "AM20207"]),
        ("nobody", []),
        ("  ", []),
        ("#", []),
    ],
)
async def test_agents_find_orders_by_number_email_and_name(text: str, numbers: list[str]) -> None:
    assert [order.number for order in await BOOK.search(text)] == numbers


async def test_search_is_limited_and_begins_with_the_newest() -> None:
    found = await BOOK.search("example.com", limit=5)
    assert len(found) == 5
    assert [order.placed_on for order in found] == sorted((order.placed_on for order in found), reverse=True)


async def test_orders_are_many_and_of_every_kind() -> None:
    orders = await BOOK.search("@example.com", limit=1000)
    assert len(orders) >= 36
    assert {order.status for order in orders} == STATUSES
    assert len({order.currency for order in orders}) >= 3
    assert {len(order.items) for order in orders} >= {1, 2, 3}
    assert any(not item.image_url for order in orders for item in order.items)
    for order in orders:
        links = [order.tracking_url, *(item.image_url for item in order.items)]
        assert all(link.startswith("https://aldermoor.example/") for link in links if link)
        assert bool(order.tracking_number) is (order.status not in {"processing", "packed", "cancelled"})


async def test_orders_are_dated_back_from_today() -> None:
    order = await DemoOrderBook().find("AM20451", "mira@example.com")
    assert 3 <= (datetime.now(UTC).date() - order.placed_on).days <= 5
