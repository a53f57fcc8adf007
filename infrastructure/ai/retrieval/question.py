"""A question as an index searches for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """Terms (words and matters) and pieces of words, each with its weight: 1 for most, less for what says less.

    `length` counts the words and turns of phrase that say something.
    """

    terms: Mapping[str, float]
    pieces: Mapping[str, float]
    length: int

    def __bool__(self) -> bool:
        """Whether it says anything."""
        return bool(self.terms)

    def carrying_on(self, earlier: Question, weight: float) -> Question:
        """This question together with an earlier one, which weighs less."""
        return Question(
            {**{term: weight * each for term, each in earlier.terms.items()}, **self.terms},
            {**{piece: weight * each for piece, each in earlier.pieces.items()}, **self.pieces},
            self.length,
        )
