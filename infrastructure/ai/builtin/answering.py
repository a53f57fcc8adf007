"""From a question to what the knowledge base says about it: found, carried on from earlier questions, or not known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.engine import Citation
from domain.knowledge import KnowledgeEntry
from domain.session import Language
from infrastructure.ai.builtin.composing import citation, entry_card, entry_text
from infrastructure.ai.builtin.phrases import PHRASES
from infrastructure.ai.retrieval.index import Index

# An entry that covers less of the question is not taken for an answer (measured: test_builtin_evaluation.py).
MIN_COVERAGE = 0.42

# From here on an entry may be named as what the customer perhaps means, though it is not given as the answer.
_MIN_NEAREST_COVERAGE = 0.28
_MAX_NEAREST = 2

# A pasted mail says what it wants at its beginning or its end; the middle of 10,000 characters is not read.
_READ_CHARACTERS = 1_000

# A burst or a long message may hold several questions; more than three answers at once help nobody.
_MAX_ANSWERS = 3
_MAX_PARTS = 8

# How much an earlier question says about a follow-up, the newest first.
_EARLIER_WEIGHTS = (0.5, 0.25)

# A short question is still about the product or the matter spoken of before if its entry speaks of this much of it.
_IN_MIND_SHARE = 0.6
_RECENT_MESSAGES = 2

# A follow-up is short: with more terms of its own a question stands alone.
_MAX_FOLLOW_UP_TERMS = 2
_FOLLOW_UP = re.compile(
    r"\s*(?:and|what about|how about|or|but|also|so)\b|\s*(?:那|那么|还有|如果|要是|换成)|.*呢[?？\s]*$", re.IGNORECASE
)

_PART_END = re.compile(r"(?<=[?？])|\n")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the knowledge base says to a question; `text` is empty when it does not know.

    `nearest` are then the titles of what comes nearest, if anything does; `understood` is False when the question holds
    no word that says anything ("why?").
    """

    text: str = ""
    citations: tuple[Citation, ...] = ()
    nearest: tuple[str, ...] = ()
    understood: bool = True


def answered(question: str, earlier: Sequence[str], index: Index, language: Language, *, shown: str = "") -> Knowledge:
    """The answer to `question`, with what the customer asked `earlier` (oldest first).

    `shown` is what the customer was last told: a card in it is not shown again.
    """
    question = _readable(question)
    parts = [part.strip() for part in _PART_END.split(question) if index.question(part)][:_MAX_PARTS]
    found = [(part, _found(part, (), index)) for part in parts] if len(parts) > 1 else []
    if not any(entry for _, entry in found):
        found = [(question, _found(question, earlier, index))]
    texts: list[str] = []
    entries: list[KnowledgeEntry] = []
    for part, entry in found:
        if entry is None:
            if part.endswith(("?", "？")):
                texts.append(PHRASES[language].rest_unknown.format(question=part[:_MAX_QUOTED]))
        elif entry not in entries and len(entries) < _MAX_ANSWERS:
            entries.append(entry)
            texts.append(_told(entry, part, earlier, index, language, shown))
    if not entries:
        terms = index.question(question)
        near = [one for one in index.search(terms, limit=_MAX_NEAREST) if one.coverage >= _MIN_NEAREST_COVERAGE]
        return Knowledge(
            nearest=tuple(one.entry.wordings[language].title for one in near),
            understood=bool(terms),
        )
    return Knowledge("\n\n".join(texts), tuple(citation(entry, language) for entry in entries))


# A question that is quoted back is cut where nobody would read on.
_MAX_QUOTED = 120


def _found(question: str, earlier: Sequence[str], index: Index) -> KnowledgeEntry | None:
    terms = index.question(question)
    alone = index.search(terms, limit=1)
    known = bool(alone) and alone[0].coverage >= MIN_COVERAGE
    if terms and earlier and len(terms) <= _MAX_FOLLOW_UP_TERMS:
        in_mind = _product_in_mind(question, earlier, index) or _matter_in_mind(question, earlier, index)
        if in_mind and index.speaks_of(in_mind, terms) >= _IN_MIND_SHARE:
            return in_mind
        if not known:
            carried = index.search(_carried_on(terms, earlier, index), limit=1, about=terms)
            if carried and carried[0].coverage >= MIN_COVERAGE:
                return carried[0].entry
    return alone[0].entry if known else None


def _matter_in_mind(question: str, earlier: Sequence[str], index: Index) -> KnowledgeEntry | None:
    """What the question before was about, if this one says that it goes on: "and to Switzerland?"."""
    if not _FOLLOW_UP.match(question):
        return None
    *before, last = earlier[-_RECENT_MESSAGES:]
    return _found(_readable(last), before, index)


def _product_in_mind(question: str, earlier: Sequence[str], index: Index) -> KnowledgeEntry | None:
    """The product that was named last before a question that names none."""
    if index.product_named(question):
        return None
    recent = reversed(earlier[-_RECENT_MESSAGES:])
    return next(filter(None, (index.product_named(_readable(text)) for text in recent)), None)


def _carried_on(terms: dict[str, float], earlier: Sequence[str], index: Index) -> dict[str, float]:
    """The terms of a follow-up and, weighing less, of the questions before it."""
    combined = dict(terms)
    for weight, text in zip(_EARLIER_WEIGHTS, reversed(earlier), strict=False):
        for term in index.question(_readable(text)):
            combined.setdefault(term, weight)
    return combined


def _told(
    entry: KnowledgeEntry, question: str, earlier: Sequence[str], index: Index, language: Language, shown: str
) -> str:
    terms = index.question(question)
    # "And the Ridge?" says nothing of its own that a sentence could fit: then what was asked before it decides.
    text = entry_text(entry, index, (terms, _carried_on(terms, earlier[-1:], index)), language)
    if entry.product is None:
        return text
    card = entry_card(entry.product, language)
    return text if card in shown else f"{text}\n{card}"


# Order numbers and e-mail addresses tell nothing about what is asked.
_NOBODYS = re.compile(r"\bAM[\s#-]{0,3}\d{5}\b|[^\s@]{1,64}@[^\s@]{1,255}", re.IGNORECASE)


def _readable(text: str) -> str:
    if len(text) > 2 * _READ_CHARACTERS:
        text = f"{text[:_READ_CHARACTERS]}\n{text[-_READ_CHARACTERS:]}"
    return _NOBODYS.sub(" ", text)
