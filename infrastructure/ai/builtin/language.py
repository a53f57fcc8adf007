"""In which language a customer wrote."""

from __future__ import annotations

import re

from domain.engine import Turn
from domain.entry import Role
from domain.session import Language

_CHINESE = re.compile(r"[\u3400-\u9fff]")
# A word; not an order number, an e-mail address or a link, which are the same in every language.
_ENGLISH = re.compile(r"(?<!\S)[\"'“(]?[A-Za-z]{2,}[^\s@/\d]*(?!\S)")


def language_of(turn: Turn) -> Language:
    """The language of the question; where it shows none ("AM20451"), of what was asked before; else the session's."""
    said = [utterance.text for utterance in turn.utterances if utterance.role is Role.USER]
    return next(filter(None, map(_shown, (turn.question, *reversed(said)))), turn.language)


def _shown(text: str) -> Language | None:
    if _CHINESE.search(text):
        return Language.CHINESE
    return Language.ENGLISH if _ENGLISH.search(text) else None
