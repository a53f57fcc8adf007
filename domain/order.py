"""Orders as a shop keeps them, what else it offers, and the product cards that show them (spec/2, step 11)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from domain.product_card import CLOSE, OPEN


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One line of an order. `price` is what one piece costs, as a shop writes it ("1,299.00")."""

    name: str
    quantity: int
    price: str
    image_url: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """An order. `currency` is the symbol that stands before a price; tracking fields are empty until it is shipped.

    `status` is processing, packed, partly_shipped, in_transit, out_for_delivery, ready_for_pickup, delivered, returned,
    refunded, cancelled, or what else a shop calls it. `shop` says which one has it, and is empty where there is only
    one. `has_more_items`: there are more than `items`.
    """

    number: str
    email: str
    customer_name: str
    placed_on: date
    status: str
    currency: str
    items: tuple[OrderItem, ...]
    carrier: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    shop: str = ""
    has_more_items: bool = False

    def answers_to(self, number: str, email: str) -> bool:
        """Whether these are its number and its e-mail, as `plain_number` and `plain_email` compare them. Without an
        e-mail address an order answers to nobody.
        """
        if not plain_email(self.email):
            return False
        return plain_number(number) == plain_number(self.number) and plain_email(email) == plain_email(self.email)


@dataclass(frozen=True, slots=True)
class Offer:
    """A product that a shop sells. `currency` and `price` as on an order; `url` is its page; both URLs may be empty."""

    name: str
    currency: str
    price: str
    image_url: str = ""
    url: str = ""


def plain_number(text: str) -> str:
    """An order's number as it is compared: "# am-20 451" is AM20451. Case, width, spaces, '#' and '-' do not count."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()


def plain_email(text: str) -> str:
    """An e-mail address as it is compared: case, width and the spaces around it do not count."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


_BETWEEN = re.compile(r"[\s#-]+")


def product_card(order: Order, item: OrderItem, *, status: str) -> str:
    """One item of an order in the wire format of a product card (`domain/product_card.py`: eight fields, no escaping).

    A pipe can only stand in the last field, so others lose it; the marks of a card can stand in none.
    """
    fields = (
        item.image_url,
        item.name,
        str(item.quantity),
        f"{order.currency}{item.price}",
        status,
        order.carrier,
        order.tracking_number,
        order.tracking_url,
    )
    body = "|".join([*(field.replace("|", "/") for field in fields[:-1]), fields[-1]])
    return OPEN + body.replace(OPEN, "(PRODUCT)").replace(CLOSE, "(/PRODUCT)") + CLOSE
