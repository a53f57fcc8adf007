"""The functions that spec/1 names, as spec/2 says they were tested: the manager, enqueue, subscribe, and the queues."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from infrastructure.bootstrap import (
    RedisSseManager,
    enqueue_sse_message,
    get_or_create_sse_queue,
    get_redis_sse_manager,
    get_sse_queues,
    init_redis_sse,
    remove_sse_queue,
    reset,
    subscribe_sse_events,
)
from infrastructure.bootstrap.sse import QUEUE_MESSAGES, use_hub
from infrastructure.realtime.bus import MemoryBus
from infrastructure.realtime.hub import Hub
from tests.integration.following import PATIENCE_SECONDS, eventually
from tests.servers.redis_server import RedisServer
from tests.spec.conftest import ROOT, environment

Messages = AsyncGenerator[dict[str, Any], None]


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Nothing of another test is left."""
    reset()
    yield
    use_hub(None)
    reset()


@pytest.fixture(params=["redis", "memory"])
def mode(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The functions over Redis, and in memory."""
    kind: str = request.param
    monkeypatch.setenv("USE_REDIS_SSE", "true" if kind == "redis" else "false")
    if kind == "redis":
        monkeypatch.setenv("REDIS_URL", request.getfixturevalue("redis_server").url)
    return kind


async def next_of(messages: Messages) -> dict[str, Any]:
    return await asyncio.wait_for(anext(messages), PATIENCE_SECONDS)


def subscribers(server: RedisServer, channel: str) -> int:
    """How many connections are subscribed to a channel."""
    return int(server.command("PUBSUB", "NUMSUB", channel).rpartition(b":")[2])


async def listening(messages: Messages) -> asyncio.Task[dict[str, Any]]:
    """The next message, asked for: what is sent from now on arrives."""
    task = asyncio.ensure_future(anext(messages))
    # One turn of the loop subscribes here; Redis has confirmed when something new is confirmed after it.
    await asyncio.sleep(0)
    manager = get_redis_sse_manager()
    if manager is not None:
        await manager.connect()
        manager.hub.leave(await manager.hub.listen("something new"))
    return task


# The manager (spec/2, step 1)


def test_there_is_one_manager() -> None:
    """`init_redis_sse` makes it once; before that there is none."""
    assert get_redis_sse_manager() is None

    manager = init_redis_sse()

    assert init_redis_sse() is manager
    assert get_redis_sse_manager() is manager


async def test_a_manager_connects_publishes_checks_and_closes(redis_server: RedisServer) -> None:
    """Publishing to nobody is no error; a closed manager can be used again."""
    manager = RedisSseManager(redis_server.url)
    before = asyncio.all_tasks()
    with capture_logs() as logs:
        for _ in range(2):
            assert await manager.connect()
            assert await manager.connect()
            await manager.publish("nobody", {"type": "test"})
            assert await manager.health_check()
            await manager.close()
            assert asyncio.all_tasks() == before
    assert [line["event"] for line in logs] == ["[RedisSse] ✅ 连接成功"] * 2


async def test_two_managers_hear_each_other(redis_server: RedisServer) -> None:
    """Any channel, any JSON; every subscriber gets every message, as JSON has it, whichever side sent it."""
    one, other = RedisSseManager(redis_server.url), RedisSseManager(redis_server.url)
    async with aclosing(one.subscribe("channel")) as here, aclosing(other.subscribe("channel")) as there:
        waiting = [asyncio.ensure_future(anext(messages)) for messages in (here, there)]
        await eventually(lambda: subscribers(redis_server, "channel") == 2)

        message: dict[Any, Any] = {"type": "test", 1: "你好\n"}
        await one.publish("channel", message)

        async with asyncio.timeout(PATIENCE_SECONDS):
            assert [await task for task in waiting] == [{"type": "test", "1": "你好\n"}] * 2
    await one.close()
    await other.close()


async def test_a_manager_without_redis_degrades(refused_url: str) -> None:
    """Nothing raises; this process's subscribers are served; the health check says what is."""
    manager = RedisSseManager(refused_url)
    with capture_logs():
        messages = manager.subscribe("channel")
        waiting = asyncio.ensure_future(anext(messages))
        await asyncio.sleep(0)
        await manager.publish("channel", {"type": "test"})
        assert await asyncio.wait_for(waiting, PATIENCE_SECONDS) == {"type": "test"}
        assert not await manager.health_check()
        await messages.aclose()
        await manager.close()


def test_a_manager_lives_through_event_loops(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script may call `asyncio.run` twice; the same manager works in both."""
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    monkeypatch.delenv("USE_REDIS_SSE", raising=False)
    manager = init_redis_sse()

    async def say_and_hear() -> None:
        assert await manager.connect()
        async with aclosing(subscribe_sse_events("test")) as messages:
            waiting = await listening(messages)
            await enqueue_sse_message("test", {"type": "hello"})
            assert await asyncio.wait_for(waiting, PATIENCE_SECONDS) == {"type": "hello"}

    for _ in range(3):
        asyncio.run(say_and_hear())
    assert get_redis_sse_manager() is manager


# Enqueue and subscribe (spec/2, steps 2 and 3)


async def test_every_subscriber_gets_every_message(mode: str) -> None:
    """In the order in which they were sent; only those of its target."""
    async with (
        aclosing(subscribe_sse_events("s1")) as first,
        aclosing(subscribe_sse_events("s1")) as second,
        aclosing(subscribe_sse_events("agent:7")) as other,
    ):
        waiting = [await listening(messages) for messages in (first, second, other)]

        for number in range(5):
            await enqueue_sse_message("s1", {"type": "test", "number": number})
        await enqueue_sse_message("agent:7", {"type": "mine"})

        for messages, task in ((first, waiting[0]), (second, waiting[1])):
            found = [await asyncio.wait_for(task, PATIENCE_SECONDS)]
            found += [await next_of(messages) for _ in range(4)]
            assert [message["number"] for message in found] == [0, 1, 2, 3, 4]
        assert await asyncio.wait_for(waiting[2], PATIENCE_SECONDS) == {"type": "mine"}


async def test_what_a_subscriber_gets_is_its_own(mode: str) -> None:
    """The sender may change its payload afterwards, and so may another subscriber."""
    async with aclosing(subscribe_sse_events("s1")) as first, aclosing(subscribe_sse_events("s1")) as second:
        waiting = [await listening(messages) for messages in (first, second)]
        payload: dict[Any, Any] = {"list": [1], 2: None}
        await enqueue_sse_message("s1", payload)
        payload["list"].append(2)

        one = await asyncio.wait_for(waiting[0], PATIENCE_SECONDS)
        one["list"].append(3)

        assert await asyncio.wait_for(waiting[1], PATIENCE_SECONDS) == {"list": [1], "2": None}


async def test_enqueue_to_redis_is_a_publish(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first message of a script already reaches other programs, on the channel that the spec names."""
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    raw = Redis.from_url(redis_server.url)
    async with raw.pubsub() as listener:
        await listener.psubscribe("sse:*")
        await listener.get_message(timeout=PATIENCE_SECONDS)

        await enqueue_sse_message("test-session", {"type": "test"})

        while True:
            found = await listener.get_message(ignore_subscribe_messages=True, timeout=PATIENCE_SECONDS)
            assert found is not None
            if found["channel"] == b"sse:session:test-session":
                break
        assert b'"type":"test"' in found["data"]
    await raw.aclose()


async def test_messages_pass_between_processes(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """spec/2, step 7, scenario 1: three messages to another process."""
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _SUBSCRIBER,
        cwd=ROOT,
        env=environment(REDIS_URL=redis_server.url),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    await eventually(lambda: subscribers(redis_server, "sse:session:s1") == 1)

    for number in range(3):
        await enqueue_sse_message("s1", {"number": number})

    said, _ = await asyncio.wait_for(child.communicate(), PATIENCE_SECONDS)
    assert child.returncode == 0, said.decode()
    assert "got [0, 1, 2]" in said.decode()


_SUBSCRIBER = """
import asyncio
from infrastructure.bootstrap.sse import subscribe_sse_events
async def main():
    found = []
    async for message in subscribe_sse_events('s1'):
        found.append(message['number'])
        if len(found) == 3:
            break
    print('got', found)
asyncio.run(main())
"""


async def test_redis_that_goes_in_between_degrades(monkeypatch: pytest.MonkeyPatch) -> None:
    """spec/2, step 7, scenario 3: no error, and this process goes on."""
    server = RedisServer()
    try:
        server.start()
        monkeypatch.setenv("REDIS_URL", server.url)
        async with aclosing(subscribe_sse_events("s1")) as messages:
            waiting = await listening(messages)
            with capture_logs():
                await asyncio.to_thread(server.kill)
                await enqueue_sse_message("s1", {"type": "alone"})
            assert await asyncio.wait_for(waiting, PATIENCE_SECONDS) == {"type": "alone"}
            with capture_logs():
                reset()
                await asyncio.sleep(0)
    finally:
        server.close()


async def test_within_a_service_its_hub_is_used(mode: str) -> None:
    """Whatever the environment says."""
    hub = Hub(MemoryBus())
    use_hub(hub)
    mailbox = await hub.listen("s1")

    await enqueue_sse_message("s1", {"type": "test"})

    assert [delivery.message["type"] for delivery in (await mailbox.take(PATIENCE_SECONDS)).deliveries] == ["test"]
    assert get_redis_sse_manager() is None


# The queues


async def test_a_queue_gets_what_is_sent_from_then_on(mode: str) -> None:
    """One queue a target; `get_sse_queues` shows them all."""
    await enqueue_sse_message("s1", {"number": 0})
    queue = get_or_create_sse_queue("s1")
    assert get_or_create_sse_queue("s1") is queue
    assert get_sse_queues() == {"s1": queue}

    await enqueue_sse_message("s1", {"number": 1})
    await enqueue_sse_message("s2", {"number": 2})

    assert await asyncio.wait_for(queue.get(), PATIENCE_SECONDS) == {"number": 1}
    assert queue.empty()


async def test_a_removed_queue_gets_nothing(mode: str) -> None:
    """Removing what is not there is nothing."""
    queue = get_or_create_sse_queue("s1")
    remove_sse_queue("s1")
    remove_sse_queue("s1")
    remove_sse_queue("never there")

    await enqueue_sse_message("s1", {"type": "test"})

    assert queue.empty()
    assert get_sse_queues() == {}


async def test_a_queue_that_nobody_reads_is_bounded() -> None:
    """The oldest messages go; memory does not."""
    use_hub(hub := Hub(MemoryBus()))
    queue = get_or_create_sse_queue("s1")

    for number in range(QUEUE_MESSAGES + 10):
        hub.publish("sse:session:s1", {"number": number})

    assert queue.qsize() == QUEUE_MESSAGES
    assert queue.get_nowait() == {"number": 10}


async def test_reset_forgets_queues_and_ends_subscriptions(mode: str) -> None:
    """What was subscribed ends; everything can be used anew."""
    queue = get_or_create_sse_queue("s1")
    messages = subscribe_sse_events("s1")
    waiting = await listening(messages)

    reset()

    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(waiting, PATIENCE_SECONDS)
    assert get_sse_queues() == {}
    assert get_redis_sse_manager() is None
    await enqueue_sse_message("s1", {"type": "test"})
    assert queue.empty()


def test_a_queue_may_be_made_before_there_is_an_event_loop(mode: str) -> None:
    """At import, as legacy code does; it is filled whichever loop and whichever hub is in use later."""
    queue = get_or_create_sse_queue("s1")

    async def send(number: int) -> None:
        await enqueue_sse_message("s1", {"number": number})

    async def serve() -> None:
        use_hub(hub := Hub(MemoryBus()))
        hub.publish("sse:session:s1", {"number": 3})
        use_hub(None)
        await enqueue_sse_message("s1", {"number": 4})

    for number in (1, 2):
        asyncio.run(send(number))
    asyncio.run(serve())

    assert [queue.get_nowait()["number"] for _ in range(queue.qsize())] == [1, 2, 3, 4]
