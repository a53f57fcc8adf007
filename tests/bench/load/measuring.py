"""What the load generator measures once its streams are open."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Callable

from tests.bench.load.sending import Sender
from tests.bench.load.stamps import now, percentile
from tests.bench.load.streams import Streams

Numbers = dict[str, float]

# Whatever has not arrived by then is lost.
_STRAGGLER_SECONDS = 5.0
# A closed loop in which nothing arrives for so long has lost messages, and starts anew.
_STALL_SECONDS = 1.0
_LOOK_SECONDS = 0.02
_MILLISECOND = 1_000_000


async def at_rate(streams: Streams, sender: Sender, *, messages: int, rate: float, seconds: float) -> Numbers:
    """Send `rate` messages a second to streams in turn, whatever arrives; milliseconds from sending to arrival."""
    arrivals: list[float] = []

    def receive(_: int, stamps: list[bytes]) -> None:
        moment = now()
        arrivals.extend((moment - int(stamp)) / _MILLISECOND for stamp in stamps)

    streams.receive = receive
    order = list(range(messages))
    random.Random(1).shuffle(order)
    total = round(rate * seconds)
    begin, step = now(), 1e9 / rate
    for count in range(total):
        await _sleep_until(begin + round(count * step))
        sender.send(order[count % messages], now())
    await until(lambda: len(arrivals) >= total)
    return {
        "p50": percentile(arrivals, 0.5),
        "p99": percentile(arrivals, 0.99),
        "sent": total,
        "received": len(arrivals),
        "refused": sender.refused,
    }


async def as_fast_as_received(
    streams: Streams, sender: Sender, *, messages: int, copies: int, window: int, warm_seconds: float, seconds: float
) -> Numbers:
    """Messages in turn, each arriving on `copies` streams, never more than `window` deliveries on their way."""
    loop = _ClosedLoop(sender, messages=messages, copies=copies, window=window)
    streams.receive = loop.receive
    watching = asyncio.create_task(loop.watch())
    try:
        loop.fill()
        await asyncio.sleep(warm_seconds)
        before, begin, worked = loop.received, now(), time.process_time()
        await asyncio.sleep(seconds)
        elapsed = (now() - begin) / 1e9
        return {
            "rate": (loop.received - before) / elapsed,
            "total": loop.received,
            "lost": loop.lost,
            "refused": sender.refused,
            "generator_load": (time.process_time() - worked) / elapsed,
        }
    finally:
        watching.cancel()
        loop.stop()


async def post_and_receive(
    streams: Streams, sender: Sender, taking: Callable[[Callable[[int], None]], None], *, warm: float, seconds: float
) -> Numbers:
    """On every stream one message after the other: the next one when the last was answered and has arrived."""
    outstanding = [0] * len(streams)
    done = 0
    running = True

    def half(number: int) -> None:
        nonlocal done
        outstanding[number] -= 1
        if outstanding[number] == 0:
            done += 1
            if running:
                outstanding[number] = 2
                sender.send(number, now())

    def receive(number: int, stamps: list[bytes]) -> None:
        for _ in stamps:
            half(number)

    taking(half)
    streams.receive = receive
    for number in range(len(streams)):
        outstanding[number] = 2
        sender.send(number, now())
    await asyncio.sleep(warm)
    before, begin = done, now()
    await asyncio.sleep(seconds)
    rate = (done - before) / ((now() - begin) / 1e9)
    running = False
    await until(lambda: not any(outstanding))
    taking(lambda _: None)
    return {"rate": rate, "total": done, "lost": sum(map(bool, outstanding)), "refused": sender.refused}


class _ClosedLoop:
    """Keeps `window` deliveries on their way."""

    def __init__(self, sender: Sender, *, messages: int, copies: int, window: int) -> None:
        self.received = 0
        self.lost = 0
        self._sender = sender
        self._messages = messages
        self._copies = copies
        self._window = window
        self._on_the_way = 0
        self._next = 0
        self._running = True

    def receive(self, _: int, stamps: list[bytes]) -> None:
        self.received += len(stamps)
        self._on_the_way -= len(stamps)
        if self._on_the_way + self._copies <= self._window:
            self.fill()

    def fill(self) -> None:
        while self._running and self._on_the_way + self._copies <= self._window:
            self._sender.send(self._next, now())
            self._next = (self._next + 1) % self._messages
            self._on_the_way += self._copies

    async def watch(self) -> None:
        """Begin anew whenever nothing arrives any more."""
        seen = -1
        while True:
            await asyncio.sleep(_STALL_SECONDS)
            if self.received == seen:
                self.lost += self._on_the_way
                self._on_the_way = 0
                self.fill()
            seen = self.received

    def stop(self) -> None:
        self._running = False


async def _sleep_until(nanoseconds: int) -> None:
    ahead = (nanoseconds - now()) / 1e9
    if ahead > 0:
        await asyncio.sleep(ahead)


async def until(reached: Callable[[], bool], seconds: float = _STRAGGLER_SECONDS) -> None:
    """Wait until something has come about, at most so long."""
    # Looked at now and then, so that counting what arrives costs nothing more.
    for _ in range(math.ceil(seconds / _LOOK_SECONDS)):
        if reached():
            return
        await asyncio.sleep(_LOOK_SECONDS)
