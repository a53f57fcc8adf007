"""Where a text holds an order's number, for shops that number their orders in different ways."""

from __future__ import annotations

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.order import plain_number
from domain.order_number import ANY_SHOP, NumberForm

DEMO = NumberForm(("AM",), digits=5)
PLAIN = NumberForm()
TWO = NumberForm(("UK", "DE-"))
YEARLY = NumberForm(("SO-2024-",))
WORDY = NumberForm(("SO", "IN"))
FORMS = (DEMO, PLAIN, TWO, YEARLY, WORDY, ANY_SHOP)


@pytest.mark.parametrize(
    ("form", "text", "numbers"),
    [
        (DEMO, "Where is AM20451?", ["AM20451"]),
        (DEMO, "#am-20451 and AM 20452", ["AM20451", "AM20452"]),
        (DEMO, "my order 20451, please", ["AM20451"]),
        (DEMO, "status of am 20386 pls", ["AM20386"]),
        (DEMO, "I am 20451 and not a bot", []),
        (DEMO, "order 1001", []),
        (DEMO, "AM204511", []),
        (PLAIN, "where is #1001?", ["1001"]),
        (PLAIN, "order 1001", ["1001"]),
        (PLAIN, "order no 1001", ["1001"]),
        (PLAIN, "Order Nr. 1001", ["1001"]),
        (PLAIN, "my order number is 1001.", ["1001"]),
        (PLAIN, "order id: 987", ["987"]),
        (PLAIN, "the status of order (1001)", ["1001"]),
        (PLAIN, "订单1001", ["1001"]),
        (PLAIN, "单号：1001", ["1001"]),
        (PLAIN, "我的订单编号是＃１００１，谢谢", ["1001"]),
        (PLAIN, "帮我查订单 1001 和 1002", ["1001", "1002"]),
        (PLAIN, "orders #1001, 1002 and 1003", ["1001", "1002", "1003"]),
        (PLAIN, "order SO-2024-118", ["SO-2024-118"]),
        (PLAIN, "order so-2024-118", ["SO-2024-118"]),
        (PLAIN, "order 1001-EU", ["1001-EU"]),
        (PLAIN, "order 1001-when will it come?", ["1001"]),
        (TWO, "uk 22080 and de5001", ["UK22080", "DE-5001"]),
        (TWO, "order 22080", ["22080"]),
        (YEARLY, "SO2024-118 and so 2024 119", ["SO-2024-118", "SO-2024-119"]),
        (YEARLY, "order 118", []),
        (YEARLY, "order no 118", ["SO-2024-118"]),
        (WORDY, "SO 2024 is on its way", ["SO2024"]),
        (WORDY, "so 2024 was bad, and so was it in 2023", []),
        (ANY_SHOP, "am20451 and AM-20452", ["AM20451", "AM-20452"]),
    ],
)
def test_what_is_named(form: NumberForm, text: str, numbers: list[str]) -> None:
    assert form.named(text) == numbers


ANOTHER_THING = (
    "I paid 1299 euros in 2024",
    "it was €1,299.00",
    "it costs 1299",
    "my budget is 1500",
    "I would like to order 1000 lamps",
    "can I order 1000 of them",
    "a minimum order 1000?",
    "order 1000 pieces",
    "订单1000件",
    "订单 2024年的",
    "I ordered it in 2023",
    "since my order on 2024-11-03",
    "my order 2024-11-03",
    "order 12.50",
    "call me: 0041 79 123 45 67",
    "my phone is 5551234",
    "call +41791234567",
    "电话是13800138000",
    "手机：13800138000",
    "my zip is 94105",
    "邮编是200030",
    "I live in 8001 Zürich",
    "here: 10115 Berlin",
    "ship my order to 10115 Berlin",
    "1001 Main Street",
    "I am 180 cm",
    "the size is 700c, 28x2.1",
    "is 250 W allowed?",
    "500 Wh or 400 Wh",
    "快递单号：123456",
    "my tracking number is 123456789",
    "your #1 fan",
    "write to am20451@example.com",
    "https://x.example/orders/1001?order=1001",
    "version 2.1001",
    "&#1001;",
)


