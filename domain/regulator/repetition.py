"""The same question again, although it was answered."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import lru_cache

from domain.engine import Utterance
from domain.entry import Role
from domain.regulator.folding import folded

_PIECE = re.compile(r"\S*@\S*|[^\W_]+")
_NUMBER = re.compile(r"[@\d]")
_HAN = re.compile(r"[\u3400-\u9fff]+")
# "is", "my" and "the" are in every question.
_LONG_WORD = 3
# Fewer say too little: "the price?" after "the price?" may be about another bike.
_LEAST_WORDS = 2
# A long text that is pasted again is a text, not a question; and comparing it would take its time.
_MAX_CHARACTERS = 1_000


def times_asked(utterances: Sequence[Utterance], courtesies: frozenset[str], similarity: float) -> int:
    """How often what the customer said last was asked, each time after an answer to the time before; 0 when it is no
    question that could be counted, or the first that was asked. `utterances` ends with it.
    """
    *earlier, last = utterances
    if not any(said.role is Role.USER for said in earlier):
        return 0
    fillers = _fillers(courtesies)
    asked = _Question(last.text, courtesies, fillers)
    if not asked.counts:
        return 0
    times = 1
    answered = False
    for said in reversed(earlier):
        if said.role is Role.ASSISTANT:
            answered = True
        elif (
            said.role is Role.USER and answered and asked.is_like(_Question(said.text, courtesies, fillers), similarity)
        ):
            times += 1
            answered = False
    return times


@lru_cache(maxsize=4)
def _fillers(courtesies: frozenset[str]) -> re.Pattern[str] | None:
    """The courtesies that no spaces part from a question, the longest first."""
    written = sorted((each for each in courtesies if _HAN.fullmatch(each)), key=lambda each: (-len(each), each))
    return re.compile("|".join(map(re.escape, written))) if written else None


class _Question:
    """A message by its words; numbers and addresses are given again on request, and so are kept apart."""

    def __init__(self, text: str, courtesies: Set[str], fillers: re.Pattern[str] | None) -> None:
        plain = folded(text[:_MAX_CHARACTERS], {}).text
        self._is_short = len(text) <= _MAX_CHARACTERS
        self._numbers: set[str] = set()
        self._words: set[str] = set()
        for piece in _PIECE.findall(plain):
            if _NUMBER.search(piece):
                self._numbers.add(piece)
            elif _HAN.search(piece):
                bare = fillers.sub(" ", piece) if fillers else piece
                for run in _HAN.findall(bare):
                    self._words.update(run[at : at + 2] for at in range(len(run) - 1))
            elif len(piece) >= _LONG_WORD and piece not in courtesies:
                self._words.add(piece)

    @property
    def counts(self) -> bool:
        return self._is_short and len(self._words) >= _LEAST_WORDS

    def is_like(self, other: _Question, similarity: float) -> bool:
        if not other.counts or (self._numbers and other._numbers and not self._numbers & other._numbers):
            return False
        return len(self._words & other._words) >= similarity * len(self._words | other._words)
