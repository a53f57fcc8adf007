"""The typical questions of all entries, and how much a question is like those of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from infrastructure.ai.retrieval.likeness import Likeness
from infrastructure.ai.retrieval.postings import Scores


class TypicalQuestions:
    """The typical questions of all entries, an entry's together: `counts` says how many each has, at least one."""

    def __init__(self, questions: Iterable[Iterable[str]], counts: Sequence[int]) -> None:
        self._likeness = Likeness(questions)
        # A row an entry, a column a question, with the number of a question that does not exist where it has fewer.
        self._places = np.full((len(counts), max(counts, default=0)), sum(counts), np.int32)
        start = 0
        for number, count in enumerate(counts):
            self._places[number, :count] = range(start, start + count)
            start += count
        self._counts = np.array(counts, np.float32)

    def like(self, question: Mapping[str, float], best: int) -> Scores:
        """How much each entry's `best` questions are like this one, on average (0 to 1)."""
        scores = np.append(self._likeness.to(question), np.float32(0))[self._places]
        if scores.shape[1] > best:
            scores = np.partition(scores, -best, axis=1)[:, -best:]
        return np.asarray(scores.sum(axis=1) / np.minimum(self._counts, best), np.float32)
