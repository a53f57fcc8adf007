"""The table for people: ratios first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.bench.peers import PEERS
from tests.bench.results import Figure, Results

_TITLES = {"baton": "Baton", "naive": "naive", "nchan": "nchan", "socketio": "socket.io"}


def say(line: str = "") -> None:
    """One line for whoever watches."""
    print(line, flush=True)


def show(results: Results, *, facts: str, command: str, skipped: Mapping[str, str]) -> None:
    """Print everything that a run has found."""
    others = [peer.name for peer in PEERS if peer.name != "baton"]
    heading = [
        *("figure", "unit"),
        *(f"× {_TITLES[name]}" for name in others),
        *(_TITLES[peer.name] for peer in PEERS),
    ]
    rows = [heading, *(_row(figure, others) for figure in results.figures)]
    say()
    for line in _aligned(rows):
        say(line)
    say()
    say("× is how many times better Baton is than that peer in this run; below 1 it is worse. – was not measured.")
    for name, why in skipped.items():
        say(f"skipped: {_TITLES[name]}: {why}")
    for remark in results.remarks:
        say(f"note: {remark}")
    say(f"{facts}; made with: {command}")


def _row(figure: Figure, others: Sequence[str]) -> list[str]:
    better = "↑" if figure.better == "higher" else "↓"
    ratios = [figure.ratio(name) for name in others]
    return [
        figure.name,
        f"{figure.unit} {better}",
        *("–" if ratio is None else f"{_number(ratio)}×" for ratio in ratios),
        *(_number(figure.values.get(peer.name)) for peer in PEERS),
    ]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    left = 2
    return [
        "  ".join(
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _number(value: float | None) -> str:
    """Three figures that count."""
    if value is None:
        return "–"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.01 else f"{value:.4f}"
