"""The hub over each bus: the same promises on memory and on a real Redis, and what Redis can do to them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from domain.event import Event, EventType
from infrastructure.realtime.bus import Bus, MemoryBus
from infrastructure.realtime.hub import Hub
from infrastructure.realtime.mailbox import Mailbox
from infrastructure.realtime.redis import RECOVERED_CHANNEL, RedisBus
from tests.integration.following import PATIENCE_SECONDS, eventually
from tests.servers.redis_server import RedisServer
from tests.servers.server_process import HOST, free_port
from tests.stopwatch import Stopwatch


@asynccontextmanager
async def hub_on(bus: Bus) -> AsyncIterator[Hub]:
    hub = Hub(bus)
    hub.start()
    if isinstance(bus, RedisBus):
        assert await bus.wait_connected(PATIENCE_SECONDS)
    try:
        yield hub
    finally:
        await hub.close()


@pytest.fixture(params=["memory", "redis"])
async def hub(request: pytest.FixtureRequest) -> AsyncIterator[Hub]:
    """A hub on each kind of bus."""
    if request.param == "memory":
        bus: Bus = MemoryBus()
    else:
        bus = RedisBus(request.getfixturevalue("redis_server").url)
    async with hub_on(bus) as hub:
        yield hub


@pytest.fixture
async def pair(own_redis: RedisServer) -> AsyncIterator[tuple[Hub, Hub]]:
    """Two processes on one Redis."""
    async with hub_on(RedisBus(own_redis.url)) as one, hub_on(RedisBus(own_redis.url)) as other:
        yield one, other


class Later:
    """Whether so much time has passed since this was made."""

    def __init__(self, seconds: float) -> None:
        self._moment = time.monotonic() + seconds

    def __call__(self) -> bool:
        return time.monotonic() > self._moment


def typing(content: str) -> Event:
    return Event(EventType.TYPING, {"content": content}, timestamp=1.0)


async def heard(mailbox: Mailbox, count: int) -> list[str]:
    """The contents of the next messages, at least so many."""
    found: list[str] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(found) < count:
            taken = await mailbox.take(None)
            found += [delivery.message["payload"]["content"] for delivery in taken.deliveries]
    return found


async def heard_before(mailbox: Mailbox, last: str) -> list[str]:
    """The contents of what comes up to the message `last`."""
    found: list[str] = []
    while last not in found:
        found += await heard(mailbox, 1)
    return found[: found.index(last)]


# What every bus owes


async def test_every_listener_hears_every_message(hub: Hub) -> None:
    """Two tabs do not steal from each other."""
    boxes = [await hub.listen("a") for _ in range(2)]
    sent = [f"{number}: 你好\n" for number in range(100)]

    for content in sent:
        hub.announce("a", typing(content))

    for mailbox in boxes:
        assert await heard(mailbox, 100) == sent


async def test_targets_are_kept_apart(hub: Hub) -> None:
    """A session, an agent and the broadcast with the same name are three."""
    targets = ("x", "agent:x", "broadcast")
    boxes = {target: await hub.listen(target) for target in targets}

    for target in targets:
        hub.announce(target, typing(target))

    for target in targets:
        assert await heard(boxes[target], 1) == [target]


async def test_a_process_does_not_hear_itself_twice(hub: Hub) -> None:
    """What it publishes comes back from Redis, and stops there."""
    mailbox = await hub.listen("a")

    for number in range(50):
        hub.announce("a", typing(str(number)))
    await hub.bus.flush()
    # Listening to a new channel is confirmed after all that came before it on the connection.
    await hub.listen("b")

    assert await heard(mailbox, 50) == [str(number) for number in range(50)]
    assert (await mailbox.take(0)).deliveries == ()


async def test_who_left_and_came_again_hears_again(hub: Hub) -> None:
    """Also in the same instant, when Redis has yet to confirm the first."""
    for number in range(20):
        first = await hub.listen("a")
        hub.leave(first)
        second = await hub.listen("a")
        hub.announce("a", typing(str(number)))
        assert await heard(second, 1) == [str(number)]
        hub.leave(second)


async def test_a_bus_closed_cleanly_leaves_no_task(redis_server: RedisServer) -> None:
    """Nothing runs on, connected or not."""
    before = asyncio.all_tasks()
    urls = (redis_server.url, f"redis://{HOST}:{free_port()}/0")

    busses: list[Bus] = [MemoryBus(), *(RedisBus(url) for url in urls)]
    for bus in busses:
        hub = Hub(bus)
        hub.start()
        mailbox = await hub.listen("a")
        if isinstance(bus, RedisBus):
            await bus.wait_connected(PATIENCE_SECONDS)
        await hub.close()
        assert mailbox.closed

    assert asyncio.all_tasks() == before


async def test_a_bus_can_be_closed_in_the_middle_of_anything(redis_server: RedisServer) -> None:
    """Regression: a cancellation that met the end of a write was lost, and the process never ended."""
    for steps in range(40):
        hub = Hub(RedisBus(redis_server.url))
        hub.start()
        listening = asyncio.create_task(hub.listen("a"))
        for step in range(steps):
            hub.announce("a", typing(str(step)))
            await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await hub.close()
            await listening


async def test_a_bus_can_be_closed_as_its_connection_fails(own_redis: RedisServer) -> None:
    """Regression: the failure was taken for the news, the cancellation was forgotten, and the process never ended."""
    for steps in range(12):
        hub = Hub(RedisBus(own_redis.url))
        hub.start()
        await hub.listen("a")
        assert isinstance(hub.bus, RedisBus)
        assert await hub.bus.wait_connected(PATIENCE_SECONDS)
        own_redis.stop()
        # The end of the connection is there to be read; it is noticed within the next turns of the loop.
        for _ in range(steps):
            await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await hub.close()
        own_redis.start()


# Between processes


async def test_two_processes_hear_each_other(pair: tuple[Hub, Hub]) -> None:
    """Every listener in both, in the order in which one process spoke."""
    boxes = [await hub.listen("a") for hub in pair for _ in range(2)]
    sent = [f"{number}: 订单" for number in range(200)]

    for content in sent:
        pair[0].announce("a", typing(content))

    for mailbox in boxes:
        assert await heard(mailbox, 200) == sent
    pair[1].announce("a", typing("back"))
    for mailbox in boxes:
        assert await heard(mailbox, 1) == ["back"]


async def test_what_is_said_after_listening_is_heard(pair: tuple[Hub, Hub]) -> None:
    """`listen` returns when Redis has confirmed: no message falls between."""
    speaker, listener = pair
    for number in range(100):
        mailbox = await listener.listen(f"s{number}")
        speaker.announce(f"s{number}", typing("first"))
        assert await heard(mailbox, 1) == ["first"]


async def test_one_connection_carries_every_subscription(own_redis: RedisServer) -> None:
    """Two hundred listeners of a hundred targets: one connection a process, one subscription a target."""
    raw = Redis.from_url(own_redis.url, decode_responses=True)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(raw.aclose)
        own = {client["id"] for client in await raw.client_list()}
        hubs = [await stack.enter_async_context(hub_on(RedisBus(own_redis.url))) for _ in range(2)]
        boxes = [await hub.listen(f"s{number}") for hub in hubs for number in range(100) for _ in range(2)]
        assert len(boxes) == 400

        clients = [client for client in await raw.client_list() if client["id"] not in own]
        assert len(clients) == 2
        # One more than the targets: the channel on which processes tell that they are back.
        assert {client["sub"] for client in clients} == {"101"}
        assert await raw.pubsub_numsub("sse:session:s0", "sse:session:s99") == [
            ("sse:session:s0", 2),
            ("sse:session:s99", 2),
        ]

        for mailbox in boxes[1::2]:
            hubs[0].leave(mailbox)
            hubs[1].leave(mailbox)
        await hubs[0].listen("after")
        await hubs[1].listen("after")
        assert await raw.pubsub_numsub("sse:session:s0") == [("sse:session:s0", 2)]

        for mailbox in boxes[::2]:
            hubs[0].leave(mailbox)
            hubs[1].leave(mailbox)
        await hubs[0].listen("after this")
        await hubs[1].listen("after this")
        channels = {str(channel) for channel in await raw.pubsub_channels()}
        assert channels == {RECOVERED_CHANNEL, "sse:session:after", "sse:session:after this"}


@pytest.mark.parametrize("indent", [None, 2])
async def test_other_programs_are_heard(own_redis: RedisServer, indent: int | None) -> None:
    """Whatever publishes JSON objects to a target's channel; their key `origin` is theirs."""
    raw = Redis.from_url(own_redis.url)
    async with hub_on(RedisBus(own_redis.url)) as hub:
        mailbox = await hub.listen("a")
        message = {"origin": "shop", "type": "system", "payload": {"content": "你好\n"}}

        await raw.publish("sse:session:a", json.dumps(message, indent=indent))
        await raw.publish("sse:session:a", json.dumps(message, separators=(",", ":")))

        assert await heard(mailbox, 2) == ["你好\n"] * 2
        hub.leave(mailbox)
    await raw.aclose()


