"""The port `Lookups`: an order book for customers, who may be guessing."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from weakref import WeakValueDictionary

import structlog

from domain.errors import LookupsExhausted, OrderNotFound, PartlyUnavailable
from domain.lookup import Allowance, LookupLimits
from domain.order import Order
from domain.order_number import NumberForm
from domain.ports import OrderBook, Tries

log = structlog.get_logger("baton.orders")


class GuardedLookups:
    """`orders`, limited in wrong tries. A try is counted before anything is looked up, so that many at once are many,
    and given back when it was not wrong: when the order is found, or when nobody could tell.
    """

    def __init__(self, orders: OrderBook, tries: Tries, limits: LookupLimits) -> None:
        self._orders = orders
        self._tries = tries
        self._limits = limits
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def numbers(self) -> NumberForm:
        return self._orders.numbers

    async def find(self, session_name: str, number: str, email: str) -> Order:
        # One after another, so that right tries under way at once are not taken for wrong ones.
        async with self._turns.setdefault(session_name, asyncio.Lock()):
            return await self._find(session_name, number, email)

    async def _find(self, session_name: str, number: str, email: str) -> Order:
        waits: list[float] = []
        for counted in (self._limits.allowances, self._limits.spare):
            allowances = counted(session_name, number, email)
            seconds = await self._tries.take(allowances)
            if seconds is None:
                return await self._counted(number, email, allowances)
            waits.append(seconds)
        log.warning("order_lookups_exhausted", session_name=session_name, seconds=round(min(waits)))
        raise LookupsExhausted(max(1, math.ceil(min(waits))))

    async def _counted(self, number: str, email: str, allowances: Sequence[Allowance]) -> Order:
        wrong = False
        try:
            return await self._orders.find(number, email)
        except (OrderNotFound, PartlyUnavailable):
            # Where only some shops answered, those have told that the pair is wrong there.
            wrong = True
            raise
        finally:
            if not wrong:
                await self._tries.give_back(allowances)
