"""What a shop's Admin API may do instead of answering, and what the client makes of it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from domain.errors import Unavailable
from infrastructure.orders.shopify.client import ShopClient
from infrastructure.orders.shopify.queries import ORDERS
from infrastructure.orders.shopify.shops import Shop
from tests.servers.shopify_server import (
    TOKEN,
    VERSION,
    Bucket,
    Fault,
    ShopifyServer,
    answering,
    dying,
    malformed,
    order,
    shopify,
    slow,
)
from tests.stopwatch import Stopwatch

VARIABLES = {"query": 'name:"1001"', "first": 5}


@pytest.fixture
async def shop() -> AsyncIterator[ShopifyServer]:
    async with shopify(orders=[order("#1001", "ana@example.com")]) as server:
        yield server


@pytest.fixture
async def client(shop: ShopifyServer) -> AsyncIterator[ShopClient]:
    asking = ShopClient(Shop(shop.origin, "", TOKEN), api_version=VERSION, timeout_seconds=3.0)
    yield asking
    await asking.close()


async def _names(client: ShopClient) -> list[str]:
    data = await client.ask(ORDERS, VARIABLES)
    return [node["name"] for node in data["orders"]["nodes"]]


def _errors(*codes: str, **more: Any) -> Fault:
    errors = [{"message": "…", "extensions": {"code": code}} for code in codes]
    return answering(200, {"errors": errors, **more})


@pytest.mark.parametrize(
    "fault",
    [
        answering(429, {"errors": "Exceeded 2 calls per second for api client."}, {"Retry-After": "0.05"}),
        answering(429, {"errors": "Exceeded 2 calls per second for api client."}),
        answering(503, {"errors": "busy"}),
        answering(500, {"errors": "Internal Server Error"}),
        answering(502, {}),
        _errors("INTERNAL_SERVER_ERROR"),
        answering(200, {}),
        answering(200, {"data": None}),
        malformed,
        dying,
    ],
)
async def test_a_bad_moment_is_waited_out(shop: ShopifyServer, client: ShopClient, fault: Fault) -> None:
    shop.faults = [fault, fault]
    assert await _names(client) == ["#1001"]
    assert shop.requests == 3


@pytest.mark.parametrize(
    ("fault", "reason", "status"),
    [
        (answering(401, {"errors": "[API] Invalid API key or access token"}), "refused", 401),
        (answering(402, {"errors": "This shop's plan does not have access"}), "refused", 402),
        (answering(403, {"errors": "[API] This action requires merchant approval"}), "refused", 403),
        (answering(404, {"errors": "Not Found"}), "refused", 404),
        (answering(423, {"errors": "This shop is unavailable"}), "refused", 423),
        (answering(302, {}, {"Location": "https://elsewhere.example/"}), "refused", 302),
        (_errors("ACCESS_DENIED"), "access_denied", None),
        (_errors("MAX_COST_EXCEEDED"), "max_cost_exceeded", None),
        (_errors("undefinedField"), "undefinedfield", None),
        (answering(200, {"errors": "something else", "data": None}), "unknown", None),
    ],
)
async def test_what_no_time_heals_is_told_at_once(
    shop: ShopifyServer, client: ShopClient, fault: Fault, reason: str, status: int | None
) -> None:
    shop.faults = [fault]
    with capture_logs() as logged, pytest.raises(Unavailable):
        await client.ask(ORDERS, VARIABLES)
    assert shop.requests == 1
    (line,) = logged
    assert (line["event"], line["reason"], line["status"]) == ("shop_failed", reason, status)
    assert await _names(client) == ["#1001"]


async def test_after_a_few_tries_somebody_is_told(shop: ShopifyServer, client: ShopClient) -> None:
    shop.faults = [answering(503, {}, {"Retry-After": "0.01"})] * 10
    with pytest.raises(Unavailable):
        await client.ask(ORDERS, VARIABLES)
    assert shop.requests == 4


async def test_nobody_waits_longer_than_the_limit(shop: ShopifyServer) -> None:
    client = ShopClient(Shop(shop.origin, "", TOKEN), api_version=VERSION, timeout_seconds=0.3)
    shop.faults = [slow(5)] * 5
    with Stopwatch() as watch:
        with capture_logs() as logged, pytest.raises(Unavailable):
            await client.ask(ORDERS, VARIABLES)
        assert watch.seconds() < 2
    assert logged[0]["reason"] == "timeout"
    await client.close()


async def test_a_wait_beyond_the_limit_is_not_begun(shop: ShopifyServer, client: ShopClient) -> None:
    shop.faults = [answering(429, {"errors": "slow down"}, {"Retry-After": "60.0"})]
    with Stopwatch() as watch:
        with pytest.raises(Unavailable):
            await client.ask(ORDERS, VARIABLES)
        assert watch.seconds() < 1
    assert shop.requests == 1


async def test_a_shop_that_is_not_there(client: ShopClient) -> None:
    gone = ShopClient(Shop("http://127.0.0.1:9", "", TOKEN), api_version=VERSION, timeout_seconds=3.0)
    with capture_logs() as logged, pytest.raises(Unavailable):
        await gone.ask(ORDERS, VARIABLES)
    assert logged[0]["reason"] == "unreachable"
    await gone.close()


async def test_what_is_refused_for_its_cost_is_asked_again_when_the_bucket_holds_it(
    shop: ShopifyServer, client: ShopClient
) -> None:
    shop.bucket = Bucket(cost=100.0, maximum=1000.0, rate=500.0, available=0.0)
    with Stopwatch() as watch:
        began = time.monotonic()
        assert await _names(client) == ["#1001"]
        assert time.monotonic() - began > 0.15
        assert watch.seconds() < 2
    assert shop.throttled == 1


async def test_a_bucket_that_is_known_is_not_asked_too_much_of(shop: ShopifyServer, client: ShopClient) -> None:
    shop.bucket = Bucket(cost=100.0, maximum=200.0, rate=500.0, available=200.0)
    await _names(client)
    began = time.monotonic()
    assert await asyncio.gather(*(_names(client) for _ in range(6))) == [["#1001"]] * 6
    # 600 points, 100 of them there (200 when some time has passed since), 500 a second.
    assert time.monotonic() - began > 0.75
    assert shop.throttled <= 1


async def test_what_is_good_of_an_answer_is_taken(shop: ShopifyServer, client: ShopClient) -> None:
    node = {"name": "#1001", "email": "ana@example.com", "customer": None}
    denied = {
        "message": "Access denied for customer field.",
        "extensions": {"code": "ACCESS_DENIED"},
        "path": ["orders"],
    }
    data = {"orders": {"nodes": [node], "pageInfo": {"hasNextPage": False}}}
    shop.faults = [answering(200, {"data": data, "errors": [denied]})]
    with capture_logs() as logged:
        assert await _names(client) == ["#1001"]
    assert [(line["event"], line["codes"]) for line in logged] == [("shop_answered_in_part", ["ACCESS_DENIED"])]


async def test_neither_the_token_nor_what_was_asked_is_logged(
    shop: ShopifyServer, caplog: pytest.LogCaptureFixture
) -> None:
    structlog.reset_defaults()
    caplog.set_level("INFO")
    client = ShopClient(Shop(shop.origin, "", TOKEN), api_version=VERSION, timeout_seconds=3.0)
    shop.faults = [answering(401, {"errors": f"no {TOKEN}"})]
    with capture_logs() as logged:
        with pytest.raises(Unavailable) as failure:
            await client.ask(ORDERS, {"query": "email:secret@example.com", "first": 1})
        await client.ask(ORDERS, {"query": 'email:"secret@example.com"', "first": 1})
    await client.close()
    seen = json.dumps(logged) + caplog.text + str(failure.value) + repr(client.shop)
    assert TOKEN not in seen
    assert "secret@example.com" not in seen
