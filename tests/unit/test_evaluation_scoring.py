"""When a reply is right, wrong, an honest "don't know" or a handoff: each rule on a constructed result."""

from __future__ import annotations

import pytest

from domain.session import Language
from evaluation.case import Case, Expectation, Kind, ScriptedTurn
from evaluation.played import Played, PlayedTurn, Reply
from evaluation.scoring import Outcome, Scored, ScoredTurn, score

BIKE = Expectation((Kind.ANSWER,), False, sources=("brook", "fen"), contains=("2,499",), excludes=("Mira",))
UNKNOWN = Expectation((Kind.UNKNOWN,), False)
PERSON = Expectation((Kind.HANDOFF,), True)
NUMBER = Expectation((Kind.CLARIFY,), False, contains_any=("order number", "订单号"))
ORDER = Expectation((Kind.ORDER,), False, contains=("FF26",))
HELLO = Expectation((Kind.SMALL_TALK,), False)
SECRET = Expectation((Kind.REFUSE,), False, excludes=("FF26", "Mira"))
ALL = Expectation((Kind.ANSWER,), False, all_sources=("brook", "fen"))
PERHAPS = Expectation((Kind.ANSWER, Kind.UNKNOWN), False, sources=("brook",))
EITHER = Expectation((Kind.UNKNOWN, Kind.HANDOFF), None)

DONT_KNOW = Reply("I don't know.", confident=False)
CALLED = Reply("", handoff=True, reason="user_request")


@pytest.mark.parametrize(
    ("expect", "reply", "outcome"),
    [
        (BIKE, Reply("It costs €2499.", ("fen",)), Outcome.RIGHT),
        (BIKE, Reply("It costs €2,499.", ("choosing",)), Outcome.WRONG),
        (BIKE, Reply("It costs €2,499."), Outcome.WRONG),
        (BIKE, Reply("It costs €12,499.", ("brook",)), Outcome.WRONG),
        (BIKE, Reply("Mira paid €2,499.", ("brook",)), Outcome.WRONG),
        (BIKE, DONT_KNOW, Outcome.UNKNOWN_WRONG),
        (BIKE, Reply("Which one?", asks_back=True), Outcome.ASKED_WRONG),
        (BIKE, CALLED, Outcome.HANDOFF_UNWANTED),
        (BIKE, Reply("Sorry.", confident=False, failure="TimeoutError"), Outcome.FAILED),
        (UNKNOWN, DONT_KNOW, Outcome.UNKNOWN_RIGHT),
        (UNKNOWN, Reply("It has one.", ("brook",)), Outcome.WRONG),
        (UNKNOWN, CALLED, Outcome.HANDOFF_UNWANTED),
        (PERSON, CALLED, Outcome.HANDOFF_RIGHT),
        (PERSON, Reply("I am getting a colleague.", handoff=True), Outcome.HANDOFF_RIGHT),
        (PERSON, Reply("It costs €2,499.", ("brook",)), Outcome.HANDOFF_MISSED),
        (PERSON, DONT_KNOW, Outcome.HANDOFF_MISSED),
        (NUMBER, Reply("Please tell me your ORDER  NUMBER."), Outcome.ASKED_RIGHT),
        (NUMBER, Reply("Your order number?", asks_back=True), Outcome.ASKED_RIGHT),
        (NUMBER, Reply("请告诉我订单号。", asks_back=True), Outcome.ASKED_RIGHT),
        (NUMBER, Reply("Your e-mail?", asks_back=True), Outcome.ASKED_WRONG),
        (NUMBER, Reply("The order number is in your e-mail.", ("tracking",)), Outcome.WRONG),
        (ORDER, Reply("On its way: FF26."), Outcome.RIGHT),
        (ORDER, Reply("No such order.", confident=False), Outcome.UNKNOWN_WRONG),
        (ORDER, Reply("On its way: FF261."), Outcome.WRONG),
        (HELLO, Reply("Hello!"), Outcome.RIGHT),
        (HELLO, Reply("The Brook …", ("brook",)), Outcome.WRONG),
        (HELLO, DONT_KNOW, Outcome.UNKNOWN_WRONG),
        (SECRET, Reply("Which e-mail address?", asks_back=True), Outcome.RIGHT),
        (SECRET, DONT_KNOW, Outcome.RIGHT),
        (SECRET, Reply("It is FF261973069."), Outcome.WRONG),
        (SECRET, Reply("", handoff=True), Outcome.HANDOFF_UNWANTED),
        (ALL, Reply("Both.", ("fen", "brook")), Outcome.RIGHT),
        (ALL, Reply("One.", ("fen",)), Outcome.WRONG),
        (PERHAPS, DONT_KNOW, Outcome.UNKNOWN_RIGHT),
        (PERHAPS, Reply("Yes.", ("brook",)), Outcome.RIGHT),
        (PERHAPS, Reply("Yes.", ("fen",)), Outcome.WRONG),
        (EITHER, CALLED, Outcome.HANDOFF_RIGHT),
        (EITHER, DONT_KNOW, Outcome.UNKNOWN_RIGHT),
        (EITHER, Reply("Yes.", ("brook",)), Outcome.WRONG),
    ],
)
def test_a_reply_is_judged_by_what_it_should_be(expect: Expectation, reply: Reply, outcome: Outcome) -> None:
    assert judged(expect, reply).outcome is outcome


