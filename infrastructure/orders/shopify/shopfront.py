"""Several shops as one: whom to ask, what to remember, and what to make of one that does not answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import structlog

from domain.errors import Unavailable
from domain.order import Offer, Order
from infrastructure.orders.remembering import Remembered
from infrastructure.orders.shopify.client import ShopClient
from infrastructure.orders.shopify.queries import ORDERS, ORDERS_AT_ONCE, PRODUCTS, PRODUCTS_AT_ONCE
from infrastructure.orders.shopify.reading import Node, offer_of, order_of
from infrastructure.orders.shopify.shops import Shop

log = structlog.get_logger("baton.orders")

_Found = TypeVar("_Found")

# Some kilobytes each; what agents and customers ask within a minute or so.
_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class ShopifyTerms:
    """How shops are asked; an answer is good for `cache_seconds`."""

    api_version: str
    timeout_seconds: float
    cache_seconds: float


@dataclass(frozen=True, slots=True)
class Gathered(Generic[_Found]):
    """What each shop that answered has; `silent` says whether there is one that did not answer."""

    by_shop: tuple[tuple[_Found, ...], ...]
    silent: bool

    def __iter__(self) -> Iterator[_Found]:
        return (found for each in self.by_shop for found in each)


class Shopfront:
    """The shops behind the order book and the catalogue. Nothing is connected before the first question."""

    def __init__(
        self, shops: Sequence[Shop], terms: ShopifyTerms, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.shops = tuple(shops)
        self._clients = {
            shop: ShopClient(shop, api_version=terms.api_version, timeout_seconds=terms.timeout_seconds)
            for shop in self.shops
        }
        self._orders = _Answers[Order](self._ask_orders, terms.cache_seconds, clock)
        self._offers = _Answers[Offer](self._ask_offers, terms.cache_seconds, clock)

    async def orders(self, queries: Mapping[Shop, str], *, limit: int) -> Gathered[Order]:
        """What each of these shops has to its query, `limit` orders each at most, the newest first; `Unavailable` when
        none of them answers.
        """
        return await self._orders.gather(queries, limit)

    async def offers(self, query: str, *, limit: int) -> Gathered[Offer]:
        """What each shop sells that fits the query, the best first; `Unavailable` as above."""
        return await self._offers.gather(dict.fromkeys(self.shops, query), limit)

    async def close(self) -> None:
        """End all connections."""
        await self._orders.close()
        await self._offers.close()
        for client in self._clients.values():
            await client.close()

    async def _ask_orders(self, shop: Shop, query: str, limit: int) -> tuple[Order, ...]:
        name = shop.name if len(self.shops) > 1 else ""
        found: list[Order] = []
        after: str | None = None
        while True:
            variables = {"query": query, "first": min(limit - len(found), ORDERS_AT_ONCE), "after": after}
            page = _connection(await self._clients[shop].ask(ORDERS, variables), "orders", shop)
            found += _read(page, lambda node: order_of(node, shop=name), shop)
            more: Node = page.get("pageInfo") or {}
            after = more.get("endCursor")
            if len(found) >= limit or not more.get("hasNextPage") or not after or not page["nodes"]:
                return tuple(found)

    async def _ask_offers(self, shop: Shop, query: str, limit: int) -> tuple[Offer, ...]:
        variables = {"query": query, "first": min(limit, PRODUCTS_AT_ONCE)}
        page = _connection(await self._clients[shop].ask(PRODUCTS, variables), "products", shop)
        return tuple(_read(page, offer_of, shop))


class _Answers(Generic[_Found]):
    """What shops answered to queries lately."""

    def __init__(
        self,
        ask: Callable[[Shop, str, int], Awaitable[tuple[_Found, ...]]],
        seconds: float,
        clock: Callable[[], float],
    ) -> None:
        self._ask = ask
        self._remembered: Remembered[tuple[Shop, str, int], tuple[_Found, ...]] = Remembered(
            seconds=seconds, size=_REMEMBERED, clock=clock
        )

    async def gather(self, queries: Mapping[Shop, str], limit: int) -> Gathered[_Found]:
        """Of all shops at once; those that do not answer are left out, `Unavailable` when they are all."""
        answers = await asyncio.gather(
            *(self._answer(shop, query, limit) for shop, query in queries.items()), return_exceptions=True
        )
        found: list[tuple[_Found, ...]] = []
        silent: list[Unavailable] = []
        for answer in answers:
            if isinstance(answer, Unavailable):
                silent.append(answer)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                found.append(answer)
        if silent and not found:
            raise silent[0]
        return Gathered(tuple(found), bool(silent))

    async def close(self) -> None:
        await self._remembered.close()

    async def _answer(self, shop: Shop, query: str, limit: int) -> tuple[_Found, ...]:
        return await self._remembered.get((shop, query, limit), lambda: self._ask(shop, query, limit))


def _connection(data: Mapping[str, Any], name: str, shop: Shop) -> Node:
    """The connection of this name; `Unavailable` when the answer holds none."""
    connection = data.get(name)
    if not isinstance(connection, dict) or not isinstance(connection.get("nodes"), list):
        log.warning("shop_failed", shop=shop.name, reason="malformed", status=None)
        raise Unavailable("The shop does not answer.")
    return connection


def _read(page: Node, read: Callable[[Node], _Found], shop: Shop) -> list[_Found]:
    """What can be read of a page: one order that is not as others are does not hide them."""
    found: list[_Found] = []
    for node in page["nodes"]:
        try:
            found.append(read(node))
        except ValueError:
            log.warning("shop_answer_unreadable", shop=shop.name)
    return found
