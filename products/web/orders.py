"""Orders as both sides show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.order import Order
from domain.ports import Tracking
from products.web.schemas import order_out
from services.orders import parcel_of, whereabouts


async def orders_out(tracking: Tracking, orders: Sequence[Order], *, for_agents: bool) -> list[dict[str, Any]]:
    """Orders as JSON, with where their parcels are as far as that is known in time."""
    known = await whereabouts(tracking, orders)
    return [
        order_out(order, known.get(parcel) if (parcel := parcel_of(order)) else None, for_agents=for_agents)
        for order in orders
    ]
