"""Which entries of the knowledge base fit a question: BM25, and how much of the question they cover."""

from __future__ import annotations

import difflib
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import bm25s

from domain.knowledge import KnowledgeEntry, Wording
from domain.session import Language
from infrastructure.ai.retrieval.terms import Terms, terms_of

# A question has at most this many different terms that count; a pasted mail should not cost more than a question.
MAX_TERMS = 40

# A term that only an entry's body holds says less than one that its title, questions or tags hold.
_BODY_SHARE = 0.7

# An entry that only mentions what is asked in passing is hardly about it.
_MENTION_SHARE = 0.5

# A follow-up must find what it says itself, not only what was said before.
_ABOUT_COVERAGE = 0.5

# What a typical question of the entry adds to its score when the customer asks it in so many words.
_QUESTION_SHARE = 1.5

# "Red" is asked of colours: whether there are colours matters more than whether this one is among them.
_PARTICULAR_WEIGHT = 0.3

# Shorter or less alike, a mistyped word is rather another word; longer ones are no words, and comparing them is slow.
_MIN_TYPO_LENGTH = 5
_MAX_TYPO_LENGTH = 20
_MIN_TYPO_LIKENESS = 0.84
_MAX_TYPOS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """An entry for a question. `coverage` is the share (0 to 1) of what the question says that the entry speaks of."""

    entry: KnowledgeEntry
    score: float
    coverage: float


class Index:
    """The entries in one language, searchable. Building it takes time; searching is quick and may run in any thread."""

    def __init__(self, language: Language, entries: Sequence[KnowledgeEntry]) -> None:
        entries = tuple(entry for entry in entries if language in entry.wordings)
        self._entries = entries
        self._wordings = [entry.wordings[language] for entry in entries]
        self._terms: Terms = terms_of(language, [tag for wording in self._wordings for tag in wording.tags])
        self._questions = [[self.read(question) for question in wording.questions] for wording in self._wordings]
        self._strong = [frozenset(self.read(_strong_text(wording))) for wording in self._wordings]
        self._all = [
            strong | set(self.read(wording.body)) for strong, wording in zip(self._strong, self._wordings, strict=True)
        ]
        self._rareness = _rareness(self._all)
        self._products = {term: entry for entry in entries if entry.product for term in self.read(entry.product.name)}
        self._telling_numbers = {term for strong in self._strong for term in strong if term.isdigit()}
        self._vocabulary = sorted(self._rareness)
        self._bm25 = bm25s.BM25()
        self._bm25.index([self.read(_indexed_text(wording)) for wording in self._wordings], show_progress=False)

    def read(self, text: str) -> list[str]:
        """The terms of a text in the index's language."""
        return self._terms.read(text)

    def question(self, text: str) -> dict[str, float]:
        """The terms of a question with their weights (1 for most); a mistyped word becomes the one it was meant to be.

        Numbers that no entry is about say nothing about what is asked and are left out.
        """
        weights: dict[str, float] = {}
        typos = 0
        for term in self.read(text):
            known = term
            if term.isdigit() and term not in self._telling_numbers:
                continue
            if typos < _MAX_TYPOS and self._may_be_typo(term):
                typos += 1
                known = self._meant(term)
            if general := self._terms.implied(known):
                weights[general] = 1.0
                weights[known] = _PARTICULAR_WEIGHT
            else:
                weights[known] = 1.0
            if len(weights) >= MAX_TERMS:
                break
        return weights

    def rareness(self, term: str) -> float:
        """How much a term says: high for one that few entries hold, highest for one that none holds."""
        return self._rareness.get(term, self._unknown)

    def search(
        self, question: Mapping[str, float], *, limit: int = 3, about: Mapping[str, float] | None = None
    ) -> list[Found]:
        """The entries that fit best, the best first. With `about`, only entries that cover half of these terms."""
        scores = self._scores(question)
        found = []
        for number, entry in enumerate(self._entries):
            if about and self._coverage(number, about) < _ABOUT_COVERAGE:
                continue
            coverage = self._coverage(number, question)
            if coverage:
                score = scores[number] * coverage * (1 + _QUESTION_SHARE * self._likeness(number, question))
                found.append(Found(entry, score, coverage))
        found.sort(key=lambda one: one.score, reverse=True)
        return found[:limit]

    def product_named(self, text: str) -> KnowledgeEntry | None:
        """The product whose name the text says; of several the last."""
        named = [self._products[term] for term in self.read(text) if term in self._products]
        return named[-1] if named else None

    def speaks_of(self, entry: KnowledgeEntry, question: Mapping[str, float]) -> float:
        """The share (0 to 1) of the question that the entry holds anywhere."""
        total = sum(weight * self.rareness(term) for term, weight in question.items())
        held = self._all[self._entries.index(entry)]
        return sum(weight * self.rareness(term) for term, weight in question.items() if term in held) / (total or 1.0)

    @property
    def _unknown(self) -> float:
        return math.log(1 + len(self._entries))

    def _scores(self, question: Mapping[str, float]) -> list[float]:
        scores = [0.0] * len(self._entries)
        for term, weight in question.items():
            if term in self._rareness:
                for number, score in enumerate(self._bm25.get_scores([term]).tolist()):
                    scores[number] += weight * score
        return scores

    def _coverage(self, number: int, question: Mapping[str, float]) -> float:
        total = sum(weight * self.rareness(term) for term, weight in question.items())
        strong, everything = self._strong[number], self._all[number]
        covered = sum(
            weight * self.rareness(term) * (1.0 if term in strong else _BODY_SHARE)
            for term, weight in question.items()
            if term in everything
        )
        return covered / total * (_MENTION_SHARE if strong.isdisjoint(question) else 1.0) if covered else 0.0

    def _likeness(self, number: int, question: Mapping[str, float]) -> float:
        """How much the question is like the typical question of the entry that it is most like (0 to 1)."""
        asked = sum(self.rareness(term) for term in question)
        best = 0.0
        for typical in self._questions[number]:
            terms = set(typical)
            common = sum(self.rareness(term) for term in terms if term in question)
            if common:
                best = max(best, 2 * common / (asked + sum(map(self.rareness, terms))))
        return best

    def _may_be_typo(self, term: str) -> bool:
        unknown = term not in self._rareness and term.isascii()
        return unknown and _MIN_TYPO_LENGTH <= len(term) <= _MAX_TYPO_LENGTH

    def _meant(self, term: str) -> str:
        # People rarely mistype the first letter, and without that rule "leather" would be bad weather.
        similar = [known for known in self._vocabulary if known[0] == term[0]]
        close = difflib.get_close_matches(term, similar, n=1, cutoff=_MIN_TYPO_LIKENESS)
        return close[0] if close else term


def _strong_text(wording: Wording) -> str:
    return "\n".join((wording.title, *wording.questions, *wording.tags))


def _indexed_text(wording: Wording) -> str:
    # Title and tags twice: they name the matter, while a body also mentions its neighbours.
    return "\n".join((wording.title, *wording.tags, _strong_text(wording), wording.body))


def _rareness(documents: Sequence[Collection[str]]) -> dict[str, float]:
    counts = Counter(term for document in documents for term in document)
    return {term: math.log(1 + len(documents) / count) for term, count in counts.items()}
