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
from infrastructure.orders.shopify.queries import ORDER_LINES, ORDERS, ORDERS_AT_ONCE, PRODUCTS, PRODUCTS_AT_ONCE
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
        self._whole_orders = _Answers[Order](self._ask_whole_orders, terms.cache_seconds, clock)
        self._offers = _Answers[Offer](self._ask_offers, terms.cache_seconds, clock)

    async def orders(self, queries: Mapping[Shop, str], *, limit: int) -> Gathered[Order]:
        """What each of these shops has to its query, `limit` orders each at most, the newest first; `Unavailable` when
        none of them answers. An order shows its first items.
        """
        return await self._orders.gather(queries, limit)

    async def whole_orders(self, queries: Mapping[Shop, str], *, limit: int) -> Gathered[Order]:
        """The same with more items than anybody orders at once."""
        return await self._whole_orders.gather(queries, limit)

    async def offers(self, query: str, *, limit: int) -> Gathered[Offer]:
        """What each shop sells that fits the query, the best first; `Unavailable` as above."""
        return await self._offers.gather(dict.fromkeys(self.shops, query), limit)

    async def close(self) -> None:
        """End all connections."""
        await self._orders.close()
        await self._whole_orders.close()
        await self._offers.close()
        for client in self._clients.values():
            await client.close()

    async def _ask_orders(self, shop: Shop, query: str, limit: int) -> tuple[Order, ...]:
        return self._read_orders(await self._order_nodes(shop, query, limit), shop)

    async def _ask_whole_orders(self, shop: Shop, query: str, limit: int) -> tuple[Order, ...]:
        nodes = [await self._whole(node, shop) for node in await self._order_nodes(shop, query, limit)]
        return self._read_orders(nodes, shop)

    def _read_orders(self, nodes: Sequence[Node], shop: Shop) -> tuple[Order, ...]:
        name = shop.name if len(self.shops) > 1 else ""
        return tuple(_read(nodes, lambda node: order_of(node, shop=name), shop))

    async def _order_nodes(self, shop: Shop, query: str, limit: int) -> list[Node]:
        found: list[Node] = []
        after: str | None = None
        while True:
            variables = {"query": query, "first": min(limit - len(found), ORDERS_AT_ONCE), "after": after}
            page = _connection(await self._clients[shop].ask(ORDERS, variables), "orders", shop)
            found += page["nodes"]
            after = _cursor(page)
            if len(found) >= limit or after is None or not page["nodes"]:
                return found

    async def _whole(self, node: Node, shop: Shop) -> Node:
        """The order with the lines that did not come along; as it is when they cannot be had."""
        lines = node.get("lineItems") if isinstance(node, dict) else None
        after = _cursor(lines) if isinstance(lines, dict) else None
        if not lines or after is None:
            return node
        try:
            answer = await self._clients[shop].ask(ORDER_LINES, {"id": node.get("id"), "after": after})
            more = _connection(answer.get("order") or {}, "lineItems", shop)
        except Unavailable:
            return node
        return {**node, "lineItems": {**more, "nodes": [*lines["nodes"], *more["nodes"]]}}

    async def _ask_offers(self, shop: Shop, query: str, limit: int) -> tuple[Offer, ...]:
        variables = {"query": query, "first": min(limit, PRODUCTS_AT_ONCE)}
        page = _connection(await self._clients[shop].ask(PRODUCTS, variables), "products", shop)
        return tuple(_read(page["nodes"], offer_of, shop))


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


def _cursor(page: Node) -> str | None:
    """Where to go on after this page of a connection; None on the last one."""
    more: Node = page.get("pageInfo") or {}
    return (more.get("endCursor") or None) if more.get("hasNextPage") else None


def _read(nodes: Sequence[Node], read: Callable[[Node], _Found], shop: Shop) -> list[_Found]:
    """What can be read of them: one order that is not as others are does not hide them."""
    found: list[_Found] = []
    for node in nodes:
        try:
            found.append(read(node))
        except ValueError:
            log.warning("shop_answer_unreadable", shop=shop.name)
    return found
