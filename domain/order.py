"""Orders as a shop keeps them, and the product cards that show them (spec/2, step 11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One line of an order. `price` is what one piece costs, as a shop writes it ("1,299.00")."""

    name: str
    quantity: int
    price: str
    image_url: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """An order. `currency` is the symbol that stands before a price; tracking fields are empty until it is shipped."""

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


def product_card(order: Order, item: OrderItem, *, status: str) -> str:
    """One item of an order in the wire format of a product card (features: eight fields, no escaping).

    A pipe can only stand in the last field, so others lose it.
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
    return "[PRODUCT]" + "|".join(field.replace("|", "/") for field in fields[:-1]) + f"|{fields[-1]}[/PRODUCT]"
