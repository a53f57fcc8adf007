"""The desk's stream: who waits and what changes. And how any stream ends: at once, with nothing left behind."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest
from structlog.testing import capture_logs

from domain.entry import Audience
from domain.errors import Unavailable
from domain.event import BROADCAST, Event, EventType, agent_target
from domain.session import Session
from infrastructure.realtime.bus import MemoryBus
from infrastructure.realtime.redis import RedisBus
from infrastructure.store.engine import open_engine
from infrastructure.store.store import SqlStore
from services import handoff
from tests.integration.desk import ALICE, BOB, asks, escalates, fresh, saved, takes_over
from tests.integration.following import (
    NO_HEARTBEAT,
    Process,
    WatchedStore,
    Wire,
    WireBus,
    eventually,
    opened,
    process,
    reading,
    turns,
)
from tests.integration.pulled import follow, follow_desk
from tests.servers.redis_server import RedisServer

# The desk


async def test_an_agent_sees_who_waits_and_what_changes(alone: Process) -> None:
    """A snapshot of the waiting and one's own, then every change, then what is for this agent alone."""
    waiting, mine, theirs, _ = [await opened(alone.store) for _ in range(4)]
    await saved(alone.store, escalates(waiting))
    for session, agent in ((mine, BOB), (theirs, ALICE)):
        await saved(alone.store, takes_over(session, agent))

    async with reading(follow_desk(alone.store, alone.hub, BOB.id, heartbeat_seconds=0.2)) as stream:
        await stream.until(lambda stream: stream.of("snapshot"))
        first = stream.of("snapshot")[0]["payload"]["sessions"]
        assert [session["session_name"] for session in first] == [waiting.name, mine.name]
        assert stream.events[0]["type"] == "connected"

        await handoff.release(alone.desk, mine.name, by=BOB, may_override=False)
        await stream.until(
            lambda stream: any(
                event["payload"]["session"]["session_name"] == mine.name
                and event["payload"]["session"]["status"] == "bot_active"
                for event in stream.of("queue")
            )
        )
        alone.hub.announce(agent_target(BOB.id), Event(EventType.TRANSFER_REQUEST, {"to": "bob"}, timestamp=1.0))
        alone.hub.announce(agent_target(ALICE.id), Event(EventType.TRANSFER_REQUEST, {"to": "alice"}, timestamp=1.0))
        await stream.until(lambda stream: stream.of("transfer_request"))
        assert [event["payload"]["to"] for event in stream.of("transfer_request")] == ["bob"]
        await stream.until(lambda stream: len(stream.of("heartbeat")) >= 3)
        alone.hub.announce(BROADCAST, Event(EventType.PRESENCE, {}, timestamp=1.0))
        await stream.until(lambda stream: stream.of("presence"))
    assert stream.ids == []


async def test_an_agent_who_is_too_slow_gets_a_new_snapshot(database_url: str) -> None:
    """Also when the database is away at that moment: then with heartbeats, until it is back."""
    async with process(database_url, MemoryBus(), mailbox_capacity=4, make_store=WatchedStore) as one:
        store = one.store
        assert isinstance(store, WatchedStore)
        frames = follow_desk(store, one.hub, BOB.id, heartbeat_seconds=0.3)
        await anext(frames)
        sessions = [await opened(store) for _ in range(10)]
        for session in sessions:
            await handoff.take_over(one.desk, session.name, BOB)
        store.away = True
        with capture_logs():
            async with reading(frames) as stream:
                await stream.until(lambda stream: len(stream.of("heartbeat")) >= 3)
                assert stream.of("snapshot") == []
                store.away = False
                await stream.until(lambda stream: stream.of("snapshot"))

        shown = {session["session_name"] for session in stream.of("snapshot")[0]["payload"]["sessions"]}
        assert shown == {session.name for session in sessions}


async def test_a_desk_without_a_database_is_refused_before_it_begins(database_url: str) -> None:
    """So that it can still be a 503."""
    async with process(database_url, MemoryBus(), make_store=WatchedStore) as one:
        store = one.store
        assert isinstance(store, WatchedStore)
        store.away = True
        with capture_logs(), pytest.raises(Unavailable):
            await anext(follow_desk(store, one.hub, BOB.id, heartbeat_seconds=1))
        assert one.hub.listeners(BROADCAST) == frozenset()


