"""Phrases as the rules file writes them, and what looks for them.

    talk (to|with) [a|your] <person>      words; alternatives; what may be missing; a list of the same language
    ^ <person> [please] $                 the beginning and the end of a clause
    speak ~ <person>                      up to three words of the same clause (in Chinese up to eight characters)
    please ~~ <person>                    up to eight words (in Chinese sixteen characters)
    kunden* #                             any ending; a number

Words are folded (`folding.py`), so "möchte" also finds "mochte" and "moechte", "don't" also "dont" and "don’t".
Languages without spaces (`Script.CHARACTERS`) are matched character by character.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache

from domain.regulator.folding import fold_word


class Script(StrEnum):
    """Whether spaces part the words of a language."""

    WORDS = "words"
    CHARACTERS = "characters"


class InvalidPhrase(ValueError):
    """A phrase that the grammar above does not allow; says what is wrong with it."""


class Lists:
    """A language's lists by name. Each is compiled once, for all phrases that name it."""

    def __init__(self, script: Script, lists: Mapping[str, Sequence[str]]) -> None:
        self.script = script
        self._lists = lists
        self._parts: dict[str, _Part] = {}
        self._open: set[str] = set()

    def part(self, name: str) -> _Part:
        """The list as one piece of an expression."""
        if name not in self._parts:
            if name not in self._lists:
                raise InvalidPhrase(f"there is no list <{name}>")
            if name in self._open:
                raise InvalidPhrase(f"the list <{name}> contains itself")
            self._open.add(name)
            whole = _either([_Parser(each, self).parsed() for each in self._lists[name]])
            self._open.discard(name)
            steps = (_Pattern(whole.expression, True),)
            self._parts[name] = _Part(whole.expression, whole.nullable, whole.firsts, steps, whole.needs)
        return self._parts[name]


@dataclass(frozen=True)
class Template:
    """A phrase, ready to be looked for. `firsts`: the words (characters) with which a match begins, "" for any;
    `needs`: of each of these sets of words (characters, and pairs of them) the text must have one to hold the phrase.
    """

    source: str
    expression: str
    firsts: frozenset[str]
    needs: tuple[frozenset[str], ...]
    steps: tuple[_Step, ...]

    def match(self, text: str, start: int, effort: Effort | None = None) -> int | None:
        """Where the phrase ends that begins at `start` of the folded text. `TooMuchEffort` when `effort` runs out."""
        return next(_ends(self.steps, 0, text, start, effort or Effort()), None)


class TooMuchEffort(Exception):
    """The text was made to be slow to read, or is as slow."""


@dataclass(slots=True)
class Effort:
    """How many more steps may be taken; one takes about three microseconds, and a usual message a hundred steps."""

    left: int = 4_000

    def spend(self, steps: int = 1) -> None:
        self.left -= steps
        if self.left < 0:
            raise TooMuchEffort


def template(source: str, lists: Lists) -> Template:
    """The phrase compiled; `InvalidPhrase` when it is none, names a list that is not there, or may match nothing."""
    part = _Parser(source, lists).parsed()
    if part.nullable:
        raise InvalidPhrase(f"{source!r} may match nothing")
    needs = tuple(sorted(part.needs, key=len))  # the smallest, which most texts lack, first
    return Template(source, part.expression, frozenset(part.firsts), needs, part.steps)


# Punctuation or a line feed: neither letters nor a space.
_BREAK = r"[^\w ]"
_BEGINNING = rf"(?:(?<![\s\S])|(?<={_BREAK})|(?<={_BREAK} )|(?<={_BREAK}  ))"
_END = rf"(?= {{0,3}}(?:{_BREAK}|\Z))"
_GAP = {Script.WORDS: r"\w{1,30} +", Script.CHARACTERS: r"[\w ]"}
_GAP_LENGTHS = {"~": {Script.WORDS: 3, Script.CHARACTERS: 8}, "~~": {Script.WORDS: 8, Script.CHARACTERS: 16}}
_WORD_END = r"\b *"
_ANY_ENDING = r"\w{0,20}"
_NUMBER = r"\d{1,9}"
_TOKEN = re.compile(r"<([^<>]*)>|~~|[()\[\]|^$~]|[^\s()\[\]|^$~<>]+|[<>]")
# How German does without its own letters. What may follow is marked by characters that no text holds.
_SOME_E, _SOME_S = "\ue000", "\ue001"
_SPELLINGS = {"ä": f"a{_SOME_E}", "ö": f"o{_SOME_E}", "ü": f"u{_SOME_E}", "ß": f"s{_SOME_S}", "ss": f"s{_SOME_S}"}


