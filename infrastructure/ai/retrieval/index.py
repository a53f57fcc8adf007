"""Which entries of the knowledge base fit a question, and how likely each answers it."""

from __future__ import annotations

import difflib
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import bm25s
import numpy as np

from domain.knowledge import KnowledgeEntry
from domain.session import Language
from infrastructure.ai.retrieval.likeness import Likeness
from infrastructure.ai.retrieval.odds import Odds
from infrastructure.ai.retrieval.postings import Numbers, Scores
from infrastructure.ai.retrieval.question import Question, parted
from infrastructure.ai.retrieval.terms import Terms, Word, is_matter, pieces, spoken, terms_of
from infrastructure.ai.retrieval.typical import TypicalQuestions

# How much each view of an entry weighs in its score: BM25 over words and matters, the likeness to its typical questions
# by words, the likeness to all of it by pieces of words, how much likelier it is to speak as the question does, and
# whether it is a product where another one is named. Learned by `python -m tests.learning.retrieval`
# (docs/decisions/0010-retrieval.md).
_VIEWS = (15.8, 4.67, 10.2, 0.136, -8.7)

# BM25 of an entry that says everything once is near this share of what the question's terms weigh in all.
_FULL_SCORE = 2.0

# What the likelihood of an answer is told from: the score, its lead over the next entry, its part among all entries (a
# logarithm), the share of the question's matters that the entry does not speak of, how much was asked and how much was
# said in all. Learned as above.
_FEW_MATTERS = 1.0
_SIGNS = (0.316, 0.177, 0.658, -2.28, 0.618, 1.65)
_BIAS = -8.08

# A likelihood is told from at least so many entries, however few are wanted.
_MIN_COMPARED = 3

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
_MAX_SAID = 300

# A shorter body ("Yes.") may stand in a text that tells of something else.
_MIN_TOLD = 20

# Shorter or less alike, a mistyped word is rather another word; longer ones are no words, and comparing them is slow.
_MIN_TYPO_LENGTH = 5
_MAX_TYPO_LENGTH = 20
_MIN_TYPO_LIKENESS = 0.84
_MAX_TYPOS = 4

# One question may be alike by chance; three of an entry's are not.
_BEST_QUESTIONS = 3

# What an entry answers is said otherwise than what is asked of it.
_BODY_WORTH = 0.5

# The likeness to them is kept as a table, which one entry with hundreds would make as wide for all.
_MAX_QUESTIONS = 40

# Those of the turns that are being answered just now.
_QUESTIONS_KEPT = 64


@dataclass(frozen=True, slots=True)
class Found:
    """An entry for a question. `coverage` is the share (0 to 1) of what the question says that the entry speaks of,
    `confidence` the likelihood (0 to 1) that it answers the question, `either` that it or the next one found does.
    """

    entry: KnowledgeEntry
    score: float
    coverage: float
    confidence: float
    either: float


