"""How many wishes for a person are seen, and how much that is none is taken for one, in six languages.

`tests/vectors/regulator_tuning.json` and `regulator_held_out.json` began as halves of one set of 516 messages, split
before the rules were tried: every second line of each language. The rules were changed until the first half was right.
The second half was only counted; the first time it had a recall of 0.977 and a precision of 0.985. Then some 270 harder
messages were written. Run once before anything was changed for them they had a recall of 0.85 and a precision of 0.97;
since then they are part of the first file. So are six further batches of 796 messages together, hard on purpose,
each written before the rules were tried on it. At first contact: recall 0.73, 0.75, 0.74, 0.68, 0.62, 0.85 (with
the rules of before all six: 0.73, 0.70, 0.69, 0.67, 0.55, 0.80), precision 0.84, 0.87, 0.94, 0.98, 0.92, 0.94.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from domain.engine import Turn, Utterance
from domain.entry import Role
from domain.regulator import Verdict, judge
from domain.session import Customer, EscalationReason, Language
from infrastructure.regulator.rules_file import DEFAULT_RULES, load_rules
from infrastructure.regulator.valence import EnglishValence
from tests.unit.test_builtin_evaluation import ALL_UNANSWERABLE, ANSWERABLE

VECTORS = Path(__file__).parents[1] / "vectors"
RULES = load_rules(DEFAULT_RULES)
VALENCE = EnglishValence()

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
    said = Utterance(Role.USER, text, 1)
    return judge(Turn("s", Language.ENGLISH, Customer(), (said,), unanswered=1), RULES, VALENCE)


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
