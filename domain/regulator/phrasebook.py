"""Many phrases looked for at once: each only where the text has a word that it can begin with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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
_CHARACTER = re.compile(r"\w")
# No phrase reaches over punctuation, so what a clause lacks need not be looked for in it.
_CLAUSE = re.compile(r"[\w ]+")
# A long text without punctuation is looked at piece by piece, each with what follows, as far as a phrase may reach.
_PIECE, _LONGEST = 60, 60


class Phrasebook(Generic[Meaning]):
    """Phrases of every language, each with what it means."""

    def __init__(self, phrases: Iterable[tuple[Template, Script, Meaning]]) -> None:
        self._by_word: dict[str, list[tuple[Template, Meaning]]] = {}
        self._by_character: dict[str, list[tuple[Template, Meaning]]] = {}
        for template, script, meaning in phrases:
            index = self._by_word if script is Script.WORDS else self._by_character
            for first in template.firsts:
                index.setdefault(first, []).append((template, meaning))

    def find(self, message: Folded) -> list[Found[Meaning]]:
        """The phrases in the message, in their order; not all of them in one that would take too long."""
        found: list[Found[Meaning]] = []
        with suppress(TooMuchEffort):
            effort = Effort()
            for words, ahead in _pieces(message.words, _WORD):
                _look(self._by_word, words, set(ahead), message.words, effort, found)
            if self._by_character and message.has_characters:
                for characters, ahead in _pieces(message.text, _CHARACTER):
                    pairs = {*ahead, *map("".join, pairwise(ahead))}
                    _look(self._by_character, characters, pairs, message.text, effort, found)
        found.sort(key=lambda each: each.start)
        return found


def _pieces(text: str, unit: re.Pattern[str]) -> Iterator[tuple[list[re.Match[str]], list[str]]]:
    """The words (or characters) of each clause, some at a time, and what they and those that follow them are."""
    for clause in _CLAUSE.finditer(text):
        units = list(unit.finditer(text, clause.start(), clause.end()))
        for at in range(0, len(units), _PIECE):
            yield units[at : at + _PIECE], [each.group() for each in units[at : at + _PIECE + _LONGEST]]


def _may_stand(template: Template, held: set[str]) -> bool:
    # A loop: it runs for every phrase of every word, and a generator would take twice the time.
    for need in template.needs:  # noqa: SIM110
        if need.isdisjoint(held):
            return False
    return True


def _look(
    index: dict[str, list[tuple[Template, Meaning]]],
    beginnings: Iterable[re.Match[str]],
    held: set[str],
    text: str,
    effort: Effort,
    found: list[Found[Meaning]],
) -> None:
    """Try every phrase where it can begin. `held` is what that part of the text is made of."""
    possible: dict[str, list[tuple[Template, Meaning]]] = {}
    for beginning in beginnings:
        first = beginning.group()
        if first not in possible:
            possible[first] = [each for each in index.get(first, ()) if _may_stand(each[0], held)]
        for template, meaning in possible[first]:
            end = template.match(text, beginning.start(), effort)
            if end is not None:
                found.append(Found(beginning.start(), end, meaning))