class Index:
    """The entries in one language, searchable. Building it takes time; searching is quick and may run in any thread."""

    def __init__(self, language: Language, entries: Sequence[KnowledgeEntry]) -> None:
        self._entries = tuple(entry for entry in entries if language in entry.wordings)
        wordings = [entry.wordings[language] for entry in self._entries]
        self._titles = {entry.wordings[language].title: entry for entry in self._entries}
        self._terms: Terms = terms_of(language, [tag for wording in wordings for tag in wording.tags])
        asked = [(wording.title, *wording.questions[:_MAX_QUESTIONS]) for wording in wordings]
        # Every text is needed several times, and cutting Chinese takes most of the time that building takes.
        heard = cache(self._terms.read)
        asked_terms = [[_terms_of(heard(text)) for text in texts] for texts in asked]
        strong = [
            [term for terms in (*texts, *(_terms_of(heard(tag)) for tag in wording.tags)) for term in terms]
            for texts, wording in zip(asked_terms, wordings, strict=True)
        ]
        whole = [terms + _terms_of(heard(wording.body)) for terms, wording in zip(strong, wordings, strict=True)]
        self._strong = _holders(strong)
        self._holders = _holders(whole)
        self._rareness = {term: math.log(1 + len(whole) / len(held)) for term, held in self._holders.items()}
        self._products = {
            term: entry for entry in self._entries if entry.product for term in self.read(entry.product.name)
        }
        names = "|".join(re.escape(term) for term in self._products)
        self._product_names = re.compile(rf"(?<![a-z0-9])(?:{names or '(?!)'})(?![a-z0-9])", re.IGNORECASE)
        self._bodies = [wording.body for wording in wordings]
        self._product_numbers = [number for number, entry in enumerate(self._entries) if entry.product]
        self._vocabulary = sorted(term for term in self._rareness if term.isascii() and not is_matter(term))
        self._bm25 = bm25s.BM25()
        if any(whole):
            self._bm25.index(whole, show_progress=False)
        counts = [len(texts) for texts in asked]
        self._asked_words = TypicalQuestions((terms for texts in asked_terms for terms in texts), counts)
        self._odds = Odds(
            _speech((*texts, *wording.tags), wording.body, heard)
            for texts, wording in zip(asked, wordings, strict=True)
        )
        self._whole_pieces = Likeness(
            pieces("\n".join((*texts, *wording.tags, wording.body)))
            for texts, wording in zip(asked, wordings, strict=True)
        )

        # A turn reads its question several times, by itself and together with those before it. A cache of a method
        # would hold the index, which is let go of without the garbage collector.
        self._questions: dict[str, Question] = {}

    def read(self, text: str) -> list[str]:
        """The words of a text in the index's language, and the matters it speaks of, once each."""
        return _terms_of(self._terms.read(text))

    def question(self, text: str) -> Question:
        """The question as it is searched for; a mistyped word becomes the one it was meant to be.

        Numbers that no entry is about say nothing about what is asked and are left out.
        """
        question = self._questions.get(text)
        if question is None:
            if len(self._questions) >= _QUESTIONS_KEPT:
                self._questions.clear()
            question = self._questions[text] = self._whole_question(text)
        return question

    def _whole_question(self, text: str) -> Question:
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
        said = Counter([*spoken(text)[:_MAX_SAID], *(term for term in weights if is_matter(term))])
        return Question(weights, {piece: math.sqrt(count) for piece, count in counts.items()}, said, length)

    def is_known(self, term: str) -> bool:
        """Whether it is a matter, or any entry's title, questions or tags say it."""
        return is_matter(term) or term in self._strong

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
        best = np.argsort(-scores, kind="stable")[: max(limit, _MIN_COMPARED)].tolist()
        found = [number for number in best if fitting[number]]
        return [
            Found(
                self._entries[number],
                float(scores[number]),
                float(coverage[number]),
                self._likelihood(question, scores, [number], best),
                self._likelihood(question, scores, found[place : place + 2], best),
            )
            for place, number in enumerate(found[:limit])
        ]

    def product_named(self, text: str) -> KnowledgeEntry | None:
        """The product whose name the text says; of several the last."""
        named = [self._products[term] for term in self.read(text) if term in self._products]
        return named[-1] if named else None

    def names_only(self, question: Question) -> bool:
        """Whether the question says the names of products and nothing else."""
        return bool(question) and all(term in self._products for term in question.terms)

    def without_products(self, text: str) -> str:
        """The text without the names of products."""
        return self._product_names.sub(" ", text)

    def told_in(self, text: str) -> list[KnowledgeEntry]:
        """The entries that an answer told of: whose body it holds, or whose product it names in full."""
        return [
            entry
            for entry, body in zip(self._entries, self._bodies, strict=True)
            if (len(body) >= _MIN_TOLD and body in text) or (entry.product and entry.product.name in text)
        ]

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
        return np.asarray(np.array(_VIEWS, np.float32) @ self.views(question), np.float32)

    def views(self, question: Question) -> Scores:
        """What is known of every entry for the question: a row a view, in the order of `_VIEWS`, a column an entry."""
        total = sum(weight * self.rareness(term) for term, weight in question.terms.items())
        words = np.zeros(len(self._entries), np.float32)
        for term, weight in question.terms.items():
            if term in self._rareness:
                words += np.float32(weight) * self._bm25.get_scores([term])
        words /= np.float32(total * _FULL_SCORE)
        asked = self._asked_words.like(question.terms, _BEST_QUESTIONS)
        whole = self._whole_pieces.to(question.pieces)
        other = np.zeros(len(self._entries), np.float32)
        if named := [self._products[term] for term in question.terms if term in self._products]:
            other[[number for number in self._product_numbers if self._entries[number] not in named]] = 1
        return np.array([words, asked, whole, self._odds.of(question.said), other])

    def signs(self, question: Question, scores: Scores, meant: Sequence[int], best: Sequence[int]) -> tuple[float, ...]:
        """What tells how likely one of the entries `meant` answers, in the order of `_SIGNS`.

        `scores` are those of all entries, `best` the numbers of those that they are compared with.
        """
        own = max(float(scores[number]) for number in meant)
        lead = own - max([0.0, *(float(scores[number]) for number in best if number not in meant)])
        part = math.log(float(np.exp(scores[meant] - own).sum()) / float(np.exp(scores - own).sum()))
        matters = [term for term in question.terms if is_matter(term)]
        missing = min(sum(self.rareness(term) for term in matters if not self._holds(number, term)) for number in meant)
        share = missing / (sum(map(self.rareness, matters)) + _FEW_MATTERS)
        said = sum(question.said.values())
        return (own, lead, part, share, math.log1p(len(question.terms)), math.log1p(said))

    def _likelihood(self, question: Question, scores: Scores, meant: Sequence[int], best: Sequence[int]) -> float:
        signs = self.signs(question, scores, meant, best)
        return _logistic(_BIAS + sum(weight * sign for weight, sign in zip(_SIGNS, signs, strict=True)))

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


def _speech(asked: Sequence[str], body: str, heard: Callable[[str], Sequence[Word]]) -> Mapping[str, float]:
    """What an entry says and how often: every word, pairs of neighbours, matters."""
    counts: dict[str, float] = {}
    for text, worth in (*((text, 1.0) for text in asked), (body, _BODY_WORTH)):
        for said in (*spoken(text), *_matters(heard(text))):
            counts[said] = counts.get(said, 0.0) + worth
    return counts


def _terms_of(words: Sequence[Word]) -> list[str]:
    return [word.term for word in words if word.term] + _matters(words)


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
