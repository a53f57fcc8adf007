"""Which entries of the knowledge base fit a question, and how likely each answers it."""

from __future__ import annotations

import difflib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
import numpy.typing as npt

from domain.knowledge import KnowledgeEntry
from domain.session import Language
from infrastructure.ai.retrieval.likeness import Likeness, Scores
from infrastructure.ai.retrieval.question import Question, parted
from infrastructure.ai.retrieval.terms import MATTER, Terms, Word, pieces, terms_of

# How much each view of an entry weighs in its score: BM25 over words and matters, the likeness to its typical questions
# by words, the likeness to all of it by pieces of words, and by pieces to the one question that is most alike. Learned
# by softmax regression on the questions for tuning (docs/decisions/0010-retrieval.md).
_VIEWS = (14.6, 2.3, 20.6, 2.3)

# BM25 of an entry that says everything once is near this share of what the question's terms weigh in all.
_FULL_SCORE = 2.0

# What the likelihood of an answer is told from: the score, its lead over the next entry, the share of the question's
# matters that the entry does not speak of, and how much was asked. Learned by logistic regression, as above.
_FEW_MATTERS = 1.0
_BIAS, _SCORE, _LEAD, _MISSING, _LENGTH = -4.0, 0.29, 0.32, -3.79, 0.89

# A term that only an entry's body holds says less than one that its title, questions or tags hold.
_BODY_SHARE = 0.7

# A follow-up must find what it says itself, not only what was said before.
_ABOUT_COVERAGE = 0.5

# "Postage" is asked of delivery and of costs: that an entry speaks of these matters more than that it says "postage".
_PARTICULAR_WEIGHT = 0.5

# What is told around a question ("my chain snapped last night. Can I get one tomorrow?") says less than the question.
_STORY_WEIGHT = 0.6

# A product's name says of what something is asked, less what is asked of it.
_NAME_WEIGHT = 0.5

# A question has at most so many terms and pieces that count; a pasted mail should not cost more than a question.
_MAX_TERMS = 60
_MAX_PIECES = 600

# Shorter or less alike, a mistyped word is rather another word; longer ones are no words, and comparing them is slow.
_MIN_TYPO_LENGTH = 5
_MAX_TYPO_LENGTH = 20
_MIN_TYPO_LIKENESS = 0.84
_MAX_TYPOS = 4

# One question may be alike by chance; three of an entry's are not.
_BEST_QUESTIONS = 3

# The likeness to them is kept as a table, which one entry with hundreds would make as wide for all.
_MAX_QUESTIONS = 40

Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Found:
    """An entry for a question. `coverage` is the share (0 to 1) of what the question says that the entry speaks of,
    `confidence` the likelihood (0 to 1) that it answers the question.
    """

    entry: KnowledgeEntry
    score: float
    coverage: float
    confidence: float


