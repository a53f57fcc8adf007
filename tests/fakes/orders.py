"""The ports `OrderBook` and `Lookups` in memory."""

from __future__ import annotations

from domain.errors import OrderNotFound
from domain.order import Order
from domain.order_number import NumberForm
from domain.ports import OrderBook


class MemoryOrders:
    """A few orders, and what was asked for."""

    numbers = NumberForm(("AM",), digits=5)

    def __init__(self, *orders: Order) -> None:
        self._orders = orders
        self.asked: list[str] = []

    async def find(self, number: str, email: str) -> Order:
        self.asked += [number, email]
        for order in self._orders:
            if (_folded(order.number), _folded(order.email)) == (_folded(number), _folded(email)):
                return order
        raise OrderNotFound

    async def search(self, text: str, *, limit: int = 20) -> list[Order]:
        self.asked.append(text)
        found = [
            order
            for order in self._orders
            if any(_folded(text) in _folded(held) for held in (order.number, order.email, order.customer_name))
        ]
        return found[:limit]

    async def of_customer(self, email: str, *, limit: int = 20) -> list[Order]:
        self.asked.append(email)
        return [order for order in self._orders if _folded(order.email) == _folded(email)][:limit]


class FreeLookups:
    """The port `Lookups` without any limit: customers find what `orders` has."""

    def __init__(self, orders: OrderBook) -> None:
        self._orders = orders

    @property
    def numbers(self) -> NumberForm:
        return self._orders.numbers

    async def find(self, session_name: str, number: str, email: str) -> Order:
        return await self._orders.find(number, email)


def _folded(text: str) -> str:
    return "".join(text.split()).casefold()
