"""Who listens to what in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from domain.event import BROADCAST, Event
from infrastructure.realtime.bus import Bus
from infrastructure.realtime.mailbox import Mailbox
from infrastructure.realtime.wire import Delivery, delivery_of, received

_SESSION = "sse:session:"

# Without a confirmation for so long Redis is in doubt, and the sweep finds what is missed meanwhile.
CONFIRMATION_SECONDS = 0.5


def channel_of(target: str) -> str:
    """The channel of a target (spec/3): `broadcast`, `agent:{id}`, or else a session's name."""
    if target == BROADCAST:
        return "sse:broadcast"
    if target.startswith("agent:"):
        return f"sse:{target}"
    return f"{_SESSION}{target}"


class Listener(Protocol):
    """Whoever listens. None of this may wait or raise: the hub has others to tell."""

    @property
    def channels(self) -> tuple[str, ...]: ...

    @property
    def heard(self) -> int | None:
        """The highest `seq` that it has read or was told of; None while it reads up to now by itself, and for whoever
        does not count.
        """

    def offer(self, deliveries: Sequence[Delivery]) -> None:
        """Something was said on one of its channels; several things when they came at once, in order."""

    def overflow(self) -> None:
        """Something may be missing: it must read the truth."""

    def close(self) -> None:
        """There will be no more."""


class Hub:
    """Gives every listener of a channel every message of that channel, from here and from other processes.

    Its bus is subscribed to a channel while anybody here listens to it: once, however many they are.
    """

    def __init__(self, bus: Bus, *, mailbox_capacity: int = 256) -> None:
        self._bus = bus
        self._capacity = mailbox_capacity
        self._listeners: dict[str, set[Listener]] = {}
        self._confirmations: dict[str, asyncio.Future[None] | None] = {}
        self._closed = False
        # Set when the bus may have missed something; the sweep waits for it.
        self.doubt = asyncio.Event()

    @property
    def bus(self) -> Bus:
        return self._bus

    @property
    def capacity(self) -> int:
        """How many deliveries may wait for a slow listener."""
        return self._capacity

    def start(self) -> None:
        """Begin to carry messages to and from other processes."""
        self._bus.start(self._receive, self.doubt.set)

    def announce(self, target: str, event: Event) -> None:
        """Tell whoever listens to `target`, here and elsewhere (port `Announcer`)."""
        self.publish(channel_of(target), event.as_json())

    def publish(self, channel: str, message: Mapping[str, Any]) -> None:
        """The same for a channel, and a message that is JSON already."""
        delivery = delivery_of(message)
        self._deliver(channel, (delivery,))
        self._bus.publish(channel, delivery.data)

    def deliver(self, target: str, delivery: Delivery) -> None:
        """Tell whoever listens to `target` here only."""
        self._deliver(channel_of(target), (delivery,))

    async def listen(self, *targets: str) -> Mailbox:
        """A mailbox that gets, from when this returns, everything said to any of `targets`."""
        return await self.listen_on(*(channel_of(target) for target in targets))

    async def listen_on(self, *channels: str) -> Mailbox:
        """The same for channels."""
        mailbox = Mailbox(channels, self._capacity)
        await self.join(mailbox)
        return mailbox

    async def join(self, listener: Listener) -> None:
        """Let a listener listen to its channels; it gets everything from when this returns."""
        unconfirmed = self.admit(listener)
        if unconfirmed:
            try:
                await asyncio.wait(unconfirmed, timeout=CONFIRMATION_SECONDS)
            except BaseException:
                self.leave(listener)
                raise

    def admit(self, listener: Listener) -> list[asyncio.Future[None]]:
        """The same without waiting; what the bus has yet to confirm."""
        if self._closed:
            listener.close()
            return []
        for channel in listener.channels:
            listeners = self._listeners.setdefault(channel, set())
            if not listeners:
                self._confirmations[channel] = self._bus.subscribe(channel)
            listeners.add(listener)
        confirmations = (self._confirmations[channel] for channel in listener.channels)
        return [confirmation for confirmation in confirmations if confirmation is not None and not confirmation.done()]

    def leave(self, listener: Listener) -> None:
        """The end of listening; may be called again."""
        listener.close()
        for channel in listener.channels:
            listeners = self._listeners.get(channel)
            if listeners is None or listener not in listeners:
                continue
            listeners.remove(listener)
            if not listeners:
                del self._listeners[channel]
                del self._confirmations[channel]
                self._bus.unsubscribe(channel)

    def listeners(self, target: str) -> frozenset[Listener]:
        """The listeners of a target."""
        return frozenset(self._listeners.get(channel_of(target), ()))

    def sessions(self) -> list[str]:
        """The sessions that somebody here listens to."""
        return [channel.removeprefix(_SESSION) for channel in self._listeners if channel.startswith(_SESSION)]

    def end_streams(self) -> None:
        """Close every listener and take no new ones: the process is about to stop, clients go on elsewhere."""
        self._closed = True
        for listeners in list(self._listeners.values()):
            for listener in tuple(listeners):
                listener.close()

    async def close(self) -> None:
        """End the streams and the bus."""
        self.end_streams()
        await self._bus.close()

    def _deliver(self, channel: str, deliveries: Sequence[Delivery]) -> None:
        # A copy: a listener may leave at what it is offered.
        for listener in tuple(self._listeners.get(channel, ())):
            listener.offer(deliveries)

    def _receive(self, messages: Sequence[tuple[str, bytes]]) -> None:
        # What came at once for one channel is one write to each of its readers: a system call costs more than all else.
        together: dict[str, list[Delivery]] = {}
        for channel, data in messages:
            if channel in self._listeners and (delivery := received(data)) is not None:
                together.setdefault(channel, []).append(delivery)
        for channel, deliveries in together.items():
            self._deliver(channel, deliveries)
