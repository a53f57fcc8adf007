"""Many phrases looked for at once: each only where the text has a word that it can begin with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
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


class Phrasebook(Generic[Meaning]):
    """Phrases of every language, each with what it means."""

    def __init__(self, phrases: Iterable[tuple[Template, Script, Meaning]]) -> None:
        self._by_word: _Index[Meaning] = _Index(pairs=False)
        self._by_character: _Index[Meaning] = _Index(pairs=True)
        for template, script, meaning in phrases:
            (self._by_word if script is Script.WORDS else self._by_character).add(template, meaning)

    def find(self, message: Folded, effort: Effort | None = None) -> list[Found[Meaning]]:
        """The phrases in the message, in their order; not all of them in one that would take more than `effort`."""
        found: list[Found[Meaning]] = []
        effort = effort or Effort()
        with suppress(TooMuchEffort):
            for places in _clauses(message.words, _WORD):
                self._by_word.look(places, message.words, effort, found)
            if message.has_characters:
                for places in _clauses(message.text, _CHARACTER):
                    self._by_character.look(places, message.text, effort, found)
        found.sort(key=lambda each: each.start)
        return found


_WORD = re.compile(r"\w+")
_CHARACTER = re.compile(r"\w")
# No phrase reaches over punctuation, so what a clause lacks need not be looked for in it.
_CLAUSE = re.compile(r"[\w ]+")
# A long text without punctuation is looked at piece by piece, each with what follows, as far as a phrase may reach.
_PIECE, _LONGEST = 120, 60

# Where a word (character) stands, and the word itself.
_Place = tuple[int, str]


def _clauses(text: str, unit: re.Pattern[str]) -> Iterator[list[_Place]]:
    """The words (or characters) of each clause."""
    for clause in _CLAUSE.finditer(text):
        if places := [(each.start(), each.group()) for each in unit.finditer(text, *clause.span())]:
            yield places


class _Index(Generic[Meaning]):
    """The phrases of one script by the words with which they can begin.

    What phrases need is numbered, so that of hundreds of phrases those that may stand somewhere are told with one
    comparison of bits each: `_fulfils` says which needs a word fulfils.
    """

    def __init__(self, *, pairs: bool) -> None:
        # Characters also fulfil a need together with the next.
        self._pairs = pairs
        self._by_first: dict[str, list[tuple[int, Template, Meaning]]] = {}
        self._numbers: dict[frozenset[str], int] = {}
        self._fulfils: dict[str, int] = {}

    def add(self, template: Template, meaning: Meaning) -> None:
        needed = 0
        for need in template.needs:
            needed |= 1 << self._number(need)
        for first in template.firsts:
            self._by_first.setdefault(first, []).append((needed, template, meaning))

    def look(self, places: list[_Place], text: str, effort: Effort, found: list[Found[Meaning]]) -> None:
        """Try every phrase where it can begin in a clause, if what follows holds all that it needs."""
        for begin in range(0, len(places), _PIECE):
            self._look_at_piece(places[begin : begin + _PIECE + _LONGEST], text, effort, found)

    def _look_at_piece(self, places: list[_Place], text: str, effort: Effort, found: list[Found[Meaning]]) -> None:
        fulfilled = 0
        following = ""
        # From the end, so that at each place it is known what follows; what lies ahead of the piece only counts so.
        for number in range(len(places) - 1, -1, -1):
            at, first = places[number]
            fulfilled |= self._fulfils.get(first, 0) | self._fulfils.get(first + following, 0)
            following = first if self._pairs else ""
            phrases = self._by_first.get(first, ()) if number < _PIECE else ()
            if phrases:
                effort.spend(1 + len(phrases) // _LOOKED_AT_PER_STEP)
            for needed, template, meaning in phrases:
                if needed & fulfilled == needed:
                    end = template.match(text, at, effort)
                    if end is not None:
                        found.append(Found(at, end, meaning))

    def _number(self, need: frozenset[str]) -> int:
        if need not in self._numbers:
            self._numbers[need] = len(self._numbers)
            for word in need:
                self._fulfils[word] = self._fulfils.get(word, 0) | 1 << self._numbers[need]
        return self._numbers[need]


# To compare what so many phrases need takes as long as a step of matching one.
_LOOKED_AT_PER_STEP = 20
