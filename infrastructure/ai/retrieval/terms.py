"""Text turned into what can be compared: words without endings, the matters they speak of, pieces of words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from operator import add
from typing import Protocol

import orjson

from domain.session import Language
from infrastructure.ai.retrieval.characters import simplified
from infrastructure.ai.retrieval.chinese import Cutter

# The name of a matter among terms begins with this, so that it is no word.
MATTER = "~"

_ACCENTS = re.compile(r"[\u0300-\u036f]")
_ENGLISH_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_HAS_MEANING = re.compile(r"[0-9a-z\u3400-\u9fff]")
_SPOKEN = re.compile(r"[a-z0-9']+|[\u3400-\u9fff]")
_RUN = re.compile(r"[a-z0-9']+|[\u3400-\u9fff]+")

# An import says the same few thousand words over and over.
_WORDS_KEPT = 8_000


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is compared, and the matters it speaks of ("postage" speaks of delivery and of cost).

    `term` is empty for a turn of phrase ("how much is"), which is compared by its matters alone.
    """

    term: str
    matters: tuple[str, ...] = ()


@lru_cache(maxsize=_WORDS_KEPT)
def _word(term: str, matters: tuple[str, ...] = ()) -> Word:
    """One and the same for the same term: an index that is being built holds millions of them."""
    return Word(term, matters)


class Terms(Protocol):
    """Reads the words of a text in one language."""

    def read(self, text: str) -> list[Word]:
        """Turns of phrase, then the other words in order, without filler; what is said twice comes twice."""


