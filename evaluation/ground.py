"""Where conversations are played: everything that a process of Baton has, on a database that is thrown away."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from domain.knowledge import Changes, Document
from domain.language import written_language
from domain.ports import Knowledge, Regulator
from domain.session import Language
from evaluation.observing import Watch, WatchedEngine
from infrastructure.bootstrap.database import open_database
from infrastructure.bootstrap.runtime import Runtime, open_runtime
from infrastructure.bootstrap.settings import Settings
from infrastructure.store.knowledge import SqlKnowledge
from services.desk import Desk
from services.engines import Engines
from services.reply import Speakers, reply
from services.speech import ReplyTerms

# How many entries count as found: what a good answer may be drawn from.
RETRIEVED = 3

# Many customers of one evaluation guess at the same order; that one is stopped for another's tries is not its subject.
_ORDER_TRIES = 10_000

# It answers from what its provider keeps.
_KNOWS_ITS_OWN = frozenset({"coze"})


@dataclass(frozen=True, slots=True)
class Ground:
    """A desk on a database that is thrown away, and the engine under evaluation, watched.

    `knowledge` is what the engine searches; None when it searches its own.
    """

    desk: Desk
    engine: WatchedEngine
    watch: Watch
    terms: ReplyTerms
    regulator: Regulator
    knowledge: Knowledge | None

    async def answer(self, session_name: str) -> None:
        """Let the AI reply to what the customer said, as a chatbot process does."""
        # An engine is not spared for having failed in other conversations: each of them counts.
        speakers = Speakers(Engines([self.engine]), self.regulator)
        await reply(self.desk, speakers, session_name, self.terms)

    async def retrieve(self, text: str, language: Language) -> tuple[str, ...] | None:
        """The ids of the entries that fit the text best."""
        if self.knowledge is None:
            return None
        matches = await self.knowledge.find(text, written_language([text], otherwise=language), limit=RETRIEVED)
        return tuple(match.entry.id for match in matches)


@asynccontextmanager
async def open_ground(settings: Settings, *, turn_seconds: float, own_shop: bool = False) -> AsyncIterator[Ground]:
    """Everything that a conversation needs; no other engine stands in, for one that fails shall be seen to.

    Knowledge and orders are the demo shop's, or with `own_shop` those of the settings: what was imported into their
    database, which is only read. `Misconfigured` when the engine or the shop lacks a setting.
    """
    documents = await _imported(settings) if own_shop else ()
    with tempfile.TemporaryDirectory(prefix="baton-eval-") as folder:
        async with open_runtime(_on_its_own(settings, Path(folder), own_shop=own_shop)) as runtime:
            await _know(runtime, documents)
            watch = Watch()
            engine = WatchedEngine(runtime.engine, watch)
            await engine.prepare()
            knowledge = None if engine.name in _KNOWS_ITS_OWN else runtime.knowledge
            terms = ReplyTerms("evaluation", settings.reply_lease_seconds, turn_seconds, turn_seconds)
            yield Ground(Desk(runtime.store, watch), engine, watch, terms, runtime.regulator, knowledge)


def _on_its_own(settings: Settings, folder: Path, *, own_shop: bool) -> Settings:
    """The settings for a process that neither finds anything of others nor leaves anything behind."""
    shop = {} if own_shop else {"orders": "demo", "tracking": "demo", "knowledge_source": "demo"}
    return settings.model_copy(
        update={
            "database_url": f"sqlite:///{folder / 'eval.db'}",
            "auto_migrate": True,
            # Its own, so that none is kept; the data folder is only read, for the admin's rules.
            "secret_key": SecretStr(secrets.token_hex()),
            "use_redis_sse": False,
            "ai_fallback": (),
            "order_tries": _ORDER_TRIES,
            "builtin_word_seconds": 0.0,
            **shop,
        }
    )


async def _imported(settings: Settings) -> tuple[Document, ...]:
    """What the shop of the settings knows at present."""
    async with open_database(settings) as database:
        archive = SqlKnowledge(database)
        return await archive.documents(await archive.current())


async def _know(runtime: Runtime, documents: tuple[Document, ...]) -> None:
    if documents:
        await runtime.archive.keep(documents, Changes(added=len(documents)), based_on=0, author="evaluation", note="")
        await runtime.knowledge.refresh()
