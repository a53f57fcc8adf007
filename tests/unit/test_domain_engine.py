"""What an answer is due to."""

from __future__ import annotations

import pytest

from domain.engine import Turn, Utterance
from domain.entry import Role
from domain.session import Customer, Language

SAID = (
    Utterance(Role.USER, "Hello", 1),
    Utterance(Role.ASSISTANT, "Hello! How can I help?", 2),
    Utterance(Role.USER, "Where is my order?", 3),
    Utterance(Role.USER, "It is 1001", 4),
)


@pytest.mark.parametrize(
    ("unanswered", "question"),
    [
        (0, ""),
        (1, "It is 1001"),
        (2, "Where is my order?\nIt is 1001"),
        (3, "Hello\nWhere is my order?\nIt is 1001"),
        (9, "Hello\nWhere is my order?\nIt is 1001"),
    ],
)
def test_the_question_is_all_that_is_unanswered(unanswered: int, question: str) -> None:
    assert Turn("s_1", Language.ENGLISH, Customer(), SAID, unanswered).question == question


def test_what_others_say_is_no_question() -> None:
    said = (*SAID, Utterance(Role.AGENT, "One moment", 5), Utterance(Role.ASSISTANT, "Sorry?", 6))
    assert Turn("s_1", Language.ENGLISH, Customer(), said, 1).question == "It is 1001"
    assert Turn("s_1", Language.ENGLISH, Customer(), (), 1).question == ""
