"""The engine `openai` with a scripted endpoint behind it, and what comes of asking it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import cast

from domain.engine import Answer, Delta, Output, ToolCall, Turn, Utterance
from domain.entry import Role
from domain.ports import Lookups, OrderBook
from domain.session import Customer, Language
from infrastructure.ai.openai import ModelTerms, OpenAIEngine
from infrastructure.ai.retrieval.knowledge_base import KnowledgeBase
from infrastructure.knowledge.demo import load_entries
from infrastructure.orders.demo import DemoCatalogue, DemoOrderBook
from tests.fakes.orders import FreeLookups
from tests.servers.openai_server import OpenAIServer, Script, openai_server

KEY = "sk-a-key-for-tests"
NOBODY = Customer()

WHOLE = 1 << 16


@dataclass(frozen=True, slots=True)
class Asked:
    """What an engine yielded, and the endpoint that it asked."""

    outputs: list[Output]
    server: OpenAIServer

    @property
    def answer(self) -> Answer:
        (answer,) = (one for one in self.outputs if isinstance(one, Answer))
        assert answer is self.outputs[-1]
        return answer

    @property
    def shown(self) -> str:
        return "".join(one.text for one in self.outputs if isinstance(one, Delta))

    @property
    def tools(self) -> list[ToolCall]:
        return [one for one in self.outputs if isinstance(one, ToolCall)]


@asynccontextmanager
async def asking(
    knowledge: KnowledgeBase,
    *scripts: Script,
    orders: OrderBook | None = None,
    lookups: Lookups | None = None,
    split: int = WHOLE,
) -> AsyncIterator[tuple[OpenAIEngine, OpenAIServer]]:
    """An engine and its endpoint, both closed at the end."""
    async with openai_server(*scripts, split=split) as server:
        terms = ModelTerms(
            api_key=KEY, model="scripted", base_url=server.base_url, connect_seconds=0.5, chunk_seconds=0.5
        )
        shown = DemoCatalogue(load_entries())
        engine = OpenAIEngine(terms, knowledge, lookups or FreeLookups(orders or DemoOrderBook()), shown)
        try:
            yield engine, server
        finally:
            await engine.close()


async def ask(
    knowledge: KnowledgeBase,
    turn: Turn | str,
    *scripts: Script,
    orders: OrderBook | None = None,
    lookups: Lookups | None = None,
    split: int = WHOLE,
) -> Asked:
    """One turn."""
    async with asking(knowledge, *scripts, orders=orders, lookups=lookups, split=split) as (engine, server):
        return Asked(await outputs_of(engine, turn), server)


async def outputs_of(engine: OpenAIEngine, turn: Turn | str) -> list[Output]:
    """All that the engine yields."""
    turn = said(turn) if isinstance(turn, str) else turn
    async with aclosing(cast(AsyncGenerator[Output, None], engine.reply(turn))) as outputs:
        return [output async for output in outputs]


def said(*texts: str, customer: Customer = NOBODY, language: Language = Language.ENGLISH) -> Turn:
    """A turn in which the customer said this, and nobody answered yet."""
    utterances = tuple(Utterance(Role.USER, text, seq) for seq, text in enumerate(texts, 1))
    return Turn("s1", language, customer, utterances, len(texts))
