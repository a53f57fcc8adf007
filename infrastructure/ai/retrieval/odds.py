"""How much likelier a question's words are where an entry speaks than anywhere else: naive Bayes, smoothed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]

# An entry speaks as all entries together do until so many of its own words say otherwise: of little text little is
# concluded. With 20 to 200 the hits are much the same (docs/decisions/0010-retrieval.md).
_SMOOTHING = 60.0


class Odds:
    """What words each entry uses, counted. Asking is linear in what holds the question's words."""

    def __init__(self, counted: Sequence[Mapping[str, float]]) -> None:
        """`counted`: for each entry its words with how often it says them (a share of once counts too)."""
        said: dict[str, tuple[list[int], list[float]]] = {}
        for number, counts in enumerate(counted):
            for word, count in counts.items():
                numbers, often = said.setdefault(word, ([], []))
                numbers.append(number)
                often.append(count)
        lengths = np.array([sum(counts.values()) for counts in counted], np.float64)
        total = float(lengths.sum())
        self._count = len(lengths)
        # For a word that an entry does not use its odds fall by this much: the more, the longer the entry is.
        self._silence = np.log1p(lengths / _SMOOTHING).astype(np.float32)
        self._gains = {
            word: (
                np.array(numbers, np.int32),
                np.log1p(np.array(often) * (total / (_SMOOTHING * math.fsum(often)))).astype(np.float32),
            )
            for word, (numbers, often) in said.items()
        }

    def of(self, question: Mapping[str, float]) -> Scores:
        """The logarithm of the odds for every entry; `question` are words with weights, unknown ones say nothing."""
        odds = np.zeros(self._count, np.float32)
        known = 0.0
        for word, weight in question.items():
            if (gain := self._gains.get(word)) is not None:
                numbers, gains = gain
                odds[numbers] += np.float32(weight) * gains
                known += weight
        return odds - np.float32(known) * self._silence