class Index:
    """The entries in one language, searchable. Building it takes time; searching is quick and may run in any thread."""

    def __init__(self, language: Language, entries: Sequence[KnowledgeEntry]) -> None:
        self._entries = tuple(entry for entry in entries if language in entry.wordings)
        wordings = [entry.wordings[language] for entry in self._entries]
        self._titles = {entry.wordings[language].title: entry for entry in self._entries}
        self._terms: Terms = terms_of(language, [tag for wording in wordings for tag in wording.tags])
        asked = [(wording.title, *wording.questions[:_MAX_QUESTIONS]) for wording in wordings]
        asked_terms = [[self.read(text) for text in texts] for texts in asked]
        strong = [
            [term for terms in (*texts, *map(self.read, wording.tags)) for term in terms]
            for texts, wording in zip(asked_terms, wordings, strict=True)
        ]
        whole = [terms + self.read(wording.body) for terms, wording in zip(strong, wordings, strict=True)]
        self._strong = _holders(strong)
        self._holders = _holders(whole)
        self._rareness = {term: math.log(1 + len(whole) / len(held)) for term, held in self._holders.items()}
        self._products = {
            term: entry for entry in self._entries if entry.product for term in self.read(entry.product.name)
        }
        self._vocabulary = sorted(term for term in self._rareness if term.isascii() and not term.startswith(MATTER))
        self._bm25 = bm25s.BM25()
        if any(whole):
            self._bm25.index(whole, show_progress=False)
        counts = [len(texts) for texts in asked]
        self._asked_words = _Asked((terms for texts in asked_terms for terms in texts), counts)
        self._asked_pieces = _Asked((pieces(text) for texts in asked for text in texts), counts)
        self._whole_pieces = Likeness(
            pieces("\n".join((*texts, *wording.tags, wording.body)))
            for texts, wording in zip(asked, wordings, strict=True)
        )

    def read(self, text: str) -> list[str]:
        """The words of a text in the index's language, and the matters it speaks of, once each."""
        words = self._terms.read(text)
        return [word.term for word in words if word.term] + _matters(words)

    def question(self, text: str) -> Question:
        """The question as it is searched for; a mistyped word becomes the one it was meant to be.

        Numbers that no entry is about say nothing about what is asked and are left out.
        """
        asked, told = parted(text)
        question = self._question(asked)
        return question.carrying_on(self._question(told), _STORY_WEIGHT) if told and question else self._question(text)

    def _question(self, text: str) -> Question:
        weights: dict[str, float] = {}
        typos = length = 0
        for word in self._terms.read(text)[:_MAX_TERMS]:
            term = word.term
            length += not (term.isdigit() and term not in self._strong)
            if not word.matters and typos < _MAX_TYPOS and self._may_be_typo(term):
                typos += 1
                term = self._meant(term)
            if word.matters:
                weights.update(dict.fromkeys(word.matters, 1.0))
            elif not (term.isdigit() and term not in self._strong):
                weights[term] = _NAME_WEIGHT if term in self._products else 1.0
            if word.matters and term in self._rareness:
                weights[term] = _PARTICULAR_WEIGHT
        counts = Counter(pieces(text)[:_MAX_PIECES])
        return Question(weights, {piece: math.sqrt(count) for piece, count in counts.items()}, length)

    def rareness(self, term: str) -> float:
        """How much a term says: high for one that few entries hold, highest for one that none holds."""
        return self._rareness.get(term, math.log(1 + len(self._entries)))

    def search(self, question: Question, *, limit: int = 3, about: Question | None = None) -> list[Found]:
        """The entries that fit best, the best first. With `about`, only entries that cover half of its terms."""
        if not self._entries or not question.terms:
            return []
        scores = self._scores(question)
        coverage = self._coverage(question.terms)
        fitting = coverage > 0
        if about:
            fitting &= self._coverage(about.terms) >= _ABOUT_COVERAGE
        if not fitting.any():
            return []
        scores = np.where(fitting, scores, -np.inf)
        best = np.argsort(-scores, kind="stable")[: max(limit, 2)].tolist()
        confidence = self._confidence(question, scores, best)
        return [
            Found(self._entries[number], float(scores[number]), float(coverage[number]), likely)
            for number, likely in zip(best[:limit], confidence, strict=False)
            if fitting[number]
        ]

    def product_named(self, text: str) -> KnowledgeEntry | None:
        """The product whose name the text says; of several the last."""
        named = [self._products[term] for term in self.read(text) if term in self._products]
        return named[-1] if named else None

    def titled(self, title: str) -> KnowledgeEntry | None:
        """The entry with this title, if there is still one."""
        return self._titles.get(title)

    def speaks_of(self, entry: KnowledgeEntry, question: Question) -> float:
        """The share (0 to 1) of the question that the entry holds anywhere."""
        number = self._entries.index(entry)
        # Who asks for red wants to hear of the colours, also where red is none of them.
        asked = [term for term, weight in question.terms.items() if weight >= 1] or list(question.terms)
        total = sum(map(self.rareness, asked))
        return sum(self.rareness(term) for term in asked if self._holds(number, term)) / total if total else 0.0

    def _scores(self, question: Question) -> Scores:
        return np.asarray(np.array(_VIEWS, np.float32) @ self._views(question), np.float32)

    def _views(self, question: Question) -> Scores:
        """A row a view, in the order of `_VIEWS`, a column an entry."""
        total = sum(weight * self.rareness(term) for term, weight in question.terms.items())
        words = np.zeros(len(self._entries), np.float32)
        for term, weight in question.terms.items():
            if term in self._rareness:
                words += np.float32(weight) * self._bm25.get_scores([term])
        words /= np.float32(total * _FULL_SCORE)
        asked = self._asked_words.like(question.terms, _BEST_QUESTIONS)
        whole = self._whole_pieces.to(question.pieces)
        return np.array([words, asked, whole, self._asked_pieces.like(question.pieces, 1)])

    def _confidence(self, question: Question, scores: Scores, best: Sequence[int]) -> list[float]:
        """The likelihood for each of the best (at least two where there are two)."""
        length = math.log1p(len(question.terms))
        matters = [term for term in question.terms if term.startswith(MATTER)]
        total = sum(map(self.rareness, matters))
        likely = []
        for number in best:
            own = float(scores[number])
            lead = own - max([0.0, *(float(scores[other]) for other in best if other != number)])
            missing = sum(self.rareness(term) for term in matters if not self._holds(number, term))
            share = missing / (total + _FEW_MATTERS)
            likely.append(_logistic(_BIAS + _SCORE * own + _LEAD * lead + _MISSING * share + _LENGTH * length))
        return likely

    def _coverage(self, terms: Mapping[str, float]) -> Scores:
        covered = np.zeros(len(self._entries), np.float32)
        total = 0.0
        for term, weight in terms.items():
            worth = weight * self.rareness(term)
            total += worth
            if term in self._holders:
                covered[self._holders[term]] += np.float32(worth * _BODY_SHARE)
            if term in self._strong:
                covered[self._strong[term]] += np.float32(worth * (1 - _BODY_SHARE))
        return covered / np.float32(total) if total else covered

    def _holds(self, number: int, term: str) -> bool:
        return term in self._holders and bool((self._holders[term] == number).any())

    def _may_be_typo(self, term: str) -> bool:
        unknown = term not in self._rareness and term.isascii()
        return unknown and _MIN_TYPO_LENGTH <= len(term) <= _MAX_TYPO_LENGTH

    def _meant(self, term: str) -> str:
        # People rarely mistype the first letter, and without that rule "leather" would be bad weather.
        similar = [known for known in self._vocabulary if known[0] == term[0]]
        close = difflib.get_close_matches(term, similar, n=1, cutoff=_MIN_TYPO_LIKENESS)
        return close[0] if close else term