async def test_other_programs_hear_us(own_redis: RedisServer) -> None:
    """A plain subscriber sees the message with one key more."""
    raw = Redis.from_url(own_redis.url)
    async with hub_on(RedisBus(own_redis.url)) as hub, raw.pubsub() as listener:
        await listener.subscribe("sse:session:a")
        assert await listener.get_message(timeout=PATIENCE_SECONDS) is not None
        hub.announce("a", typing("hello"))
        found = await listener.get_message(timeout=PATIENCE_SECONDS)
        assert found is not None
        message = json.loads(found["data"])
        assert set(message) == {"origin", "type", "payload", "timestamp", "source"}
        assert message["payload"] == {"content": "hello"}
    await raw.aclose()


async def test_garbage_is_ignored(own_redis: RedisServer) -> None:
    """What follows it is heard; the connection stands."""
    raw = Redis.from_url(own_redis.url)
    async with hub_on(RedisBus(own_redis.url)) as hub:
        mailbox = await hub.listen("a")
        with capture_logs() as logs:
            for garbage in (b"", b"hello", b"\xff\xfe", b"[]", b'{"origin":"', b"null", b"x" * 1_000_000):
                await raw.publish("sse:session:a", garbage)
            await raw.publish("sse:session:a", b'{"payload":{"content":"sense"}}')
            assert await heard(mailbox, 1) == ["sense"]
        assert logs == []
    await raw.aclose()


