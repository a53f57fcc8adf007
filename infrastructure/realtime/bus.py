"""What carries messages between processes: the contract, and the bus of a process that is alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal, Protocol

# Messages by their channels, in the order in which they came.
Receive = Callable[[Sequence[tuple[str, bytes]]], None]
Recovered = Callable[[], None]


class Bus(Protocol):
    """Carries messages to the *other* processes; a hub itself serves those who listen here.

    It may lose, repeat and reorder: entries carry a `seq`, and followers repair. Its owner calls `start` once and
    `close` at the end, both on the event loop that everything else here is called on.
    """

    @property
    def kind(self) -> Literal["memory", "redis"]: ...

    @property
    def prompt(self) -> bool:
        """Whether what other processes say is likely to arrive at once; while not, the sweep hurries."""

    def start(self, receive: Receive, recovered: Recovered) -> None:
        """Begin. `receive([(channel, data), …])` is called for what other processes say, as it comes, `recovered()`
        each time when messages may have been missed: this process was away, or another one was.
        """

    def publish(self, channel: str, data: bytes) -> None:
        """Send a JSON object. Never waits, never raises; what cannot be sent is dropped."""

    def subscribe(self, channel: str) -> asyncio.Future[None] | None:
        """Listen to a channel. The future is done when what is published from then on arrives; None when there is
        nothing to wait for, because the bus is away (it listens as soon as it is back) or carries nothing.
        """

    def unsubscribe(self, channel: str) -> None:
        """Stop listening to a channel."""

    async def flush(self) -> None:
        """Return when all that was published has left the process, or is lost."""

    async def close(self) -> None:
        """End; nothing is received afterwards."""


class MemoryBus:
    """The bus of a process without Redis. There is nobody to carry to: other processes on the same database learn from
    their sweep, which therefore never rests.
    """

    kind: Literal["memory"] = "memory"
    prompt = False

    def start(self, receive: Receive, recovered: Recovered) -> None:
        """Nothing to do."""

    def publish(self, channel: str, data: bytes) -> None:
        """Nobody else listens."""

    def subscribe(self, channel: str) -> None:
        """Nobody else speaks."""

    def unsubscribe(self, channel: str) -> None:
        """Nobody else speaks."""

    async def flush(self) -> None:
        """Nothing is on its way."""

    async def close(self) -> None:
        """Nothing to do."""
