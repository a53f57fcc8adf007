"""Product cards on the wire, as both frontends read them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from domain.order import Order, OrderItem, product_card

LAMP = OrderItem("Trail Lamp", 2, "19.50", "https://img.example/a.png")
ORDER = Order(
    number="1001",
    email="ana@example.com",
    customer_name="Ana",
    placed_on=date(2025, 11, 20),
    status="shipped",
    currency="£",
    items=(LAMP,),
    carrier="DPD",
    tracking_number="ZX900123456",
    tracking_url="https://t.example/ZX900123456",
)
VECTORS = Path(__file__).parents[1] / "vectors" / "product_cards.json"


def _fields(card: str) -> list[str]:
    """The eight fields, read as the wire format says: what is behind the seventh pipe belongs to the last."""
    assert card.startswith("[PRODUCT]")
    assert card.endswith("[/PRODUCT]")
    return card.removeprefix("[PRODUCT]").removesuffix("[/PRODUCT]").split("|", 7)


def test_an_order_answers_to_its_number_and_its_email() -> None:
    assert ORDER.answers_to("# 10-01", " ANA@example.com ")
    assert not ORDER.answers_to("1001", "ben@example.com")
    assert not ORDER.answers_to("1002", "ana@example.com")
    # One that was placed by telephone.
    for nobody in ("", " "):
        assert not replace(ORDER, email=nobody).answers_to("1001", nobody)


def test_the_example_of_the_wire_format() -> None:
    example = json.loads(VECTORS.read_text())[0]["text"]
    assert product_card(ORDER, LAMP, status="In transit") == example


def test_what_there_is_not_is_empty() -> None:
    service = OrderItem("First service", 1, "0.00")
    order = replace(ORDER, carrier="", tracking_number="", tracking_url="")
    assert product_card(order, service, status="Ready") == "[PRODUCT]|First service|1|£0.00|Ready|||[/PRODUCT]"


def test_a_pipe_stays_only_where_it_can() -> None:
    item = replace(LAMP, name="A|B", image_url="https://img.example/?a|b", price="1|0")
    order = replace(ORDER, carrier="D|P", tracking_number="Z|1", tracking_url="https://t.example/?q=a|b|c")
    assert _fields(product_card(order, item, status="In|transit")) == [
        "https://img.example/?a/b",
        "A/B",
        "2",
        "£1/0",
        "In/transit",
        "D/P",
        "Z/1",
        "https://t.example/?q=a|b|c",
    ]


@given(st.lists(st.text("ab|/ 中🚲\n", max_size=8), min_size=7, max_size=7), st.integers(1, 99))
def test_a_card_has_its_eight_fields_whatever_the_shop_wrote(texts: list[str], quantity: int) -> None:
    image, name, price, status, carrier, number, url = texts
    order = replace(ORDER, carrier=carrier, tracking_number=number, tracking_url=url)
    fields = _fields(product_card(order, OrderItem(name, quantity, price, image), status=status))
    assert len(fields) == 8
    assert fields[1] == name.replace("|", "/")
    assert fields[2] == str(quantity)
    assert fields[7] == url
