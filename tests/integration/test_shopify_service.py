"""Orders over HTTP as customers and agents see them: of Shopify's shops with 17TRACK, and of the demo shop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from domain.product_card import Card, parsed
from tests.integration.served import is_problem
from tests.servers.people import AgentPerson, Customer, open_customer, signed_in
from tests.servers.service import Service
from tests.servers.shopify_server import TOKEN, ShopifyServer, answering, order, parcel, shopify
from tests.servers.tracking_server import KEY, TrackingServer, track_info, tracking

ANA = "ana@example.com"
SENT = order("UK22080", ANA, displayFulfillmentStatus="FULFILLED", fulfillments=[parcel("IN_TRANSIT")])


@pytest.fixture
async def uk() -> AsyncIterator[ShopifyServer]:
    async with shopify(orders=[SENT, order("UK22081", "ben@example.com", "Ben Cole")]) as server:
        yield server


@pytest.fixture
async def rest() -> AsyncIterator[ShopifyServer]:
    async with shopify(orders=[order("#1001", ANA)]) as server:
        yield server


@pytest.fixture
async def carriers() -> AsyncIterator[TrackingServer]:
    async with tracking() as server:
        server.registered = {"ZX900123456"}
        server.known["ZX900123456"] = track_info("InTransit", expected="2026-11-23T00:00:00Z")
        yield server


@pytest.fixture
async def shop(
    uk: ShopifyServer, rest: ShopifyServer, carriers: TrackingServer, tmp_path: Path
) -> AsyncIterator[Service]:
    """Both services, on two of Shopify's shops."""
    service = Service(
        "serve",
        database_url=f"sqlite:///{tmp_path}/baton.db",
        environment={
            "ORDERS": "shopify",
            "SHOPIFY_SHOPS": f"UK={uk.origin}:{TOKEN},{rest.origin}:{TOKEN}",
            "SHOPIFY_TIMEOUT_SECONDS": "5",
            "TRACKING": "17track",
            "TRACKING_API_KEY": KEY,
            "TRACKING_API_BASE": carriers.base,
        },
    )
    try:
        await asyncio.to_thread(service.start)
        yield service
    finally:
        await asyncio.to_thread(service.close)


async def _order(customer: Customer, number: str, email: str) -> httpx.Response:
    return await customer.get(f"/api/orders/{number}", email=email)


async def _search(mina: AgentPerson, **query: str) -> list[str]:
    answer = await mina.get("/api/shopify/orders/global-search", **query)
    assert answer.status_code == 200, answer.text
    return [found["number"] for found in answer.json()["orders"]]


