"""An order book for trying Baton out: forty made-up orders, kept in memory."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from typing import Any

import orjson

from domain.errors import OrderNotFound
from domain.order import Order, OrderItem

_BETWEEN = re.compile(r"[\s#-]+")


class DemoOrderBook:
    """The demo shop's orders, dated back from `today` (by default the day it is made), so that none looks forgotten."""

    def __init__(self, *, today: date | None = None) -> None:
        day = today or datetime.now(UTC).date()
        found = orjson.loads((resources.files(__package__) / "orders.json").read_bytes())
        self._orders = {order.number: order for order in (_order(each, day) for each in found)}

    async def find(self, number: str, email: str) -> Order:
        """The order with this number and this e-mail (case, spaces, '#' and '-' do not count), else `OrderNotFound`."""
        order = self._orders.get(_plain_number(number))
        if order is None or _plain(email) != _plain(order.email):
            raise OrderNotFound
        return order

    async def search(self, text: str, *, limit: int = 20) -> list[Order]:
        """Orders whose number, e-mail or customer's name holds `text`, the newest first."""
        words, number = _plain(text), _plain_number(text)
        if not words:
            return []
        found = [
            order
            for order in self._orders.values()
            if (number and number in order.number)
            or words in _plain(order.email)
            or words in _plain(order.customer_name)
        ]
        found.sort(key=lambda order: (order.placed_on, order.number), reverse=True)
        return found[:limit]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _plain_number(text: str) -> str:
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()


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
