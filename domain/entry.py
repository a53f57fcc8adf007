"""What a timeline holds: entries, numbered without a hole, and drafts that are to become entries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from domain.errors import InvalidInput
from domain.session import Assignee

# Long enough for a pasted mail, short enough that 500 of them fit one history frame.
MAX_MESSAGE_CHARACTERS = 10_000

# What shows nothing by itself though Unicode counts it among letters, marks and symbols: fillers, joiners, selectors
# of a variant, and the empty cell of Braille.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)

_CLIENT_MESSAGE_ID = re.compile(r"[A-Za-z0-9_.:-]{1,100}")


class EntryType(StrEnum):
    """The kinds of entry; each is also the type of the event that carries it."""

    NEW_MESSAGE = "new_message"
    MANUAL_MESSAGE = "manual_message"
    SYSTEM = "system"
    NOTE = "note"
    STATUS_CHANGE = "status_change"
    ASSIGNMENT = "assignment"


MESSAGE_TYPES = frozenset({EntryType.NEW_MESSAGE, EntryType.MANUAL_MESSAGE})


class Role(StrEnum):
    """Who speaks."""

    USER = "user"
    ASSISTANT = "assistant"
    AGENT = "agent"
    SYSTEM = "system"


class Audience(StrEnum):
    """Who may see an entry; what is for agents never reaches a customer."""

    EVERYONE = "everyone"
    AGENTS = "agents"


class Source(StrEnum):
    """Which service an event comes from (spec/3, message format)."""

    AI_CHATBOT = "ai_chatbot"
    AGENT_WORKBENCH = "agent_workbench"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before it has a number.

    `author` is the agent who wrote or caused it, `data` what its type says besides the text (JSON values only).
    """

    type: EntryType
    role: Role
    source: Source
    content: str = ""
    author: Assignee | None = None
    audience: Audience = Audience.EVERYONE
    data: Mapping[str, Any] = field(default_factory=dict)
    client_message_id: str | None = None

    def same_message(self, other: Entry) -> bool:
        """Whether `other` is what this draft became when it was sent before."""
        return (
            self.role is other.role
            and self.content == other.content
            and self.author == other.author
            and self.audience is other.audience
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline. `created_at` is Unix seconds; `seq` counts from 1 within the session."""

    session_name: str
    seq: int
    epoch: int
    type: EntryType
    role: Role
    source: Source
    created_at: float
    content: str = ""
    author: Assignee | None = None
    audience: Audience = Audience.EVERYONE
    data: Mapping[str, Any] = field(default_factory=dict)
    client_message_id: str | None = None

    def visible_to(self, audience: Audience) -> bool:
        """Whether a reader of this audience may see the entry."""
        return audience is Audience.AGENTS or self.audience is Audience.EVERYONE


def checked_message(text: str, *, field: str = "message") -> str:
    """`text` without surrounding white space, when it can be said; else `InvalidInput`.

    Refused: nothing that shows (`is_blank`), more than `MAX_MESSAGE_CHARACTERS`, control characters other than tab,
    line feed and carriage return, and lone surrogates (JSON can carry them, UTF-8 cannot).
    """
    if len(text) > MAX_MESSAGE_CHARACTERS:
        raise InvalidInput(field, f"must be at most {MAX_MESSAGE_CHARACTERS} characters")
    if is_blank(text):
        raise InvalidInput(field, "must not be empty")
    return checked_characters(text.strip(), field=field)


def is_blank(text: str) -> bool:
    """Whether nothing of it shows: it is empty, white space, or characters of no width."""
    return all(
        character.isspace() or unicodedata.category(character) == "Cf" or _UNSEEN.match(character) for character in text
    )


def checked_characters(text: str, *, field: str = "message") -> str:
    """`text` itself, of any length, when it holds no character that a message may not; else `InvalidInput`."""
    for character in text:
        category = unicodedata.category(character)
        if category == "Cs" or (category == "Cc" and character not in "\t\n\r"):
            raise InvalidInput(field, f"must not hold the control character U+{ord(character):04X}")
    return text


def checked_client_message_id(value: str) -> str:
    """`value` itself when it is well-formed (1 to 100 of A-Z a-z 0-9 _ . : -), else `InvalidInput`."""
    if _CLIENT_MESSAGE_ID.fullmatch(value) is None:
        raise InvalidInput("client_message_id", "must be 1 to 100 letters, digits, '_', '.', ':' or '-'")
    return value
