"""What a shop lets a caller spend: points, in a bucket that fills up again (shopify.dev/docs/api/usage/limits)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any


class Points:
    """The bucket of one shop as far as its last answer tells. Others may spend from it too, so a question can still be
    refused; then the refusal tells anew.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._available = 0.0
        self._maximum = 0.0
        self._restored_each_second = 0.0
        self._at = 0.0
        # What each kind of question was said to cost at most.
        self._costs: dict[str, float] = {}

    def spend(self, question: str) -> float:
        """Set apart what `question` may cost, and say in how many seconds the bucket will hold it (0: now).

        Nothing is known before the first answer: then it is 0.
        """
        if not self._restored_each_second:
            return 0.0
        now = self._clock()
        restored = (now - self._at) * self._restored_each_second
        cost = min(self._costs.get(question, 0.0), self._maximum)
        self._available = min(self._available + restored, self._maximum) - cost
        self._at = now
        return max(0.0, -self._available / self._restored_each_second)

    def learn(self, question: str, extensions: Mapping[str, Any] | None) -> float:
        """Take in what an answer says under `extensions.cost`; in how many seconds the question can be asked again."""
        cost = (extensions or {}).get("cost") or {}
        status = cost.get("throttleStatus") or {}
        try:
            rate = float(status["restoreRate"])
            available, maximum = float(status["currentlyAvailable"]), float(status["maximumAvailable"])
            requested = float(cost["requestedQueryCost"])
        except (KeyError, TypeError, ValueError):
            return 0.0
        if rate <= 0:
            return 0.0
        self._available, self._maximum, self._restored_each_second = available, maximum, rate
        self._at = self._clock()
        self._costs[question] = requested
        return max(0.0, (min(requested, maximum) - available) / rate)
