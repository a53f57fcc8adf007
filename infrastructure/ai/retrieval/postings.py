"""Which passages say each term, and how often, in flat arrays: an import may hold millions of such pairs."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int32]
Scores = npt.NDArray[np.float32]


class Postings:
    """The passages of each term stand together; a term is known by its number, in no order that means anything.

    Terms are kept as Python's hashes of them, 64 bits each: the texts of a million terms, and a list for each, would
    take a hundred times the memory, and to let go of them would hold up every other thread for a third of a second.
    """

    def __init__(self, passages: Iterable[Mapping[str, float]]) -> None:
        """`passages`: for each its terms with how often it says them (a share of once counts too)."""
        hashes, counts, lengths = array("q"), array("f"), array("i")
        for passage in passages:
            hashes.extend(map(hash, passage))
            counts.extend(passage.values())
            lengths.append(len(passage))
        self.passage_count = len(lengths)
        hashed = np.array(hashes, np.int64)
        order = np.argsort(hashed, kind="stable")
        self._hashes, starts = np.unique(hashed[order], return_index=True)
        # A term's passages, and how often each says it, stand from its start to the next one's.
        self.starts = np.append(starts, len(order)).astype(np.int64)
        self.passages: Numbers = np.repeat(np.arange(self.passage_count, dtype=np.int32), np.array(lengths, np.int32))[
            order
        ]
        self.counts: Scores = np.array(counts, np.float32)[order]

    def numbers(self, terms: Iterable[str]) -> Numbers:
        """The number of each term; -1 for one that no passage says."""
        asked = np.array([hash(term) for term in terms], np.int64)
        if not len(self._hashes):
            return np.full(len(asked), -1, np.int32)
        places = np.minimum(np.searchsorted(self._hashes, asked), len(self._hashes) - 1)
        return np.where(self._hashes[places] == asked, places, -1).astype(np.int32)

    def holding(self, numbers: Sequence[int] | Numbers) -> tuple[npt.NDArray[np.int64], Numbers]:
        """The places of all that is known of these terms, one term after the other, and how many there are of each."""
        starts, ends = self.starts[numbers], self.starts[np.asarray(numbers, np.int64) + 1]
        often = (ends - starts).astype(np.int32)
        before = np.cumsum(often) - often
        return np.arange(int(often.sum())) + np.repeat(starts - before, often), often