async def test_orders_of_several_shops(
    http: httpx.AsyncClient, shop: Service, uk: ShopifyServer, rest: ShopifyServer, carriers: TrackingServer
) -> None:
    customer = await open_customer(http, shop.chatbot_url)
    mina = await signed_in(http, shop.workbench_url)

    found = (await _order(customer, "uk22080", ANA.upper())).json()
    assert (found["number"], found["status"], found["carrier"]) == ("UK22080", "in_transit", "DPD")
    assert found["tracking"] == {
        "status": "in_transit",
        "event": "Departed from facility",
        "at": 1795170840.0,
        "place": "Köln, DE",
        "url": "https://t.17track.net/en#nums=ZX900123456",
        "expected_on": "2026-11-23",
    }
    assert not {"email", "customer_name", "shop"} & set(found)
    (card,) = parsed(found["cards"][0])
    assert isinstance(card, Card)
    assert (card.name, card.price, card.tracking_url) == ("Trail Lamp", "£19.50", "https://t.example/ZX900123456")
    before_it_is_sent = (await _order(customer, "1001", ANA)).json()
    assert (before_it_is_sent["number"], before_it_is_sent["tracking"]) == ("1001", None)
    is_problem(await _order(customer, "UK22081", ANA), 404, "order_not_found")
    is_problem(await _order(customer, "UK22089", ANA), 404, "order_not_found")

    assert sorted(await _search(mina, q="ana ruiz")) == ["1001", "UK22080"]
    assert await _search(mina, q="UK22081") == ["UK22081"]
    assert await _search(mina, email="ben@example.com") == ["UK22081"]
    assert await _search(mina, q="name:* OR email:*") == []
    whole = (await mina.get("/api/shopify/orders/global-search", q="UK22080")).json()["orders"][0]
    assert (whole["email"], whole["customer_name"]) == (ANA, "Ana Ruiz")
    assert whole["shop"] == uk.origin.removeprefix("http://")
    assert whole["tracking"]["place"] == "Köln, DE"
    assert len(carriers.calls) == 1

    logged = shop.log.read_text("utf-8")
    assert TOKEN not in logged
    assert KEY not in logged
    assert "ben@example.com" not in logged


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (["Where is my order 1001? ana@example.com"], "Your order 1001 is being processed"),
        (["Where is my order?", "#1001", "ana@example.com"], "Your order 1001 is being processed"),
        (["where is my order", "ana@example.com", "1001"], "Your order 1001 is being processed"),
        (["ana@example.com", "it's １００１"], "Your order 1001 is being processed"),
        (["order no 1001", "ana@example.com"], "Your order 1001 is being processed"),
        (["订单1001到哪了", "ana@example.com"], "您的订单 1001 正在处理中"),
        (["单号：1001，邮箱 ana@example.com"], "您的订单 1001 正在处理中"),
        (["what about uk 22080? ana@example.com"], "Your order UK22080 is on its way."),
        (["order 22080", "my mail is ana@example.com"], "Your order UK22080 is on its way."),
        (["where is my order?", "1009 ana@example.com", "sorry, 1001"], "Your order 1001 is being processed"),
    ],
)
async def test_customers_of_any_shop_get_order_answers(
    http: httpx.AsyncClient, shop: Service, said: list[str], answer: str
) -> None:
    customer = await open_customer(http, shop.chatbot_url)
    *before, last = said
    for text in before:
        assert "[PRODUCT]" not in (await customer.ask(text))["payload"]["content"]
    shown = (await customer.ask(last))["payload"]["content"]
    assert shown.startswith(answer)
    assert "|Trail Lamp|2|£19.50|" in shown


async def test_numbers_look_as_the_shop_writes_them(http: httpx.AsyncClient, shop: Service) -> None:
    customer = await open_customer(http, shop.chatbot_url)
    assert "UK1234 / #1234" in (await customer.ask("where is my order"))["payload"]["content"]
    assert "UK1234 / #1234" in (await customer.ask("1009, ana@example.com"))["payload"]["content"]
    for text in ("I paid 1299 euros", "can I order 1000 lamps?", "Do you have it for people of 1500 mm?"):
        assert "order 1" not in (await customer.ask(text))["payload"]["content"]


async def test_what_fails_behind_it(
    http: httpx.AsyncClient, shop: Service, uk: ShopifyServer, rest: ShopifyServer, carriers: TrackingServer
) -> None:
    customer = await open_customer(http, shop.chatbot_url)
    mina = await signed_in(http, shop.workbench_url)
    # Tracking that fails takes nothing away from an order.
    carriers.faults = [(500, {})]
    assert (await _order(customer, "UK22080", ANA)).json()["tracking"] is None
    rest.faults = [answering(401, {"errors": "no"})] * 20
    assert await _search(mina, q="ana ruiz") == ["UK22080"]
    is_problem(await _order(customer, "1001", ANA), 503, "partly_unavailable")
    uk.faults = [answering(401, {"errors": "no"})] * 20
    for answer in (await _order(customer, "UK22081", ANA), await mina.get("/api/shopify/orders/global-search", q="x")):
        is_problem(answer, 503, "unavailable")
        assert answer.headers["retry-after"]
    assert {line["shop"] for line in shop.logged("shop_failed")} == {
        server.origin.removeprefix("http://") for server in (uk, rest)
    }


