"""Whether a customer gave an order's number and e-mail address themselves."""

from __future__ import annotations

import pytest

from domain.engine import Turn, Utterance
from domain.entry import Role
from domain.session import Customer, Language
from infrastructure.ai.openai.proof import customer_gave

NUMBER, EMAIL = "AM20451", "mira@example.com"


@pytest.mark.parametrize(
    "text",
    [
        "AM20451 mira@example.com",
        "am-20451, MIRA@EXAMPLE.COM.",
        "My order: #AM 20451 (mira@example.com)",
        "订单AM20451，邮箱mira@example.com。",
        "ＡＭ２０４５１ ｍｉｒａ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        "order 20451, mira@example.com",
    ],
)
def test_given(text: str) -> None:
    assert customer_gave(_turn(text), NUMBER, EMAIL)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AM20451",
        "mira@example.com",
        "AM204511 mira@example.com",
        "XAM20451 mira@example.com",
        "120451 mira@example.com",
        "AM2045 mira@example.com",
        "AM20451 tamira@example.com",
        "AM20451 x.mira@example.com",
        "AM20451 mira@example.com.evil",
        "AM20451 mira@example.community",
        "AM20451 mira at example.com",
    ],
)
def test_not_given(text: str) -> None:
    assert not customer_gave(_turn(text), NUMBER, EMAIL)


@pytest.mark.parametrize(("number", "email"), [("", EMAIL), ("#", EMAIL), ("A", EMAIL), (NUMBER, ""), (NUMBER, "@")])
def test_nothing_is_not_given_by_anybody(number: str, email: str) -> None:
    assert not customer_gave(_turn("AM20451 mira@example.com"), number, email)


def test_only_what_the_customer_said_counts() -> None:
    for role in (Role.ASSISTANT, Role.AGENT):
        said = (Utterance(role, "AM20451 mira@example.com", 1), Utterance(Role.USER, "that one", 2))
        assert not customer_gave(Turn("s1", Language.ENGLISH, Customer(), said, 1), NUMBER, EMAIL)


def test_messages_and_the_session_add_up() -> None:
    said = (Utterance(Role.USER, "AM20451", 1), Utterance(Role.ASSISTANT, "And?", 2), Utterance(Role.USER, EMAIL, 3))
    assert customer_gave(Turn("s1", Language.ENGLISH, Customer(), said, 1), NUMBER, EMAIL)
    session = Turn("s1", Language.ENGLISH, Customer("Mira", "Mira@example.com"), said[:1], 1)
    assert customer_gave(session, NUMBER, EMAIL)
    assert not customer_gave(session, NUMBER, "li.wei@example.com")


def _turn(text: str) -> Turn:
    return Turn("s1", Language.ENGLISH, Customer(), (Utterance(Role.USER, text, 1),), 1)
