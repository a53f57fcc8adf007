"""Text turned into terms that can be compared: words without endings, synonyms under one name, no filler."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Protocol

import orjson

from domain.session import Language
from infrastructure.ai.retrieval.chinese import Cutter

_ENGLISH_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_HAS_MEANING = re.compile(r"[0-9a-z\u3400-\u9fff]")


class Terms(Protocol):
    """Reads the terms of a text in one language."""

    def read(self, text: str) -> list[str]:
        """The terms in order; a term that is said twice comes twice."""

    def implied(self, term: str) -> str | None:
        """The more general term that `term` speaks of, if there is one."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is known about the words of a language: filler, other ways to say the same thing (`same`), and words that
    speak of something more general (`implies`: who says red speaks of colours).
    """

    filler: frozenset[str]
    same: Mapping[str, tuple[str, ...]]
    implies: Mapping[str, tuple[str, ...]]


def load_words(language: Language) -> Words:
    """The words of `language`, from the file beside this module."""
    found = orjson.loads((resources.files(__package__) / "words.json").read_bytes())[language.value]
    return Words(
        filler=frozenset(found["filler"].split()),
        same={name: tuple(others) for name, others in found["same"].items()},
        implies={name: tuple(others) for name, others in found["implies"].items()},
    )


def terms_of(language: Language, shop_words: Iterable[str]) -> Terms:
    """The reader for `language`. `shop_words` are never cut apart."""
    words = load_words(language)
    return ChineseTerms(words, shop_words) if language is Language.CHINESE else EnglishTerms(words)


class EnglishTerms:
    """English: words in lower case, light stemming, synonyms (also of several words)."""

    def __init__(self, words: Words) -> None:
        phrases = {other: name for name, others in words.same.items() for other in others if " " in other}
        self._phrases = _Replacement(phrases, boundary=r"\b")
        self._filler = words.filler | {stem(word) for word in words.filler}
        self._same = {stem(other): stem(name) for name, others in words.same.items() for other in others}
        self._implied = {stem(other): stem(name) for name, others in words.implies.items() for other in others}

    def read(self, text: str) -> list[str]:
        plain = self._phrases.apply(normalised(text).replace("e-mail", "email").replace("e-bike", "ebike"))
        found = (word.group() for word in _ENGLISH_WORD.finditer(plain))
        stems = (stem(word) for word in found if word not in self._filler)
        return [self._same.get(term, term) for term in stems if term not in self._filler]

    def implied(self, term: str) -> str | None:
        return self._implied.get(term)


class ChineseTerms:
    """Chinese: synonyms replaced, then cut into words."""

    def __init__(self, words: Words, shop_words: Iterable[str]) -> None:
        # A name stands for itself, so that no shorter phrase is found inside it.
        self._same = _Replacement({other: name for name, others in words.same.items() for other in (name, *others)})
        self._filler = words.filler
        self._implied = {other: name for name, others in words.implies.items() for other in others}
        self._cutter = Cutter({*words.same, *self._implied, *(word for word in shop_words if _is_chinese(word))})

    def read(self, text: str) -> list[str]:
        found = self._cutter.cut(self._same.apply(normalised(text)))
        return [word for word in found if _HAS_MEANING.search(word) and word not in self._filler]

    def implied(self, term: str) -> str | None:
        return self._implied.get(term)


def normalised(text: str) -> str:
    """`text` in lower case, with full-width letters, curly apostrophes and the like made plain."""
    return unicodedata.normalize("NFKC", text).replace("’", "'").lower()


def stem(word: str) -> str:
    """`word` without the endings of plurals and verbs. Two forms of a word should become one, readable or not."""
    word = word.removesuffix("'s")
    if len(word) <= 3 or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3 and re.search("[aeiouy]", rest):
            word = rest[:-1] if rest[-1] == rest[-2] and rest[-1] not in "lsz" else rest
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


class _Replacement:
    """Replaces phrases by their name, the longest first, in one pass."""

    def __init__(self, phrases: Mapping[str, str], *, boundary: str = "") -> None:
        self._phrases = phrases
        alternatives = "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
        self._pattern = re.compile(f"{boundary}(?:{alternatives}){boundary}")

    def apply(self, text: str) -> str:
        return self._pattern.sub(lambda match: f" {self._phrases[match.group()]} ", text)


def _is_chinese(word: str) -> bool:
    return all("\u3400" <= character <= "\u9fff" for character in word)
