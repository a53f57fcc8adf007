"""The engine that needs no key: answers from the knowledge base, looks up orders, admits what it does not know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from domain.engine import Answer, Delta, Handover, Output, ToolCall, Turn
from domain.entry import Role
from domain.knowledge import KnowledgeEntry
from domain.offer import says_yes
from domain.order_number import NumberForm
from domain.ports import Lookups
from domain.session import EscalationReason, Language
from domain.turn import language_of
from infrastructure.ai.builtin.answering import Knowledge, answered, chosen
from infrastructure.ai.builtin.choosing import Choice, choice_of, options_in
from infrastructure.ai.builtin.colleague import asks_what_was_said, what_was_said
from infrastructure.ai.builtin.composing import pieces
from infrastructure.ai.builtin.order_lookup import order_answer, order_request
from infrastructure.ai.builtin.small_talk import SmallTalk, remarks, small_talk
from infrastructure.ai.phrases import PHRASES, Phrases
from infrastructure.ai.retrieval.index import Index
from infrastructure.ai.retrieval.knowledge_base import KnowledgeBase

# A word every 15 ms reads as typing, and a long answer is still complete in two seconds.
PAUSE_SECONDS = 0.015


class BuiltinEngine:
    """Answers from the shop's knowledge and from its orders."""

    def __init__(self, knowledge: KnowledgeBase, lookups: Lookups, *, pause: float = PAUSE_SECONDS) -> None:
        self._knowledge = knowledge
        self._lookups = lookups
        self._pause = pause

    @property
    def name(self) -> str:
        return "builtin"

    async def prepare(self) -> None:
        """Build the indexes, so that the first customer does not wait for it."""
        await self._knowledge.prepare()

    async def open(self, session_name: str) -> None:
        """Nothing: this engine keeps nothing of a conversation."""

    async def summarize(self, turn: Turn) -> str | None:
        """None: rules say it as well."""
        return None

    async def close(self) -> None:
        """Nothing to let go of."""

    async def reply(self, turn: Turn) -> AsyncIterator[Output]:
        """What was looked up, the answer in small pieces, then the answer as a whole."""
        tools, answer = await self._answer(turn)
        for tool in tools:
            yield tool
        for piece in pieces(answer.text):
            yield Delta(piece)
            await asyncio.sleep(self._pause)
        yield answer

    async def _answer(self, turn: Turn) -> tuple[tuple[ToolCall, ...], Answer]:
        language = language_of(turn)
        phrases = PHRASES[language]
        numbers = self._lookups.numbers
        last_said = _last_said(turn)
        if last_said.endswith(_OFFERS) and says_yes(turn.question):
            wish = Handover(EscalationReason.USER_REQUEST, turn.question.strip())
            return (), Answer(phrases.handing_over, handover=wish)
        if asked := _asked_back(last_said):
            index = await self._knowledge.index(asked.language)
            choice = choice_of(turn.question, asked.options, index)
            if choice is not Choice.OPEN:
                return _from_choice(_earlier(turn, numbers), choice, asked, index, phrases)
        index = await self._knowledge.index(language)
        if entry := _pressed(turn.question.strip(), last_said, index, phrases):
            return _from_entry(entry, _earlier(turn, numbers), index, language)
        if kind := small_talk(turn.question):
            return (), _unclear(last_said, phrases) if kind is SmallTalk.UNCLEAR else Answer(getattr(phrases, kind))
        if asks_what_was_said(turn):
            said = what_was_said(turn, index, phrases)
            return (), Answer(said) if said else _unsure((phrases.nobody_wrote, phrases.offer), phrases)
        # Both search text by pattern and index; with the longest message that takes longer than the loop should wait.
        if request := await asyncio.to_thread(order_request, turn, numbers):
            found = await order_answer(request, turn.session_name, self._lookups, phrases)
            text = f"{found.text}\n\n{phrases.offer}" if found.failed else found.text
            return found.tools, Answer(text, confident=not found.failed, asks_back=found.asks)
        known = await asyncio.to_thread(_known, turn, numbers, language, last_said, index)
        if not known.text and not turn.failures and remarks(turn.question, index):
            return (), Answer(phrases.acknowledged)
        if not known.understood:
            return known.tools, _unclear(last_said, phrases)
        return known.tools, _told(known, phrases, may_ask=asked is None)


