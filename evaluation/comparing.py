"""A recording against what the same customer got when it was played again."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from evaluation.case import Case, Recorded, ScriptedTurn
from evaluation.played import Played, PlayedTurn, Reply


@dataclass(frozen=True, slots=True)
class Compared:
    """One turn then and now; `now` is None when a person had been called before it. `differs` names what is not the
    same, of text, sources, confidence and handoff.
    """

    turn: ScriptedTurn
    then: Recorded
    now: Recorded | None
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A conversation then and now."""

    case: Case
    turns: tuple[Compared, ...]

    @property
    def same(self) -> bool:
        """Whether no turn differs."""
        return not any(turn.differs for turn in self.turns)


def compare(played: Played) -> Comparison:
    """What is not as it was recorded; turns that nobody recorded are left out."""
    return Comparison(
        played.case,
        tuple(_compared(turn, turn.turn.recorded) for turn in played.turns if turn.turn.recorded is not None),
    )


def as_recorded(played: Played, engine: str) -> Case:
    """The case with what it got now as its recording, to be played again later."""
    turns = tuple(
        turn.turn if turn.reply is None else replace(turn.turn, recorded=_recorded(turn.reply, engine))
        for turn in played.turns
    )
    return replace(played.case, turns=turns)


def text_difference(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Pieces of both texts in order, each with its mark: "=" is in both, "-" only in `before`, "+" only in `after`."""
    old, new = _pieces(before), _pieces(after)
    for mark, from_old, to_old, from_new, to_new in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if mark == "equal":
            yield "=", "".join(old[from_old:to_old])
            continue
        if from_old < to_old:
            yield "-", "".join(old[from_old:to_old])
        if from_new < to_new:
            yield "+", "".join(new[from_new:to_new])


def comparison_text(comparisons: Iterable[Comparison]) -> str:
    """Every turn that differs, then and now."""
    return "\n\n".join(_conversation_text(each) for each in comparisons if not each.same)


def recorded_with(cases: Sequence[Case]) -> str:
    """The engines of the recording, as far as it tells."""
    names = dict.fromkeys(turn.recorded.engine for case in cases for turn in case.turns if turn.recorded)
    return ", ".join(name for name in names if name) or "as recorded"


def _compared(played: PlayedTurn, then: Recorded) -> Compared:
    if played.reply is None:
        return Compared(played.turn, then, None, ("not reached",))
    now = _recorded(played.reply, "")
    differs = {
        "text": _plain(then.text) != _plain(now.text),
        "sources": then.sources != now.sources,
        "confidence": then.confident != now.confident,
        "handoff": then.handoff != now.handoff,
    }
    return Compared(played.turn, then, now, tuple(name for name, is_so in differs.items() if is_so))


def _recorded(reply: Reply, engine: str) -> Recorded:
    return Recorded(reply.text, reply.sources, reply.confident, reply.handoff, engine)


def _plain(text: str) -> str:
    return " ".join(text.split())


# A Chinese character, a word, or what stands between.
_PIECE = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+|[^\w]+", re.UNICODE)


def _pieces(text: str) -> list[str]:
    return _PIECE.findall(text)


def _conversation_text(comparison: Comparison) -> str:
    lines = [f"≠ {comparison.case.id}"]
    for turn in comparison.turns:
        lines.append(f"    customer: {_plain(turn.turn.text)}")
        if not turn.differs:
            lines.append("    (the same)")
            continue
        lines.append(f"  ≠ {', '.join(turn.differs)}")
        lines.append(f"    then: {_side(turn.then)}")
        lines.append(f"    now:  {_side(turn.now) if turn.now else '(a person had been called before)'}")
    return "\n".join(lines)


def _side(recorded: Recorded) -> str:
    cited = f" [{', '.join(recorded.sources)}]" if recorded.sources else ""
    return f"{'→ person; ' if recorded.handoff else ''}{_plain(recorded.text) or '(nothing)'}{cited}"
