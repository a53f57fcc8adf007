"""The knowledge that a process answers from: kept in the database, indexed in memory, changed while in use."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import structlog

from domain.errors import KnowledgeNotFound
from domain.knowledge import KnowledgeEntry, Match
from domain.ports import KnowledgeArchive
from domain.session import Language
from infrastructure.ai.builtin.finding import MIN_CONFIDENCE
from infrastructure.ai.retrieval.knowledge_base import KnowledgeBase
from infrastructure.bootstrap.settings import Settings
from infrastructure.knowledge.demo import load_entries
from infrastructure.realtime.hub import Hub

log = structlog.get_logger("baton.knowledge")

# Its own, so that no session and no agent hears of it.
CHANNEL = "sse:knowledge"


async def open_knowledge(settings: Settings, archive: KnowledgeArchive, hub: Hub) -> ServedKnowledge:
    """What the database holds now, not yet indexed (`KnowledgeBase.prepare`)."""
    source = settings.knowledge_source
    # A shop with orders of its own says that it does not know, rather than speak of the demo shop's goods.
    is_demo_shop = settings.demo or settings.orders == "demo"
    served = ServedKnowledge(
        archive,
        hub,
        has_demo=source == "demo" or (source == "auto" and is_demo_shop),
        follows=source != "demo",
        seconds=settings.knowledge_poll_seconds,
    )
    await served.load()
    if served.is_demo and not settings.demo:
        log.warning("knowledge_is_the_demo_shops", hint=_IMPORT)
    return served


_IMPORT = "Import on the workbench's page Knowledge, or: baton knowledge import FOLDER"


class ServedKnowledge:
    """The port `Knowledge`. `base` is what engines search; its indexes are built off the event loop.

    `has_demo`: version 0 is the demo shop's entries. `follows`: what is imported is answered from.
    """

    def __init__(
        self, archive: KnowledgeArchive, hub: Hub, *, has_demo: bool, follows: bool = True, seconds: float
    ) -> None:
        self.base = KnowledgeBase(())
        self._archive = archive
        self._hub = hub
        self._has_demo = has_demo
        self._follows = follows
        self._seconds = seconds
        self._version = 0
        self._entries: Mapping[str, KnowledgeEntry] = {}
        self._changing = asyncio.Lock()
        self._changed = asyncio.Condition()

    @property
    def version(self) -> int:
        return self._version

    @property
    def is_demo(self) -> bool:
        return self._has_demo and self._version == 0

    @property
    def entries(self) -> tuple[KnowledgeEntry, ...]:
        return tuple(self._entries.values())

    def entry(self, entry_id: str) -> KnowledgeEntry:
        found = self._entries.get(entry_id)
        if found is None:
            raise KnowledgeNotFound(entry_id)
        return found

    async def find(self, question: str, language: Language, *, limit: int) -> list[Match]:
        index = await self.base.index(language)
        found = await asyncio.to_thread(lambda: index.search(index.question(question), limit=limit))
        return [Match(one.entry, one.score, one.confidence, one.confidence >= MIN_CONFIDENCE) for one in found]

    async def load(self) -> None:
        """Read the current version, for the first time; nothing is indexed."""
        self._version = await self._current()
        self._keep(await self._entries_of(self._version))
        self.base = KnowledgeBase(self.entries)
        log.info("knowledge_loaded", version=self._version, entries=len(self._entries), demo=self.is_demo)
        self._warn_when_empty()

    async def refresh(self) -> None:
        async with self._changing:
            number = await self._current()
            if number == self._version:
                return
            entries = await self._entries_of(number)
            with _uncollected():
                await self.base.replace(entries)
            self._version = number
            self._keep(entries)
        log.info("knowledge_changed", version=number, entries=len(entries), demo=self.is_demo)
        self._warn_when_empty()
        async with self._changed:
            self._changed.notify_all()

    async def caught_up(self, *, seconds: float) -> bool:
        if await self._current() == self._version:
            return True
        try:
            async with asyncio.timeout(seconds), self._changed:
                while await self._current() != self._version:
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def announce(self) -> None:
        self._hub.publish(CHANNEL, {"type": "knowledge"})

    async def run(self) -> None:
        """Look for another version when it is announced, and every few seconds; survives whatever the database does."""
        mailbox = await self._hub.listen_on(CHANNEL)
        failing = False
        try:
            while not mailbox.closed:
                await mailbox.take(self._seconds)
                try:
                    await self.refresh()
                    failing = False
                except Exception as error:  # noqa: BLE001 - what was there before is still good to answer from
                    if not failing:
                        log.warning("knowledge_not_refreshed", error=type(error).__name__)
                    failing = True
        finally:
            self._hub.leave(mailbox)

    async def _current(self) -> int:
        return await self._archive.current() if self._follows else 0

    async def _entries_of(self, number: int) -> tuple[KnowledgeEntry, ...]:
        if number == 0:
            return load_entries() if self._has_demo else ()
        documents = await self._archive.documents(number)
        return tuple(entry for document in documents for entry in document.entries)

    def _warn_when_empty(self) -> None:
        if not self._entries:
            log.warning("knowledge_empty", hint=_IMPORT)

    def _keep(self, entries: tuple[KnowledgeEntry, ...]) -> None:
        self._entries = {entry.id: entry for entry in entries}


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from looking through a new index, while it grows and afterwards: an index holds no
    cycles and is let go of as a whole, and looking through it would hold up everything else for tens of milliseconds.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
