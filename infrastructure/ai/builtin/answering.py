"""From a question to what the knowledge base says about it: found, carried on from earlier questions, or not known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.engine import Citation, ToolCall
from domain.knowledge import KnowledgeEntry
from domain.session import Language
from infrastructure.ai.builtin.composing import entry_text
from infrastructure.ai.builtin.finding import MIN_CONFIDENCE, Before, carried_on, found
from infrastructure.ai.entries import citation, entry_card
from infrastructure.ai.phrases import PHRASES
from infrastructure.ai.retrieval.index import Found, Index
from infrastructure.ai.retrieval.question import asks

# From here on one of two entries is likely enough to ask which of them is meant.
_MIN_CHOICE = 0.55

# From here on an entry may be named as what the customer perhaps means, though it is not given as the answer: a press
# chooses it, so one too many costs little. Of unusual wordings it is right for more than half, where 0.2 and two were
# for a quarter (docs/decisions/0024-builtin.md).
_MIN_NEAREST = 0.05
_MAX_NEAREST = 3

# A pasted mail says what it wants at its beginning or its end; the middle of 10,000 characters is not read.
_READ_CHARACTERS = 1_000

# A clause must be surer than a message to be taken for a question; a message of more clauses is a story.
_MIN_CLAUSE = 0.85
_MAX_CLAUSES = 4

# What one clause asks for must be so likely an answer to all of the message.
_MIN_MEANT = 0.3

# A burst or a long message may hold several questions; more than three answers at once help nobody.
_MAX_ANSWERS = 3
_MAX_PARTS = 8

_PART_END = re.compile(r"(?<=[?？])|\n")

# Where one message says two things: "how much is it, and do you deliver?", "no robots please. how heavy is it"
_CLAUSE_END = re.compile(
    r"[,;]?\s+(?:and|also|plus)\s+(?=(?:how|what|when|where|which|who|do|does|is|are|can|could|will)\b)"
    r"|[.!;](?=\s)|,\s|[，;；。！…]+|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])",
    re.IGNORECASE,
)

# "No sorry, I meant the Ridge" asks about the Ridge what was asked before, and nothing about what is wrong.
_CORRECTION = re.compile(
    r"\s*(?:(?:no|nope|wait|oh|oops|sorry|actually)[\s,.!]*)*\bi (?:mean|meant|said|asked about|was asking about)\b"
    r"|\s*(?:no|nope|wait|oops|sorry)\s*[,.!]+"
    r"|\s*(?:不对|不是|错了|搞错了|不好意思|抱歉|对不起)?[啊呀哈，,。！!\s]*我(?:问|说|指|想问|要问)的?是"
    r"|\s*(?:不对|错了|搞错了)[啊呀哈]?[，,。！!\s]+是?",
    re.IGNORECASE,
)


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
    if earlier and (correction := _CORRECTION.match(question)):
        question = question[correction.end() :].strip()
    before = Before([_readable(text) for text in earlier], shown)
    answers = _answers(question, before, index)
    texts: list[str] = []
    told: list[KnowledgeEntry] = []
    for part, entries in answers:
        if not entries and part.endswith(("?", "？")):
            texts.append(PHRASES[language].rest_unknown.format(question=part[:_MAX_QUOTED]))
        for entry in entries:
            if entry not in told and len(told) < _MAX_ANSWERS:
                told.append(entry)
                texts.append(_told(entry, part, before, index, language))
    if not told:
        return _not_known(question, index, language)
    cited = tuple(citation(entry, language) for entry in told)
    return Knowledge("\n\n".join(texts), cited, tools=_looked_up(told, language))


def chosen(entry: KnowledgeEntry, earlier: Sequence[str], index: Index, language: Language) -> Knowledge:
    """What the entry says that the customer chose, to the question that they asked last."""
    text = _told(entry, _readable(earlier[-1]) if earlier else "", Before(), index, language)
    return Knowledge(text, (citation(entry, language),), tools=_looked_up([entry], language))


Answers = list[tuple[str, tuple[KnowledgeEntry, ...]]]


def _answers(question: str, before: Before, index: Index) -> Answers:
    """What was asked, one thing after another, each with the entries that answer it."""
    parts = _each(_PART_END.split(question), index)
    if len(parts) > 1 and any(entries for _, entries in parts):
        known = [(part, entries) for part, entries in parts if entries]
        if len(known) > 1 or _is_the_question(*known[0], [part for part, _ in parts], question, index):
            return parts
    cut = [clause for clause in _CLAUSE_END.split(question) if clause.strip()]
    clauses = _each(cut, index, least=_MIN_CLAUSE) if 1 < len(cut) <= _MAX_CLAUSES else []
    known = [(clause, entries) for clause, entries in clauses if entries]
    if len(known) == len(clauses) > 1 and len({entries[0].id for _, entries in known}) > 1:
        return known
    whole = found(question, before, index)
    if not whole and len(known) == 1 and _is_the_question(*known[0], cut, question, index):
        # What is told around a question may hide it.
        return known
    return [(question, whole)]


def _is_the_question(
    clause: str, entries: Sequence[KnowledgeEntry], clauses: Sequence[str], message: str, index: Index
) -> bool:
    """Whether what one clause asks is likely what the message asks: it is the one that asks, if any does, one entry
    answers it, and that is no unlikely answer to all of the message ("how do I get rid of it" alone is asked of many
    things).
    """
    if len(entries) > 1 or (any(map(asks, clauses)) and not asks(clause)):
        return False
    near = index.search(index.question(message))
    return entries[0] in [one.entry for one in near if one.confidence >= _MIN_MEANT]


def _each(texts: Sequence[str], index: Index, *, least: float = MIN_CONFIDENCE) -> Answers:
    asked = [text.strip() for text in texts if index.question(text)]
    return [(text, found(text, Before(), index, least=least)) for text in asked[:_MAX_PARTS]]


# A question that is quoted back is cut where nobody would read on.
_MAX_QUOTED = 120


def _not_known(question: str, index: Index, language: Language) -> Knowledge:
    asked = index.question(question)
    near = index.search(asked, limit=_MAX_NEAREST)
    choices = tuple(one.entry.wordings[language].title for one in near[:2]) if _is_close(near) else ()
    nearest = tuple(one.entry.wordings[language].title for one in near if one.confidence >= _MIN_NEAREST)
    tools = (ToolCall("search_knowledge", {"language": language.value}, "not found"),) if asked else ()
    return Knowledge(choices=choices, nearest=nearest, understood=bool(asked), tools=tools)


def _is_close(near: Sequence[Found]) -> bool:
    """Whether one of two entries is probably meant."""
    return len(near) > 1 and near[0].either >= _MIN_CHOICE


def _told(entry: KnowledgeEntry, question: str, before: Before, index: Index, language: Language) -> str:
    # "And the Ridge?" says nothing of its own that a sentence could fit: then what was asked before it decides.
    earlier = Before(before.asked[-1:])
    text = entry_text(entry, index, (index.question(question), carried_on(question, earlier, index)), language)
    if entry.product is None:
        return text
    card = entry_card(entry.product, language)
    return text if card in before.told else f"{text}\n{card}"


def _looked_up(entries: Sequence[KnowledgeEntry], language: Language) -> tuple[ToolCall, ...]:
    """What an agent may be told of it: which products were found, and how many other entries."""
    products = [entry.product.name for entry in entries if entry.product]
    others = len(entries) - len(products)
    calls = [ToolCall("find_product", {"product": name}, "found") for name in products]
    if others:
        outcome = "1 entry" if others == 1 else f"{others} entries"
        calls.insert(0, ToolCall("search_knowledge", {"language": language.value}, outcome))
    return tuple(calls)


# E-mail addresses tell nothing about what is asked; nor do order numbers, which are gone by then.
_NOBODYS = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}")


def _readable(text: str) -> str:
    if len(text) > 2 * _READ_CHARACTERS:
        text = f"{text[:_READ_CHARACTERS]}\n{text[-_READ_CHARACTERS:]}"
    return _NOBODYS.sub(" ", text)
