"""The port `Catalogue` from a knowledge base's entries about products."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from domain.knowledge import KnowledgeEntry
from domain.order import Offer
from domain.session import Language


class DemoCatalogue:
    """What the entries say that the shop sells; one that names no product is passed over."""

    def __init__(self, entries: Iterable[KnowledgeEntry]) -> None:
        self._entries = tuple(entry for entry in entries if entry.product is not None)

    async def search(self, text: str, *, language: Language, limit: int) -> list[Offer]:
        words = _words(text)
        ranked = [(_rank(words, _plain(text), entry, language), entry) for entry in self._entries]
        ranked = [(rank, entry) for rank, entry in ranked if rank]
        ranked.sort(key=lambda each: each[0], reverse=True)
        return [_offer(entry) for _, entry in ranked[:limit]]


def _rank(words: frozenset[str], text: str, entry: KnowledgeEntry, language: Language) -> int:
    """How many words of the product the text holds; its name counts most. Where words are not set apart by spaces, a
    tag that stands in the text counts.
    """
    wording = entry.wordings.get(language)
    name = entry.product.name if entry.product else ""
    rank = 4 * len(words & _words(name))
    if wording is not None:
        rank += 2 * len(words & _words(wording.title))
        rank += len(words & _words(" ".join(wording.tags)))
        rank += sum(2 for tag in wording.tags if not tag.isascii() and _plain(tag) in text)
    return rank


def _offer(entry: KnowledgeEntry) -> Offer:
    product = entry.product
    assert product is not None  # noqa: S101 - the constructor keeps no other
    return Offer(product.name, product.currency, product.price, product.image_url, entry.url)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _words(text: str) -> frozenset[str]:
    # A word of one or two letters ("a", "is") says nothing about a product.
    return frozenset(word for word in re.findall(r"\w+", _plain(text)) if len(word) > 2)
