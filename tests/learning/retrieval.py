"""Learns the weights of `infrastructure/ai/retrieval/index.py`: `python -m tests.learning.retrieval [CASES …]`.

It prints `_VIEWS`, `_SIGNS` and `_BIAS`, and how many answers are right and wrong from which likelihood on. It learns
from the cases for tuning (and the files of cases named), `tests/vectors/retrieval.jsonl`, the questions of
`tests/unit/test_builtin_evaluation.py` and the typical questions of the demo shop, which are asked of an index without
them. docs/decisions/0010-retrieval.md says why.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from domain.knowledge import KnowledgeEntry
from domain.session import Language
from evaluation.case import Case, Kind
from evaluation.case_file import read_cases
from infrastructure.ai.retrieval.index import Index
from infrastructure.knowledge.demo.entries import load_entries
from tests.unit.test_builtin_evaluation import ALL_UNANSWERABLE, ANSWERABLE

Values = npt.NDArray[np.float64]
Indexes = Mapping[Language, Index]

ROOT = Path(__file__).parent.parent.parent
VECTORS = ROOT / "tests/vectors/retrieval.jsonl"
CASES = ROOT / "evaluation/cases/tuning.jsonl"

# How much a question counts. Those of conversations come from many hands, so they say most about the next customer;
# typical questions are many and of one hand. A shop with few typical questions, and a small one, are shops too.
CASE, VECTOR, TYPICAL, SPARSE_TYPICAL, SPARSE = 2.0, 0.5, 0.12, 0.15, 0.8

# Every answerable question is one that cannot be answered where its entries are missing, but an easier one than most.
HIDDEN = 0.4

FOLDS = 5
COMPARED = 3
_CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the ids of the entries that answer it (none: nothing does), and how much it counts."""

    language: Language
    text: str
    right: frozenset[str]
    worth: float


@dataclass(frozen=True, slots=True)
class Seen:
    """A question as an index sees it: a row a view, a column an entry, and which entries (numbers) are right."""

    asked: Asked
    index: Index
    views: Values
    right: tuple[int, ...]


def from_cases(cases: Sequence[Case]) -> Iterator[Asked]:
    """The questions that stand alone and that the knowledge answers, or should not."""
    for case in cases:
        for turn in case.turns:
            expected = turn.expect
            if expected is None or turn.follow_up or "@" in turn.text:
                continue
            language = Language.CHINESE if _CHINESE.search(turn.text) else case.language
            sources = frozenset(expected.sources or expected.all_sources)
            if Kind.ANSWER in expected.kinds and sources:
                yield Asked(language, turn.text, sources, CASE)
            elif expected.kinds == (Kind.UNKNOWN,):
                yield Asked(language, turn.text, frozenset(), CASE)


def from_vectors() -> Iterator[Asked]:
    for line in VECTORS.read_bytes().splitlines():
        found = orjson.loads(line)
        right = frozenset(found["entries"]) if found["answerable"] else frozenset()
        yield Asked(Language(found["language"]), found["question"], right, VECTOR)


def from_tests() -> Iterator[Asked]:
    for text, right in [*ANSWERABLE, *((text, None) for text in ALL_UNANSWERABLE)]:
        language = Language.CHINESE if _CHINESE.search(text) else Language.ENGLISH
        yield Asked(language, text, frozenset({right} if right else ()), VECTOR)


def parted(
    entries: Sequence[KnowledgeEntry], kept: Mapping[tuple[str, Language, str], bool], worth: float
) -> tuple[list[KnowledgeEntry], list[Asked]]:
    """The entries with those typical questions that are kept, and the others, to be asked."""
    left: list[KnowledgeEntry] = []
    asked: list[Asked] = []
    for entry in entries:
        wordings = {}
        for language, wording in entry.wordings.items():
            known = tuple(text for text in wording.questions if kept[entry.id, language, text])
            gone = (text for text in wording.questions if not kept[entry.id, language, text])
            asked += [Asked(language, text, frozenset({entry.id}), worth) for text in gone]
            wordings[language] = replace(wording, questions=known)
        left.append(replace(entry, wordings=wordings))
    return left, asked


def seen(entries: Sequence[KnowledgeEntry], asked: Sequence[Asked]) -> Iterator[Seen]:
    """The questions as an index of these entries sees them."""
    indexes = {language: Index(language, entries) for language in Language}
    places = {
        language: {
            entry.id: number for number, entry in enumerate(entry for entry in entries if language in entry.wordings)
        }
        for language in Language
    }
    for one in asked:
        index, place = indexes[one.language], places[one.language]
        question = index.question(one.text)
        if question:
            right = tuple(place[each] for each in one.right if each in place)
            yield Seen(one, index, index.views(question).astype(np.float64), right)