@pytest.mark.parametrize("form", [DEMO, PLAIN, TWO, WORDY], ids=lambda form: form.example)
@pytest.mark.parametrize("text", ANOTHER_THING)
def test_what_is_another_thing(form: NumberForm, text: str) -> None:
    assert form.named(text) == []
    assert form.alike(text) == []


@pytest.mark.parametrize(
    ("form", "text", "numbers"),
    [
        (PLAIN, "1001", ["1001"]),
        (PLAIN, "#1001", ["1001"]),
        (PLAIN, "１００１", ["1001"]),
        (PLAIN, "it's 1001", ["1001"]),
        (PLAIN, "sorry, the number is 1001", ["1001"]),
        (PLAIN, "1001, ana@example.com", ["1001"]),
        (PLAIN, "ana@example.com 1001", ["1001"]),
        (PLAIN, "SO-2024-118", ["SO-2024-118"]),
        (PLAIN, "1001 and 1002", ["1001", "1002"]),
        (PLAIN, "1001 Thanks", ["1001"]),
        (PLAIN, "是1001", ["1001"]),
        (PLAIN, "1001号", ["1001"]),
        (PLAIN, "no. 1001", ["1001"]),
        (DEMO, "20451", ["AM20451"]),
        (DEMO, "2045", []),
        (TWO, "it is 22080", ["22080"]),
    ],
)
def test_what_stands_alone(form: NumberForm, text: str, numbers: list[str]) -> None:
    assert form.alike(text) == numbers


def test_what_is_left_without_them() -> None:
    assert PLAIN.without("Can order #1001 still be changed, and #1002?") == "Can order #  still be changed, and # ?"
    assert DEMO.without("AM20451: how long is the warranty?") == " : how long is the warranty?"
    assert PLAIN.without("a CR2032 battery for 1299 €") == "a CR2032 battery for 1299 €"


@pytest.mark.parametrize(
    ("form", "example"),
    [(DEMO, "AM12345"), (PLAIN, "#1234"), (TWO, "UK1234 / DE-1234"), (NumberForm(("UK", "")), "UK1234 / #1234")],
)
def test_an_example_is_one_of_the_shops_own(form: NumberForm, example: str) -> None:
    assert form.example == example
    assert [form.alike(each) for each in example.split(" / ")]


_PREFIXES = st.from_regex(r"[A-Z]{2,4}-?", fullmatch=True).filter(lambda prefix: prefix not in {"AM", "PM"})
_DIGITS = st.integers(1001, 9_999_999).map(str)
_SAID = st.sampled_from(
    [
        "{}",
        "order {}",
        "my order number is {}.",
        "where is #{}?",
        "订单{}到哪了",
        "单号：{}",
        "it is {}, thanks",
        "({})",
    ]
)


@given(_PREFIXES, _DIGITS, _SAID, st.booleans())
def test_a_shops_number_is_found_however_it_is_said(prefix: str, digits: str, said: str, small: bool) -> None:
    number = f"{prefix}{digits}"
    text = said.format(number.lower() if small else number)
    assert NumberForm((prefix,)).named(text) == [number]
    assert NumberForm((prefix, "")).named(text) == [number]


@given(_DIGITS, _SAID)
def test_a_bare_number_is_found_where_one_is_expected(digits: str, said: str) -> None:
    assert PLAIN.alike(said.format(digits)) == [digits]


@given(st.sampled_from(FORMS), st.text(string.printable + "订单号是＃１２３，。：€年个AMUKSO", max_size=200))
def test_no_digit_is_made_up(form: NumberForm, text: str) -> None:
    written = plain_number(text)
    prefixes = form.prefixes or ("",)
    for number in form.alike(text):
        assert any(plain_number(number).removeprefix(plain_number(prefix)) in written for prefix in prefixes)
    assert set(form.named(text)) <= set(form.alike(text))


@pytest.mark.parametrize(
    "unit", ["AM20451 ", "1", "order ", "a@", "订单号 ", "#", "1-", "A1", "order 1001, ", " ", "(order no is", "0 "]
)
def test_a_long_message_is_read_quickly(unit: str) -> None:
    text = (unit * 10_000)[:10_000]
    began = time.process_time()
    for form in FORMS:
        form.alike(text)
    assert time.process_time() - began < 1.0
