"""Postings, and the likeness that is told from them, against the same counted one by one."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.ai.retrieval.likeness import Likeness
from infrastructure.ai.retrieval.postings import Postings

WORDS = st.sampled_from(["the", "bike", "folds", "fast", "and", "late", "到货"])
PASSAGES = st.lists(st.lists(WORDS, max_size=8), max_size=6)


@given(PASSAGES, st.lists(WORDS, unique=True))
def test_each_term_has_the_passages_that_say_it(passages: list[list[str]], asked: list[str]) -> None:
    counted = [Counter(passage) for passage in passages]
    postings = Postings(counted)
    numbers = postings.numbers(asked)
    for term, number in zip(asked, numbers.tolist(), strict=True):
        said = {place: float(each[term]) for place, each in enumerate(counted) if each[term]}
        if number < 0:
            assert not said
            continue
        places, (often,) = postings.holding([number])
        found = dict(zip(postings.passages[places].tolist(), postings.counts[places].tolist(), strict=True))
        assert (found, often) == (said, len(said))
    assert postings.passage_count == len(passages)


def test_several_terms_are_told_one_after_the_other() -> None:
    postings = Postings([{"bike": 1.0}, {"bike": 0.5, "late": 2.0}])
    places, often = postings.holding(postings.numbers(["late", "bike"]))
    assert (postings.passages[places].tolist(), postings.counts[places].tolist()) == ([1, 0, 1], [2.0, 1.0, 0.5])
    assert often.tolist() == [1, 2]


@pytest.mark.parametrize("passages", [[], [{}], [{}, {}]])
def test_where_nothing_is_said_nothing_is_found(passages: list[dict[str, float]]) -> None:
    assert Postings(passages).numbers(["bike"]).tolist() == [-1]


@given(PASSAGES, st.dictionaries(WORDS, st.floats(0.1, 1), min_size=1))
def test_likeness_is_the_cosine(passages: list[list[str]], question: dict[str, float]) -> None:
    held = Counter(term for passage in passages for term in set(passage))
    rareness = {term: math.log(1 + len(passages) / max(1, held[term])) for term in set(held) | set(question)}
    rareness |= {term: math.log(1 + len(passages)) for term in question if not held[term]}
    asked = {term: weight * rareness[term] for term, weight in question.items()}
    expected = []
    for passage in passages:
        worth = {term: math.sqrt(count) * rareness[term] for term, count in Counter(passage).items()}
        lengths = math.hypot(*worth.values()) * math.hypot(*asked.values())
        expected.append(sum(worth.get(term, 0.0) * weight for term, weight in asked.items()) / lengths if worth else 0)
    assert np.allclose(Likeness(passages).to(question), expected, atol=1e-5)
