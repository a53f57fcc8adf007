"""Looking up orders, and where their parcels are."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from domain.entry import checked_message
from domain.errors import Unavailable
from domain.order import Order
from domain.ports import Lookups, OrderBook, Tracking
from domain.tracking import Parcel, TrackingInfo

# Longer than any order number, e-mail address or name.
MAX_QUERY_CHARACTERS = 200

# An order is shown without its parcel's whereabouts rather than later.
TRACKING_SECONDS = 2.0


async def find_order(lookups: Lookups, *, session_name: str, number: str, email: str) -> Order:
    """What a customer may see: one order, with its number and its e-mail; `OrderNotFound` for anything else,
    `LookupsExhausted` after too many wrong tries.
    """
    return await lookups.find(session_name, _checked(number, "number"), _checked(email, "email"))


async def search_orders(orders: OrderBook, text: str, *, limit: int) -> list[Order]:
    """What an agent may see: orders by number, e-mail or name."""
    return await orders.search(_checked(text, "q"), limit=limit)


async def orders_of(orders: OrderBook, email: str, *, limit: int) -> list[Order]:
    """The same by just this e-mail."""
    return await orders.of_customer(_checked(email, "email"), limit=limit)


def parcel_of(order: Order) -> Parcel | None:
    """The order's parcel, or None before it is sent."""
    return Parcel(order.carrier, order.tracking_number) if order.tracking_number else None


async def whereabouts(
    tracking: Tracking, orders: Sequence[Order], *, seconds: float = TRACKING_SECONDS
) -> Mapping[Parcel, TrackingInfo]:
    """What is known of the orders' parcels within so long; nothing, if nobody answers."""
    parcels = [parcel for order in orders if (parcel := parcel_of(order)) is not None]
    if not parcels:
        return {}
    try:
        async with asyncio.timeout(seconds):
            return await tracking.track(parcels)
    except (TimeoutError, Unavailable):
        # The adapter has said why in the log.
        return {}


def _checked(text: str, field: str) -> str:
    return checked_message(text, field=field)[:MAX_QUERY_CHARACTERS]
