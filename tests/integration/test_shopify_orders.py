"""The order book of Shopify's shops, against servers that speak its Admin API over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import pytest

from domain.errors import OrderNotFound, PartlyUnavailable, Unavailable
from domain.order import OrderItem
from domain.ports import OrderBook
from infrastructure.orders.shopify.order_book import ShopifyOrderBook
from infrastructure.orders.shopify.shopfront import Shopfront, ShopifyTerms
from infrastructure.orders.shopify.shops import Shop
from tests.fakes.clock import Clock
from tests.servers.plain_http import Json
from tests.servers.shopify_server import TOKEN, VERSION, ShopifyServer, answering, line, order, parcel, shopify

ANA, BEN = "ana@example.com", "ben@example.com"
LAMPS = order("#1001", ANA, "Ana Ruiz", createdAt="2026-11-18T22:00:00Z")
BELL = order("#1002", BEN, "Ben Cole")
UK = order("UK22080", ANA, "Ana Ruiz", createdAt="2026-11-19T08:00:00Z")
DE = order("DE-5001", "käthe@example.com", "Käthe Lang")


@asynccontextmanager
async def _book(
    *servers: tuple[ShopifyServer, str], token: str = TOKEN, seconds: float = 3.0, clock: Clock | None = None
) -> AsyncIterator[OrderBook]:
    shops = [Shop(server.origin, prefix, token) for server, prefix in servers]
    front = Shopfront(shops, ShopifyTerms(VERSION, seconds, 60.0), clock=clock or Clock())
    try:
        yield ShopifyOrderBook(front)
    finally:
        await front.close()


@pytest.fixture
async def shop() -> AsyncIterator[ShopifyServer]:
    async with shopify(orders=[LAMPS, BELL]) as server:
        yield server


async def _numbers(book: OrderBook, text: str, limit: int = 20) -> list[str]:
    return [found.number for found in await book.search(text, limit=limit)]


async def test_an_order_is_found_with_its_number_and_email(shop: ShopifyServer) -> None:
    async with _book((shop, "")) as book:
        found = await book.find(" 10 01", " ANA@example.com ")
    assert (found.number, found.email, found.customer_name, found.status) == ("1001", ANA, "Ana Ruiz", "processing")
    assert (found.placed_on, found.currency, found.shop) == (date(2026, 11, 18), "£", "")
    assert found.items == (OrderItem("Trail Lamp", 2, "19.50", "https://cdn.shop.example/trail.png"),)


@pytest.mark.parametrize("number", ["1001", "#1001", "# 1001", "１００１"])
async def test_a_number_may_be_written_in_many_ways(shop: ShopifyServer, number: str) -> None:
    async with _book((shop, "")) as book:
        assert (await book.find(number, ANA)).number == "1001"


@pytest.mark.parametrize(
    ("number", "email"),
    [
        ("1001", BEN),
        ("1003", ANA),
        ("1001", ""),
        ("", ANA),
        ("#", ANA),
        ("100", ANA),
        ("1001", "example.com"),
        ("*", ANA),
    ],
)
async def test_wrong_pairs_all_look_the_same(shop: ShopifyServer, number: str, email: str) -> None:
    async with _book((shop, "")) as book:
        with pytest.raises(OrderNotFound) as refusal:
            await book.find(number, email)
    assert (refusal.value.detail, refusal.value.extra) == (OrderNotFound().detail, {})


async def test_the_shop_does_the_same_for_a_wrong_number_and_a_wrong_email(shop: ShopifyServer) -> None:
    async with _book((shop, "")) as book:
        for number, email in (("1001", BEN), ("1009", ANA)):
            with pytest.raises(OrderNotFound):
                await book.find(number, email)
    # Each is one request that finds nothing: neither takes longer, and neither brings an order along.
    assert shop.requests == 2
    assert [len(query) for query, _ in shop.asked] == [len(shop.asked[0][0])] * 2


async def test_what_the_search_finds_is_not_believed() -> None:
    async with shopify(orders=[LAMPS, BELL]) as shop, _book((shop, "")) as book:
        shop.is_generous = True
        with pytest.raises(OrderNotFound):
            await book.find("1001", BEN)
        assert (await book.find("1002", BEN)).number == "1002"


@pytest.mark.parametrize(
    "text",
    [
        "name:* OR email:*",
        '" OR name:*',
        '1001" OR name:"1002',
        '\\" OR name:*',
        "*",
        "-nobody",
        "NOT",
        "or",
        "NOT nobody",
        ") OR (name:1002",
        "' OR '",
        "email:*@example.com",
    ],
)
async def test_what_people_write_is_never_part_of_the_query(shop: ShopifyServer, text: str) -> None:
    async with _book((shop, "")) as book:
        assert await book.search(text) == []
        for number, email in ((text, ANA), ("1001", text)):
            with pytest.raises(OrderNotFound):
                await book.find(number, email)


async def test_agents_find_orders_by_number_email_and_name(shop: ShopifyServer) -> None:
    async with _book((shop, "")) as book:
        assert await _numbers(book, "1001") == ["1001"]
        assert await _numbers(book, "#1002") == ["1002"]
        assert await _numbers(book, "ANA@example.com") == ["1001"]
        assert await _numbers(book, "ben cole") == ["1002"]
        assert await _numbers(book, "RUI") == ["1001"]
        assert await _numbers(book, "nobody") == []
        assert await book.search(" # ") == []
        assert [found.number for found in await book.of_customer(" Ben@Example.com")] == ["1002"]


async def test_names_and_addresses_with_an_apostrophe(shop: ShopifyServer) -> None:
    shop.orders.append(order("#1004", "o'brien+shop@example.com", "Nora O'Brien"))
    async with _book((shop, "")) as book:
        assert (await book.find("1004", "O'Brien+Shop@example.com")).number == "1004"
        assert await _numbers(book, "nora o'brien") == ["1004"]


async def test_where_there_is_nothing_to_look_for_no_shop_is_asked(shop: ShopifyServer) -> None:
    async with _book((shop, "")) as book:
        for text in ("*", "#", "()", '""', "--", " "):
            assert await book.search(text) == []
            assert await book.of_customer(text) == []
            with pytest.raises(OrderNotFound):
                await book.find(text, ANA)
    assert shop.requests == 0


async def test_only_orders_with_just_this_email_are_the_customers(shop: ShopifyServer) -> None:
    shop.orders.append(order("#1003", f"x {ANA}"))
    async with _book((shop, "")) as book:
        assert [found.number for found in await book.of_customer(ANA)] == ["1001"]


async def test_many_orders_come_in_pages_the_newest_first() -> None:
    orders = [order(f"#2{day:03}", ANA, createdAt=f"2026-10-{day:02}T10:00:00Z") for day in range(1, 32)]
    async with shopify(orders=orders) as shop, _book((shop, "")) as book:
        assert await _numbers(book, ANA, 25) == [f"2{day:03}" for day in range(31, 6, -1)]
        assert [first for _, first in shop.asked] == [10, 10, 5]


async def test_each_number_goes_to_the_shop_that_its_prefix_names() -> None:
    async with shopify(orders=[UK]) as uk, shopify(orders=[DE]) as de, _book((uk, "UK"), (de, "DE-")) as book:
        assert (await book.find("uk 22080", ANA)).shop == uk.origin.removeprefix("http://")
        assert (await book.find("de5001", "KÄTHE@example.com")).number == "DE-5001"
        assert await _numbers(book, "#UK22080") == ["UK22080"]
        assert (uk.requests, de.requests) == (2, 1)


async def test_without_a_prefix_all_shops_are_asked_together() -> None:
    async with shopify(orders=[UK]) as uk, shopify(orders=[LAMPS]) as other, _book((uk, "UK"), (other, "")) as book:
        assert (await book.find("1001", ANA)).number == "1001"
        # By name and by e-mail, the newest of all shops first.
        assert await _numbers(book, "ana ruiz") == ["UK22080", "1001"]
        assert await _numbers(book, "ana ruiz", 1) == ["UK22080"]
        assert (uk.requests, other.requests) == (3, 3)


async def test_a_shop_that_fails_does_not_hide_the_others() -> None:
    async with shopify(orders=[UK]) as uk, shopify(orders=[LAMPS]) as other, _book((uk, "UK"), (other, "")) as book:
        other.faults = [answering(401, {"errors": "no"})] * 9
        assert await _numbers(book, "ana ruiz") == ["UK22080"]
        assert (await book.find("UK22080", ANA)).number == "UK22080"
        # Whether the silent shop has it nobody knows.
        with pytest.raises(PartlyUnavailable):
            await book.find("1001", ANA)
        uk.faults = [answering(403, {"errors": "no"})] * 9
        with pytest.raises(Unavailable) as failure:
            await book.find("1003", ANA)
        assert not isinstance(failure.value, PartlyUnavailable)
        with pytest.raises(Unavailable):
            await book.search("ben")


async def test_a_search_in_one_shop_is_a_request_and_the_next_is_remembered(shop: ShopifyServer) -> None:
    clock = Clock()
    async with _book((shop, ""), clock=clock) as book:
        for _ in range(5):
            assert await _numbers(book, "1001") == ["1001"]
        assert shop.requests == 1
        await book.find("1001", ANA)
        await book.find(" #1001", ANA.upper())
        assert shop.requests <= 3
        before = shop.requests
        clock.advance(59)
        await _numbers(book, "1001")
        assert shop.requests == before
        shop.orders[0] = {**LAMPS, "cancelledAt": "2026-11-21T00:00:00Z"}
        clock.advance(2)
        assert [found.status for found in await book.search("1001")] == ["cancelled"]
        assert shop.requests == before + 1


async def test_equal_questions_at_once_are_one_request(shop: ShopifyServer) -> None:
    async with _book((shop, "")) as book:
        found = await asyncio.gather(*(book.search("ana ruiz") for _ in range(20)))
        assert {tuple(orders[0].number for _ in "x") for orders in found} == {("1001",)}
        assert shop.requests == 1


async def test_who_gives_up_does_not_end_the_request_of_the_others(shop: ShopifyServer) -> None:
    async with _book((shop, "")) as book:
        hasty = asyncio.create_task(book.search("1001"))
        patient = asyncio.create_task(book.search("1001"))
        await asyncio.sleep(0)
        hasty.cancel()
        assert [found.number for found in await patient] == ["1001"]
        assert shop.requests == 1


async def test_failures_are_not_remembered(shop: ShopifyServer) -> None:
    async with _book((shop, "")) as book:
        shop.faults = [answering(401, {"errors": "no"})]
        with pytest.raises(Unavailable):
            await book.search("1001")
        assert await _numbers(book, "1001") == ["1001"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "processing"),
        ({"displayFulfillmentStatus": "ON_HOLD"}, "processing"),
        ({"displayFulfillmentStatus": "PARTIALLY_FULFILLED", "fulfillments": [parcel("DELIVERED")]}, "partly_shipped"),
        ({"displayFulfillmentStatus": "FULFILLED", "fulfillments": [parcel("FULFILLED")]}, "in_transit"),
        ({"displayFulfillmentStatus": "FULFILLED", "fulfillments": [parcel("LABEL_PRINTED")]}, "packed"),
        ({"displayFulfillmentStatus": "FULFILLED", "fulfillments": [parcel("OUT_FOR_DELIVERY")]}, "out_for_delivery"),
        (
            {
                "displayFulfillmentStatus": "FULFILLED",
                "fulfillments": [parcel("DELIVERED"), parcel("IN_TRANSIT", "Z2")],
            },
            "in_transit",
        ),
        ({"displayFulfillmentStatus": "FULFILLED", "fulfillments": [parcel("DELIVERED")]}, "delivered"),
        ({"displayFulfillmentStatus": "FULFILLED", "fulfillments": [parcel("SOMETHING_NEW")]}, "in_transit"),
        ({"displayFulfillmentStatus": "FULFILLED"}, "in_transit"),
        (
            {"displayFulfillmentStatus": "FULFILLED", "lineItems": {"nodes": [line("Voucher", 1, "50", ships=False)]}},
            "delivered",
        ),
        ({"displayFulfillmentStatus": "FULFILLMENT_NOT_REQUIRED"}, "delivered"),
        ({"displayFulfillmentStatus": "SOMETHING_NEW"}, "something_new"),
        ({"cancelledAt": "2026-11-20T00:00:00Z", "displayFulfillmentStatus": "FULFILLED"}, "cancelled"),
        ({"returnStatus": "RETURNED", "displayFulfillmentStatus": "FULFILLED"}, "returned"),
        (
            {
                "displayFulfillmentStatus": "FULFILLED",
                "fulfillments": [parcel("READY_FOR_PICKUP"), parcel("DELIVERED")],
            },
            "ready_for_pickup",
        ),
        ({"displayFulfillmentStatus": "FULFILLED", "fulfillments": [parcel("ATTEMPTED_DELIVERY")]}, "in_transit"),
        ({"displayFinancialStatus": "REFUNDED"}, "refunded"),
        ({"displayFinancialStatus": "REFUNDED", "displayFulfillmentStatus": "FULFILLED"}, "refunded"),
        ({"displayFinancialStatus": "REFUNDED", "cancelledAt": "2026-11-20T00:00:00Z"}, "cancelled"),
        ({"displayFinancialStatus": "PARTIALLY_REFUNDED"}, "processing"),
        ({"displayFulfillmentStatus": "RESTOCKED"}, "processing"),
    ],
)
async def test_the_state_of_an_order(changes: dict[str, object], status: str) -> None:
    async with shopify(orders=[{**LAMPS, **changes}]) as shop, _book((shop, "")) as book:
        assert (await book.find("1001", ANA)).status == status


async def test_what_was_taken_out_of_an_order_is_not_in_it() -> None:
    lines = [{**line("Lamp", 3, "10"), "currentQuantity": 2}, {**line("Bell", 1, "5"), "currentQuantity": 0}]
    all_gone = [{**each, "currentQuantity": 0} for each in lines]
    orders = [
        {**LAMPS, "displayFinancialStatus": "PARTIALLY_REFUNDED", "lineItems": {"nodes": lines}},
        {**order("#1003", ANA), "displayFinancialStatus": "REFUNDED", "lineItems": {"nodes": all_gone}},
    ]
    async with shopify(orders=orders) as shop, _book((shop, "")) as book:
        in_part, wholly = await book.find("1001", ANA), await book.find("1003", ANA)
    assert [(item.name, item.quantity) for item in in_part.items] == [("Lamp", 2)]
    assert [(item.name, item.quantity) for item in wholly.items] == [("Lamp", 3), ("Bell", 1)]


@pytest.mark.parametrize(("count", "shown"), [(20, 20), (45, 45), (120, 120), (150, 120)])
async def test_an_order_of_many_lines(count: int, shown: int) -> None:
    many = {**LAMPS, "lineItems": {"nodes": [line(f"Lamp {number}", 1, "10") for number in range(count)]}}
    async with shopify(orders=[many]) as shop, _book((shop, "")) as book:
        found = await book.find("1001", ANA)
        assert [item.name for item in found.items] == [f"Lamp {number}" for number in range(shown)]
        assert found.has_more_items is (shown < count)
        assert shop.requests == (1 if count <= 20 else 2)
        # Agents look through many orders, of which each shows its beginning.
        (listed,) = await book.search("1001")
        assert (len(listed.items), listed.has_more_items) == (20, count > 20)


async def test_an_order_whose_other_lines_cannot_be_had_shows_the_first() -> None:
    many = {**LAMPS, "lineItems": {"nodes": [line(f"Lamp {number}", 1, "10") for number in range(30)]}}
    async with shopify(orders=[many]) as shop, _book((shop, "")) as book:
        handle = shop._executed

        def first_only(body: Json) -> Json:
            return handle(body) if "query" in body["variables"] else {"errors": [{"extensions": {"code": "NO"}}]}

        shop._executed = first_only  # type: ignore[method-assign]
        found = await book.find("1001", ANA)
    assert (len(found.items), found.has_more_items) == (20, True)


async def test_an_order_without_an_email_answers_to_nobody(shop: ShopifyServer) -> None:
    shop.orders.append({**order("#1005", ""), "email": None})
    shop.is_generous = True
    async with _book((shop, "")) as book:
        for email in ("", " ", "none@example.com", "None"):
            with pytest.raises(OrderNotFound):
                await book.find("1005", email)


async def test_a_prefix_may_be_left_out() -> None:
    same = order("UK5001", "ben@example.com")
    async with shopify(orders=[UK, same]) as uk, shopify(orders=[DE]) as de, _book((uk, "UK"), (de, "DE-")) as book:
        assert (await book.find("22080", ANA)).number == "UK22080"
        assert (await book.find("#5001", "käthe@example.com")).number == "DE-5001"
        assert (await book.find("5001", BEN)).number == "UK5001"
        with pytest.raises(OrderNotFound):
            await book.find("2080", ANA)
        assert book.numbers.example == "UK1234 / DE-1234"


async def test_the_parcel_of_an_order_is_the_last_one_that_was_sent() -> None:
    parcels = [
        parcel("DELIVERED", "Z1"),
        parcel("IN_TRANSIT", "Z2", company="UPS"),
        parcel("IN_TRANSIT", None),
        {**parcel("CANCELED", "Z3"), "status": "CANCELLED"},
    ]
    sent = {**LAMPS, "displayFulfillmentStatus": "FULFILLED", "fulfillments": parcels}
    async with shopify(orders=[sent]) as shop, _book((shop, "")) as book:
        found = await book.find("1001", ANA)
    assert (found.carrier, found.tracking_number, found.tracking_url) == ("UPS", "Z2", "https://t.example/Z2")


@pytest.mark.parametrize(
    ("amount", "currency", "symbol", "price"),
    [
        ("2499.0", "EUR", "€", "2,499.00"),
        ("79", "CHF", "CHF ", "79.00"),
        ("12800", "JPY", "JP¥", "12,800"),
        ("0", "GBP", "£", "0.00"),
    ],
)
async def test_prices_as_a_shop_writes_them(amount: str, currency: str, symbol: str, price: str) -> None:
    priced = {**LAMPS, "lineItems": {"nodes": [line("Lamp", 1, amount, currency)]}}
    async with shopify(orders=[priced]) as shop, _book((shop, "")) as book:
        found = await book.find("1001", ANA)
    assert (found.currency, found.items[0].price) == (symbol, price)


async def test_what_a_shop_leaves_out_is_empty_and_what_is_no_address_is_none() -> None:
    bare = order("#1001", ANA, billingAddress=None, lineItems={"nodes": []})
    bare["fulfillments"] = [
        {
            "status": "SUCCESS",
            "displayStatus": None,
            "trackingInfo": [{"company": None, "number": "Z1", "url": "javascript:x"}],
        }
    ]
    async with shopify(orders=[bare]) as shop, _book((shop, "")) as book:
        found = await book.find("1001", ANA)
    assert (found.items, found.currency, found.carrier, found.tracking_url) == ((), "", "", "")
