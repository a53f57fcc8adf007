"""The port `OrderBook` over Shopify's shops."""

from __future__ import annotations

from domain.errors import OrderNotFound, PartlyUnavailable
from domain.order import Order, plain_email
from domain.order_number import NumberForm
from infrastructure.orders.shopify.searching import email_query, pair_query, says_something, spellings, text_query
from infrastructure.orders.shopify.shopfront import Gathered, Shopfront
from infrastructure.orders.shopify.shops import shops_for

# A search for a number may bring others that are like it; of one customer they are few.
_CANDIDATES = 5


class ShopifyOrderBook:
    """The orders of one or several shops: found by number in the shop that its prefix names, or in all of them."""

    def __init__(self, shops: Shopfront) -> None:
        self._shops = shops

    @property
    def numbers(self) -> NumberForm:
        return NumberForm(tuple(dict.fromkeys(shop.prefix for shop in self._shops.shops)))

    async def find(self, number: str, email: str) -> Order:
        if not says_something(number) or not says_something(email):
            raise OrderNotFound
        asked = shops_for(number, self._shops.shops)
        queries = {shop: pair_query(shop, number, email) for shop in asked}
        found = await self._shops.whole_orders(queries, limit=_CANDIDATES)
        # Just as it was written first: another shop may have the same number behind a prefix.
        written = dict.fromkeys([number, *(spelled for shop in asked for spelled in spellings(shop, number))])
        for each in written:
            for order in found:
                # Shopify's search is for finding, not for deciding who may see.
                if order.answers_to(each, email):
                    return order
        if found.silent:
            raise PartlyUnavailable("Not all shops answer.")
        raise OrderNotFound

    async def search(self, text: str, *, limit: int = 20) -> list[Order]:
        if not says_something(text):
            return []
        asked = shops_for(text, self._shops.shops)
        return _newest(await self._shops.orders({shop: text_query(shop, text) for shop in asked}, limit=limit), limit)

    async def of_customer(self, email: str, *, limit: int = 20) -> list[Order]:
        if not says_something(email):
            return []
        asked = dict.fromkeys(self._shops.shops, email_query(email))
        found = await self._shops.orders(asked, limit=limit)
        theirs = Gathered((tuple(order for order in found if plain_email(order.email) == plain_email(email)),), False)
        return _newest(theirs, limit)


def _newest(found: Gathered[Order], limit: int) -> list[Order]:
    return sorted(found, key=lambda order: (order.placed_on, order.number), reverse=True)[:limit]
