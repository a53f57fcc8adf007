"""A clock that stands still until a test moves it."""

from __future__ import annotations


class Clock:
    """Unix seconds; call it to read it."""

    def __init__(self, now: float = 1_763_605_000.0) -> None:
        self._now = now

    def __call__(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Let so much time pass."""
        self._now += seconds
