"""What is measured. Each figure is measured for one peer at a time; the names of its numbers are the same for all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.bench.figures.growth import growth
from tests.bench.figures.kept import kept
from tests.bench.figures.live import deliveries, latency
from tests.bench.figures.streams import connect, memory, start
from tests.bench.ground import Ground
from tests.bench.results import Measured

Measure = Callable[[Ground], Awaitable[list[Measured]]]

FIGURES: dict[str, Measure] = {
    "latency": latency,
    "deliveries": deliveries,
    "memory": memory,
    "kept": kept,
    "connect": connect,
    "start": start,
    "growth": growth,
}

# Growth takes minutes and concerns Baton alone.
QUICK_FIGURES = tuple(name for name in FIGURES if name != "growth")