class _Asked:
    """The typical questions of all entries, an entry's together: `counts` says how many each has, at least one."""

    def __init__(self, questions: Iterable[Iterable[str]], counts: Sequence[int]) -> None:
        self._likeness = Likeness(questions)
        # A row an entry, a column a question, with the number of a question that does not exist where it has fewer.
        self._places = np.full((len(counts), max(counts, default=0)), sum(counts), np.int32)
        start = 0
        for number, count in enumerate(counts):
            self._places[number, :count] = range(start, start + count)
            start += count
        self._counts = np.array(counts, np.float32)

    def like(self, question: Mapping[str, float], best: int) -> Scores:
        """How much each entry's `best` questions are like this one, on average (0 to 1)."""
        scores = np.append(self._likeness.to(question), np.float32(0))[self._places]
        if scores.shape[1] > best:
            scores = np.partition(scores, -best, axis=1)[:, -best:]
        return np.asarray(scores.sum(axis=1) / np.minimum(self._counts, best), np.float32)


def _matters(words: Sequence[Word]) -> list[str]:
    return list(dict.fromkeys(matter for word in words for matter in word.matters))


def _holders(documents: Sequence[Sequence[str]]) -> dict[str, Numbers]:
    """The numbers of the documents that hold each term."""
    found: dict[str, list[int]] = {}
    for number, document in enumerate(documents):
        for term in set(document):
            found.setdefault(term, []).append(number)
    return {term: np.array(numbers, np.int32) for term, numbers in found.items()}


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
