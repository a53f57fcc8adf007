"""A comparison as one page of HTML: then on the left, now on the right, what changed marked."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from evaluation.case import Recorded
from evaluation.comparing import Compared, Comparison, text_difference
from evaluation.page_style import facts, page

_TAGS = {"-": "del", "+": "ins"}


def comparison_page(comparisons: Sequence[Comparison], *, then: str, now: str) -> str:
    """The page; `then` and `now` name the two engines. Whatever was said is text in it, never markup."""
    changed = sum(not each.same for each in comparisons)
    parts = [
        f"<h1>{escape(then)} against {escape(now)}</h1>",
        f'<p class="soft">{len(comparisons)} conversations, {changed} of them differ.</p>',
        *(_conversation(each, then, now) for each in comparisons),
    ]
    return page(f"Baton: {then} against {now}", "\n".join(parts))


def _conversation(comparison: Comparison, then: str, now: str) -> str:
    turns = "".join(_turn(turn, then, now) for turn in comparison.turns)
    state = "the same" if comparison.same else "differs"
    return f'<article><h3>{escape(comparison.case.id)}</h3><p class="soft">{state}</p>{turns}</article>'


def _turn(turn: Compared, then: str, now: str) -> str:
    said = f'<div class="say">{escape(turn.turn.text)}</div>'
    if not turn.differs:
        return (
            f'<div class="turn good">{said}<div class="reply">{escape(turn.then.text)}</div>{_facts(turn.then)}</div>'
        )
    pieces = list(text_difference(turn.then.text, turn.now.text if turn.now else ""))
    left = f'<div><h4>{escape(then)}</h4><div class="reply">{_marked(pieces, "-")}</div>{_facts(turn.then)}</div>'
    shown = f'<div class="reply">{_marked(pieces, "+")}</div>{_facts(turn.now)}' if turn.now else facts("not reached")
    right = f"<div><h4>{escape(now)}</h4>{shown}</div>"
    why = f'<p class="why">≠ {escape(", ".join(turn.differs))}</p>'
    return f'<div class="turn bad">{said}{why}<div class="sides">{left}{right}</div></div>'


def _marked(pieces: Sequence[tuple[str, str]], mark: str) -> str:
    """One side of a difference: what both say, and what only this one does."""
    return "".join(
        escape(text) if kind == "=" else f"<{_TAGS[mark]}>{escape(text)}</{_TAGS[mark]}>"
        for kind, text in pieces
        if kind in ("=", mark)
    )


def _facts(recorded: Recorded) -> str:
    return facts(
        "a person is called" if recorded.handoff else "",
        f"cites {', '.join(recorded.sources)}" if recorded.sources else "",
        "" if recorded.confident else "does not know",
    )
