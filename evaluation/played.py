"""What came of a case: what each turn got, as the store, the engine and the clock say it."""

from __future__ import annotations

from dataclasses import dataclass

from domain.engine import ToolCall, Usage
from evaluation.case import Case, ScriptedTurn


@dataclass(frozen=True, slots=True)
class Reply:
    """What a turn got. `text` and `sources` are what the timeline keeps, `asks_back`, `tools` and `usage` what the
    engine said; `handoff` is whether the session waits for a person afterwards, and `reason` why.

    `first_token` and `seconds` are counted from just before the message is posted; `first_token` is None when nothing
    was streamed. `failure` names the error when no engine answered. `retrieved` are the ids of the entries that fit the
    turn's own words best, the best first; None when the engine does not search our knowledge.
    """

    text: str
    sources: tuple[str, ...] = ()
    confident: bool = True
    asks_back: bool = False
    handoff: bool = False
    reason: str = ""
    tools: tuple[ToolCall, ...] = ()
    usage: Usage | None = None
    first_token: float | None = None
    seconds: float = 0.0
    failure: str = ""
    retrieved: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PlayedTurn:
    """A turn and its reply; None when a person had been called before it, so that the AI was not asked any more."""

    turn: ScriptedTurn
    reply: Reply | None


@dataclass(frozen=True, slots=True)
class Played:
    """A case and all of its turns, in order."""

    case: Case
    turns: tuple[PlayedTurn, ...]
