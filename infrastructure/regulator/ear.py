"""What a message calls for, by a model that has learned it from some thousand (docs/decisions/0027-ear.md)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from importlib import resources
from itertools import pairwise

import orjson

from domain.regulator import Likely, Need
from domain.regulator.folding import folded

# Weights are kept as whole numbers of hundredths.
WEIGHT_UNIT = 0.01

# It has learned from short messages. A longer one is heard sentence by sentence, some together, and counts for what is
# the most urgent in it.
_PIECE_CHARACTERS = 300
_SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？\n]*|[.!?。！？\n]+")

_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_WORD = re.compile(r"[^\W_]+|[?!]")
_LONGEST_RUN = 3


class LearnedEar:
    """`Ear` of `domain/regulator`: softmax regression over words, pairs of words and runs of Chinese characters."""

    def __init__(self) -> None:
        learned = orjson.loads((resources.files(__package__) / "ear.json").read_bytes())
        self._weights: dict[str, list[int]] = learned["weights"]
        self._bias: list[int] = learned["bias"]

    def __call__(self, text: str) -> Likely | None:
        heard = [likely for piece in _pieces(text) if (likely := self._heard(signs(piece)))]
        return max(heard, key=lambda likely: likely.likelihood, default=None)

    def _heard(self, found: set[str]) -> Likely | None:
        weights = self._weights
        words = [sign for sign in found if _IS_WORD.fullmatch(sign)]
        if len(words) < _LEAST_WORDS or sum(word in weights for word in words) < _LEAST_KNOWN * len(words):
            return None
        known = [weights[sign] for sign in found if sign in weights]
        scale = WEIGHT_UNIT / math.sqrt(max(1, len(known)))
        odds = [
            math.exp(self._bias[number] * WEIGHT_UNIT + scale * sum(each[number] for each in known))
            for number in range(len(NEEDS))
        ]
        best = max(range(len(NEEDS)), key=odds.__getitem__)
        return Likely(NEEDS[best], sum(odds) / (1 + sum(odds)))


# Of a message in a language that it has not learned, or of names and numbers alone, it has no opinion; nor of a word or
# two ("question"): the short wishes are phrases.
_LEAST_WORDS = 3
_LEAST_KNOWN = 0.5
_IS_WORD = re.compile(r"[^\W_\u3400-\u9fff]+|[\u3400-\u9fff]")

# The order of the weights in the file.
NEEDS = (Need.WISH, Need.ALARM, Need.ANGER)


def signs(text: str) -> set[str]:
    """What a text is heard by: words, pairs of neighbours (with "_": with one between), runs of Chinese characters."""
    plain = folded(text, {}).text
    words = ["#" if word.isdigit() else word for word in _WORD.findall(_CHINESE.sub(" ", plain))]
    found = set(words)
    if words:
        row = ["^", *words, "$"]
        found.update(f"{one} {next_}" for one, next_ in pairwise(row))
        found.update(f"{one}_{after}" for one, after in zip(row, row[2:], strict=False))
    for run in _CHINESE.findall(plain):
        marked = f"^{run}$"
        found.update(marked[at : at + length] for length in range(1, _LONGEST_RUN + 1) for at in range(len(marked)))
    return found


def _pieces(text: str) -> Iterator[str]:
    """Sentences, as many together as a short message has; one that is longer by itself is cut."""
    piece = ""
    for sentence in _SENTENCE.findall(text):
        for part in _cut(sentence):
            if len(piece) + len(part) > _PIECE_CHARACTERS:
                yield piece
                piece = ""
            piece += part
    if piece:
        yield piece


def _cut(sentence: str) -> Sequence[str]:
    return [sentence[at : at + _PIECE_CHARACTERS] for at in range(0, len(sentence), _PIECE_CHARACTERS)]
