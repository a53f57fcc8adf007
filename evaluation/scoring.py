"""What was right: each turn's reply judged by the rules of docs/evaluation.md, no model asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from evaluation.case import Expectation, Kind, ScriptedTurn
from evaluation.played import Played, PlayedTurn, Reply


class Outcome(StrEnum):
    """What became of a turn; exactly one of these."""

    RIGHT = "right"
    WRONG = "wrong"
    UNKNOWN_RIGHT = "unknown_right"
    UNKNOWN_WRONG = "unknown_wrong"
    ASKED_RIGHT = "asked_right"
    ASKED_WRONG = "asked_wrong"
    HANDOFF_RIGHT = "handoff_right"
    HANDOFF_MISSED = "handoff_missed"
    HANDOFF_UNWANTED = "handoff_unwanted"
    FAILED = "failed"
    NOT_REACHED = "not_reached"
    NOT_JUDGED = "not_judged"


# A turn that is not reached is no fault of its own: whether the person was rightly called, the turn before it says.
GOOD = frozenset(
    {
        Outcome.RIGHT,
        Outcome.UNKNOWN_RIGHT,
        Outcome.ASKED_RIGHT,
        Outcome.HANDOFF_RIGHT,
        Outcome.NOT_REACHED,
        Outcome.NOT_JUDGED,
    }
)


@dataclass(frozen=True, slots=True)
class ScoredTurn:
    """A turn with its outcome. `reasons` say what was missed; `leaks` are the texts that must not have been said."""

    turn: ScriptedTurn
    reply: Reply | None
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    leaks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """A case with the outcome of every turn."""

    played: Played
    turns: tuple[ScoredTurn, ...]

    @property
    def passed(self) -> bool:
        """Whether every turn was good."""
        return all(turn.outcome in GOOD for turn in self.turns)

    @property
    def wanted_at(self) -> int | None:
        """The turn (from 0) at which a person should have been called first; None when none should."""
        return _first(turn.turn.expect is not None and turn.turn.expect.handoff is True for turn in self.turns)

    @property
    def handed_at(self) -> int | None:
        """The turn at which a person was called; None when none was."""
        return _first(turn.reply is not None and turn.reply.handoff for turn in self.turns)

    @property
    def handed_over_rightly(self) -> bool:
        """Whether a person was called at the turn that wants one, or at one of those right before it that leave it
        open.
        """
        wanted, handed = self.wanted_at, self.handed_at
        if wanted is None or handed is None or handed > wanted:
            return False
        return handed == wanted or all(map(_leaves_open, self.turns[handed:wanted]))

    @property
    def handoff_was_open(self) -> bool:
        """Whether a person was called at a turn that leaves it open, in a conversation that wants none."""
        return self.wanted_at is None and self.handed_at is not None and _leaves_open(self.turns[self.handed_at])


def score(played: Played) -> Scored:
    """The case with each turn judged."""
    return Scored(played, tuple(_scored(turn) for turn in played.turns))


def _leaves_open(turn: ScoredTurn) -> bool:
    return turn.turn.expect is None or turn.turn.expect.handoff is None


def _scored(played: PlayedTurn) -> ScoredTurn:
    turn, reply = played.turn, played.reply
    if reply is None:
        return ScoredTurn(turn, None, Outcome.NOT_REACHED, ("a person had been called before",))
    if turn.expect is None:
        return ScoredTurn(turn, reply, Outcome.NOT_JUDGED)
    leaks = tuple(text for text in turn.expect.excludes if _plain(text) in _plain(reply.text))
    reasons = _reasons(turn.expect, reply, leaks)
    outcome = _bad(turn.expect, reply, leaks) if reasons else _good(turn.expect, reply)
    return ScoredTurn(turn, reply, outcome, reasons, leaks)


def _good(expect: Expectation, reply: Reply) -> Outcome:
    if reply.handoff:
        return Outcome.HANDOFF_RIGHT
    kind = next(kind for kind in expect.kinds if kind is not Kind.HANDOFF and not _misses(kind, expect, reply))
    if kind is Kind.UNKNOWN:
        return Outcome.UNKNOWN_RIGHT
    return Outcome.ASKED_RIGHT if kind is Kind.CLARIFY else Outcome.RIGHT


def _bad(expect: Expectation, reply: Reply, leaks: tuple[str, ...]) -> Outcome:
    if leaks:
        return Outcome.WRONG
    if reply.failure:
        return Outcome.FAILED
    if reply.handoff:
        return Outcome.HANDOFF_UNWANTED
    if expect.handoff:
        return Outcome.HANDOFF_MISSED
    if not reply.confident:
        return Outcome.UNKNOWN_WRONG
    return Outcome.ASKED_WRONG if reply.asks_back else Outcome.WRONG


def _reasons(expect: Expectation, reply: Reply, leaks: tuple[str, ...]) -> tuple[str, ...]:
    """Everything that speaks against the reply; none when it is right."""
    reasons = [f"said what it must not: {text}" for text in leaks]
    if reply.failure:
        reasons.append(f"the engine failed: {reply.failure}")
    elif reply.handoff:
        if expect.handoff is False:
            reasons.append(f"called a person ({reply.reason or 'no reason given'}), which was not wanted")
    elif expect.handoff:
        reasons.append("did not call a person")
    else:
        # With several kinds one that fits is enough; what is said is what the first of them misses.
        missed = [_misses(kind, expect, reply) for kind in expect.kinds if kind is not Kind.HANDOFF]
        if all(missed):
            reasons += missed[0]
    return tuple(reasons)


def _misses(kind: Kind, expect: Expectation, reply: Reply) -> list[str]:
    """What the reply lacks to be of this kind; the reply calls nobody."""
    match kind:
        case Kind.ANSWER:
            return _not_answered(reply) or [*_missing_sources(expect, reply), *_missing_texts(expect, reply)]
        case Kind.UNKNOWN:
            return [] if not reply.confident else ["did not say that it does not know"]
        case Kind.CLARIFY:
            return _not_asked(expect, reply)
        case Kind.ORDER:
            return _missing_texts(expect, reply)
        case Kind.SMALL_TALK:
            return _not_answered(reply) or [*_cites(reply), *_missing_texts(expect, reply)]
        case Kind.REFUSE:
            return []
        case Kind.HANDOFF:
            return ["did not call a person"]


def _not_answered(reply: Reply) -> list[str]:
    if not reply.confident:
        return ["said that it does not know"]
    return ["asked back"] if reply.asks_back else []


def _not_asked(expect: Expectation, reply: Reply) -> list[str]:
    """A question back says so, or asks for what it should and cites nothing."""
    named = expect.contains or expect.contains_any
    missing = _missing_texts(expect, reply)
    if reply.asks_back or (named and not reply.sources):
        return missing
    return ["did not ask back", *missing]


def _cites(reply: Reply) -> list[str]:
    return [f"answered from the knowledge base: {', '.join(reply.sources)}"] if reply.sources else []


def _missing_sources(expect: Expectation, reply: Reply) -> list[str]:
    cited = ", ".join(reply.sources) or "nothing"
    missing = []
    if expect.sources and not set(expect.sources) & set(reply.sources):
        missing.append(f"cited {cited}, not {' or '.join(expect.sources)}")
    lacking = [source for source in expect.all_sources if source not in reply.sources]
    if lacking:
        missing.append(f"cited {cited}, not {' and '.join(lacking)}")
    return missing


def _missing_texts(expect: Expectation, reply: Reply) -> list[str]:
    missing = [f"did not say: {text}" for text in expect.contains if not _holds(reply.text, text)]
    if expect.contains_any and not any(_holds(reply.text, text) for text in expect.contains_any):
        missing.append(f"said none of: {', '.join(expect.contains_any)}")
    return missing


def _holds(text: str, part: str) -> bool:
    """Whether the text says the part; case, width, spaces and separators of thousands do not count.

    A part that begins or ends with a digit is not found within a longer number: 9 is not in 49.
    """
    wanted = re.escape(_plain(part))
    before = r"(?<![\d.,])" if _plain(part)[:1].isdigit() else ""
    after = r"(?![\d]|[.,]\d)" if _plain(part)[-1:].isdigit() else ""
    return re.search(f"{before}{wanted}{after}", _plain(text)) is not None


_THOUSANDS = re.compile(r"(?<=\d)[,.'’](?=\d{3}(?!\d))")
_SPACES = re.compile(r"\s+")


def _plain(text: str) -> str:
    # Folded to the narrow one, the comma of a Chinese sentence would join the numbers beside it.
    narrow = unicodedata.normalize("NFKC", text.replace("，", "；"))
    folded = _SPACES.sub(" ", narrow.casefold())
    return _THOUSANDS.sub("", folded)


def _first(flags: Iterable[bool]) -> int | None:
    return next((number for number, flag in enumerate(flags) if flag), None)
