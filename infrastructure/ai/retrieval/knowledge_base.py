"""The shop's knowledge, searchable in every language, and replaced as a whole while it is in use."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from domain.knowledge import KnowledgeEntry
from domain.session import Language
from infrastructure.ai.retrieval.index import Index


class KnowledgeBase:
    """Made quickly; `prepare` builds the indexes (about a second, off the event loop), and so does the first use."""

    def __init__(self, entries: Sequence[KnowledgeEntry]) -> None:
        self._entries = tuple(entries)
        self._indexes: Mapping[Language, Index] | None = None
        self._building = asyncio.Lock()

    async def prepare(self) -> None:
        """Build the indexes, once."""
        async with self._building:
            if self._indexes is None:
                self._indexes = await asyncio.to_thread(_indexed, self._entries)

    async def replace(self, entries: Sequence[KnowledgeEntry]) -> None:
        """Answer from these entries from now on; a search under way ends with what it began with."""
        async with self._building:
            indexes = await asyncio.to_thread(_indexed, tuple(entries))
            self._entries, self._indexes = tuple(entries), indexes

    async def index(self, language: Language) -> Index:
        """The entries of one language; keep it for one answer, not for longer."""
        if self._indexes is None:
            await self.prepare()
        assert self._indexes is not None  # noqa: S101 - `prepare` made them
        return self._indexes[language]


def _indexed(entries: Sequence[KnowledgeEntry]) -> Mapping[Language, Index]:
    return {language: Index(language, entries) for language in Language}
