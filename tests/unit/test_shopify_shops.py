"""Shops as an operator writes them, whose number an order's is, what a query is made of, and points."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from domain.errors import Misconfigured
from domain.tracking import Parcel
from infrastructure.bootstrap.orders import open_shop
from infrastructure.bootstrap.settings import Settings, load_settings
from infrastructure.orders.shopify.points import Points
from infrastructure.orders.shopify.searching import (
    email_query,
    pair_query,
    phrase,
    says_something,
    text_query,
    words_query,
)
from infrastructure.orders.shopify.shops import Shop, parse_shops, shops_for
from tests.fakes.clock import Clock
from tests.fakes.tries import MemoryTries
from tests.servers.shopify_search import fits

TOKEN = "shpat_0123456789abcdef"
UK = Shop("https://uk-shop.myshopify.com", "UK", TOKEN)
DE = Shop("https://de-shop.myshopify.com", "DE-", TOKEN)
REST = Shop("https://shop.example", "", TOKEN)


def test_shops_as_an_operator_writes_them() -> None:
    text = f" UK=uk-shop.myshopify.com:{TOKEN}, DE-=https://DE-shop.myshopify.com:{TOKEN} ,shop.example:{TOKEN},"
    assert parse_shops(text) == (UK, DE, REST)
    assert [shop.name for shop in (UK, REST)] == ["uk-shop", "shop.example"]
    assert parse_shops("") == ()


def test_a_shop_on_this_machine_may_do_without_tls() -> None:
    assert parse_shops(f"http://127.0.0.1:8099:{TOKEN}") == (Shop("http://127.0.0.1:8099", "", TOKEN),)


@pytest.mark.parametrize(
    "text",
    [
        "uk-shop.myshopify.com",
        f"UK=:{TOKEN}",
        f"UK=uk-shop.myshopify.com/admin:{TOKEN}",
        f"=uk-shop.myshopify.com:{TOKEN}",
        f"http://uk-shop.myshopify.com:{TOKEN}",
        f"http://127.0.0.1.evil.example:{TOKEN}",
        f"U K=uk-shop.myshopify.com:{TOKEN}",
        f"UK=user@uk-shop.myshopify.com:{TOKEN}",
        f"UK=uk-shop.myshopify.com:{TOKEN} x",
        "uk-shop.myshopify.com:8080",
        f"A=a.example:{TOKEN},B=A.example:{TOKEN}",
    ],
)
def test_anything_else_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_shops(text)
    assert TOKEN not in str(refusal.value)


def test_a_token_is_not_shown() -> None:
    assert TOKEN not in repr(UK)


@pytest.mark.parametrize(
    ("number", "shops"),
    [
        ("UK22080", [UK]),
        ("#uk 22080", [UK]),
        ("DE5001", [DE]),
        ("de-5001", [DE]),
        ("UKX1", [Shop("https://x.example", "UKX", TOKEN)]),
        ("22080", None),
        ("UK", None),
        ("FR1", None),
    ],
)
def test_the_longest_prefix_names_the_shop(number: str, shops: list[Shop] | None) -> None:
    every = [UK, DE, REST, Shop("https://x.example", "UKX", TOKEN)]
    assert shops_for(number, every) == tuple(shops if shops is not None else every)


@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_written_finds_only_what_has_its_words(text: str, other: str) -> None:
    # Nothing that anybody writes finds an order that has nothing in common with it.
    stranger = {"name": "#ZZ77", "email": "zz77@example.com", "customer": "Zz77"}
    if "zz" in (text + other).casefold():
        return
    queries = [words_query(text) or '"x"']
    if says_something(text) and says_something(other):
        queries += [pair_query(UK, text, other), text_query(DE, text), email_query(text)]
    for query in queries:
        assert not fits(query)(stranger)


def test_a_phrase_is_only_words() -> None:
    assert phrase("a \"b\" c:d (e) f* \\ 'g'\n") == "\"a b c d e f 'g'\""


def test_a_bucket_of_points() -> None:
    clock = Clock()
    points = Points(clock=clock)
    assert points.spend("Orders") == 0
    status = {"maximumAvailable": 100.0, "currentlyAvailable": 30, "restoreRate": 10.0}
    assert points.learn("Orders", {"cost": {"requestedQueryCost": 50, "throttleStatus": status}}) == 2
    # Of the 50 there are 30, then nothing for the next.
    assert points.spend("Orders") == 2
    assert points.spend("Orders") == 7
    clock.advance(1000)
    # Never more than the bucket holds.
    assert [points.spend("Orders") for _ in range(3)] == [0, 0, 5]


@pytest.mark.parametrize(
    "extensions",
    [
        None,
        {},
        {"cost": None},
        {"cost": {"requestedQueryCost": None, "throttleStatus": {}}},
        {
            "cost": {
                "requestedQueryCost": 5,
                "throttleStatus": {"maximumAvailable": 1, "currentlyAvailable": 0, "restoreRate": 0},
            }
        },
    ],
)
def test_an_answer_that_says_nothing_of_points_teaches_nothing(extensions: dict[str, object] | None) -> None:
    points = Points(clock=Clock())
    assert points.learn("Orders", extensions) == 0
    assert points.spend("Orders") == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHOPIFY_SHOPS", f"uk-shop.myshopify.com/{TOKEN}"),
        ("SHOPIFY_API_VERSION", "2026-11"),
        ("TRACKING_API_BASE", "api.17track.net"),
        ("ORDERS", "woo"),
        ("TRACKING", "dhl"),
        ("ORDER_TRIES", "0"),
    ],
)
def test_a_setting_that_cannot_work_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Misconfigured) as refusal:
        load_settings()
    assert name in refusal.value.detail
    assert TOKEN not in refusal.value.detail


@pytest.mark.parametrize(("name", "missing"), [("ORDERS", "SHOPIFY_SHOPS"), ("TRACKING", "TRACKING_API_KEY")])
async def test_what_a_choice_needs_is_named(name: str, missing: str) -> None:
    settings = Settings(**{name.lower(): {"ORDERS": "shopify", "TRACKING": "17track"}[name]})  # type: ignore[arg-type]
    with pytest.raises(Misconfigured) as refusal:
        async with open_shop(settings, MemoryTries(Clock()), ()):
            pass
    assert missing in refusal.value.detail


async def test_the_settings_build_the_shop() -> None:
    settings = Settings(
        orders="shopify",
        shopify_shops=SecretStr(f"UK=uk-shop.myshopify.com:{TOKEN}"),
        tracking="17track",
        tracking_api_key=SecretStr("key"),
    )
    async with open_shop(settings, MemoryTries(Clock()), ()) as shop:
        kinds = [type(part).__name__ for part in (shop.orders, shop.catalogue, shop.tracking)]
    assert kinds == ["ShopifyOrderBook", "ShopifyCatalogue", "SeventeenTrack"]
    assert TOKEN not in repr(settings)
    async with open_shop(Settings(orders="demo", tracking="none"), MemoryTries(Clock()), ()) as shop:
        assert await shop.tracking.track([Parcel("DPD", "Z1")]) == {}
