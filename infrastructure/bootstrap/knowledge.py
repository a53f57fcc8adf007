"""The knowledge that a process answers from: kept in the database, indexed in memory, changed while in use."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from domain.errors import KnowledgeNotFound
from domain.knowledge import KnowledgeEntry, Match
from domain.ports import KnowledgeArchive
from domain.session import Language
from infrastructure.ai.builtin.answering import MIN_CONFIDENCE
from infrastructure.ai.retrieval.knowledge_base import KnowledgeBase
from infrastructure.bootstrap.settings import KnowledgeSource, Settings
from infrastructure.knowledge.demo import load_entries
from infrastructure.realtime.hub import Hub

log = structlog.get_logger("baton.knowledge")

# Its own, so that no session and no agent hears of it.
CHANNEL = "sse:knowledge"


async def open_knowledge(settings: Settings, archive: KnowledgeArchive, hub: Hub) -> ServedKnowledge:
    """What the database holds now, not yet indexed (`KnowledgeBase.prepare`)."""
    served = ServedKnowledge(archive, hub, settings.knowledge_source, seconds=settings.knowledge_poll_seconds)
    await served.load()
    return served


class ServedKnowledge:
    """The port `Knowledge`. `base` is what engines search; its indexes are built off the event loop."""

    def __init__(self, archive: KnowledgeArchive, hub: Hub, source: KnowledgeSource, *, seconds: float) -> None:
        self.base = KnowledgeBase(())
        self._archive = archive
        self._hub = hub
        self._source: KnowledgeSource = source
        self._seconds = seconds
        self._version = 0
        self._entries: Mapping[str, KnowledgeEntry] = {}
        self._changing = asyncio.Lock()

    @property
    def version(self) -> int:
        return self._version

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
        return [Match(one.entry, one.score, one.coverage, one.confidence >= MIN_CONFIDENCE) for one in found]

    async def load(self) -> None:
        """Read the current version, for the first time; nothing is indexed."""
        self._version = await self._current()
        self._keep(await self._entries_of(self._version))
        self.base = KnowledgeBase(self.entries)
        log.info("knowledge_loaded", version=self._version, entries=len(self._entries))

    async def refresh(self) -> None:
        async with self._changing:
            number = await self._current()
            if number == self._version:
                return
            entries = await self._entries_of(number)
            await self.base.replace(entries)
            self._version = number
            self._keep(entries)
        log.info("knowledge_changed", version=number, entries=len(entries))

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
        return 0 if self._source == "demo" else await self._archive.current()

    async def _entries_of(self, number: int) -> tuple[KnowledgeEntry, ...]:
        if number == 0:
            return () if self._source == "database" else load_entries()
        documents = await self._archive.documents(number)
        return tuple(entry for document in documents for entry in document.entries)

    def _keep(self, entries: tuple[KnowledgeEntry, ...]) -> None:
        self._entries = {entry.id: entry for entry in entries}
