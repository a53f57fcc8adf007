"""The wire format of a product card (spec, step 11)."""

from __future__ import annotations

from datetime import date

from domain.order import Order, OrderItem, product_card

ITEM = OrderItem("Trail Lamp", 2, "19.50", "https://img.example/a.png")


def test_card_has_eight_fields_in_order() -> None:
    order = _order(carrier="Larkway", tracking_number="ZX9", tracking_url="https://t.example/ZX9")
    assert product_card(order, ITEM, status="In transit") == (
        "[PRODUCT]https://img.example/a.png|Trail Lamp|2|£19.50|In transit|Larkway|ZX9|https://t.example/ZX9[/PRODUCT]"
    )


def test_empty_fields_stay_empty() -> None:
    card = product_card(_order(), OrderItem("First Inspection", 1, "89.00"), status="")
    assert card == "[PRODUCT]|First Inspection|1|£89.00||||[/PRODUCT]"


def test_only_the_last_field_keeps_its_pipes() -> None:
    order = _order(carrier="A|B", tracking_url="https://t.example/?a|b")
    card = product_card(order, OrderItem("Bag|20 l", 1, "39.00"), status="In|transit")
    assert card == "[PRODUCT]|Bag/20 l|1|£39.00|In/transit|A/B||https://t.example/?a|b[/PRODUCT]"


def _order(carrier: str = "", tracking_number: str = "", tracking_url: str = "") -> Order:
    return Order(
        "AM1",
        "a@example.com",
        "A",
        date(2026, 1, 1),
        "in_transit",
        "£",
        (ITEM,),
        carrier,
        tracking_number,
        tracking_url,
    )
