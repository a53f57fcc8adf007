"""From a question to what the knowledge base says about it: found, carried on from earlier questions, or not known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.engine import Citation, ToolCall
from domain.knowledge import KnowledgeEntry
from domain.session import Language
from infrastructure.ai.builtin.composing import citation, entry_card, entry_text
from infrastructure.ai.builtin.phrases import PHRASES
from infrastructure.ai.retrieval.index import Found, Index
from infrastructure.ai.retrieval.question import Question

# An entry that answers with less likelihood is not taken for an answer. On the questions for tuning and on those held
# out two of a hundred are answered wrongly from here on (docs/decisions/0010-retrieval.md).
MIN_CONFIDENCE = 0.65

# A short question after another may mean what was asked before or something new; who cannot tell must be surer.
_MIN_FOLLOW_UP = 0.75

# Two entries that lie nearer than this cannot be told apart, unless the first answers almost certainly.
_MIN_LEAD = 0.25
_CERTAIN = 0.95

# From here on two entries may be named to choose from, if their scores lie as near as this.
_MIN_CHOICE = 0.3
_MAX_CHOICE_LEAD = 2.5

# From here on an entry may be named as what the customer perhaps means, though it is not given as the answer.
_MIN_NEAREST = 0.2
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

# A follow-up is short: with more words of its own a question stands alone.
_MAX_FOLLOW_UP_LENGTH = 2
_FOLLOW_UP = re.compile(
    r"\s*(?:and|what about|how about|or|but|also|so)\b|\s*(?:那|那么|还有|如果|要是|换成)|.*呢[?？\s]*$", re.IGNORECASE
)

# Says that it is about something that was spoken of, which the question read alone does not know.
_REFERS = re.compile(r"\b(?:it|its|that|this|there|they|them|those|these)\b|它|那|这|呢", re.IGNORECASE)

_PART_END = re.compile(r"(?<=[?？])|\n")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the knowledge base says to a question; `text` is empty when it does not know.

    Then `choices` are the titles of the two entries of which one is probably meant, or else `nearest` the titles of
    what comes nearest, if anything does; `understood` is False when the question holds no word that says anything
    ("why?"). `tools` is what was looked up.
    """

    text: str = ""
    citations: tuple[Citation, ...] = ()
    choices: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    understood: bool = True
    tools: tuple[ToolCall, ...] = ()


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
        return _not_known(question, index, language)
    cited = tuple(citation(entry, language) for entry in entries)
    return Knowledge("\n\n".join(texts), cited, tools=_looked_up(entries, language))


def chosen(entry: KnowledgeEntry, earlier: Sequence[str], index: Index, language: Language) -> Knowledge:
    """What the entry says that the customer chose, to the question that they asked last."""
    text = _told(entry, _readable(earlier[-1]) if earlier else "", (), index, language, "")
    return Knowledge(text, (citation(entry, language),), tools=_looked_up([entry], language))


# A question that is quoted back is cut where nobody would read on.
_MAX_QUOTED = 120


def _not_known(question: str, index: Index, language: Language) -> Knowledge:
    asked = index.question(question)
    near = index.search(asked, limit=_MAX_NEAREST)
    choices = tuple(one.entry.wordings[language].title for one in near) if _is_close(near) else ()
    nearest = tuple(one.entry.wordings[language].title for one in near if one.confidence >= _MIN_NEAREST)
    tools = (ToolCall("search_knowledge", {"language": language.value}, "not found"),) if asked else ()
    return Knowledge(choices=choices, nearest=nearest, understood=bool(asked), tools=tools)


def _is_close(near: Sequence[Found]) -> bool:
    """Whether two entries are so near to the question, and to each other, that one of them is probably meant."""
    if len(near) < _MAX_NEAREST:
        return False
    first, second = near
    return first.confidence >= _MIN_CHOICE and first.score - second.score <= _MAX_CHOICE_LEAD


def _found(question: str, earlier: Sequence[str], index: Index) -> KnowledgeEntry | None:
    asked = index.question(question)
    least = _MIN_FOLLOW_UP if earlier and _REFERS.search(question) else MIN_CONFIDENCE
    alone = _sure(index.search(asked), least)
    if not (asked and earlier) or asked.length > _MAX_FOLLOW_UP_LENGTH:
        return alone
    product = _product_in_mind(question, earlier, index)
    if product and index.speaks_of(product, asked) >= _IN_MIND_SHARE:
        return product
    matter = _matter_in_mind(question, earlier, index)
    carried = index.search(_carried_on(asked, earlier, index), about=asked)
    if matter and (matter in _likely(carried) or (not alone and index.speaks_of(matter, asked) >= _IN_MIND_SHARE)):
        return matter
    return _sure(carried, _MIN_FOLLOW_UP) or _sure(index.search(asked), _MIN_FOLLOW_UP)


def _sure(found: Sequence[Found], least: float = MIN_CONFIDENCE) -> KnowledgeEntry | None:
    """The best entry, if it answers with the likelihood `least` and no other comes close."""
    if not found or found[0].confidence < least:
        return None
    close = len(found) > 1 and found[0].score - found[1].score < _MIN_LEAD
    return None if close and found[0].confidence < _CERTAIN else found[0].entry


def _likely(found: Sequence[Found]) -> list[KnowledgeEntry]:
    return [one.entry for one in found if one.confidence >= MIN_CONFIDENCE]


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


def _carried_on(asked: Question, earlier: Sequence[str], index: Index) -> Question:
    """A follow-up and, weighing less, the questions before it."""
    for weight, text in zip(_EARLIER_WEIGHTS, reversed(earlier), strict=False):
        asked = asked.carrying_on(index.question(_readable(text)), weight)
    return asked


def _told(
    entry: KnowledgeEntry, question: str, earlier: Sequence[str], index: Index, language: Language, shown: str
) -> str:
    asked = index.question(question)
    # "And the Ridge?" says nothing of its own that a sentence could fit: then what was asked before it decides.
    text = entry_text(entry, index, (asked, _carried_on(asked, earlier[-1:], index)), language)
    if entry.product is None:
        return text
    card = entry_card(entry.product, language)
    return text if card in shown else f"{text}\n{card}"


def _looked_up(entries: Sequence[KnowledgeEntry], language: Language) -> tuple[ToolCall, ...]:
    """What an agent may be told of it: which products were found, and how many other entries."""
    products = [entry.product.name for entry in entries if entry.product]
    others = len(entries) - len(products)
    calls = [ToolCall("find_product", {"product": name}, "found") for name in products]
    if others:
        outcome = "1 entry" if others == 1 else f"{others} entries"
        calls.insert(0, ToolCall("search_knowledge", {"language": language.value}, outcome))
    return tuple(calls)


# Order numbers and e-mail addresses tell nothing about what is asked.
_NOBODYS = re.compile(r"\bAM[\s#-]{0,3}\d{5}\b|[^\s@]{1,64}@[^\s@]{1,255}", re.IGNORECASE)


def _readable(text: str) -> str:
    if len(text) > 2 * _READ_CHARACTERS:
        text = f"{text[:_READ_CHARACTERS]}\n{text[-_READ_CHARACTERS:]}"
    return _NOBODYS.sub(" ", text)
