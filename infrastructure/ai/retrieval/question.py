"""A question as an index searches for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """Terms (words and matters), pieces of words, and all that was said (words, pairs of neighbours, matters), each
    with its weight: 1 for most, less for what says less.

    `length` counts the words and turns of phrase that say something.
    """

    terms: Mapping[str, float]
    pieces: Mapping[str, float]
    said: Mapping[str, float]
    length: int

    def __bool__(self) -> bool:
        """Whether it says anything."""
        return bool(self.terms)

    def carrying_on(self, earlier: Question, weight: float) -> Question:
        """This question together with an earlier one, which weighs less."""
        return Question(
            _together(self.terms, earlier.terms, weight),
            _together(self.pieces, earlier.pieces, weight),
            _together(self.said, earlier.said, weight),
            self.length,
        )


def _together(now: Mapping[str, float], earlier: Mapping[str, float], weight: float) -> Mapping[str, float]:
    return {**{each: weight * worth for each, worth in earlier.items()}, **now}


def parted(text: str) -> tuple[str, str]:
    """What a message asks, and what it tells around that: the sentences that end like a question, and the others.

    Where no sentence does, or all do, all of it is what is asked.
    """
    sentences = [sentence for sentence in _SENTENCE.findall(text) if sentence.strip()]
    asked = [sentence for sentence in sentences if asks(sentence)]
    told = [sentence for sentence in sentences if not asks(sentence)]
    return (" ".join(asked), " ".join(told)) if asked and told else (text, "")


def asks(text: str) -> bool:
    """Whether it begins or ends like a question."""
    return _ASKS.search(text) is not None


_SENTENCE = re.compile(r"(?:[^.!?。！？\n]|[.!?](?=\S))+[.!?。！？]*")
_ASKS = re.compile(
    r"[?？]\s*$"
    r"|^\W*(?:what|how|when|where|which|who|why|can|could|may|do|does|is|are|will|would|should|must)\b(?!.*[!.]\s*$)"
    r"|(?:吗|呢|吧|么)[。！!\s]*$|怎么|多少|什么|哪|能不能|可不可以|是不是|要不要|多久|几天",
    re.IGNORECASE,
)
