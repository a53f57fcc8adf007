"""The port `Catalogue` over Shopify's shops."""

from __future__ import annotations

from itertools import chain, zip_longest

from domain.order import Offer
from domain.session import Language
from infrastructure.orders.shopify.searching import words_query
from infrastructure.orders.shopify.shopfront import Shopfront


class ShopifyCatalogue:
    """What one or several shops sell, in the language in which the shop keeps it: the Admin API searches no other."""

    def __init__(self, shops: Shopfront) -> None:
        self._shops = shops

    async def search(self, text: str, *, language: Language, limit: int) -> list[Offer]:
        query = words_query(text)
        if not query:
            return []
        found = await self._shops.offers(query, limit=limit)
        # The best of each shop in turn, as their ranks say nothing about each other.
        in_turn = chain.from_iterable(zip_longest(*found.by_shop))
        return [offer for offer in in_turn if offer is not None][:limit]
