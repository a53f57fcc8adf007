"""What the built-in engine makes of questions about orders, for a shop whose numbers are not the demo's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.engine import Answer, ToolCall, Turn, Utterance
from domain.entry import MAX_MESSAGE_CHARACTERS, Role
from domain.order import Order, OrderItem
from domain.order_number import NumberForm
from domain.session import Customer, Language
from infrastructure.ai.builtin import BuiltinEngine
from infrastructure.ai.retrieval.knowledge_base import KnowledgeBase
from infrastructure.knowledge.demo import load_entries
from tests.fakes.orders import FreeLookups, MemoryOrders

ANA = "ana@example.com"
URL = "https://cdn.shop.example/" + "x" * 200
ASKED = "Please tell me your order number (it looks like #1234) and the e-mail address."

_KNOWLEDGE = KnowledgeBase(load_entries())


class Orders(MemoryOrders):
    numbers = NumberForm()


def _order(number: str, lines: int = 1, **changes: Any) -> Order:
    items = tuple(OrderItem(f"Lamp {line} {'long ' * 20}", 1, "19.50", URL) for line in range(lines))
    order = Order(number, ANA, "Ana", date(2026, 11, 20), "in_transit", "£", items, "DPD", "ZX9", URL)
    return replace(order, **changes)


async def _ask(*said: str | tuple[Role, str], orders: Orders | None = None) -> tuple[Answer, list[ToolCall], Orders]:
    book = orders or Orders(_order("1001"))
    utterances = tuple(
        Utterance(*((Role.USER, one) if isinstance(one, str) else one), seq) for seq, one in enumerate(said, 1)
    )
    engine = BuiltinEngine(_KNOWLEDGE, FreeLookups(book), pause=0)
    turn = Turn("s", Language.ENGLISH, Customer(), utterances, 1)
    outputs = [output async for output in engine.reply(turn)]
    answer = outputs[-1]
    assert isinstance(answer, Answer)
    return answer, [output for output in outputs if isinstance(output, ToolCall)], book


@pytest.mark.parametrize(
    "said",
    [
        ["order no 1001, ana@example.com"],
        ["1001 ana@example.com"],
        ["my order is 1001", (Role.ASSISTANT, "The e-mail address?"), "ana@example.com"],
        ["where is it?", (Role.ASSISTANT, ASKED), "ana@example.com and the number is 1001"],
        ["hi", (Role.AGENT, "What is your order number?"), "1001", (Role.AGENT, "And the e-mail?"), "ana@example.com"],
        ["ana@example.com", (Role.ASSISTANT, "请再告诉我订单号，形如 #1234。"), "１００１"],
    ],
)
async def test_an_order_of_any_shop(said: list[str | tuple[Role, str]]) -> None:
    answer, tools, _ = await _ask(*said)
    assert answer.text.count("[PRODUCT]") == 1
    assert [(tool.arguments["number"], tool.outcome) for tool in tools] == [("1001", "found")]


@pytest.mark.parametrize(
    "said",
    [
        # Nobody asked for a number.
        ["hi", (Role.ASSISTANT, "Hello!"), "1001"],
        ["I paid 1299 euros for it"],
        ["Do you have it for people of 1850 mm?"],
        ["can I order 1000 lamps?"],
        ["do you sell CR2032 batteries"],
        # It was asked for, and something else is said.
        ["where is my order", (Role.ASSISTANT, ASKED), "Do you deliver to 8001 Zürich?"],
        ["where is my order", (Role.ASSISTANT, ASKED), "my phone is 5551234"],
    ],
)
async def test_what_is_no_order(said: list[str | tuple[Role, str]]) -> None:
    answer, tools, book = await _ask(*said)
    assert not [tool for tool in tools if tool.name == "look_up_order"]
    assert book.asked == []
    assert "I will gladly look up order" not in answer.text


async def test_a_number_does_not_blur_what_is_asked() -> None:
    plain, _, _ = await _ask("How do I return something?")
    numbered, _, _ = await _ask("How do I return something? It is #1001.")
    assert [cited.id for cited in numbered.citations] == [cited.id for cited in plain.citations]


@pytest.mark.parametrize(("count", "more"), [(9, ""), (12, "And 3 more items."), (120, "And 111 more items.")])
async def test_an_order_of_many_items_fits_a_message(count: int, more: str) -> None:
    answer, _, _ = await _ask("order 1001 ana@example.com", orders=Orders(_order("1001", count)))
    assert answer.text.count("[PRODUCT]") == 9
    assert answer.text.endswith(more or "[/PRODUCT]")
    assert len(answer.text) < MAX_MESSAGE_CHARACTERS


async def test_of_more_items_than_the_shop_tells_there_are_still_more() -> None:
    answer, _, _ = await _ask("#1001 ana@example.com", orders=Orders(_order("1001", 20, has_more_items=True)))
    assert answer.text.endswith("And 11+ more items.")


async def test_several_orders_of_many_items_fit_a_message() -> None:
    book = Orders(*(_order(f"100{number}", 20) for number in range(3)))
    answer, tools, _ = await _ask("orders #1000, 1001 and 1002, ana@example.com", orders=book)
    assert len(tools) == 3
    assert answer.text.count("[PRODUCT]") == 9
    assert answer.text.count("And 17 more items.") == 3
    assert len(answer.text) < MAX_MESSAGE_CHARACTERS


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("refunded", "Your order 1001 was refunded."),
        ("ready_for_pickup", "waiting for you to collect it"),
        ("something_new", "1001: something_new"),
    ],
)
async def test_the_state_is_told(status: str, said: str) -> None:
    answer, _, _ = await _ask("#1001 ana@example.com", orders=Orders(_order("1001", status=status)))
    assert said in answer.text
