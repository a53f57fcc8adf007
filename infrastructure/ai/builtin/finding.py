"""Which entries answer a question: by itself, or in the light of what was said before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.knowledge import KnowledgeEntry
from infrastructure.ai.retrieval.index import Found, Index
from infrastructure.ai.retrieval.question import Question

# An entry that answers with less likelihood is not taken for an answer. From here on two of a hundred questions for
# tuning are answered wrongly; more caution costs right answers and spares hardly a wrong one
# (docs/decisions/0010-retrieval.md).
MIN_CONFIDENCE = 0.74

# What a short question and the ones before it say together is found with far fewer mistakes than what it says alone.
_MIN_CARRIED = 0.55
_MIN_ALONE = 0.85

# A longer question after another that says "it" or "there" may mean something that it does not say.
_MIN_REFERRING = 0.75

# Two entries that lie nearer than this cannot be told apart, unless the first answers almost certainly.
_MIN_LEAD = 0.25
_CERTAIN = 0.95

# From here on two entries are told together where neither is sure. That costs the customer less than a question back.
_MIN_EITHER = 0.74

# How much an earlier question says about a follow-up, the newest first.
_EARLIER_WEIGHTS = (0.5, 0.25)

# A short question is still about the product or the matter spoken of before if its entry speaks of this much of it.
_IN_MIND_SHARE = 0.6
_RECENT_MESSAGES = 2

# What was spoken of before is meant rather than another entry that is as likely.
_MIN_IN_MIND = 0.3

# "And to Norway?" is asked of the answer before if that holds all of it, whatever else is known about Norway.
_ALL_OF_IT = 0.99

# A follow-up is short: with more words of its own a question stands alone.
_MAX_FOLLOW_UP_LENGTH = 2
_FOLLOW_UP = re.compile(
    r"\s*(?:and|what about|how about|or|but|also|so|plus)\b|\s*(?:那|那么|还有|如果|要是|换成)|.*呢[?？\s]*$",
    re.IGNORECASE,
)

# A question without a word of its own ("how do I start?") is one about what was said before; "why?" is hardly any.
_MIN_SAID = 3

# Says that it is about something that was spoken of, which the question read alone does not know.
_REFERS = re.compile(r"\b(?:it|its|that|this|there|they|them|those|these)\b|它|那|这|呢", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Before:
    """What was said before a question: what the customer asked, oldest first, and what they were last told."""

    asked: Sequence[str] = ()
    told: str = ""


def found(question: str, before: Before, index: Index, *, least: float = MIN_CONFIDENCE) -> tuple[KnowledgeEntry, ...]:
    """The entry that answers the question, or the two of which one does; none when none is likely enough.

    `least` is how likely that must be for a question that stands alone.
    """
    asked = index.question(question)
    near = index.search(asked)
    if not before.asked or asked.length > _MAX_FOLLOW_UP_LENGTH:
        return _sure(near, _MIN_REFERRING if before.asked and _REFERS.search(question) else least)
    if not asked and len(asked.said) < _MIN_SAID:
        return ()
    alone = _sure(near)
    product = _product_in_mind(question, before, index)
    if asked and product and index.speaks_of(product, asked) >= _IN_MIND_SHARE:
        return (product,)
    if index.names_only(asked) and _FOLLOW_UP.match(question):
        # "And the Heath?" asks of the Heath what was asked before.
        same = f"{index.without_products(before.asked[-1])} {question}"
        if meant := _sure(index.search(index.question(same)), _MIN_CARRIED):
            return meant
    carried = index.search(carried_on(question, before, index), about=asked or None)
    in_mind = [(entry, index.speaks_of(entry, asked)) for entry in _in_mind(before, index)]
    for entry, share in in_mind if _FOLLOW_UP.match(question) else ():
        if share >= _ALL_OF_IT or entry in _likely(carried) or (not alone and share >= _IN_MIND_SHARE):
            return (entry,)
    if meant := _sure(carried, _MIN_CARRIED) or _sure(near, _MIN_ALONE):
        return meant
    near_mind = {one.entry.id for one in carried[:2] if one.confidence >= _MIN_IN_MIND}
    for entry, share in () if alone else in_mind:
        if share >= _ALL_OF_IT or entry.id in near_mind:
            return (entry,)
    return ()


def carried_on(question: str, before: Before, index: Index) -> Question:
    """A question and, weighing less, the ones before it; of what they asked about another product is left out."""
    asked = index.question(question)
    names = index.product_named(question) is not None
    for weight, text in zip(_EARLIER_WEIGHTS, reversed(before.asked), strict=False):
        asked = asked.carrying_on(index.question(index.without_products(text) if names else text), weight)
    return asked


def _sure(near: Sequence[Found], least: float = MIN_CONFIDENCE) -> tuple[KnowledgeEntry, ...]:
    """The best entry, if it answers with the likelihood `least` and no other comes close; or else the best two."""
    if not near:
        return ()
    first, *others = near
    close = bool(others) and first.score - others[0].score < _MIN_LEAD and first.confidence < _CERTAIN
    if first.confidence >= least and not close:
        return (first.entry,)
    return (first.entry, others[0].entry) if others and first.either >= max(_MIN_EITHER, least) else ()


def _likely(near: Sequence[Found]) -> list[KnowledgeEntry]:
    return [one.entry for one in near if one.confidence >= MIN_CONFIDENCE]


def _in_mind(before: Before, index: Index) -> Sequence[KnowledgeEntry]:
    """What the customer was last told, or, if that was nothing, what they asked about."""
    *earlier, last = before.asked[-_RECENT_MESSAGES:]
    return index.told_in(before.told) or found(last, Before(earlier), index)


def _product_in_mind(question: str, before: Before, index: Index) -> KnowledgeEntry | None:
    """The product that was named or shown last before a question that names none."""
    if index.product_named(question):
        return None
    recent = reversed(before.asked[-_RECENT_MESSAGES:])
    named = next(filter(None, map(index.product_named, recent)), None)
    return named or next((entry for entry in index.told_in(before.told) if entry.product), None)
