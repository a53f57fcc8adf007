"""Many phrases looked for at once: each only where the text has a word that it can begin with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

from domain.regulator.folding import Folded
from domain.regulator.template import Effort, Script, Template, TooMuchEffort

Meaning = TypeVar("Meaning")


@dataclass(frozen=True, slots=True)
class Found(Generic[Meaning]):
    """Where a phrase stands in a folded text, and what it means."""

    start: int
    end: int
    meaning: Meaning


_WORD = re.compile(r"\w+")


class Phrasebook(Generic[Meaning]):
    """Phrases of every language, each with what it means."""

    def __init__(self, phrases: Iterable[tuple[Template, Script, Meaning]]) -> None:
        self._by_word: dict[str, list[tuple[Template, Meaning]]] = {}
        self._by_character: dict[str, list[tuple[Template, Meaning]]] = {}
        for template, script, meaning in phrases:
            index = self._by_word if script is Script.WORDS else self._by_character
            for first in template.firsts:
                index.setdefault(first, []).append((template, meaning))
        firsts = "".join(re.escape(first) for first in self._by_character)
        self._characters = re.compile(f"[{firsts}]") if firsts else None

    def find(self, message: Folded) -> list[Found[Meaning]]:
        """The phrases in the message, in their order; not all of them in one that would take too long."""
        found: list[Found[Meaning]] = []
        with suppress(TooMuchEffort):
            effort = Effort()
            words = _WORD.finditer(message.words)
            _look(self._by_word, words, set(_WORD.findall(message.words)), message.words, effort, found)
            if self._characters is not None and message.has_characters:
                characters = self._characters.finditer(message.text)
                _look(self._by_character, characters, _pairs(message.text), message.text, effort, found)
        found.sort(key=lambda each: each.start)
        return found


def _pairs(text: str) -> set[str]:
    """Its characters, and its pairs of neighbours; spaces do not part them."""
    dense = text.replace(" ", "")
    return {*dense, *map("".join, pairwise(dense))}


def _look(
    index: dict[str, list[tuple[Template, Meaning]]],
    beginnings: Iterable[re.Match[str]],
    held: set[str],
    text: str,
    effort: Effort,
    found: list[Found[Meaning]],
) -> None:
    """Try every phrase where it can begin. `held` is what the text is made of."""
    possible: dict[str, list[tuple[Template, Meaning]]] = {}
    for beginning in beginnings:
        first = beginning.group()
        if first not in possible:
            possible[first] = [
                candidate
                for candidate in index.get(first, ())
                if not any(need.isdisjoint(held) for need in candidate[0].needs)
            ]
        for template, meaning in possible[first]:
            end = template.match(text, beginning.start(), effort)
            if end is not None:
                found.append(Found(beginning.start(), end, meaning))
