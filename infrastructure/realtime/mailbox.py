"""A listener's mailbox: bounded, and honest about what it could not hold."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from infrastructure.realtime.wire import Delivery, highest_seq


@dataclass(frozen=True, slots=True)
class Taken:
    """What a listener finds: `deliveries`, in the order they came; `overflowed` when some did not fit and the listener
    must read the truth instead. Both empty after a silence.
    """

    deliveries: tuple[Delivery, ...] = ()
    overflowed: bool = False


_SILENCE = Taken()


class Mailbox:
    """Filled by the hub, emptied by one listener. Never blocks whoever fills it."""

    __slots__ = ("_capacity", "_overflowed", "_queue", "_waiter", "channels", "closed", "heard")

    def __init__(self, channels: tuple[str, ...], capacity: int) -> None:
        self.channels = channels
        self.closed = False
        # The highest `seq` that the listener has read or was told of (it fetches what is missing below by itself);
        # None while it has yet to read up to now, and for a listener that does not count.
        self.heard: int | None = None
        self._capacity = capacity
        self._queue: deque[Delivery] = deque()
        self._overflowed = False
        self._waiter: asyncio.Future[None] | None = None

    def offer(self, deliveries: Sequence[Delivery]) -> None:
        """Put deliveries in. When the listener is too slow everything is dropped for one mark: overflowed."""
        if self.closed or self._overflowed:
            return
        if len(self._queue) + len(deliveries) > self._capacity:
            self.overflow()
            return
        if self.heard is not None:
            self.heard = highest_seq(deliveries, self.heard)
        self._queue.extend(deliveries)
        self._wake()

    def overflow(self) -> None:
        """Make the listener read the truth instead."""
        self._queue.clear()
        self._overflowed = True
        self.heard = None
        self._wake()

    def close(self) -> None:
        """End the listening; what is in the box can still be taken."""
        self.closed = True
        self._wake()

    async def take(self, seconds: float | None) -> Taken:
        """All that is there, as soon as there is something; `_SILENCE` after `seconds` or when closed."""
        if not self._queue and not self._overflowed and not self.closed:
            await self._something(seconds)
        if self._overflowed:
            self._overflowed = False
            return Taken(overflowed=True)
        if self._queue:
            deliveries = tuple(self._queue)
            self._queue.clear()
            return Taken(deliveries)
        return _SILENCE

    async def _something(self, seconds: float | None) -> None:
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        self._waiter = waiter
        timer = None if seconds is None else loop.call_later(seconds, self._wake)
        try:
            await waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