async def test_the_sweep_tells_agents_of_what_changed_and_does_not_repeat_itself(database_url: str) -> None:
    """Sessions that nobody follows too; the same state is told once."""
    async with process(database_url, MemoryBus(), degraded_sweep_seconds=0.05, make_store=WatchedStore) as here:
        there = SqlStore(here_engine := open_engine(database_url))
        try:
            async with reading(follow_desk(here.store, here.hub, BOB.id, heartbeat_seconds=NO_HEARTBEAT)) as stream:
                await stream.until(lambda stream: stream.of("snapshot"))
                session = await there.open(fresh())
                await saved(there, asks(session, "one"))
                await stream.until(lambda stream: _states(stream, session)[-1:] == [1])
                before = len(_states(stream, session))
                # Something to follow makes the turns of the sweep countable.
                async with reading(here.frames(session)):
                    await turns(here, 10)
                assert len(_states(stream, session)) == before
                await saved(there, asks(session, "two"))
                await stream.until(lambda stream: _states(stream, session)[-1:] == [2])
        finally:
            await here_engine.dispose()


def _states(stream: Any, session: Session) -> list[int]:
    """The stamps under which a desk stream has told of a session."""
    return [
        event["payload"]["session"]["last_seq"]
        for event in stream.of("queue")
        if event["payload"]["session"]["session_name"] == session.name
    ]


# Ends


async def test_an_entry_may_end_a_stream(alone: Process) -> None:
    """`until` sees every entry that the reader sees, and none after the one that it wanted."""
    session = await opened(alone.store)
    for number in range(5):
        await alone.asks(session, str(number))

    frames = follow(
        alone.store,
        alone.hub,
        session.name,
        audience=Audience.EVERYONE,
        heartbeat_seconds=NO_HEARTBEAT,
        cursor=0,
        until=lambda message: message["seq"] == 3,
    )
    async with reading(frames) as stream:
        await stream.until(lambda stream: stream.ended)

    assert stream.ids == [1, 2, 3]
    assert alone.hub.sessions() == []


async def test_streams_end_when_the_process_stops(alone: Process) -> None:
    """At once, without an error, and nothing is left."""
    session = await opened(alone.store)
    desk = follow_desk(alone.store, alone.hub, BOB.id, heartbeat_seconds=NO_HEARTBEAT)
    async with reading(alone.frames(session)) as stream, reading(desk) as agent:
        await stream.until(lambda stream: stream.of("history"))
        await agent.until(lambda stream: stream.of("snapshot"))

        alone.hub.end_streams()

        for one in (stream, agent):
            await one.until(lambda stream: stream.ended)
            assert one.of("heartbeat") == []
    assert alone.hub.sessions() == []
    assert alone.hub.listeners(BROADCAST) == frozenset()


async def test_a_reader_that_goes_leaves_nothing_behind(database_url: str) -> None:
    """Wherever it is cancelled: no listener, no subscription, no task."""
    bus = WireBus(Wire())
    async with process(database_url, bus) as one:
        session = await opened(one.store)
        tasks = asyncio.all_tasks()
        for steps in range(30):
            frames = one.frames(session)

            async def read(frames: Any = frames) -> None:
                async with aclosing(frames):
                    async for _ in frames:
                        pass

            task = asyncio.create_task(read())
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert one.hub.sessions() == []
            assert bus.subscribed == set()
        assert asyncio.all_tasks() == tasks


async def test_a_thousand_readers_leave_nothing_behind(sqlite_url: str, own_redis: RedisServer) -> None:
    """Over a real Redis, on many sessions, opened and closed at once."""
    bus = RedisBus(own_redis.url)
    async with process(sqlite_url, bus) as one:
        await eventually(lambda: bus.prompt)
        sessions = [await opened(one.store) for _ in range(50)]
        tasks = asyncio.all_tasks()
        streams = [one.frames(sessions[number % 50]) for number in range(1_000)]
        await asyncio.gather(*(anext(frames) for frames in streams))
        assert len(one.hub.sessions()) == 50
        assert sum(len(one.hub.listeners(session.name)) for session in sessions) == 1_000

        await asyncio.gather(*(frames.aclose() for frames in streams))

        assert one.hub.sessions() == []
        # A sweep may just be looking, in a task of its own.
        await eventually(lambda: asyncio.all_tasks() <= tasks)
        mailbox = await one.hub.listen("confirmed last")
        count = await asyncio.to_thread(own_redis.command, "PUBSUB", "NUMSUB", f"sse:session:{sessions[0].name}")
        assert count.endswith(b":0")
        one.hub.leave(mailbox)