# When Redis is not well


async def test_redis_goes_and_comes_back(own_redis: RedisServer) -> None:
    """Each change is logged once; meanwhile this process serves itself; afterwards all is as before, and doubted."""
    async with hub_on(RedisBus(own_redis.url)) as one, hub_on(RedisBus(own_redis.url)) as other:
        here, there = await one.listen("a"), await other.listen("a")
        assert one.bus.prompt
        with capture_logs() as logs:
            for end in (own_redis.stop, own_redis.kill):
                logs.clear()
                one.doubt.clear()
                await asyncio.to_thread(end)
                await eventually(lambda: not one.bus.prompt and not other.bus.prompt)
                one.announce("a", typing("alone"))
                assert await heard(here, 1) == ["alone"]
                # Long enough for several attempts, of which none may log.
                await eventually(Later(1.5))
                assert [(line["log_level"], line["state"]) for line in logs] == [("warning", "degraded")] * 2
                assert not one.doubt.is_set()

                logs.clear()
                await asyncio.to_thread(own_redis.start)
                await eventually(lambda: one.bus.prompt and other.bus.prompt)
                assert [line["event"] for line in logs] == ["[RedisSse] ✅ 连接成功"] * 2
                assert one.doubt.is_set()
                one.announce("a", typing("together"))
                assert await heard(here, 1) == ["together"]
                assert await heard(there, 1) == ["together"]


async def test_who_comes_back_puts_the_others_in_doubt(pair: tuple[Hub, Hub], own_redis: RedisServer) -> None:
    """What a process said while only it was away has reached nobody: so the others must look."""
    away, here = pair
    here.doubt.clear()
    raw = Redis.from_url(own_redis.url)
    clients = await raw.client_list()
    # The first hub of the pair connected first.
    first = min(int(client["id"]) for client in clients if int(client["sub"]) > 0)
    await raw.client_kill_filter(_id=str(first))
    await raw.aclose()

    await eventually(here.doubt.is_set)
    await eventually(lambda: away.bus.prompt)
    assert here.bus.prompt


async def test_a_flushed_redis_changes_nothing(pair: tuple[Hub, Hub], own_redis: RedisServer) -> None:
    """Nothing is kept there."""
    mailbox = await pair[1].listen("a")

    await asyncio.to_thread(own_redis.flush)

    pair[0].announce("a", typing("still here"))
    assert await heard(mailbox, 1) == ["still here"]


@pytest.mark.parametrize("kind", ["pubsub", "normal"])
async def test_a_killed_connection_is_made_anew(pair: tuple[Hub, Hub], own_redis: RedisServer, kind: str) -> None:
    """Whichever way an administrator ends it; every channel is subscribed again."""
    boxes = [await pair[1].listen(f"s{number}") for number in range(20)]
    for hub in pair:
        hub.doubt.clear()

    await asyncio.to_thread(own_redis.command, "CLIENT", "KILL", "TYPE", kind)
    if kind == "normal":
        # Our connections are subscribed, so they do not count as normal ones.
        assert all(hub.bus.prompt for hub in pair)
    else:
        await eventually(lambda: all(hub.doubt.is_set() and hub.bus.prompt for hub in pair))

    for number, mailbox in enumerate(boxes):
        pair[0].announce(f"s{number}", typing(str(number)))
        assert await heard(mailbox, 1) == [str(number)]


