"""The port `Tries` in memory."""

from __future__ import annotations

from collections.abc import Sequence

from domain.lookup import Allowance
from tests.fakes.clock import Clock


class MemoryTries:
    """Counts of tries, by the clock of a test."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[int, float]] = {}

    @property
    def counts(self) -> dict[str, int]:
        """How often each kind of subject was counted ("order-session")."""
        totals: dict[str, int] = {}
        for subject, (count, _) in self._kept.items():
            kind = subject.partition(":")[0]
            totals[kind] = totals.get(kind, 0) + count
        return totals

    async def take(self, allowances: Sequence[Allowance]) -> float | None:
        for each in allowances:
            count, until = self._now(each.subject)
            if count >= each.limit:
                return until - self._clock()
        for each in allowances:
            count, until = self._now(each.subject)
            self._kept[each.subject] = (count + 1, until if count else self._clock() + each.seconds)
        return None

    async def give_back(self, allowances: Sequence[Allowance]) -> None:
        for each in allowances:
            count, until = self._now(each.subject)
            self._kept[each.subject] = (max(0, count - 1), until)

    def _now(self, subject: str) -> tuple[int, float]:
        count, until = self._kept.get(subject, (0, 0.0))
        return (count, until) if until > self._clock() else (0, 0.0)
