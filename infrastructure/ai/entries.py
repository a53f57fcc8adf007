"""A knowledge entry as an answer shows it, whichever engine gives the answer: as a source, and as a product's card."""

from __future__ import annotations

from datetime import date

from domain.engine import Citation
from domain.knowledge import KnowledgeEntry, Product
from domain.order import Order, OrderItem, product_card
from domain.session import Language
from infrastructure.ai.phrases import PHRASES


def citation(entry: KnowledgeEntry, language: Language) -> Citation:
    """The entry as an answer's source."""
    return Citation(entry.id, entry.wordings[language].title, entry.url)


def entry_card(product: Product, language: Language) -> str:
    """A product card that offers a product."""
    item = OrderItem(name=product.name, quantity=1, price=product.price, image_url=product.image_url)
    # The wire knows cards of orders only, so an offer is an order of one piece that nobody has placed.
    offer = Order("", "", "", date.min, "", product.currency, (item,))
    return product_card(offer, item, status=PHRASES[language].in_stock)
