"""A reader of a stream: the hub pushes to it, and it writes frames straight to its response.

While the reader keeps up (it is live), a delivery is one synchronous call from the hub to the connection's buffer: no
task, no queue. Only a reader that cannot follow, because the connection is full or something is missing, has a task,
which brings it back and ends.

    offer ──▶ live? ──yes──▶ outlet
                │no             ▲
                ▼               │
             pending ──▶ _recover: waits for the outlet; reads the truth when something is missing
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import structlog

from domain.errors import Unavailable
from domain.event import Event, EventType
from infrastructure.realtime.hub import Hub, channel_of
from infrastructure.realtime.wire import Delivery, frame_of, heartbeat, highest_seq

log = structlog.get_logger(__name__)

# Writes frames to a connection: None when they are on their way, else what to wait for before writing on.
Outlet = Callable[[bytes], Awaitable[None] | None]

# How long to wait before asking a database again that did not answer.
UNAVAILABLE_SECONDS = 0.25

# What may wait for a reader that does not read, whatever the number of events: a thousand such readers must not cost
# more memory than a service has.
PENDING_BYTES = 256 * 1024


class Reader(ABC):
    """What every stream has in common; a subclass knows what its frames are.

    `begin`, then `attach`; `close` at the end, from any state, as often as one likes.
    """

    __slots__ = (
        "_behind",
        "_finished",
        "_heartbeat_seconds",
        "_hub",
        "_live",
        "_loop",
        "_on_end",
        "_outlet",
        "_pending",
        "_pending_bytes",
        "_reading",
        "_recovering",
        "_timer",
        "_written",
        "channels",
        "closed",
        "heard",
    )

    def __init__(self, hub: Hub, *targets: str, heartbeat_seconds: float) -> None:
        self.channels = tuple(channel_of(target) for target in targets)
        self.closed = False
        # The highest `seq` that it has read or was told of (it fetches what is missing below by itself); None while it
        # has yet to read up to now.
        self.heard: int | None = None
        self._hub = hub
        self._heartbeat_seconds = heartbeat_seconds
        self._loop = asyncio.get_running_loop()
        self._pending: list[Delivery] = []
        self._pending_bytes = 0
        self._behind = False
        self._finished = False
        self._live = False
        self._reading = False
        self._written = 0.0
        self._outlet: Outlet | None = None
        self._on_end: Callable[[], None] | None = None
        self._recovering: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def begin(self) -> bytes:
        """Listen, and return the stream's first frames. Raises what reading the truth raises, and is closed then."""
        try:
            await self._hub.join(self)
            return await self._first()
        except BaseException:
            self.close()
            raise

    def attach(self, outlet: Outlet, on_end: Callable[[], None]) -> None:
        """Write everything from here on to `outlet`, until the end, which `on_end` is told once."""
        self._outlet = outlet
        self._on_end = on_end
        self._written = self._loop.time()
        if self.closed:
            on_end()
            return
        if self._finished:
            # The first frames were all there was to say.
            self.close()
            return
        self._timer = self._loop.call_later(self._heartbeat_seconds, self._beat)
        self._start_recovery(None)

    def offer(self, deliveries: Sequence[Delivery]) -> None:
        """What the hub has for this reader. Never waits."""
        if self.heard is not None:
            self.heard = highest_seq(deliveries, self.heard)
        if self._live:
            frames = self._frames_of_all(deliveries)
            if frames:
                self._write(frames)
            if self._behind:
                self._start_recovery(None)
        elif len(self._pending) + len(deliveries) <= self._hub.capacity and self._pending_bytes < PENDING_BYTES:
            self._pending.extend(deliveries)
            self._pending_bytes += sum(len(delivery.data) for delivery in deliveries)
        else:
            self.overflow()

    def overflow(self) -> None:
        """Too much for a reader this slow: it reads the truth instead."""
        self._drop_pending()
        self._fall_behind()
        if self._live:
            self._start_recovery(None)

    def close(self) -> None:
        """Stop listening and end the response."""
        if self.closed:
            return
        self.closed = True
        self._live = False
        self._drop_pending()
        self._hub.leave(self)
        if self._timer is not None:
            self._timer.cancel()
        if self._recovering is not None:
            self._recovering.cancel()
        if self._on_end is not None:
            self._on_end()

    @abstractmethod
    async def _first(self) -> bytes:
        """The frames that the stream begins with."""

    @abstractmethod
    def _frames_of(self, delivery: Delivery) -> bytes:
        """What to write for a delivery, maybe nothing. Falls behind when something before it is missing."""

    @abstractmethod
    async def _missing(self) -> bytes:
        """The next frames from the truth. Falls behind again when there may be more. May raise `Unavailable`."""

    def _frames_of_all(self, deliveries: Sequence[Delivery]) -> bytes:
        if len(deliveries) == 1:
            return self._frames_of(deliveries[0])
        # Should something turn out to be missing, the truth that is read next holds the rest too.
        return b"".join(
            [self._frames_of(delivery) for delivery in deliveries if not self._behind and not self._finished]
        )

    def _drop_pending(self) -> None:
        self._pending, self._pending_bytes = [], 0

    def _fall_behind(self) -> None:
        """From here on the truth has to be read, and nothing needs to be brought."""
        self._behind = True
        self.heard = None

    def _write(self, frames: bytes) -> None:
        assert self._outlet is not None  # noqa: S101 - live only when attached
        self._written = self._loop.time()
        try:
            rest = self._outlet(frames)
        except Exception as error:  # noqa: BLE001 - whatever one connection does, the hub has others to tell
            self._fail(error)
            return
        if self._finished:
            self.close()
        elif rest is not None:
            self._start_recovery(rest)

    def _beat(self) -> None:
        """Say that the connection stands, when nothing else has said so for long; then look again."""
        silence = self._loop.time() - self._written
        if silence < self._heartbeat_seconds:
            due = self._heartbeat_seconds - silence
        else:
            due = self._heartbeat_seconds
            # A reader that waits for its connection says nothing: the heartbeat would wait too.
            if self._live or self._reading:
                self._write(heartbeat())
        if not self.closed:
            self._timer = self._loop.call_later(due, self._beat)

    def _start_recovery(self, rest: Awaitable[None] | None) -> None:
        self._live = False
        if rest is None and not self._behind and not self._pending:
            self._live = True
        elif self._recovering is None:
            self._recovering = self._loop.create_task(self._recover(rest), name=f"recover {self.channels[0]}")

    async def _recover(self, rest: Awaitable[None] | None) -> None:
        """Write what has gathered, at the connection's pace, until the reader can be live again."""
        assert self._outlet is not None  # noqa: S101
        try:
            while True:
                if rest is not None:
                    await rest
                frames = await self._gathered()
                if frames is None:
                    break
                rest = None
                if frames:
                    self._written = self._loop.time()
                    rest = self._outlet(frames)
                if self._finished:
                    break
            self._recovering = None
            if self._finished:
                self.close()
            else:
                self._live = not self.closed
        except Exception as error:  # noqa: BLE001 - a stream that cannot go on must end, or its client would wait
            self._recovering = None
            self._fail(error)

    async def _gathered(self) -> bytes | None:
        """What to write next; None when nothing waits any more."""
        if self._behind:
            # Whatever is missed while the truth is read makes it true again.
            self._behind = False
            self._reading = True
            try:
                return await self._missing()
            except Unavailable:
                self._fall_behind()
                await asyncio.sleep(UNAVAILABLE_SECONDS)
                return b""
            finally:
                self._reading = False
        if not self._pending:
            return None
        pending = self._pending
        # A list, and a new one each time: an empty deque holds half a kilobyte, and nearly every reader's is empty.
        self._pending, self._pending_bytes = [], 0
        return self._frames_of_all(pending)

    def _fail(self, error: Exception) -> None:
        # The client has gone in the middle of a write; or else it is our own mistake.
        if not isinstance(error, OSError):
            log.error("stream_failed", channel=self.channels[0], exc_info=error)
            self._apologise()
        self.close()

    def _apologise(self) -> None:
        """Tell the client that the stream ends through no fault of its own; it may come again."""
        problem = {"code": "stream_failed", "detail": "The stream cannot go on. Connect again."}
        frame = frame_of(Event(EventType.ERROR, problem, timestamp=time.time()))
        if self._outlet is not None:
            with suppress(Exception):
                self._outlet(frame)
