"""What Shopify's shops sell, and what the demo shop does."""

from __future__ import annotations

import pytest

from domain.errors import Unavailable
from domain.order import Offer
from domain.session import Language
from infrastructure.knowledge.demo import load_entries
from infrastructure.orders.demo import DemoCatalogue
from infrastructure.orders.shopify.catalogue import ShopifyCatalogue
from infrastructure.orders.shopify.shopfront import Shopfront, ShopifyTerms
from infrastructure.orders.shopify.shops import Shop
from tests.servers.shopify_server import TOKEN, VERSION, ShopifyServer, answering, product, shopify

LAMP, CITY, SPORT = product("Trail Lamp", "19.5"), product("City Helmet", "59"), product("Sport Helmet", "1290")


def _front(*servers: ShopifyServer) -> Shopfront:
    return Shopfront([Shop(each.origin, "", TOKEN) for each in servers], ShopifyTerms(VERSION, 3.0, 60.0))


async def test_products_are_found_by_their_words() -> None:
    async with shopify(products=[LAMP, CITY, SPORT]) as shop:
        front = _front(shop)
        catalogue = ShopifyCatalogue(front)
        found = await catalogue.search("helmet city", language=Language.ENGLISH, limit=5)
        assert found == [
            Offer("City Helmet", "£", "59.00", "https://cdn.shop.example/p.png", "https://shop.example/products/helmet")
        ]
        assert [each.price for each in await catalogue.search("helmet", language=Language.ENGLISH, limit=5)] == [
            "59.00",
            "1,290.00",
        ]
        assert len(await catalogue.search("helmet", language=Language.ENGLISH, limit=1)) == 1
        for text in ("title:* OR status:*", "*", '" OR "', " ", "-x"):
            assert await catalogue.search(text, language=Language.ENGLISH, limit=5) == []
        await front.close()


async def test_the_best_of_each_shop_comes_first() -> None:
    async with shopify(products=[CITY, SPORT]) as one, shopify(products=[product("Kids Helmet", "39")]) as other:
        front = _front(one, other)
        catalogue = ShopifyCatalogue(front)
        found = await catalogue.search("helmet", language=Language.CHINESE, limit=2)
        assert [each.name for each in found] == ["City Helmet", "Kids Helmet"]
        one.faults = [answering(401, {})] * 9
        assert [each.name for each in await catalogue.search("kids", language=Language.ENGLISH, limit=2)] == [
            "Kids Helmet"
        ]
        other.faults = [answering(401, {})] * 9
        with pytest.raises(Unavailable):
            await catalogue.search("city", language=Language.ENGLISH, limit=2)
        await front.close()


@pytest.mark.parametrize(
    ("text", "language", "first"),
    [
        ("the Brook please", Language.ENGLISH, "Aldermoor Brook"),
        ("a folding bike", Language.ENGLISH, "Aldermoor Fen"),
        ("mountain bike", Language.ENGLISH, "Aldermoor Tarn"),
        ("有没有折叠车", Language.CHINESE, "Aldermoor Fen"),
    ],
)
async def test_the_demo_shop_finds_what_its_entries_sell(text: str, language: Language, first: str) -> None:
    found = await DemoCatalogue(load_entries()).search(text, language=language, limit=3)
    assert found[0].name == first
    assert found[0].url.startswith("https://aldermoor.example/")


async def test_the_demo_shop_does_not_find_what_it_does_not_sell() -> None:
    catalogue = DemoCatalogue(load_entries())
    assert await catalogue.search("xylophone", language=Language.ENGLISH, limit=3) == []
    assert await catalogue.search("", language=Language.ENGLISH, limit=3) == []