@dataclass(frozen=True)
class _Pattern:
    """A regular expression, compiled when the first message asks for it: most phrases wait long for theirs."""

    expression: str
    # A list's: it stays by itself, since many phrases share it, and since of several words one may have to be left
    # for what follows ("a human" with <kind> and <one>, which both hold "human").
    shared: bool = False

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.expression)


@dataclass(frozen=True, slots=True)
class _Gap:
    """Up to `most` of what the pattern matches, as few as will do."""

    pattern: _Pattern
    most: int


@dataclass(frozen=True, slots=True)
class _Choice:
    """One of several ways on, tried in turn; an empty one for what may be missing."""

    ways: tuple[tuple[_Step, ...], ...]


_Step = _Pattern | _Gap | _Choice


def _ends(steps: tuple[_Step, ...], at: int, text: str, position: int, effort: Effort) -> Iterator[int]:
    """Every place where the steps from `at` on can end."""
    if at == len(steps):
        yield position
        return
    effort.spend()
    step = steps[at]
    if isinstance(step, _Pattern):
        if match := step.compiled.match(text, position):
            yield from _ends(steps, at + 1, text, match.end(), effort)
    elif isinstance(step, _Choice):
        for way in step.ways:
            for end in _ends(way, 0, text, position, effort):
                yield from _ends(steps, at + 1, text, end, effort)
    else:
        yield from _ends(steps, at + 1, text, position, effort)
        for _ in range(step.most):
            match = step.pattern.compiled.match(text, position)
            if match is None:
                return
            position = match.end()
            yield from _ends(steps, at + 1, text, position, effort)


@dataclass(slots=True)
class _Part:
    """A piece of a phrase; `firsts` holds "" when it may begin with any word. `expression` says the same as `steps`."""

    expression: str = ""
    nullable: bool = True
    firsts: set[str] = field(default_factory=set)
    steps: tuple[_Step, ...] = ()
    needs: tuple[frozenset[str], ...] = ()

    def then(self, other: _Part) -> None:
        if self.nullable:
            self.firsts |= other.firsts
        self.expression += other.expression
        self.nullable &= other.nullable
        self.steps = _joined(self.steps, other.steps)
        self.needs += other.needs


def _joined(left: tuple[_Step, ...], right: tuple[_Step, ...]) -> tuple[_Step, ...]:
    """One step after the other; two small patterns become one."""
    if left and right:
        last, first = left[-1], right[0]
        if isinstance(last, _Pattern) and isinstance(first, _Pattern) and not (last.shared or first.shared):
            return (*left[:-1], _Pattern(last.expression + first.expression), *right[1:])
    return left + right


def _is_plain(step: _Step) -> bool:
    return isinstance(step, _Pattern) and not step.shared


