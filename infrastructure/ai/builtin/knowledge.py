"""The shop's knowledge: entries, each in every language that users see, read from the JSON files beside this module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import orjson

from domain.session import Language


@dataclass(frozen=True, slots=True)
class Wording:
    """An entry in one language. `questions` are typical ways to ask for it, `tags` words that point to it."""

    title: str
    body: str
    questions: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """What the shop sells, where an entry is about one product. `currency` and `price` as on an order."""

    name: str
    currency: str
    price: str
    image_url: str


@dataclass(frozen=True, slots=True)
class KnowledgeEntry:
    """One thing that the shop knows."""

    id: str
    url: str
    wordings: Mapping[Language, Wording]
    product: Product | None = None


def load_entries() -> tuple[KnowledgeEntry, ...]:
    """Every entry of the demo shop, in the order of the files."""
    folder = resources.files(__package__) / "knowledge"
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
