"""How much alike a question and short passages are: the cosine between their terms, the rare ones weighing most."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]


class Likeness:
    """Passages as their terms, words or pieces of words. Comparing is linear in what holds the question's terms."""

    def __init__(self, passages: Iterable[Iterable[str]]) -> None:
        self._terms: dict[str, int] = {}
        # One item a term of a passage; plain lists would take ten times the memory, and there may be millions.
        terms, counts, lengths = array("i"), array("f"), array("i")
        for passage in passages:
            counted = Counter(passage)
            terms.extend(self._terms.setdefault(term, len(self._terms)) for term in counted)
            counts.extend(counted.values())
            lengths.append(len(counted))
        self._count = len(lengths)
        self._most = math.log(1 + self._count)
        term_of = np.frombuffer(terms, np.int32) if terms else np.zeros(0, np.int32)
        passage_of = np.repeat(np.arange(self._count, dtype=np.int32), np.array(lengths, np.int32))
        held = np.bincount(term_of, minlength=len(self._terms))
        self._rareness = np.log1p(self._count / np.maximum(held, 1))
        worth = np.sqrt(np.array(counts, np.float64)) * self._rareness[term_of]
        norm = np.sqrt(np.bincount(passage_of, worth * worth, minlength=self._count))
        order = np.argsort(term_of, kind="stable")
        # The passages that hold a term, and what share of each it is, stand together from its start on.
        self._starts = np.concatenate(([0], np.cumsum(held)))
        self._passages = passage_of[order]
        self._shares = (worth / norm[passage_of])[order].astype(np.float32)

    def to(self, question: Mapping[str, float]) -> Scores:
        """The likeness (0 to 1) of every passage; `question` are terms with their weights."""
        places: list[slice] = []
        worths: list[float] = []
        squares = 0.0
        for term, weight in question.items():
            number = self._terms.get(term)
            # A term that no passage holds says most of all, and makes the question less like any.
            worth = weight * (self._most if number is None else float(self._rareness[number]))
            squares += worth * worth
            if number is not None:
                places.append(slice(int(self._starts[number]), int(self._starts[number + 1])))
                worths.append(worth)
        if not places:
            return np.zeros(self._count, np.float32)
        passages = np.concatenate([self._passages[place] for place in places])
        shares = np.concatenate([self._shares[place] for place in places])
        shares *= np.repeat(np.array(worths, np.float32), [place.stop - place.start for place in places])
        scores = np.bincount(passages, shares, minlength=self._count) / math.sqrt(squares)
        return scores.astype(np.float32)
