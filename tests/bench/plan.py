"""How much to measure: sizes, rates (a second) and durations (seconds)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """One run's measure."""

    streams: int
    many_streams: int
    # Entries in each session's history, up to now.
    history: int
    rate: float
    rate_seconds: float
    warm_seconds: float
    load_seconds: float
    # How long to wait at most until a server that has just started rests.
    settle_seconds: float
    # Deliveries on their way in the closed loop, for each stream.
    window: int
    posters: int
    post_rate: float
    repeats: int
    growth_sessions: tuple[int, ...]
    growth_histories: tuple[int, ...]
    # A long history is one that few sessions have.
    growth_followed: int


QUICK = Plan(
    streams=1_000,
    many_streams=5_000,
    history=10,
    rate=200,
    rate_seconds=5,
    warm_seconds=1,
    load_seconds=4,
    settle_seconds=6,
    window=2,
    posters=32,
    post_rate=100,
    repeats=3,
    growth_sessions=(1_000, 10_000),
    growth_histories=(10, 1_000),
    growth_followed=10,
)

FULL = Plan(
    streams=1_000,
    many_streams=5_000,
    history=10,
    rate=200,
    rate_seconds=15,
    warm_seconds=2,
    load_seconds=10,
    settle_seconds=6,
    window=2,
    posters=32,
    post_rate=100,
    repeats=5,
    growth_sessions=(1_000, 10_000, 100_000),
    growth_histories=(10, 1_000, 100_000),
    growth_followed=10,
)

# For the harness's own test: small and over in seconds.
SMOKE = Plan(
    streams=20,
    many_streams=40,
    history=3,
    rate=50,
    rate_seconds=0.4,
    warm_seconds=0.1,
    load_seconds=0.3,
    settle_seconds=0,
    window=2,
    posters=4,
    post_rate=20,
    repeats=1,
    growth_sessions=(30,),
    growth_histories=(600,),
    growth_followed=2,
)
