"""Figures as an aligned table, and failing conversations as text, for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from evaluation.figures import Figures
from evaluation.scoring import GOOD, Scored

# What the columns hold docs/evaluation.md says; "d/k" is "don't know".
COLUMNS = (
    "", "conv.", "passed", "right", "wrong", "d/k ok", "d/k bad", "asked", "failed",
    "wrong %", "contain", "prec.", "recall", "hit@1", "hit@3", "p50 ms", "p95 ms",
)  # fmt: skip


def table(rows: Mapping[str, Figures]) -> str:
    """A line for each row; shares in percent, and a dash where there is nothing to divide by."""
    lines = [COLUMNS, *(cells(name, row) for name, row in rows.items())]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(COLUMNS))]
    return "\n".join(_aligned(line, widths) for line in lines)


def summary(total: Figures) -> str:
    """What no column of the table says."""
    lines = [
        f"{total.turns} turns played, {total.not_reached} not reached; {total.leaks} leaks; "
        f"{total.handoff_wanted} conversations want a person; {total.questions} questions looked up.",
        f"Time to first token {_number(total.first_token_p50)} ms (p50), {_number(total.first_token_p95)} ms (p95); "
        f"a whole turn {_number(total.turn_p95)} ms (p95).",
        f"Tokens {total.input_tokens} in, {total.output_tokens} out; cost {total.cost:.4f}.",
    ]
    return "\n".join(lines)


def failing(scored: Iterable[Scored]) -> str:
    """Every conversation that failed, turn by turn."""
    return "\n\n".join(_conversation(case) for case in scored if not case.passed)


def percent(share: float | None) -> str:
    """A share as a reader wants it: "93.1 %"."""
    return "–" if share is None else f"{share * 100:.1f} %"


def _conversation(scored: Scored) -> str:
    lines = [f"✗ {scored.played.case.id}"]
    for turn in scored.turns:
        mark = " " if turn.outcome in GOOD else "✗"
        lines.append(f"  {mark} customer: {_one_line(turn.turn.text)}")
        if turn.reply is not None:
            said = _one_line(turn.reply.text) or "(nothing)"
            lines.append(f"    {'→ person; ' if turn.reply.handoff else ''}said: {said}")
        lines += [f"    ! {reason}" for reason in turn.reasons]
    return "\n".join(lines)


# What one line of a terminal has room for.
_LINE_CHARACTERS = 160


def _one_line(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LINE_CHARACTERS else f"{flat[: _LINE_CHARACTERS - 1]}…"


def cells(name: str, row: Figures) -> tuple[str, ...]:
    """What stands under each of `COLUMNS`."""
    return (
        name,
        str(row.conversations),
        str(row.passed),
        str(row.right),
        str(row.wrong),
        str(row.unknown_right),
        str(row.unknown_wrong),
        str(row.asked_right + row.asked_wrong),
        str(row.failed),
        percent(row.wrong_rate),
        percent(row.containment),
        percent(row.handoff_precision),
        percent(row.handoff_recall),
        percent(row.hit_at_1),
        percent(row.hit_at_3),
        _number(row.first_token_p50),
        _number(row.first_token_p95),
    )


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    """The first cell to the left, the others to the right."""
    blanks = [" " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)]
    cells = [f"{blank}{cell}" for cell, blank in zip(line, blanks, strict=True)]
    return "  ".join([f"{line[0]}{blanks[0]}", *cells[1:]])


def _number(milliseconds: float | None) -> str:
    return "–" if milliseconds is None else f"{milliseconds:.0f}"


def _width(text: str) -> int:
    """How many columns of a terminal the text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def rows_of(total: Figures, groups: Sequence[Mapping[str, Figures]]) -> dict[str, Figures]:
    """One table of all groups, the total last."""
    return {**{name: row for group in groups for name, row in group.items()}, "total": total}
