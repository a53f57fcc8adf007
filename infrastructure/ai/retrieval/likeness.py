"""How much alike a question and short passages are: the cosine between their terms, the rare ones weighing most."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from infrastructure.ai.retrieval.postings import Postings, Scores


class Likeness:
    """Passages as their terms, words or pieces of words. Comparing is linear in what holds the question's terms."""

    def __init__(self, passages: Iterable[Iterable[str]]) -> None:
        self._postings = postings = Postings(map(Counter, passages))
        self._most = math.log(1 + postings.passage_count)
        held = np.diff(postings.starts)
        self._rareness = np.log1p(postings.passage_count / np.maximum(held, 1))
        worth = np.sqrt(postings.counts.astype(np.float64)) * np.repeat(self._rareness, held)
        norm = np.sqrt(np.bincount(postings.passages, worth * worth, minlength=postings.passage_count))
        # What share of each passage its terms are, in the order of the postings.
        self._shares = (worth / norm[postings.passages]).astype(np.float32)

    def to(self, question: Mapping[str, float]) -> Scores:
        """The likeness (0 to 1) of every passage; `question` are terms with their weights."""
        numbers = self._postings.numbers(question)
        known = numbers >= 0
        if not known.any():
            return np.zeros(self._postings.passage_count, np.float32)
        worths = np.array(list(question.values()))
        # A term that no passage holds says most of all, and makes the question less like any.
        worths *= np.where(known, self._rareness[numbers], self._most)
        places, often = self._postings.holding(numbers[known])
        shares = self._shares[places] * np.repeat(worths[known].astype(np.float32), often)
        passages = self._postings.passages[places]
        scores = np.bincount(passages, shares, minlength=self._postings.passage_count)
        return (scores / math.sqrt(float((worths * worths).sum()))).astype(np.float32)
