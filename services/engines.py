"""The engines in the order in which they are asked, and which of them to spare."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from domain.ports import Engine
from services.breaker import Breaker


class Engines:
    """The engine that answers, and those that stand in when it fails; at least one."""

    def __init__(self, engines: Sequence[Engine], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._engines = tuple(engines)
        self._breakers = [Breaker(clock=clock) for _ in self._engines]

    def __len__(self) -> int:
        return len(self._engines)

    @property
    def first(self) -> Engine:
        """The one that answers."""
        return self._engines[0]

    def in_turn(self) -> Iterator[tuple[Engine, Breaker]]:
        """Whom to ask now, one after another, each to be told to its breaker how it went.

        One that failed too often of late is left out, but not if nobody else is there: it may be back.
        """
        chain = list(zip(self._engines, self._breakers, strict=True))
        admitted = False
        for engine, breaker in chain:
            if breaker.admits():
                admitted = True
                yield engine, breaker
        if not admitted:
            yield chain[-1]
