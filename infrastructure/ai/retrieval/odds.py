"""How much likelier a question's words are where an entry speaks than anywhere else: naive Bayes, smoothed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from infrastructure.ai.retrieval.postings import Postings, Scores

# An entry speaks as all entries together do until so many of its own words say otherwise: of little text little is
# concluded. With 20 to 200 the hits are much the same (docs/decisions/0010-retrieval.md).
_SMOOTHING = 60.0


class Odds:
    """What words each entry uses, counted. Asking is linear in what holds the question's words."""

    def __init__(self, counted: Iterable[Mapping[str, float]]) -> None:
        """`counted`: for each entry its words with how often it says them (a share of once counts too)."""
        self._postings = postings = Postings(counted)
        counts, count = postings.counts.astype(np.float64), postings.passage_count
        lengths = np.bincount(postings.passages, counts, minlength=count)
        # For a word that an entry does not use its odds fall by this much: the more, the longer the entry is.
        self._silence = np.log1p(lengths / _SMOOTHING).astype(np.float32)
        held = np.diff(postings.starts)
        said = np.bincount(np.repeat(np.arange(len(held)), held), counts, minlength=len(held))
        self._gains = np.log1p(counts * np.repeat(lengths.sum() / (_SMOOTHING * said), held)).astype(np.float32)

    def of(self, question: Mapping[str, float]) -> Scores:
        """The logarithm of the odds for every entry; `question` are words with weights, unknown ones say nothing."""
        numbers = self._postings.numbers(question)
        known = numbers >= 0
        weights = np.array(list(question.values()), np.float32)[known]
        places, often = self._postings.holding(numbers[known])
        gains = self._gains[places] * np.repeat(weights, often)
        odds = np.bincount(self._postings.passages[places], gains, minlength=self._postings.passage_count)
        return (odds - float(weights.sum()) * self._silence).astype(np.float32)
