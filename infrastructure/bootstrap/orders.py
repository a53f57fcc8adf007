"""The shop that the settings name: its orders, what it sells, where its parcels are, and how customers may ask."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from domain.errors import Misconfigured
from domain.knowledge import KnowledgeEntry
from domain.lookup import LookupLimits
from domain.ports import Catalogue, Lookups, OrderBook, Tracking, Tries
from domain.tracking import Parcel, TrackingInfo
from infrastructure.bootstrap.settings import Settings
from infrastructure.orders.demo import DemoCatalogue, DemoOrderBook, DemoTracking
from infrastructure.orders.guarded import GuardedLookups
from infrastructure.orders.shopify.shops import parse_shops


@dataclass(frozen=True, slots=True)
class ShopParts:
    """`orders` is for agents, `lookups` for customers and whoever answers them."""

    orders: OrderBook
    lookups: Lookups
    catalogue: Catalogue
    tracking: Tracking


@asynccontextmanager
async def open_shop(settings: Settings, tries: Tries, entries: Iterable[KnowledgeEntry]) -> AsyncIterator[ShopParts]:
    """The shop as long as the block lasts; `entries` are what the demo shop sells.

    `Misconfigured` when a setting that `ORDERS` or `TRACKING` needs is missing. Nothing is connected yet.
    """
    async with AsyncExitStack() as stack:
        orders, catalogue = _shop(settings, entries, stack)
        limits = LookupLimits(
            session_tries=settings.order_session_tries,
            session_seconds=settings.order_session_tries_minutes * 60,
            tries=settings.order_tries,
            seconds=settings.order_tries_minutes * 60,
        )
        yield ShopParts(orders, GuardedLookups(orders, tries, limits), catalogue, _tracking(settings, stack))


def _shop(settings: Settings, entries: Iterable[KnowledgeEntry], stack: AsyncExitStack) -> tuple[OrderBook, Catalogue]:
    if settings.orders == "demo":
        return DemoOrderBook(), DemoCatalogue(entries)
    shops = parse_shops(settings.shopify_shops.get_secret_value())
    if not shops:
        raise Misconfigured("ORDERS=shopify needs SHOPIFY_SHOPS.")
    # Its libraries take a while to load and are of no use to who has no such shop.
    from infrastructure.orders.shopify.catalogue import ShopifyCatalogue
    from infrastructure.orders.shopify.order_book import ShopifyOrderBook
    from infrastructure.orders.shopify.shopfront import Shopfront, ShopifyTerms

    terms = ShopifyTerms(settings.shopify_api_version, settings.shopify_timeout_seconds, settings.shopify_cache_seconds)
    front = Shopfront(shops, terms)
    stack.push_async_callback(front.close)
    return ShopifyOrderBook(front), ShopifyCatalogue(front)


def _tracking(settings: Settings, stack: AsyncExitStack) -> Tracking:
    if settings.tracking == "none":
        return _NoTracking()
    if settings.tracking == "demo":
        return DemoTracking()
    key = settings.tracking_api_key.get_secret_value()
    if not key:
        raise Misconfigured("TRACKING=17track needs TRACKING_API_KEY.")
    from infrastructure.orders.tracking.seventeen_track import SeventeenTrack

    tracking = SeventeenTrack(key, api_base=settings.tracking_api_base, cache_seconds=settings.tracking_cache_seconds)
    stack.push_async_callback(tracking.close)
    return tracking


class _NoTracking:
    """Nobody knows where parcels are."""

    async def track(self, parcels: Sequence[Parcel]) -> Mapping[Parcel, TrackingInfo]:
        return {}
