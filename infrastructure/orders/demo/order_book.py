"""An order book for trying Baton out: forty made-up orders, kept in memory."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from typing import Any

import orjson

from domain.errors import OrderNotFound
from domain.order import Order, OrderItem, plain_email, plain_number
from domain.order_number import NumberForm


def load_orders(today: date | None = None) -> tuple[Order, ...]:
    """The demo shop's orders, dated back from `today` (by default this day), so that none looks forgotten."""
    day = today or datetime.now(UTC).date()
    found = orjson.loads((resources.files(__package__) / "orders.json").read_bytes())
    return tuple(_order(each, day) for each in found)


_PREFIX = "AM"


class DemoOrderBook:
    """The demo shop's orders (`load_orders`)."""

    def __init__(self, *, today: date | None = None) -> None:
        self._orders = {order.number: order for order in load_orders(today)}

    @property
    def numbers(self) -> NumberForm:
        return NumberForm((_PREFIX,), digits=5)

    async def find(self, number: str, email: str) -> Order:
        for each in (number, _PREFIX + number):
            order = self._orders.get(plain_number(each))
            if order is not None and order.answers_to(each, email):
                return order
        raise OrderNotFound

    async def search(self, text: str, *, limit: int = 20) -> list[Order]:
        """Orders whose number, e-mail or customer's name holds `text`, the newest first."""
        words, number = _plain(text), plain_number(text)
        if not words:
            return []
        found = [
            order
            for order in self._orders.values()
            if (number and number in order.number)
            or words in _plain(order.email)
            or words in _plain(order.customer_name)
        ]
        return _newest(found)[:limit]

    async def of_customer(self, email: str, *, limit: int = 20) -> list[Order]:
        theirs = [order for order in self._orders.values() if plain_email(order.email) == plain_email(email)]
        return _newest(theirs)[:limit]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _newest(orders: list[Order]) -> list[Order]:
    return sorted(orders, key=lambda order: (order.placed_on, order.number), reverse=True)


def _order(found: dict[str, Any], today: date) -> Order:
    return Order(
        number=found["number"],
        email=found["email"],
        customer_name=found["customer_name"],
        placed_on=today - timedelta(days=found["placed_days_ago"]),
        status=found["status"],
        currency=found["currency"],
        items=tuple(OrderItem(**item) for item in found["items"]),
        carrier=found["carrier"],
        tracking_number=found["tracking_number"],
        tracking_url=found["tracking_url"],
    )
