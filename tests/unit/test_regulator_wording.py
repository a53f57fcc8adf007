"""How many wishes for a person are seen, and how much that is none is taken for one, in six languages.

`tests/vectors/regulator_tuning.json` and `regulator_held_out.json` began as halves of one set of 516 messages, split
before the rules were tried: every second line of each language. The rules were changed until the first half was right.
The second half was only counted; the first time it had a recall of 0.977 and a precision of 0.985. Then some 270 harder
messages were written. Run once before anything was changed for them they had a recall of 0.85 and a precision of 0.97;
since then they are part of the first file. So are six further batches of 796 messages together, hard on purpose,
each written before the rules were tried on it. At first contact: recall 0.73, 0.75, 0.74, 0.68, 0.62, 0.85 (with
the rules of before all six: 0.73, 0.70, 0.69, 0.67, 0.55, 0.80), precision 0.84, 0.87, 0.94, 0.98, 0.92, 0.94.

`regulator_rounds.json` holds 22 further rounds, 2,001 wishes, alarms, words of anger or of asking again ("repeated")
and near misses together, most of them hard on purpose. Each was written before the rules were tried on it, counted
once, and only then used to widen them. Each says what it came to then ("at_first_contact": recall, precision) and with
the rules of before all rounds ("before"; for the last four, of before these). Over rounds 9 to 18, recall was 0.85
(before: 0.71) and precision 0.95 (before: 0.98). The 19th is by an independent author (0.78 and 0.89). The last
three are paraphrases and near misses of what it showed to be missing, so written where the rules were weak: one before
they were widened (0.22 and 0.60), two after (0.47 and 0.93, 0.64 and 0.78; before: 0.25 and 0.88, 0.23 and 0.71). What
counts there is whether a person is called at all, for whichever reason.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from domain.engine import Turn, Utterance
from domain.entry import Role
from domain.regulator import Verdict, judge
from domain.regulator.folding import folded
from domain.regulator.template import Effort
from domain.session import Customer, EscalationReason, Language
from infrastructure.regulator.rules_file import DEFAULT_RULES, load_rules
from infrastructure.regulator.valence import EnglishValence
from tests.unit.test_builtin_evaluation import ALL_UNANSWERABLE, ANSWERABLE

VECTORS = Path(__file__).parents[1] / "vectors"
RULES = load_rules(DEFAULT_RULES)
VALENCE = EnglishValence()

REASONS = {
    "wishes": EscalationReason.USER_REQUEST,
    "alarms": EscalationReason.KEYWORD,
    "anger": EscalationReason.SENTIMENT,
    "repeated": EscalationReason.FAIL_LOOP,
}
# Recall, then precision.
THRESHOLDS = {"tuning": (0.98, 0.95), "held_out": (0.95, 0.95)}


@pytest.mark.parametrize("half", THRESHOLDS)
def test_wishes_are_seen_and_nothing_else_is_taken_for_one(half: str) -> None:
    least_recall, least_precision = THRESHOLDS[half]
    wishes, others = _cases(half)
    missed = [text for text in wishes if not _is_wish(text)]
    mistaken = [text for text in others if _verdict(text) is not None]
    seen = len(wishes) - len(missed)
    assert seen / len(wishes) >= least_recall, missed
    assert seen / (seen + len(mistaken)) >= least_precision, mistaken


@pytest.mark.parametrize("language", ["en", "zh", "de", "fr", "es", "it"])
def test_who_needs_a_person_gets_one_and_nobody_else(language: str) -> None:
    wanting = [text for kind in REASONS for text in _in_rounds(kind, language)]
    others = _in_rounds("others", language)
    missed = [text for text in wanting if _verdict(text) is None]
    mistaken = [text for text in others if _verdict(text) is not None]
    assert min(len(wanting), len(others)) >= 25
    assert len(missed) <= 0.03 * len(wanting), missed
    assert len(mistaken) <= 0.01 * len(others), mistaken


def test_reasons_are_told_apart() -> None:
    """An alarm in furious words is an alarm, so only most of them are what they were written as."""
    for kind, reason in REASONS.items():
        verdicts = [_verdict(text) for text in _in_rounds(kind)]
        right = [verdict for verdict in verdicts if verdict is not None and verdict.reason is reason]
        assert len(right) >= 0.85 * len(verdicts), kind


def test_a_usual_message_is_read_with_little_effort() -> None:
    """Steps, not milliseconds: a busy machine is no fault of the rules. A hundred take some 0.3 ms."""
    texts = [text for kind in (*REASONS, "others") for text in _in_rounds(kind)]
    spent = sorted(_effort(text) for text in texts)
    assert max(map(len, texts)) < 300
    assert sum(spent) / len(spent) < 120
    assert spent[-1] < 600


def test_the_set_is_large_enough_in_every_language() -> None:
    languages = {"en": 80, "zh": 60, "de": 24, "fr": 24, "es": 20, "it": 20}
    for kind in ("wishes", "others"):
        counts = {language: sum(len(_half(half)[kind][language]) for half in THRESHOLDS) for language in languages}
        assert all(counts[language] >= least for language, least in languages.items()), counts
        assert sum(counts.values()) >= 200


def test_ordinary_questions_are_for_the_ai() -> None:
    asked = [question for question, _ in ANSWERABLE] + list(ALL_UNANSWERABLE)
    mistaken = [question for question in asked if _verdict(question) is not None]
    assert len(asked) > 250
    assert len(mistaken) <= len(asked) * 0.005, mistaken


@pytest.mark.parametrize(
    "text",
    [
        "I WANT TO TALK TO A HUMAN",
        "ｈｕｍａｎ　ａｇｅｎｔ　ｐｌｅａｓｅ",
        "I dont want a bot, i want a human",
        "I don’t need links. Human, please",
        "hum\u200ban please",
        "quiero hablar con una person\u0301a",
        "Ich moechte mit einem Menschen sprechen",
        "Ich mochte mit einem Menschen sprechen",
        "轉人工客服",
        "转 人 工",
        "我要 human agent",
        "please 转人工",
        "hola, human please, gracias",
        "peux-tu me transférer à un conseiller ?",
        "je veux parler a quelqu un",
    ],
)
def test_spelling_does_not_matter(text: str) -> None:
    assert _is_wish(text)


def _is_wish(text: str) -> bool:
    verdict = _verdict(text)
    return verdict is not None and verdict.reason is EscalationReason.USER_REQUEST


def _verdict(text: str) -> Verdict | None:
    """Of the message as the second of a conversation, so that it may say what was asked before."""
    said = (Utterance(Role.USER, "Hello", 1), Utterance(Role.ASSISTANT, "Hi!", 2), Utterance(Role.USER, text, 3))
    return judge(Turn("s", Language.ENGLISH, Customer(), said, unanswered=1), RULES, VALENCE)


def _effort(text: str) -> int:
    effort = Effort()
    before = effort.left
    RULES.phrases.find(folded(text, RULES.typos), effort)
    return before - effort.left


def _in_rounds(kind: str, language: str | None = None) -> list[str]:
    return [
        text
        for each in _rounds()
        for spoken, texts in each.get(kind, {}).items()
        if language in (None, spoken)
        for text in texts
    ]


@cache
def _rounds() -> list[dict[str, dict[str, list[str]]]]:
    rounds: list[dict[str, dict[str, list[str]]]] = json.loads((VECTORS / "regulator_rounds.json").read_text("utf-8"))
    return rounds


def _cases(half: str) -> tuple[list[str], list[str]]:
    data = _half(half)
    return (
        [text for texts in data["wishes"].values() for text in texts],
        [text for texts in data["others"].values() for text in texts],
    )


@cache
def _half(half: str) -> dict[str, dict[str, list[str]]]:
    data: dict[str, dict[str, list[str]]] = json.loads((VECTORS / f"regulator_{half}.json").read_text("utf-8"))
    return data
