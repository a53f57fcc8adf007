"""The ear: what it hears in messages that it has not learned from, and what the rules make of that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from domain.engine import Turn, Utterance
from domain.entry import Role
from domain.regulator import Ear, Likely, Need, Rules, Verdict, judge
from domain.regulator.rules import Rule
from domain.session import Customer, EscalationReason, Language, Severity
from infrastructure.regulator.ear import LearnedEar
from infrastructure.regulator.rules_file import DEFAULT_RULES, load_rules
from tests.learning.ear import Heard, is_held_out, written_for_this
from tests.unit.test_builtin_evaluation import ALL_UNANSWERABLE, ANSWERABLE

EAR = LearnedEar()
RULES = load_rules(DEFAULT_RULES)
REASONS = {
    Need.WISH: EscalationReason.USER_REQUEST,
    Need.ALARM: EscalationReason.KEYWORD,
    Need.ANGER: EscalationReason.SENTIMENT,
}
HELD_OUT = [heard for heard in written_for_this() if is_held_out(heard.text)]


# A little under what was counted: 0.91 and 0.95, 0.94 and 0.96, 0.88 and 0.91. By phrases alone the recall was 0.50,
# 0.59 and 0.44.
@pytest.mark.parametrize(
    ("languages", "recall", "precision"),
    [(["en"], 0.89, 0.93), (["zh"], 0.92, 0.94), (["de", "fr", "es", "it"], 0.85, 0.88)],
)
def test_who_needs_a_person_is_heard_in_words_that_were_not_learned(
    languages: list[str], recall: float, precision: float
) -> None:
    """By phrases and ear together. Every second message for which nobody is needed is a near miss."""
    heard = [each for each in HELD_OUT if each.language in languages]
    needed, called = _needed(heard), [each for each in heard if _verdict(each.text, EAR)]
    right = [each for each in called if each.need]
    assert len(needed) > 60
    assert len(right) / len(needed) >= recall, [each.text for each in needed if each not in right]
    assert len(right) / len(called) >= precision, [each.text for each in called if not each.need]


def test_the_ear_hears_far_more_than_the_phrases_find() -> None:
    needed = _needed(HELD_OUT)
    by_phrases = sum(_verdict(each.text) is not None for each in needed)
    assert sum(_verdict(each.text, EAR) is not None for each in needed) > 1.2 * by_phrases


def test_why_a_person_is_needed_is_told_apart() -> None:
    heard = [(EAR(each.text), each.need) for each in _needed(HELD_OUT)]
    right = [likely for likely, need in heard if likely and likely.need is need]
    assert len(right) >= 0.9 * len(heard)


def test_ordinary_questions_are_for_the_ai() -> None:
    asked = [question for question, _ in ANSWERABLE] + list(ALL_UNANSWERABLE)
    mistaken = [question for question in asked if _verdict(question, EAR)]
    assert len(asked) > 250
    assert len(mistaken) <= len(asked) * 0.02, mistaken


def test_a_wish_at_the_end_of_a_long_story_is_heard() -> None:
    story = "I ordered the bike in May and it came in June with the wrong saddle. " * 30
    assert _verdict(story, EAR) is None
    wish = "Would somebody over there kindly ring me about it?"
    assert _reason(story + wish, EAR) is EscalationReason.USER_REQUEST


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AM20467",
        "🚲🚲",
        "wanneer komt mijn bestelling",
        "rhubarb flumph zyx",
        "a question",
        "message 11",
        "?!" * 5_000,
    ],
)
def test_of_what_it_does_not_know_it_has_no_opinion(text: str) -> None:
    assert EAR(text) is None


@pytest.mark.parametrize(
    "said",
    [
        "I want to talk to a human.",
        "human please",
        "the battery is on fire",
        "我要人工客服。",
        "给我找个真人",
        "电池起火了",
    ],
)
@pytest.mark.parametrize("end", [". ", "  "])
def test_what_is_said_outright_is_not_drowned_by_the_story_around_it(said: str, end: str) -> None:
    told = ["how heavy can my panniers be on the rear rack", "which app do I need to see the charge"]
    if not said.isascii():
        told = ["我手笨不会弄，能不能弄好了直接送家里，加多少", "寄到瑞士几天能到"]
    story = end.join(told * 3) + end
    assert _verdict(story, EAR) is None
    assert _verdict(story + said, EAR) is not None
    assert _verdict(said.rstrip(".。") + end + story, EAR) is not None


@pytest.mark.parametrize("need", Need)
def test_what_is_likely_calls_a_person_for_its_reason(need: Need) -> None:
    verdict = _verdict("the parcel is blue", _hearing(0.6, need))
    assert verdict is not None
    assert (verdict.reason, verdict.detail, verdict.seq) == (REASONS[need], "the parcel is blue", 1)
    assert verdict.severity is (Severity.HIGH if need is Need.ALARM else RULES.severity(Rule(verdict.rule)))
    assert _verdict("the parcel is blue", _hearing(0.59, need)) is None


def test_what_phrases_find_comes_first() -> None:
    verdict = _verdict("human please", _hearing(0.9, Need.ALARM))
    assert verdict is not None
    assert (verdict.reason, verdict.detail) == (EscalationReason.USER_REQUEST, "human please")


@pytest.mark.parametrize("text", ["the battery is on fire", "you thieving scum"])
def test_a_packaged_phrase_among_words_that_sounds_like_nothing_is_doubted(text: str) -> None:
    assert _verdict(text) is not None
    assert _verdict(text, _hearing(0.2)) is not None
    assert _verdict(text, _hearing(0.19)) is None


@pytest.mark.parametrize("text", ["human please", "can I talk to somebody"])
def test_an_outright_wish_is_doubted_only_where_nothing_sounds_like_one(text: str) -> None:
    assert _verdict(text, _hearing(0.03)) is not None
    assert _verdict(text, _hearing(0.01)) is None


def test_a_short_message_is_heard_as_a_whole_too() -> None:
    def ear(text: str) -> Likely:
        return Likely(Need.ALARM, 0.1 if len(text) > 60 else 0.9)

    told = "the battery is on fire, says the song that we dance to in the club"
    assert _verdict(told) is not None
    assert _verdict(told, ear) is None
    assert _verdict(f"{told}. {'And we dance. ' * 10}", ear) is not None


def test_a_shops_own_phrases_are_never_doubted(tmp_path: Path) -> None:
    rules = _own(
        tmp_path,
        """
        extends = "default"
        [languages.en.wishes]
        phrases = ["ask Aldermoor"]
        exceptions = ["parcel is blue"]
        """,
    )
    assert _reason("I ask Aldermoor", _hearing(0.0), rules) is EscalationReason.USER_REQUEST
    assert _verdict("the battery is on fire", _hearing(0.0), rules) is None
    assert _verdict("the parcel is blue", _hearing(0.99), rules) is None
    assert _verdict("the parcel is red", _hearing(0.99), rules) is not None


def test_the_limits_turn_it_off(tmp_path: Path) -> None:
    rules = _own(tmp_path, 'extends = "default"\n[limits]\nlikely = 1\ndoubtful = 0')
    assert _verdict("the parcel is blue", _hearing(0.9999), rules) is None
    assert _reason("human please", _hearing(0.0), rules) is EscalationReason.USER_REQUEST


def test_rules_that_are_off_stay_off() -> None:
    rules = Rules(replace(RULES.book, enabled=frozenset()))
    assert all(_verdict("the parcel is blue", _hearing(0.99, need), rules) is None for need in Need)


def _needed(heard: list[Heard]) -> list[Heard]:
    return [each for each in heard if each.need]


def _hearing(likelihood: float, need: Need = Need.WISH) -> Ear:
    return lambda text: Likely(need, likelihood)


def _reason(text: str, ear: Ear, rules: Rules = RULES) -> EscalationReason | None:
    verdict = _verdict(text, ear, rules)
    return None if verdict is None else verdict.reason


def _verdict(text: str, ear: Ear = lambda text: None, rules: Rules = RULES) -> Verdict | None:
    said = (Utterance(Role.USER, text, 1),)
    return judge(Turn("s", Language.ENGLISH, Customer(), said, unanswered=1), rules, ear=ear)


def _own(folder: Path, text: str) -> Rules:
    path = folder / "rules.toml"
    path.write_text(text, "utf-8")
    return load_rules(path)
