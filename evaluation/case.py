"""A scripted conversation: what the customer says turn by turn, and what a good service would make of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.session import Customer, Language


class Kind(StrEnum):
    """What a turn should get. docs/evaluation.md defines when each of them counts as right."""

    ANSWER = "answer"
    UNKNOWN = "unknown"
    HANDOFF = "handoff"
    CLARIFY = "clarify"
    ORDER = "order"
    SMALL_TALK = "small_talk"
    REFUSE = "refuse"


class Split(StrEnum):
    """Cases that the engine may be improved with, and those that only report how good it is."""

    TUNING = "tuning"
    REPORTING = "reporting"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is right for a turn: one of `kinds`, and everything else that is said here.

    `sources` are the ids of entries of which one must be cited, `all_sources` those that must all be. Of `contains` the
    answer must hold every text, of `contains_any` one, of `excludes` none. `handoff` says whether a person is called;
    None when either will do.
    """

    kinds: tuple[Kind, ...]
    handoff: bool | None
    sources: tuple[str, ...] = ()
    all_sources: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    contains_any: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """The first of the kinds: what the turn is about."""
        return self.kinds[0]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a turn got when the conversation was recorded."""

    text: str
    sources: tuple[str, ...] = ()
    confident: bool = True
    handoff: bool = False
    engine: str = ""


@dataclass(frozen=True, slots=True)
class ScriptedTurn:
    """What the customer says; several messages are a burst that gets one answer.

    `follow_up` says that the turn means nothing without those before it. `expect` is None in a recording that nobody
    has judged, `recorded` None in a script that nobody has recorded.
    """

    say: tuple[str, ...]
    expect: Expectation | None = None
    follow_up: bool = False
    recorded: Recorded | None = None

    @property
    def text(self) -> str:
        """The messages, a line each."""
        return "\n".join(self.say)


# A customer who told nothing.
NOBODY = Customer()


@dataclass(frozen=True, slots=True)
class Case:
    """One conversation. `category` is any word that results are to be grouped by; without a `split` it is of both."""

    id: str
    language: Language
    category: str
    turns: tuple[ScriptedTurn, ...]
    split: Split | None = None
    customer: Customer = NOBODY
    note: str = ""