async def test_a_stalled_redis_is_doubted_dropped_and_used_again(own_redis: RedisServer) -> None:
    """It takes connections and bytes and answers nothing, which no socket reports as an error."""
    bus = RedisBus(own_redis.url)
    async with hub_on(bus) as hub:
        mailbox = await hub.listen("a")
        try:
            own_redis.pause()
            with Stopwatch() as watch:
                await eventually(lambda: not bus.prompt)
                assert watch.seconds() < 1.5
            await eventually(lambda: not bus.connected)
            # Nobody is kept waiting for what cannot be confirmed.
            with Stopwatch() as watch:
                await hub.listen("b")
                assert watch.seconds() < 1.0
            hub.announce("a", typing("alone"))
            assert await heard(mailbox, 1) == ["alone"]
            hub.doubt.clear()
        finally:
            own_redis.resume()
        await eventually(lambda: bus.prompt)
        assert hub.doubt.is_set()
        async with hub_on(RedisBus(own_redis.url)) as other:
            other.announce("b", typing("not for a"))
            other.announce("a", typing("again"))
            assert await heard(mailbox, 1) == ["again"]


async def test_a_short_pause_loses_nothing(pair: tuple[Hub, Hub], own_redis: RedisServer) -> None:
    """A pause shorter than our patience keeps the connection, and what was said is heard after it."""
    mailbox = await pair[1].listen("a")
    try:
        own_redis.pause()
        await eventually(lambda: not pair[0].bus.prompt)
        pair[0].announce("a", typing("meanwhile"))
    finally:
        own_redis.resume()

    assert await heard(mailbox, 1) == ["meanwhile"]


async def test_starting_without_redis() -> None:
    """Nothing raises and nothing waits; Redis is used as soon as it is there."""
    server = RedisServer()
    bus = RedisBus(server.url)
    hub = Hub(bus)
    try:
        with capture_logs() as logs:
            hub.start()
            started = time.monotonic()
            assert not await bus.wait_connected(PATIENCE_SECONDS)
            # A refusal is an answer.
            assert time.monotonic() - started < 5.0
            mailbox = await hub.listen("a")
            hub.announce("a", typing("alone"))
            assert await heard(mailbox, 1) == ["alone"]
            await asyncio.to_thread(server.start)
            await eventually(lambda: bus.prompt)
        assert [line["state"] for line in logs] == ["degraded", "ok"]
        async with hub_on(RedisBus(server.url)) as other:
            other.announce("a", typing("together"))
            assert await heard(mailbox, 1) == ["together"]
    finally:
        await hub.close()
        server.close()


async def test_a_name_that_nobody_knows_is_no_error() -> None:
    """A wrong host is like a Redis that is away."""
    bus = RedisBus("redis://redis.invalid:6379/0")
    with capture_logs():
        bus.start(lambda _messages: None, lambda: None)
        assert not await bus.wait_connected(PATIENCE_SECONDS)
    await bus.close()


async def test_listening_while_redis_comes_and_goes(own_redis: RedisServer) -> None:
    """Whatever was subscribed or given up at whatever moment of a reconnection is right in the end."""
    bus = RedisBus(own_redis.url)
    raw = Redis.from_url(own_redis.url, decode_responses=True)
    async with hub_on(bus) as hub:
        staying: list[Mailbox] = []
        for turn in range(10):
            own_redis.command("CLIENT", "KILL", "TYPE", "pubsub")
            leaving = []
            for number in range(20):
                staying.append(await hub.listen(f"stay-{turn}-{number}"))
                leaving.append(await hub.listen(f"leave-{turn}-{number}"))
                if number % 5 == 0:
                    await asyncio.sleep(0.005)
            for mailbox in leaving:
                hub.leave(mailbox)
        await eventually(lambda: bus.prompt)
        await hub.listen("confirmed last")

        channels = {str(channel) for channel in await raw.pubsub_channels()}
        expected = {channel for mailbox in staying for channel in mailbox.channels}
        assert channels == {*expected, RECOVERED_CHANNEL, "sse:session:confirmed last"}
    await raw.aclose()
