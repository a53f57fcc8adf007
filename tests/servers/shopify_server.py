"""A shop's Admin API over real HTTP: its schema (what Baton needs of version 2026-10), its search syntax, its bucket of
points, its refusals.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from graphql import build_schema, graphql_sync
from graphql.execution import ExecutionResult

from tests.servers.plain_http import Exchange, HttpServer, Json
from tests.servers.server_process import HOST
from tests.servers.shopify_search import fits

VERSION = "2026-10"
TOKEN = "shpat_0123456789abcdef"

# The types and fields of the Admin API that Baton asks for, as its reference gives them.
_SCHEMA = build_schema(
    """
    scalar DateTime
    scalar Decimal
    scalar URL
    enum CurrencyCode { EUR GBP USD CHF JPY CNY }
    enum OrderSortKeys { CREATED_AT PROCESSED_AT RELEVANCE }
    enum ProductSortKeys { TITLE RELEVANCE }
    type Query {
      orders(first: Int, after: String, query: String, sortKey: OrderSortKeys, reverse: Boolean): OrderConnection!
      order(id: ID!): Order
      products(first: Int, after: String, query: String, sortKey: ProductSortKeys): ProductConnection!
    }
    type PageInfo { hasNextPage: Boolean! endCursor: String }
    type OrderConnection { nodes: [Order!]! pageInfo: PageInfo! }
    type Order {
      id: ID! name: String! email: String createdAt: DateTime! cancelledAt: DateTime
      returnStatus: String! displayFulfillmentStatus: String! displayFinancialStatus: String
      billingAddress: MailingAddress customer: Customer
      lineItems(first: Int, after: String): LineItemConnection! fulfillments(first: Int): [Fulfillment!]!
    }
    type MailingAddress { name: String }
    type Customer { displayName: String! }
    type LineItemConnection { nodes: [LineItem!]! pageInfo: PageInfo! }
    type LineItem {
      name: String! quantity: Int! currentQuantity: Int! requiresShipping: Boolean! image: Image
      originalUnitPriceSet: MoneyBag!
    }
    type Image { url: URL! }
    type MoneyBag { presentmentMoney: MoneyV2! shopMoney: MoneyV2! }
    type MoneyV2 { amount: Decimal! currencyCode: CurrencyCode! }
    type Fulfillment { status: String! displayStatus: String trackingInfo(first: Int): [FulfillmentTrackingInfo!]! }
    type FulfillmentTrackingInfo { company: String number: String url: URL }
    type ProductConnection { nodes: [Product!]! pageInfo: PageInfo! }
    type Product { title: String! onlineStoreUrl: URL featuredMedia: Media priceRangeV2: ProductPriceRangeV2! }
    type Media { preview: MediaPreviewImage }
    type MediaPreviewImage { image: Image }
    type ProductPriceRangeV2 { minVariantPrice: MoneyV2! }
    """
)

Fault = Callable[[Exchange], Awaitable[None]]


@dataclass
class Bucket:
    """Points as the API counts them: `cost` for every question. They come back from the first question on."""

    cost: float = 10.0
    maximum: float = 1000.0
    rate: float = 100.0
    available: float = 1000.0
    at: float | None = None

    def take(self) -> bool:
        now = time.monotonic()
        passed = 0.0 if self.at is None else now - self.at
        self.available = min(self.maximum, self.available + passed * self.rate)
        self.at = now
        if self.available < self.cost:
            return False
        self.available -= self.cost
        return True

    def extensions(self) -> Json:
        status = {"maximumAvailable": self.maximum, "currentlyAvailable": int(self.available), "restoreRate": self.rate}
        return {"cost": {"requestedQueryCost": self.cost, "actualQueryCost": self.cost, "throttleStatus": status}}


class ShopifyServer:
    """One shop with these orders and products. `faults` are played first, one a request."""

    def __init__(self, *, orders: list[Json] | None = None, products: list[Json] | None = None) -> None:
        self.orders = orders or []
        self.products = products or []
        self.bucket = Bucket()
        self.faults: list[Fault] = []
        # What was asked, one a request that reached the schema: (query, first).
        self.asked: list[tuple[str, int]] = []
        self.requests = 0
        # Whether a search finds whatever there is.
        self.is_generous = False
        self.throttled = 0
        self.origin = ""

    async def handle(self, exchange: Exchange) -> None:
        self.requests += 1
        request = exchange.request
        if self.faults:
            await self.faults.pop(0)(exchange)
            return
        if request.headers.get("x-shopify-access-token") != TOKEN:
            message = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            await exchange.respond(401, {"errors": message})
            return
        if (request.method, request.path) != ("POST", f"/admin/api/{VERSION}/graphql.json"):
            await exchange.respond(404, {"errors": "Not Found"})
            return
        if not self.bucket.take():
            self.throttled += 1
            error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
            await exchange.respond(200, {"errors": [error], "extensions": self.bucket.extensions()})
            return
        await exchange.respond(200, {**self._executed(request.json), "extensions": self.bucket.extensions()})

    def _executed(self, body: Json) -> Json:
        variables: Mapping[str, Any] = body.get("variables") or {}
        # What people wrote comes as a variable and never in the document.
        for written in ("query", "id"):
            assert str(variables.get(written)) not in body["query"]
        if "query" in variables:
            self.asked.append((variables["query"], variables["first"]))
        root = {"orders": self._orders, "order": self._order, "products": self._products}
        result = graphql_sync(_SCHEMA, body["query"], root, variable_values=dict(variables))
        assert isinstance(result, ExecutionResult)
        assert not result.errors, result.errors
        return {"data": result.data}

    def _orders(self, _info: object, first: int, query: str, after: str | None = None, **_: object) -> Json:
        found = [order for order in self.orders if self.is_generous or fits(query)(_order_fields(order))]
        found.sort(key=lambda order: str(order["createdAt"]), reverse=True)
        return _page(list(map(_with_pages, found)), first, after)

    def _order(self, _info: object, id: str) -> Json | None:  # noqa: A002 - its name in the API
        return next((_with_pages(order) for order in self.orders if order["id"] == id), None)

    def _products(self, _info: object, first: int, query: str, after: str | None = None, **_: object) -> Json:
        return _page([each for each in self.products if fits(query)(_product_fields(each))], first, after)


@asynccontextmanager
async def shopify(
    *, orders: list[Json] | None = None, products: list[Json] | None = None
) -> AsyncIterator[ShopifyServer]:
    """A shop that is open as long as the block lasts."""
    shop = ShopifyServer(orders=orders, products=products)
    async with HttpServer(shop.handle) as server:
        shop.origin = f"http://{HOST}:{server.port}"
        yield shop


def order(name: str, email: str, customer: str = "Ana Ruiz", **changes: Any) -> Json:
    """An order as the API gives it: paid, not sent yet, of one lamp."""
    return {
        "id": f"gid://shopify/Order/{abs(hash(name))}",
        "name": name,
        "email": email,
        "createdAt": "2026-11-20T09:30:00Z",
        "cancelledAt": None,
        "returnStatus": "NO_RETURN",
        "displayFulfillmentStatus": "UNFULFILLED",
        "displayFinancialStatus": "PAID",
        "billingAddress": {"name": customer},
        "customer": {"displayName": customer},
        "lineItems": {"nodes": [line("Trail Lamp", 2, "19.5")]},
        "fulfillments": [],
        **changes,
    }


def line(name: str, quantity: int, amount: str, currency: str = "GBP", *, ships: bool = True) -> Json:
    """A line of an order."""
    money = {"amount": amount, "currencyCode": currency}
    return {
        "name": name,
        "quantity": quantity,
        "currentQuantity": quantity,
        "requiresShipping": ships,
        "image": {"url": f"https://cdn.shop.example/{name.split()[0].lower()}.png"} if ships else None,
        "originalUnitPriceSet": {"presentmentMoney": money, "shopMoney": money},
    }


def parcel(status: str, number: str | None = "ZX900123456", *, company: str = "DPD") -> Json:
    """A fulfillment; `status` is what the carrier says of it."""
    url = f"https://t.example/{number}" if number else None
    info = [{"company": company, "number": number, "url": url}] if number else []
    return {"status": "SUCCESS", "displayStatus": status, "trackingInfo": info}


def product(title: str, amount: str, currency: str = "GBP") -> Json:
    """A product on sale."""
    return {
        "title": title,
        "status": "active",
        "onlineStoreUrl": f"https://shop.example/products/{title.split()[-1].lower()}",
        "featuredMedia": {"preview": {"image": {"url": "https://cdn.shop.example/p.png"}}},
        "priceRangeV2": {"minVariantPrice": {"amount": amount, "currencyCode": currency}},
    }


def answering(status: int, body: Json, headers: Mapping[str, str] | None = None) -> Fault:
    """A fault: this answer."""

    async def play(exchange: Exchange) -> None:
        await exchange.respond(status, body, headers)

    return play


def slow(seconds: float) -> Fault:
    """A fault: no answer for so long, and then none that would help."""

    async def play(exchange: Exchange) -> None:
        await asyncio.sleep(seconds)
        await exchange.respond(500, {"errors": "too late"})

    return play


async def malformed(exchange: Exchange) -> None:
    """A fault: an answer that ends in the middle of its JSON, as far as HTTP is concerned complete."""
    await exchange.begin("application/json")
    await exchange.write(b'{"data": {"orders": {"nodes": [{"name": "#10')
    await exchange.end()


async def dying(exchange: Exchange) -> None:
    """A fault: the connection breaks in the middle of the answer."""
    await exchange.begin("application/json")
    await exchange.write(b'{"data": {"orders"')
    exchange.break_off()


def _page(found: list[Json], first: int, after: str | None) -> Json:
    start = int(after or 0)
    end = start + first
    return {"nodes": found[start:end], "pageInfo": {"hasNextPage": end < len(found), "endCursor": str(end)}}


def _with_pages(order: Json) -> Json:
    lines = order["lineItems"]["nodes"]

    def page(_info: object, first: int, after: str | None = None) -> Json:
        return _page(lines, first, after)

    return {**order, "lineItems": page}


def _order_fields(order: Json) -> dict[str, str]:
    return {"name": order["name"], "email": order["email"] or "", "customer": order["customer"]["displayName"]}


def _product_fields(product: Json) -> dict[str, str]:
    return {"title": product["title"], "status": product["status"]}