_OFFERS = tuple(phrases.offer for phrases in PHRASES.values())


@dataclass(frozen=True, slots=True)
class _AskedBack:
    """The customer was last asked which of two entries they mean, by their titles in `language`."""

    options: tuple[str, str]
    language: Language


def _asked_back(last_said: str) -> _AskedBack | None:
    found = ((options_in(last_said, phrases), language) for language, phrases in PHRASES.items())
    return next((_AskedBack(options, language) for options, language in found if options), None)


def _from_choice(
    earlier: list[str], choice: Choice, asked: _AskedBack, index: Index, phrases: Phrases
) -> tuple[tuple[ToolCall, ...], Answer]:
    title = asked.options[0] if choice is Choice.FIRST else asked.options[1]
    entry = None if choice is Choice.NEITHER else index.titled(title)
    if entry is None:
        return (), _unsure((phrases.unknown, phrases.offer), phrases)
    return _from_entry(entry, earlier, index, asked.language)


def _from_entry(
    entry: KnowledgeEntry, earlier: list[str], index: Index, language: Language
) -> tuple[tuple[ToolCall, ...], Answer]:
    known = chosen(entry, earlier, index, language)
    return known.tools, Answer(known.text, known.citations)


def _pressed(text: str, last_said: str, index: Index, phrases: Phrases) -> KnowledgeEntry | None:
    """The entry whose title was named last as what the customer perhaps means, if that is what they say now."""
    return index.titled(text) if phrases.title.format(title=text) in last_said else None


def _known(turn: Turn, numbers: NumberForm, language: Language, last_said: str, index: Index) -> Knowledge:
    return answered(numbers.without(turn.question), _earlier(turn, numbers), index, language, shown=last_said)


def _told(known: Knowledge, phrases: Phrases, *, may_ask: bool) -> Answer:
    if known.text:
        return Answer(known.text, known.citations)
    if known.choices and may_ask:
        first, second = known.choices
        return Answer(phrases.which.format(first=first, second=second), asks_back=True, choices=known.choices)
    if not known.nearest:
        return _unsure((phrases.unknown, phrases.offer), phrases)
    titles = phrases.title_joint.join(phrases.title.format(title=title) for title in known.nearest)
    unsure = _unsure((phrases.unknown, phrases.nearest.format(titles=titles), phrases.offer), phrases)
    return replace(unsure, choices=known.nearest)


def _unclear(last_said: str, phrases: Phrases) -> Answer:
    """Asks what is meant, once; who is not understood again should get a person."""
    return (
        _unsure((phrases.unclear,), phrases)
        if last_said == phrases.unclear
        else Answer(phrases.unclear, asks_back=True)
    )


def _unsure(sentences: tuple[str, ...], phrases: Phrases) -> Answer:
    return Answer(phrases.joint.join(sentences), confident=False)


def _earlier(turn: Turn, numbers: NumberForm) -> list[str]:
    """What the customer said before the question, oldest first; without orders' numbers, which tell nothing of it."""
    said = [utterance.text for utterance in turn.utterances if utterance.role is Role.USER]
    return [numbers.without(text) for text in said[: len(said) - turn.unanswered][-_EARLIER:]]


# A question goes on from one of the last few, if from any.
_EARLIER = 5


def _last_said(turn: Turn) -> str:
    """What the customer was last told."""
    return next((utterance.text for utterance in reversed(turn.utterances) if utterance.role is not Role.USER), "")
