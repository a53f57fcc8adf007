"""What a shop knows and an engine answers from: entries, each in one language or several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.session import Language


@dataclass(frozen=True, slots=True)
class Wording:
    """An entry in one language. `questions` are typical ways to ask for it, `tags` words that point to it; an entry
    that was imported may have neither.
    """

    title: str
    body: str
    questions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """What the shop sells, where an entry is about one product. `currency` and `price` as on an order."""

    name: str
    currency: str
    price: str
    image_url: str


@dataclass(frozen=True, slots=True)
class KnowledgeEntry:
    """One thing that the shop knows. `url` is where a customer can read it, or empty."""

    id: str
    url: str
    wordings: Mapping[Language, Wording]
    product: Product | None = None