def terms_of(language: Language, shop_words: Iterable[str]) -> Terms:
    """The reader for `language`. `shop_words` are never cut apart."""
    lexicon = load_lexicon(language)
    return ChineseTerms(lexicon, shop_words) if language is Language.CHINESE else EnglishTerms(lexicon)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What is known about a language: filler, for what people say (words, turns of phrase) the matters it is of, and
    for matters that numbers speak of ("I'm 177") how those are written.
    """

    filler: frozenset[str]
    matters: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, re.Pattern[str]]

    def numbered(self, text: str) -> list[Word]:
        """The matters that the numbers in the text speak of."""
        return [Word("", (matter,)) for matter, pattern in self.numbers.items() if pattern.search(text)]


def load_lexicon(language: Language) -> Lexicon:
    """The lexicon of `language`, from the file beside this module."""
    found = orjson.loads((resources.files(__package__) / "words.json").read_bytes())[language.value]
    matters: dict[str, tuple[str, ...]] = {}
    for name, others in found["matters"].items():
        for said in (name, *others):
            matters[said] = (*matters.get(said, ()), f"{MATTER}{name}")
    numbers = {f"{MATTER}{name}": re.compile(pattern) for name, pattern in found["numbers"].items()}
    return Lexicon(frozenset(found["filler"].split()), matters, numbers)


class EnglishTerms:
    """English: words in lower case, light stemming, turns of phrase."""

    def __init__(self, lexicon: Lexicon) -> None:
        # Many write "wont start".
        said_so = {**{said.replace("'", ""): of for said, of in lexicon.matters.items()}, **lexicon.matters}
        phrases = {said: of for said, of in said_so.items() if not _ENGLISH_WORD.fullmatch(said)}
        self._phrases = _Phrases(phrases, whole_words=True)
        self._matters: dict[str, tuple[str, ...]] = {}
        for said, matters in said_so.items():
            if said not in phrases:
                self._matters[stem(said)] = tuple(dict.fromkeys((*self._matters.get(stem(said), ()), *matters)))
        self._filler = lexicon.filler
        self._numbered = lexicon.numbered

    def read(self, text: str) -> list[Word]:
        plain = normalised(text).replace("e-mail", "email").replace("e-bike", "ebike")
        phrases, rest = self._phrases.taken_out(plain)
        found = (word.group() for word in _ENGLISH_WORD.finditer(rest))
        stems = (stem(word) for word in found if word not in self._filler)
        words = [_word(term, self._matters.get(term, ())) for term in stems]
        return phrases + self._numbered(plain) + words


class ChineseTerms:
    """Chinese: turns of phrase, then words as jieba cuts them."""

    def __init__(self, lexicon: Lexicon, shop_words: Iterable[str]) -> None:
        self._phrases = _Phrases(lexicon.matters)
        self._filler = lexicon.filler
        self._numbered = lexicon.numbered
        self._cutter = Cutter({word for word in (*lexicon.matters, *shop_words) if _is_chinese(word)})

    def read(self, text: str) -> list[Word]:
        plain = normalised(text)
        phrases, rest = self._phrases.taken_out(plain)
        words = (word for word in self._cutter.cut(rest) if _HAS_MEANING.search(word) and word not in self._filler)
        return phrases + self._numbered(plain) + [_word(word) for word in words]


def is_matter(term: str) -> bool:
    """Whether a term is a matter rather than a word."""
    return term.startswith(MATTER)


def pieces(text: str) -> list[str]:
    """Words and pieces of words: what a typing error, an ending or another way to cut leaves alike.

    Of an alphabet's word the word itself and its runs of three and four letters; of Chinese each character and each
    pair of neighbours.
    """
    return [piece for run in _RUN.findall(normalised(text)) for piece in _pieces_of(run)]


def spoken(text: str) -> list[str]:
    """Every word as it is said, filler too, and every pair of neighbours; of Chinese each character.

    "How long" and "how much" differ only in what is filler elsewhere.
    """
    words = [stem(word) for word in _SPOKEN.findall(normalised(text))]
    return words + [f"{before} {after}" for before, after in pairwise(words)]


def normalised(text: str) -> str:
    """`text` in lower case, with accents, full-width letters, curly apostrophes, traditional characters made plain."""
    if text.isascii():
        return text.lower()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return simplified(bare.replace("’", "'").lower())


@lru_cache(maxsize=_WORDS_KEPT)
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


_PIECE_LENGTHS = (3, 4)


def _pieces_of(run: str) -> Sequence[str]:
    if _is_chinese(run):
        return [*run, *map(add, run, run[1:])]
    return _pieces_of_word(run)


@lru_cache(maxsize=_WORDS_KEPT)
def _pieces_of_word(run: str) -> tuple[str, ...]:
    word = f"_{run}_"
    runs = (word[start : start + length] for length in _PIECE_LENGTHS for start in range(len(word) - length + 1))
    return (word, *runs)


_WORD_BEGINNING = re.compile(r"(?<![^\W_])[^\W_]")
_CHARACTER = re.compile(r"\S")


class _Phrases:
    """Finds turns of phrase, the longest first, none inside another; linear in the text."""

    def __init__(self, matters: Mapping[str, tuple[str, ...]], *, whole_words: bool = False) -> None:
        self._matters = matters
        self._whole_words = whole_words
        self._beginnings = _WORD_BEGINNING if whole_words else _CHARACTER
        self._by_beginning: dict[str, list[str]] = {}
        for phrase in sorted(matters, key=len, reverse=True):
            self._by_beginning.setdefault(phrase[0] if len(phrase) == 1 else phrase[:2], []).append(phrase)

    def taken_out(self, text: str) -> tuple[list[Word], str]:
        """The phrases in the text, and the text with a space in place of each."""
        found: list[Word] = []
        rest: list[str] = []
        read = 0
        for beginning in self._beginnings.finditer(text):
            start = beginning.start()
            if start >= read and (phrase := self._phrase_at(text, start)):
                found.append(Word("", self._matters[phrase]))
                rest += (text[read:start], " ")
                read = start + len(phrase)
        return found, "".join((*rest, text[read:]))

    def _phrase_at(self, text: str, start: int) -> str | None:
        for beginning in (text[start : start + 2], text[start]):
            for phrase in self._by_beginning.get(beginning, ()):
                if text.startswith(phrase, start) and self._ends_well(text, start + len(phrase)):
                    return phrase
        return None

    def _ends_well(self, text: str, end: int) -> bool:
        return not self._whole_words or end == len(text) or not text[end].isalnum()


def _is_chinese(word: str) -> bool:
    return all("\u3400" <= character <= "\u9fff" for character in word)
