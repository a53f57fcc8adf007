"""How long something took, apart from the time for which the machine itself held everything up."""

from __future__ import annotations

import threading
import time
from typing import Self

# So often the machine is asked whether it is there, and what it may be late without being held up: a thread waits for
# the interpreter, and for other threads of the same machine.
_TICK_SECONDS = 0.005
_USUALLY_LATE_SECONDS = 0.02


class Stopwatch:
    """Runs for a block. A thread that only sleeps tells when nobody in this process could have done anything."""

    def __init__(self) -> None:
        self._held_up = 0.0
        self._began = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._began = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def seconds(self) -> float:
        """Since the block began; what the machine took away is not counted."""
        return time.monotonic() - self._began - self._held_up

    def _tick(self) -> None:
        while not self._ended.is_set():
            before = time.monotonic()
            time.sleep(_TICK_SECONDS)
            late = time.monotonic() - before - _TICK_SECONDS
            if late > _USUALLY_LATE_SECONDS:
                self._held_up += late
