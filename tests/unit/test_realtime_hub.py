"""The hub: who listens gets everything, and its bus is asked once for each channel."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

import pytest

from domain.event import Event, EventType
from infrastructure.realtime.bus import Bus, MemoryBus, Receive, Recovered
from infrastructure.realtime.hub import Hub, channel_of
from infrastructure.realtime.mailbox import Mailbox
from infrastructure.realtime.wire import delivery_of

LONG_SECONDS = 30.0


class NotedBus:
    """A bus that notes what it is asked for and confirms when the test says so."""

    kind: Literal["memory"] = "memory"
    prompt = True

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.published: list[tuple[str, bytes]] = []
        self.confirmations: dict[str, asyncio.Future[None]] = {}
        self.away = False
        self.closed = False
        self.receive: Receive | None = None
        self.recovered: Recovered | None = None

    def start(self, receive: Receive, recovered: Recovered) -> None:
        self.receive, self.recovered = receive, recovered

    def publish(self, channel: str, data: bytes) -> None:
        self.published.append((channel, data))

    def subscribe(self, channel: str) -> asyncio.Future[None] | None:
        self.asked.append(("subscribe", channel))
        if self.away:
            return None
        return self.confirmations.setdefault(channel, asyncio.get_running_loop().create_future())

    def unsubscribe(self, channel: str) -> None:
        self.asked.append(("unsubscribe", channel))

    async def flush(self) -> None:
        pass

    async def close(self) -> None:
        self.closed = True

    def says(self, channel: str, data: bytes) -> None:
        """Another process says something."""
        assert self.receive is not None
        self.receive([(channel, data)])


def typing(content: str = "") -> Event:
    return Event(EventType.TYPING, {"content": content}, timestamp=1.0)


async def contents(mailbox: Mailbox) -> list[Any]:
    """What is in the box, without waiting."""
    taken = await mailbox.take(0)
    return [delivery.message["payload"]["content"] for delivery in taken.deliveries]


def test_targets_have_the_channels_that_the_spec_names() -> None:
    """Other programs publish and subscribe to these."""
    assert channel_of("s1") == "sse:session:s1"
    assert channel_of("agent:7") == "sse:agent:7"
    assert channel_of("broadcast") == "sse:broadcast"


@pytest.mark.parametrize("bus", [MemoryBus(), NotedBus()], ids=["memory", "noted"])
async def test_every_listener_of_a_target_gets_every_message(bus: Bus) -> None:
    """Two tabs do not steal from each other, and nobody hears what is said to others."""
    hub = Hub(bus)
    hub.start()
    for confirmation in bus.confirmations.values() if isinstance(bus, NotedBus) else ():
        confirmation.set_result(None)
    first, second, other = (
        Mailbox(("sse:session:a",), 9),
        Mailbox(("sse:session:a",), 9),
        Mailbox(("sse:session:b",), 9),
    )
    for mailbox in (first, second, other):
        hub.admit(mailbox)

    hub.announce("a", typing("one"))
    hub.announce("a", typing("two"))
    hub.announce("b", typing("three"))

    assert await contents(first) == ["one", "two"]
    assert await contents(second) == ["one", "two"]
    assert await contents(other) == ["three"]


async def test_one_mailbox_may_listen_to_several_targets() -> None:
    """An agent's stream hears the agent's own channel and the broadcast, in one order."""
    hub = Hub(MemoryBus())
    mailbox = await hub.listen("agent:7", "broadcast")

    hub.announce("broadcast", typing("all"))
    hub.announce("agent:7", typing("me"))
    hub.announce("agent:8", typing("not me"))

    assert await contents(mailbox) == ["all", "me"]


async def test_who_left_hears_nothing_and_leaves_nothing() -> None:
    """Leaving twice, or without having listened, is nothing."""
    hub = Hub(MemoryBus())
    staying, leaving = await hub.listen("a"), await hub.listen("a")

    hub.leave(leaving)
    hub.leave(leaving)
    hub.announce("a", typing("x"))

    assert leaving.closed
    assert await contents(leaving) == []
    assert await contents(staying) == ["x"]
    hub.leave(staying)
    assert hub.sessions() == []
    assert hub.listeners("a") == frozenset()


async def test_the_bus_is_asked_once_for_a_channel() -> None:
    """However many listen; again only after the last has left."""
    bus = NotedBus()
    bus.away = True
    hub = Hub(bus)

    boxes = [await hub.listen("a") for _ in range(3)]
    for mailbox in boxes:
        hub.leave(mailbox)
    await hub.listen("a")

    channel = "sse:session:a"
    assert bus.asked == [("subscribe", channel), ("unsubscribe", channel), ("subscribe", channel)]


async def test_listening_begins_when_the_bus_has_confirmed() -> None:
    """Whoever reads the database afterwards misses nothing in between; a second listener waits for the same."""
    bus = NotedBus()
    hub = Hub(bus)
    listening = [asyncio.create_task(hub.listen("a")) for _ in range(2)]
    await asyncio.sleep(0.02)
    assert not any(task.done() for task in listening)

    bus.confirmations["sse:session:a"].set_result(None)

    boxes = await asyncio.wait_for(asyncio.gather(*listening), LONG_SECONDS)
    assert hub.listeners("a") == frozenset(boxes)


async def test_a_bus_that_does_not_confirm_does_not_stop_anybody() -> None:
    """A stalled Redis delays the first frame by half a second, and not for ever."""
    bus = NotedBus()
    hub = Hub(bus)

    mailbox = await asyncio.wait_for(hub.listen("a"), LONG_SECONDS)

    assert mailbox in hub.listeners("a")


async def test_giving_up_while_waiting_for_the_bus_leaves_nothing() -> None:
    """A client that goes before its stream has begun."""
    bus = NotedBus()
    hub = Hub(bus)
    listening = asyncio.create_task(hub.listen("a"))
    await asyncio.sleep(0)

    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)

    assert hub.listeners("a") == frozenset()
    assert bus.asked[-1] == ("unsubscribe", "sse:session:a")


async def test_what_another_process_says_reaches_the_listeners_here() -> None:
    """And goes no further: it is not published again."""
    bus = NotedBus()
    bus.away = True
    hub = Hub(bus)
    hub.start()
    mailbox = await hub.listen("a")

    bus.says("sse:session:a", delivery_of(typing("there").as_json()).data)
    bus.says("sse:session:a", b"garbage")
    bus.says("sse:session:nobody", b'{"payload":{"content":"lost"}}')

    assert await contents(mailbox) == ["there"]
    assert bus.published == []


async def test_what_is_said_here_is_published_once() -> None:
    """Also when nobody here listens."""
    bus = NotedBus()
    hub = Hub(bus)

    hub.announce("a", typing("x"))

    assert [channel for channel, _ in bus.published] == ["sse:session:a"]


async def test_only_sessions_are_followed() -> None:
    """What the sweep asks the database for."""
    hub = Hub(MemoryBus())
    for targets in (("a",), ("b",), ("agent:7", "broadcast")):
        await hub.listen(*targets)

    assert sorted(hub.sessions()) == ["a", "b"]


async def test_a_bus_that_missed_something_raises_doubt() -> None:
    """The sweep waits for it."""
    bus = NotedBus()
    hub = Hub(bus)
    hub.start()
    assert not hub.doubt.is_set()

    assert bus.recovered is not None
    bus.recovered()

    assert hub.doubt.is_set()


async def test_ending_the_streams_wakes_everybody_and_lets_nobody_in() -> None:
    """The process is about to stop; clients go on elsewhere."""
    bus = NotedBus()
    bus.away = True
    hub = Hub(bus)
    waiting = await hub.listen("a")
    taking = asyncio.create_task(waiting.take(None))
    await asyncio.sleep(0)

    hub.end_streams()

    assert (await asyncio.wait_for(taking, LONG_SECONDS)).deliveries == ()
    assert waiting.closed
    assert (await hub.listen("a")).closed
    await hub.close()
    assert bus.closed
