"""The figures, the table and the thresholds, on constructed results."""

from __future__ import annotations

import pytest

from domain.engine import Usage
from domain.errors import InvalidInput
from domain.session import Language
from evaluation.case import Case, Expectation, Kind, ScriptedTurn
from evaluation.figures import Figures, Prices, figures, grouped
from evaluation.played import Played, PlayedTurn, Reply
from evaluation.scoring import Scored, score
from evaluation.table import failing, rows_of, summary, table
from evaluation.thresholds import parse_requirement

ANSWER = Expectation((Kind.ANSWER,), False, sources=("brook",))
UNKNOWN = Expectation((Kind.UNKNOWN,), False)
PERSON = Expectation((Kind.HANDOFF,), True)
EITHER = Expectation((Kind.UNKNOWN, Kind.HANDOFF), None)

RIGHT = Reply("Yes.", ("brook",))
WRONG = Reply("Yes.", ("fen",))
DONT_KNOW = Reply("I don't know.", confident=False)
CALLED = Reply("", handoff=True)


def test_a_handoff_counts_where_it_was_wanted_and_only_there() -> None:
    total = figures(
        [
            conversation((ANSWER, RIGHT), (PERSON, CALLED)),
            conversation((ANSWER, CALLED), (PERSON, None)),
            conversation((PERSON, WRONG)),
            conversation((ANSWER, CALLED)),
            conversation((ANSWER, RIGHT)),
            conversation((EITHER, CALLED)),
        ]
    )
    assert total.handoff_wanted == 3
    assert total.handoff_recall == pytest.approx(1 / 3)
    assert total.handoff_precision == pytest.approx(1 / 3)
    assert total.containment == pytest.approx(1 / 2)
    assert (total.conversations, total.passed, total.turns, total.not_reached) == (6, 3, 7, 1)


def test_wrong_answers_are_a_share_of_what_the_ai_said() -> None:
    total = figures([conversation((ANSWER, WRONG), (ANSWER, RIGHT), (UNKNOWN, DONT_KNOW), (PERSON, CALLED))])
    assert (total.right, total.wrong, total.unknown_right, total.unknown_wrong) == (1, 1, 1, 0)
    assert total.wrong_rate == pytest.approx(1 / 3)


def test_retrieval_is_asked_of_questions_that_stand_alone() -> None:
    def answered(*retrieved: str) -> Reply:
        return Reply("Yes.", ("brook",), retrieved=retrieved)

    total = figures(
        [
            conversation((ANSWER, answered("brook", "fen")), (ANSWER, answered("fen", "heath", "brook"))),
            conversation((ANSWER, answered("fen")), (UNKNOWN, DONT_KNOW), (ANSWER, RIGHT)),
            conversation((ANSWER, answered("fen")), follow_up=True),
        ]
    )
    assert total.questions == 3
    assert total.hit_at_1 == pytest.approx(1 / 3)
    assert total.hit_at_3 == pytest.approx(2 / 3)


def test_times_and_cost_are_counted_where_they_are_known() -> None:
    replies = [Reply("", usage=Usage(1000, 10), first_token=at / 1000, seconds=1.0) for at in range(1, 101)]
    total = figures([conversation((ANSWER, reply)) for reply in [*replies, RIGHT]], Prices(2.0, 8.0))
    assert total.first_token_p50 == pytest.approx(50)
    assert total.first_token_p95 == pytest.approx(95)
    assert (total.input_tokens, total.output_tokens) == (100_000, 1000)
    assert total.cost == pytest.approx(0.2 + 0.008)


def test_nothing_to_divide_by_is_no_figure() -> None:
    total = figures([])
    assert (total.wrong_rate, total.containment, total.handoff_recall, total.hit_at_3, total.first_token_p50) == (
        None,
    ) * 5
    assert "–" in table({"none": total})


def test_the_table_is_aligned_in_both_scripts() -> None:
    total = figures([conversation((ANSWER, RIGHT))])
    lines = table(rows_of(total, [{"mixed": total, "退货": total}])).splitlines()
    assert [line.split()[0] for line in lines] == ["conv.", "mixed", "退货", "total"]
    # Two Chinese characters take the room of four letters.
    assert len(lines[2]) + 2 == len(lines[1]) == len(lines[3])
    assert "1 turns played" in summary(total)


def test_a_failing_conversation_says_why() -> None:
    shown = failing([conversation((ANSWER, RIGHT)), conversation((ANSWER, WRONG))])
    assert shown.count("✗ one") == 1
    assert "cited fen, not brook" in shown


def test_groups_keep_the_order_of_the_cases() -> None:
    groups = grouped([conversation((ANSWER, RIGHT))], lambda case: case.played.case.category, Prices())
    assert list(groups) == ["tests"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("right>=1", None),
        ("right >= 2", "right must be at least 2; it is 1"),
        ("leaks<=0", None),
        ("wrong_rate<=0.03", None),
        ("handoff_recall>=0.5", "handoff_recall must be at least 0.5; there is none"),
    ],
)
def test_a_requirement_is_met_or_says_by_how_much_not(text: str, problem: str | None) -> None:
    assert parse_requirement(text).missed_by(one_right()) == problem


@pytest.mark.parametrize("text", ["wrong_rate", "wrong_rate=3", "beauty>=1", ""])
def test_a_requirement_must_name_a_figure_and_a_bound(text: str) -> None:
    with pytest.raises(InvalidInput, match="--require"):
        parse_requirement(text)


def one_right() -> Figures:
    return figures([conversation((ANSWER, RIGHT))])


def conversation(*turns: tuple[Expectation, Reply | None], follow_up: bool = False) -> Scored:
    """A conversation of these expectations and replies, judged."""
    scripted = tuple(ScriptedTurn(("say",), expect, follow_up) for expect, _ in turns)
    played = tuple(PlayedTurn(turn, reply) for turn, (_, reply) in zip(scripted, turns, strict=True))
    return score(Played(Case("one", Language.ENGLISH, "tests", scripted), played))
