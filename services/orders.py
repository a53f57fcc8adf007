"""Looking up orders."""

from __future__ import annotations

from domain.entry import checked_message
from domain.order import Order
from domain.ports import OrderBook

# Longer than any order number, e-mail address or name.
MAX_QUERY_CHARACTERS = 200


async def find_order(orders: OrderBook, *, number: str, email: str) -> Order:
    """What a customer may see: one order, with its number and its e-mail; `OrderNotFound` for anything else."""
    return await orders.find(
        checked_message(number, field="number")[:MAX_QUERY_CHARACTERS],
        checked_message(email, field="email")[:MAX_QUERY_CHARACTERS],
    )


async def search_orders(orders: OrderBook, text: str, *, limit: int) -> list[Order]:
    """What an agent may see: orders by number, e-mail or name."""
    return await orders.search(checked_message(text, field="q")[:MAX_QUERY_CHARACTERS], limit=limit)
