"""Product cards read from messages: the vectors that both languages share, and what holds for any text."""

from __future__ import annotations

import json
import re
import time
import unicodedata
from dataclasses import asdict
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.order import Order, OrderItem, product_card
from domain.product_card import CLOSE, OPEN, Card, Text, parsed, safe_url

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "product_cards.json").read_text("utf-8")
)

# Text of the pieces that matter, in any order, and of anything else.
_PIECES = st.sampled_from(
    [
        OPEN,
        CLOSE,
        "|",
        "||||",
        "|||||||",
        "[",
        "]",
        "PRODUCT",
        "/",
        "\n",
        "\r\n",
        " ",
        "https://a.example/x",
        "x",
        "中🚲",
    ]
)
MESSAGES = st.lists(_PIECES | st.text(max_size=5), max_size=40).map("".join)
# Whatever a browser may run, load or open, and what only looks like it.
_SCHEMES = st.sampled_from(
    ["javascript:", "data:", "http:", "https:", "//", "", "file:///", "HTTPS://", "http://", "JAVASCRIPT://"]
)
_ADDRESSES = st.builds("".join, st.tuples(st.text(max_size=2), _SCHEMES, st.text(max_size=12)))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["name"]))
def test_vectors(vector: dict[str, Any]) -> None:
    assert [_segment(part) for part in parsed(vector["text"])] == vector["segments"]


@given(MESSAGES)
def test_any_text_survives(message: str) -> None:
    parts = parsed(message)
    assert "".join(part.raw for part in parts) == message
    assert all(part.raw for part in parts)
    for part in parts:
        if isinstance(part, Text):
            assert parsed(part.raw) == (part,)
        else:
            assert part.raw.startswith(OPEN)
            assert part.raw.endswith(CLOSE)
    # Two texts never stand side by side: a reader sees them as one.
    assert not any(isinstance(one, Text) and isinstance(after, Text) for one, after in pairwise(parts))


@given(_ADDRESSES, _ADDRESSES)
def test_only_http_and_https_pass(image: str, tracking: str) -> None:
    for part in parsed(f"{OPEN}{image}|Lamp|1|£1|Sent|DPD|Z1|{tracking}{CLOSE}"):
        if isinstance(part, Card):
            for url in (part.image_url, part.tracking_url):
                assert url == "" or re.match(r"(?ai)https?://[^/?#\s]", url)
                assert not {"Cc", "Cf", "Cs", "Zs"} & {unicodedata.category(character) for character in url}


@given(_ADDRESSES)
def test_a_safe_address_stays_as_it_is(address: str) -> None:
    url = safe_url(address)
    assert url in (address.strip(), "") or url in address
    assert safe_url(url) == url


@given(
    st.lists(st.text("ab|/[] 中🚲\r\n\t", max_size=8) | st.sampled_from([OPEN, CLOSE]), min_size=6, max_size=6),
    st.integers(1, 99),
)
def test_a_card_that_was_made_is_read_again(texts: list[str], quantity: int) -> None:
    name, price, status, carrier, number, path = texts
    url = f"https://t.example/{path}"
    order = Order("1", "a@b.example", "A", date(2026, 1, 1), "", "£", (), carrier, number, url)
    written = product_card(order, OrderItem(name, quantity, price, "https://img.example/a.png"), status=status)
    (card,) = parsed(f"{written}")
    assert isinstance(card, Card)
    assert (card.raw, card.image_url, card.quantity) == (written, "https://img.example/a.png", str(quantity))
    assert [card.name, card.price, card.status, card.carrier, card.tracking_number] == [
        _one_line(field) for field in (name, f"£{price}", status, carrier, number)
    ]
    assert card.tracking_url in (_unmarked(url).strip(), "")
    assert bool(card.tracking_url) is not bool(re.search(r"\s", _unmarked(url).strip()))


@pytest.mark.parametrize(
    "piece",
    [OPEN, CLOSE, OPEN + CLOSE, f"{OPEN}|||||||", f"{OPEN}a|b{CLOSE}", "|", " ", "[", f"{OPEN}|||||||{CLOSE}"],
)
def test_hostile_text_takes_no_longer_than_any(piece: str) -> None:
    fastest = {}
    for size in (100_000, 400_000):
        message = OPEN + piece * (size // len(piece)) + CLOSE
        fastest[size] = min(_seconds(message) for _ in range(3))
    # Four times the text takes four times as long; were it quadratic, sixteen times.
    assert fastest[400_000] < 10 * fastest[100_000] + 0.01
    assert fastest[100_000] < 1


def _segment(part: Text | Card) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"kind": "text", "text": part.raw}
    fields = asdict(part)
    del fields["raw"]
    return {"kind": "card", "card": fields}


def _unmarked(field: str) -> str:
    return field.replace(OPEN, "(PRODUCT)").replace(CLOSE, "(/PRODUCT)")


def _one_line(field: str) -> str:
    return " ".join(_unmarked(field).replace("|", "/").split())


def _seconds(message: str) -> float:
    began = time.perf_counter()
    parsed(message)
    return time.perf_counter() - began
