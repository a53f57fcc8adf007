"""Searching the knowledge base for a model."""

from __future__ import annotations

import asyncio

from domain.knowledge import KnowledgeEntry
from domain.session import Language
from infrastructure.ai.retrieval.knowledge_base import KnowledgeBase

# An entry that has less to do with the question would only tempt the model.
_MIN_COVERAGE = 0.15


async def found(knowledge: KnowledgeBase, question: str, language: Language, *, limit: int) -> list[KnowledgeEntry]:
    """The entries that may answer the question, the best first."""
    index = await knowledge.index(language)
    hits = await asyncio.to_thread(lambda: index.search(index.question(question), limit=limit))
    return [hit.entry for hit in hits if hit.coverage >= _MIN_COVERAGE]
