"""The demo shop's knowledge: entries in every language that users see, read from the JSON files beside this module."""

from __future__ import annotations

from importlib import resources
from typing import Any

import orjson

from domain.knowledge import KnowledgeEntry, Product, Wording
from domain.session import Language


def load_entries() -> tuple[KnowledgeEntry, ...]:
    """Every entry of the demo shop, in the order of the files."""
    folder = resources.files(__package__)
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda file: file.name)
    return tuple(_entry(found) for file in files for found in orjson.loads(file.read_bytes()))


def _entry(found: dict[str, Any]) -> KnowledgeEntry:
    return KnowledgeEntry(
        id=found["id"],
        url=found["url"],
        wordings={language: _wording(found[language.value]) for language in Language},
        product=Product(**found["product"]) if "product" in found else None,
    )


def _wording(found: dict[str, Any]) -> Wording:
    return Wording(
        title=found["title"],
        body=found["body"],
        questions=tuple(found["questions"]),
        tags=tuple(found["tags"]),
    )
