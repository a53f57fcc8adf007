"""Which of the two things that the customer was asked to choose from they mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto

from infrastructure.ai.phrases import Phrases
from infrastructure.ai.retrieval.index import Index
from infrastructure.ai.retrieval.terms import normalised


class Choice(Enum):
    """What the customer's message says to the choice."""

    FIRST = auto()
    SECOND = auto()
    NEITHER = auto()
    # The message is about something else.
    OPEN = auto()


# A choice is said in few words; a longer message is a question of its own.
_MAX_CHARACTERS = 80
_MAX_WORDS = 4

_AROUND = re.compile(r"[\s!！.。,，~～?？:：“”\"']+")
_THE = r"(?:(?:i mean |i meant |it'?s |that'?s )?(?:the )?)"
_SAID = {
    Choice.FIRST: rf"{_THE}(?:first|1st|1|former|one|a)(?: one| option)?(?: please)?|yes|yeah"
    r"|(?:是|我说的是|选)?(?:第一个?|第1个?|前一?个|前者|1|一)(?:吧|谢谢)?|是的?|对",
    Choice.SECOND: rf"{_THE}(?:second|2nd|2|latter|last|two|b|other)(?: one| option)?(?: please)?"
    r"|(?:是|我说的是|选)?(?:第二个?|第2个?|后一?个|后者|2|二|另一个)(?:吧|谢谢)?",
    Choice.NEITHER: r"(?:no|nope|none|neither)(?: of (?:them|these|those|the two|both))?(?: thanks| thank you)?"
    r"|something else|neither one|都不是|不是|不对|都不对|别的|其他的?",
}
_PATTERNS = {choice: re.compile(pattern) for choice, pattern in _SAID.items()}


def options_in(last_said: str, phrases: Phrases) -> tuple[str, str] | None:
    """The titles that the customer was last asked to choose from, if they were."""
    before, after = phrases.which.split("{first}")[0], phrases.which.split("{second}")[1]
    if not (last_said.startswith(before) and last_said.endswith(after)):
        return None
    titles = last_said[len(before) : len(last_said) - len(after)].split(_between(phrases))
    return (titles[0], titles[1]) if len(titles) == 2 else None


def choice_of(text: str, options: Sequence[str], index: Index) -> Choice:
    """What the message says to the choice: a place, a word of one title that the other does not hold, or neither."""
    if len(text) > _MAX_CHARACTERS:
        return Choice.OPEN
    plain = _AROUND.sub(" ", normalised(text)).strip()
    for choice, pattern in _PATTERNS.items():
        if pattern.fullmatch(plain) or pattern.fullmatch(plain.replace(" ", "")):
            return choice
    said = set(index.read(text))
    if not said or len(said) > _MAX_WORDS * 2 or index.question(text).length > _MAX_WORDS:
        return Choice.OPEN
    first, second = (len(said & set(index.read(title))) for title in options)
    if first == second:
        return Choice.OPEN
    return Choice.FIRST if first > second else Choice.SECOND


def _between(phrases: Phrases) -> str:
    return phrases.which.split("{first}")[1].split("{second}")[0]