class _Parser:
    def __init__(self, source: str, lists: Lists) -> None:
        self._source = source
        self._lists = lists
        self._tokens = list(_TOKEN.finditer(source))
        self._next = 0

    def parsed(self) -> _Part:
        if not self._tokens:
            raise InvalidPhrase("an empty phrase")
        part = self._alternatives()
        if self._next < len(self._tokens):
            raise InvalidPhrase(f"{self._source!r} has a {self._tokens[self._next].group()!r} too many")
        return part

    def _alternatives(self) -> _Part:
        parts = [self._sequence()]
        while self._peek() == "|":
            self._next += 1
            parts.append(self._sequence())
        return _either(parts)

    def _sequence(self) -> _Part:
        whole = _Part()
        while (token := self._peek()) is not None and token not in ("|", ")", "]"):
            whole.then(self._item())
        return whole

    def _item(self) -> _Part:
        token = self._tokens[self._next]
        self._next += 1
        match token.group():
            case "(":
                return self._closed(")")
            case "[":
                return _optional(self._closed("]"))
            case "^":
                return _Part(_BEGINNING, steps=(_Pattern(_BEGINNING),))
            case "$":
                return _Part(_END, steps=(_Pattern(_END),))
            case "~" | "~~" as gap_sign:
                expression, most = _GAP[self._lists.script], _GAP_LENGTHS[gap_sign][self._lists.script]
                gap = _Gap(_Pattern(expression), most)
                return _Part(f"(?:{expression}){{0,{most}}}?", True, {""}, (gap,))
            case "<" | ">":
                raise InvalidPhrase(f"{self._source!r} has a lone {token.group()!r}")
        if token.group(1) is None:
            return _word(token.group(), self._lists.script)
        try:
            return self._lists.part(token.group(1))
        except InvalidPhrase as error:
            raise InvalidPhrase(f"{self._source!r}: {error}") from None

    def _closed(self, bracket: str) -> _Part:
        inner = self._alternatives()
        if self._peek() != bracket:
            raise InvalidPhrase(f"{self._source!r} lacks a {bracket!r}")
        self._next += 1
        return inner

    def _peek(self) -> str | None:
        return self._tokens[self._next].group() if self._next < len(self._tokens) else None


def _either(parts: Sequence[_Part]) -> _Part:
    if len(parts) == 1:
        return parts[0]
    # The longest first: a pattern is not asked again for a shorter one.
    parts = sorted(parts, key=lambda part: len(part.expression), reverse=True)
    expression = f"(?:{'|'.join(dict.fromkeys(part.expression for part in parts))})"
    plain = all(len(part.steps) <= 1 and all(map(_is_plain, part.steps)) for part in parts)
    steps: tuple[_Step, ...] = (_Pattern(expression),) if plain else (_Choice(tuple(part.steps for part in parts)),)
    firsts = {first for part in parts for first in part.firsts}
    # Of each way its last need; a way without any makes the whole need nothing.
    needs = (frozenset().union(*(part.needs[-1] for part in parts)),) if all(part.needs for part in parts) else ()
    return _Part(expression, any(part.nullable for part in parts), firsts, steps, needs)


def _optional(part: _Part) -> _Part:
    expression = f"(?:{part.expression})?"
    plain = len(part.steps) == 1 and _is_plain(part.steps[0])
    steps: tuple[_Step, ...] = (_Pattern(expression),) if plain else (_Choice((part.steps, ())),)
    return _Part(expression, True, part.firsts, steps)


def _plain(expression: str, firsts: set[str], needs: set[str] | None = None) -> _Part:
    needed = firsts if needs is None else needs
    return _Part(expression, False, firsts, (_Pattern(expression),), () if "" in firsts else (frozenset(needed),))


# The same words stand in very many phrases; a part is never changed once it is made.
@lru_cache(maxsize=8_192)
def _word(word: str, script: Script) -> _Part:
    if word == "#":
        return _plain(_NUMBER + (_WORD_END if script is Script.WORDS else " ?"), {""})
    stem = word.removesuffix("*")
    if not stem or "*" in stem:
        raise InvalidPhrase(f"{word!r} is no word")
    if script is Script.CHARACTERS:
        letters = fold_word(stem)
        return _plain("".join(f"{re.escape(each)} ?" for each in letters), {letters[0]}, {letters[:2]})
    marked = stem.lower()
    for letters, spelling in _SPELLINGS.items():
        marked = marked.replace(letters, spelling)
    marked = fold_word(marked)
    ending = _ANY_ENDING if stem != word else ""
    expression = "".join(_letter(each) for each in marked) + ending + _WORD_END
    return _plain(expression, {""} if ending else set(_first_words(marked)))


def _letter(letter: str) -> str:
    return {" ": " ?", _SOME_E: "e?", _SOME_S: "s?"}.get(letter) or re.escape(letter)


def _first_words(marked: str) -> Iterable[str]:
    """Every way in which the word's beginning may be written, up to the first space."""
    written = [""]
    whole: list[str] = []
    for letter in marked:
        if letter == " ":
            whole += written
        elif letter in (_SOME_E, _SOME_S):
            written += [each + ("e" if letter == _SOME_E else "s") for each in written]
        else:
            written = [each + letter for each in written]
    return [*whole, *written]
