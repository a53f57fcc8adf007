"""The numbers, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.bench.peers import PEERS

Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Measured:
    """One number of one peer."""

    figure: str
    unit: str
    better: Better
    value: float
    # What a reader must know to judge the number.
    remark: str = ""


@dataclass(slots=True)
class Figure:
    """One number of every peer; a peer without one was skipped."""

    name: str
    unit: str
    better: Better
    values: dict[str, float] = field(default_factory=dict)

    def ratio(self, peer: str) -> float | None:
        """How many times better Baton is; below 1 it is worse."""
        ours, theirs = self.values.get("baton"), self.values.get(peer)
        if not ours or not theirs:
            return None
        return ours / theirs if self.better == "higher" else theirs / ours

    def as_json(self) -> dict[str, Any]:
        peers = {peer.name: self.values.get(peer.name) for peer in PEERS}
        return {"figure": self.name, "unit": self.unit, "better": self.better, **peers}


class Results:
    """What a run has found so far, in the order in which it was found."""

    def __init__(self) -> None:
        self._figures: dict[str, Figure] = {}
        self.remarks: list[str] = []

    @property
    def figures(self) -> list[Figure]:
        return list(self._figures.values())

    def add(self, peer: str, found: Iterable[Measured]) -> None:
        """Keep what was measured of a peer."""
        for measured in found:
            new = Figure(measured.figure, measured.unit, measured.better)
            self._figures.setdefault(measured.figure, new).values[peer] = measured.value
            if measured.remark:
                self.remarks.append(f"{peer}: {measured.figure}: {measured.remark}")

    def as_json(self) -> list[dict[str, Any]]:
        return [figure.as_json() for figure in self.figures]