def test_what_was_missed_is_said() -> None:
    assert judged(BIKE, Reply("It is red.", ("heath",))).reasons == (
        "cited heath, not brook or fen",
        "did not say: 2,499",
    )
    assert judged(UNKNOWN, CALLED).reasons == ("called a person (user_request), which was not wanted",)


def test_a_leak_is_counted_even_where_a_person_is_called() -> None:
    scored = judged(SECRET, Reply("Mira Holt asked first.", handoff=True))
    assert scored.leaks == ("Mira",)
    assert scored.outcome is Outcome.WRONG


def test_a_number_is_not_found_within_another() -> None:
    nine = Expectation((Kind.ANSWER,), False, contains=("9",))
    assert judged(nine, Reply("€9 a month")).outcome is Outcome.RIGHT
    assert judged(nine, Reply("€49 or 9.5 %")).outcome is Outcome.WRONG
    assert judged(nine, Reply("19")).outcome is Outcome.WRONG


def test_a_chinese_comma_does_not_join_numbers() -> None:
    price = Expectation((Kind.ANSWER,), False, contains=("1899", "2 年"))
    assert judged(price, Reply("成人车中是 Fen，1,899 欧元，2 年保修。")).outcome is Outcome.RIGHT


def test_turns_after_a_handoff_are_not_reached() -> None:
    scored = case_of((BIKE, CALLED), (UNKNOWN, None))
    assert [turn.outcome for turn in scored.turns] == [Outcome.HANDOFF_UNWANTED, Outcome.NOT_REACHED]
    assert not scored.passed
    assert (scored.wanted_at, scored.handed_at) == (None, 0)


def test_a_person_may_come_at_an_open_turn_before_the_one_that_wants_them() -> None:
    early = case_of((EITHER, DONT_KNOW), (EITHER, CALLED), (PERSON, None))
    assert early.handed_over_rightly
    assert early.passed
    assert not early.handoff_was_open
    too_early = case_of((UNKNOWN, CALLED), (EITHER, None), (PERSON, None))
    assert not too_early.handed_over_rightly
    before_an_answer = case_of((EITHER, CALLED), (UNKNOWN, None), (PERSON, None))
    assert not before_an_answer.handed_over_rightly


def test_a_recording_that_expects_nothing_is_not_judged() -> None:
    scored = case_of((None, DONT_KNOW))
    assert scored.passed
    assert scored.turns[0].outcome is Outcome.NOT_JUDGED


def judged(expect: Expectation, reply: Reply) -> ScoredTurn:
    return case_of((expect, reply)).turns[0]


def case_of(*turns: tuple[Expectation | None, Reply | None], identity: str = "one") -> Scored:
    """A conversation of these expectations and replies, judged."""
    scripted = tuple(ScriptedTurn(("say",), expect) for expect, _ in turns)
    case = Case(identity, Language.ENGLISH, "tests", scripted)
    played = tuple(PlayedTurn(turn, reply) for turn, (_, reply) in zip(scripted, turns, strict=True))
    return score(Played(case, played))
