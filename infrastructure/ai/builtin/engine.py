"""The engine that needs no key: answers from the knowledge base, looks up orders, admits what it does not know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from domain.engine import Answer, Delta, Handover, Output, Turn
from domain.entry import Role
from domain.ports import OrderBook
from domain.session import EscalationReason, Language
from infrastructure.ai.builtin.answering import answered
from infrastructure.ai.builtin.composing import pieces
from infrastructure.ai.builtin.language import language_of
from infrastructure.ai.builtin.order_lookup import order_answer, order_request
from infrastructure.ai.builtin.phrases import PHRASES, Phrases
from infrastructure.ai.builtin.small_talk import SmallTalk, says_yes, small_talk
from infrastructure.ai.retrieval.index import Index
from infrastructure.ai.retrieval.knowledge_base import KnowledgeBase

# A word every 15 ms reads as typing, and a long answer is still complete in two seconds.
PAUSE_SECONDS = 0.015


class BuiltinEngine:
    """Answers from the shop's knowledge and from its orders."""

    def __init__(self, knowledge: KnowledgeBase, orders: OrderBook, *, pause: float = PAUSE_SECONDS) -> None:
        self._knowledge = knowledge
        self._orders = orders
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
        """Stream the answer in small pieces, then give it as a whole."""
        answer = await self._answer(turn)
        for piece in pieces(answer.text):
            yield Delta(piece)
            await asyncio.sleep(self._pause)
        yield answer

    async def _answer(self, turn: Turn) -> Answer:
        language = language_of(turn)
        phrases = PHRASES[language]
        last_said = _last_said(turn)
        if last_said.endswith(phrases.offer) and says_yes(turn.question):
            return Answer(phrases.handing_over, handover=Handover(EscalationReason.USER_REQUEST, turn.question.strip()))
        if kind := small_talk(turn.question):
            return Answer(getattr(phrases, kind), confident=kind is not SmallTalk.UNCLEAR)
        # Both search text by pattern and index; with the longest message that takes longer than the loop should wait.
        if request := await asyncio.to_thread(order_request, turn):
            return Answer(await order_answer(request, self._orders, phrases))
        index = await self._knowledge.index(language)
        return await asyncio.to_thread(_from_knowledge, turn, language, phrases, last_said, index)


def _from_knowledge(turn: Turn, language: Language, phrases: Phrases, last_said: str, index: Index) -> Answer:
    said = [utterance.text for utterance in turn.utterances if utterance.role is Role.USER]
    earlier = said[: len(said) - turn.unanswered]
    known = answered(turn.question, earlier, index, language, shown=last_said)
    if known.text:
        return Answer(known.text, known.citations)
    if not known.understood:
        return Answer(phrases.unclear, confident=False)
    sentences = [phrases.unknown, phrases.offer]
    if known.nearest:
        titles = phrases.title_joint.join(phrases.title.format(title=title) for title in known.nearest)
        sentences.insert(1, phrases.nearest.format(titles=titles))
    return Answer(phrases.joint.join(sentences), confident=False)


def _last_said(turn: Turn) -> str:
    """What the customer was last told."""
    return next((utterance.text for utterance in reversed(turn.utterances) if utterance.role is not Role.USER), "")
