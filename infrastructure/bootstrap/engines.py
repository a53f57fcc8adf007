"""The engines that the settings name: the one that answers, and those that stand in when it fails."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.ports import Catalogue, Engine, Lookups
from infrastructure.ai.builtin import BuiltinEngine
from infrastructure.ai.retrieval.knowledge_base import KnowledgeBase
from infrastructure.bootstrap.settings import EngineName, Settings


@dataclass(frozen=True, slots=True)
class EngineParts:
    """What engines are built of. `database` is for what one keeps of a session's conversation at its provider."""

    settings: Settings
    knowledge: KnowledgeBase
    database: AsyncEngine
    lookups: Lookups
    catalogue: Catalogue


def build_engines(parts: EngineParts) -> tuple[Engine, ...]:
    """`AI_ENGINE`, then those of `AI_FALLBACK` that are not it, in their order; each once.

    `Misconfigured` when one lacks a setting that it needs.
    """
    names = dict.fromkeys((parts.settings.ai_engine, *parts.settings.ai_fallback))
    return tuple(_engine(name, parts) for name in names)


def _engine(name: EngineName, parts: EngineParts) -> Engine:
    match name:
        case "builtin":
            return BuiltinEngine(parts.knowledge, parts.lookups, pause=parts.settings.builtin_word_seconds)
        case "openai":
            # Its SDK takes a second to load and is of no use to who has no key.
            from infrastructure.bootstrap.openai_engine import build_openai_engine

            return build_openai_engine(parts.settings, parts.knowledge, parts.lookups, parts.catalogue)
        case "coze":
            # As with the one above.
            from infrastructure.bootstrap.coze_engine import build_coze_engine

            return build_coze_engine(parts.settings, parts.database)