async def test_after_too_many_wrong_tries_nothing_is_told(http: httpx.AsyncClient, service: Service) -> None:
    customer = await open_customer(http, service.chatbot_url)
    for number in ("AM20451", "AM20388", "AM99999", "AM20467", "AM99998"):
        is_problem(await _order(customer, number, f"nobody-{number}@example.com"), 404, "order_not_found")
    refused = [
        await _order(customer, number, email)
        for number, email in (
            ("AM20444", "peter.nagy@example.com"),
            ("AM20444", "x@example.com"),
            ("AM1", "x@example.com"),
        )
    ]
    for answer in refused:
        is_problem(answer, 429, "lookups_exhausted")
        assert 0 < int(answer.headers["retry-after"]) <= 900
    bodies = [{key: value for key, value in answer.json().items() if key != "retry_after"} for answer in refused]
    assert bodies[0] == bodies[1] == bodies[2]
    other = await open_customer(http, service.chatbot_url)
    assert (await _order(other, "AM20444", "peter.nagy@example.com")).status_code == 200


async def test_one_order_is_not_guessed_at_by_many_sessions(http: httpx.AsyncClient, service: Service) -> None:
    async def guess(each: int) -> httpx.Response:
        stranger = await open_customer(http, service.chatbot_url)
        return await _order(stranger, "am-20443", f"guess{each}@example.com")

    for each in range(10):
        is_problem(await guess(each), 404, "order_not_found")
    # Its owner need not pay for that, until ten more have used up what there is to spare.
    owner = await open_customer(http, service.chatbot_url)
    assert (await _order(owner, "AM20443", "jonas.meyer@example.com")).status_code == 200
    for each in range(10, 20):
        is_problem(await guess(each), 404, "order_not_found")
    is_problem(await guess(20), 429, "lookups_exhausted")
    refused = await _order(owner, "AM20443", "jonas.meyer@example.com")
    is_problem(refused, 429, "lookups_exhausted")
    assert 0 < int(refused.headers["retry-after"]) <= 900


async def test_tries_in_the_chat_and_outside_of_it_are_the_same(
    http: httpx.AsyncClient, sqlite_service: Service
) -> None:
    customer = await open_customer(http, sqlite_service.chatbot_url)
    for number in range(99901, 99904):
        await customer.ask(f"Where is my order AM{number}? chat-{number}@example.com")
    for number in range(99904, 99906):
        is_problem(await _order(customer, f"AM{number}", f"chat-{number}@example.com"), 404, "order_not_found")
    is_problem(await _order(customer, "AM20459", "samir.haddad@example.com"), 429, "lookups_exhausted")
    refused = await customer.ask("Where is my order AM20459? samir.haddad@example.com")
    assert "[PRODUCT]" not in refused["payload"]["content"]
    assert "15 min" in refused["payload"]["content"]


async def test_the_demo_shop_shows_where_its_parcels_are(http: httpx.AsyncClient, sqlite_service: Service) -> None:
    customer = await open_customer(http, sqlite_service.chatbot_url)
    mina = await signed_in(http, sqlite_service.workbench_url)
    found = (await _order(customer, "AM20451", "mira@example.com")).json()
    assert (found["tracking"]["status"], found["tracking"]["place"]) == ("in_transit", "Fennel Bridge")
    assert await _search(mina, email=" MIRA@example.com") == ["AM20469", "AM20451"]
    assert await _search(mina, q="mira") == ["AM20469", "AM20451"]


@pytest.mark.parametrize("query", [{}, {"q": "x", "email": "mira@example.com"}, {"q": ""}, {"email": "x"}])
async def test_agents_ask_one_thing_at_a_time(
    http: httpx.AsyncClient, sqlite_service: Service, query: dict[str, str]
) -> None:
    mina = await signed_in(http, sqlite_service.workbench_url)
    is_problem(await mina.get("/api/shopify/orders/global-search", **query), 422, "invalid_input")
