"""A circuit breaker: who failed several times in a row is not asked for a while, so that not everybody waits for it.

Every process has breakers of its own: each finds out for itself, at the cost of a few customers, and none depends on
what another believes.
"""

from __future__ import annotations

import time
from collections.abc import Callable

# Two may be chance; a third customer need not wait to find out.
FAILURES = 3
# Long enough to spare most customers the wait, short enough that an engine that is back is used again.
PAUSE_SECONDS = 30.0


class Breaker:
    """Counts failures in a row. `clock` is monotonic seconds."""

    def __init__(
        self,
        *,
        failures: int = FAILURES,
        pause_seconds: float = PAUSE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._pause = pause_seconds
        self._clock = clock
        self._failures = 0
        self._retry_at = 0.0

    def admits(self) -> bool:
        """Whether to ask now. After a pause one is admitted to try; the others wait for what comes of it, or for the
        next pause to end. So a try that is broken off, of which nothing is ever told, leaves it to another.
        """
        if self._failures < self._limit:
            return True
        if self._clock() < self._retry_at:
            return False
        self._retry_at = self._clock() + self._pause
        return True

    def succeeded(self) -> None:
        """It answered: ask again as ever."""
        self._failures = 0

    def failed(self) -> None:
        """It failed; what ended for another reason is neither."""
        self._failures += 1
        self._retry_at = self._clock() + self._pause