def everything(questions: Sequence[Asked]) -> list[Seen]:
    """All that is learned from: the questions, typical ones taken out, a shop with few of them, and a small shop."""
    entries = load_entries()
    dice = random.Random(3)
    rows = list(seen(entries, questions))
    typical = [(e.id, lang, text) for e in entries for lang, w in e.wordings.items() for text in w.questions]
    fold = {each: dice.randrange(FOLDS) for each in typical}
    for out in range(FOLDS):
        rows += seen(*parted(entries, {each: place != out for each, place in fold.items()}, TYPICAL))
    poor, unknown = parted(entries, {each: dice.random() < 0.1 for each in typical}, SPARSE_TYPICAL)
    less = [replace(one, worth=SPARSE) for one in questions if one.worth == CASE]
    rows += seen(poor, [*dice.sample(unknown, len(unknown) // 3), *less])
    some = [entry for entry in poor if dice.random() < 0.4]
    rows += seen(some, [replace(one, worth=SPARSE) for one in questions if dice.random() < 0.5])
    return rows


def learn_views(rows: Sequence[Seen]) -> Values:
    """Softmax regression: the weights by which the right entries weigh most among all."""
    rows = [row for row in rows if row.right]
    widest = max(row.views.shape[1] for row in rows)
    views = np.zeros((len(rows), rows[0].views.shape[0], widest))
    absent = np.full((len(rows), widest), -1e9)
    right = np.zeros((len(rows), widest))
    for number, row in enumerate(rows):
        width = row.views.shape[1]
        views[number, :, :width] = row.views
        absent[number, :width] = 0
        right[number, list(row.right)] = 1
    spread = views.std((0, 2)) + 1e-9
    views /= spread[None, :, None]
    worth = np.array([row.asked.worth for row in rows])
    weights = np.zeros(views.shape[1])
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, 301):
        shares = np.einsum("v,ive->ie", weights, views) + absent
        shares = np.exp(shares - shares.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
        wanted = shares * right
        wanted /= wanted.sum(1, keepdims=True) + 1e-12
        slope = -np.einsum("i,ie,ive->v", worth, wanted - shares, views) / worth.sum() + 1e-4 * weights
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope * slope
        weights = weights - 0.15 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return np.asarray(weights / spread)


def signs_of(row: Seen, scores: Values) -> tuple[tuple[float, ...], int]:
    """The signs of the best entry, and its number."""
    best = np.argsort(-scores, kind="stable")[:COMPARED].tolist()
    question = row.index.question(row.asked.text)
    return row.index.signs(question, scores.astype(np.float32), best[:1], best), best[0]


def learn_signs(rows: Sequence[Seen], views: Values) -> Values:
    """Logistic regression: the weights of the signs, the bias last."""
    signs: list[tuple[float, ...]] = []
    right: list[bool] = []
    worth: list[float] = []
    for row in rows:
        scores = views @ row.views
        found, best = signs_of(row, scores)
        signs.append(found)
        right.append(best in row.right)
        worth.append(row.asked.worth)
        if row.right and len(scores) - len(row.right) > COMPARED:
            scores[list(row.right)] = -np.inf
            signs.append(signs_of(row, scores)[0])
            right.append(False)
            worth.append(row.asked.worth * HIDDEN)
    return logistic_regression(np.array(signs), np.array(right, np.float64), np.array(worth))


def logistic_regression(signs: Values, right: Values, worth: Values) -> Values:
    mean, spread = signs.mean(0), signs.std(0) + 1e-9
    known = np.hstack([(signs - mean) / spread, np.ones((len(signs), 1))])
    weights = np.zeros(known.shape[1])
    share = worth / worth.sum()
    for _ in range(60):
        likely = 1 / (1 + np.exp(-np.clip(known @ weights, -30, 30)))
        slope = known.T @ (share * (likely - right)) + 1e-3 * np.append(weights[:-1], 0)
        bend = (known * (share * likely * (1 - likely))[:, None]).T @ known + 1e-3 * np.eye(len(weights))
        weights = weights - np.linalg.solve(bend, slope)
    return np.append(weights[:-1] / spread, weights[-1] - float((weights[:-1] * mean / spread).sum()))


def told(rows: Sequence[Seen], views: Values, signs: Values) -> Iterator[tuple[float, int, int]]:
    """From which likelihood on how many of the questions are answered right and how many wrong."""
    answers = []
    for row in rows:
        found, best = signs_of(row, views @ row.views)
        answers.append((1 / (1 + np.exp(-(np.dot(found, signs[:-1]) + signs[-1]))), best in row.right))
    for least in np.arange(0.4, 0.95, 0.05):
        taken = [right for likely, right in answers if likely >= least]
        yield float(least), sum(taken), len(taken) - sum(taken)


def main(files: Sequence[str]) -> None:
    questions = [*from_cases(read_cases([CASES, *map(Path, files)])), *from_vectors(), *from_tests()]
    rows = everything(questions)
    views = learn_views(rows)
    signs = learn_signs(rows, views)
    print(f"{len(questions)} questions, {len(rows)} with those made of them")
    print("_VIEWS =", tuple(float(f"{weight:.3g}") for weight in views))
    print("_SIGNS =", tuple(float(f"{weight:.3g}") for weight in signs[:-1]))
    print("_BIAS =", float(f"{signs[-1]:.3g}"))
    conversations = [row for row in rows if row.asked.worth == CASE]
    answerable = sum(bool(row.right) for row in conversations)
    print(f"of {len(conversations)} questions of conversations, {answerable} of them answerable:")
    for least, right, wrong in told(conversations, views, signs):
        print(f"  likelihood {least:.2f}: {right} right, {wrong} wrong")


if __name__ == "__main__":
    main(sys.argv[1:])
