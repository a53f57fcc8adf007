"""Everything on the timeline, once, in order, whatever the bus, the reader or the database does."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from contextlib import AsyncExitStack, aclosing

import pytest
from structlog.testing import capture_logs

from domain import handoff
from domain.entry import Audience
from domain.errors import Unavailable
from domain.event import Event, EventType
from domain.packet import packet_of
from infrastructure.realtime.bus import MemoryBus
from infrastructure.realtime.follow import PAGE_ENTRIES
from infrastructure.realtime.redis import RedisBus
from infrastructure.realtime.sweep import ENTRIES_PER_SESSION
from infrastructure.store.engine import open_engine
from infrastructure.store.migrate import migrate
from tests.integration.desk import escalates, saved
from tests.integration.following import (
    NEVER,
    Process,
    WatchedStore,
    Wire,
    WireBus,
    eventually,
    has_entries,
    opened,
    process,
    reading,
    timeline,
    told,
    turns,
    two,
)
from tests.servers.postgres_server import PostgresServer
from tests.servers.redis_server import RedisServer

# Nothing lost, nothing twice


async def test_a_bus_that_loses_doubles_and_reorders(database_url: str) -> None:
    """The database is the truth: every reader in both processes sees every entry once, in order."""
    wire = Wire(lost=0.3, doubled=0.3, delayed=0.5)
    async with two(database_url, wire, sweep_seconds=0.3) as (one, other), AsyncExitStack() as stack:
        session = await opened(one.store)
        streams = [
            await stack.enter_async_context(reading(side.frames(session, audience=audience)))
            for side in (one, other)
            for audience in Audience
        ]

        async def speak(side: Process, name: str) -> None:
            for number in range(60):
                await side.asks(session, f"{name}{number}")
                if number % 5 == 0:
                    await side.notes(session, f"note {name}{number}")

        await asyncio.gather(speak(one, "a"), speak(other, "b"))

        whole = await timeline(one.store, session)
        seen = {
            "agents": whole,
            "everyone": [line for line in whole if not line[1].startswith("note")],
        }
        for stream, audience in zip(streams, itertools.cycle(Audience), strict=False):
            expected = seen[audience.value]
            await stream.until(has_entries(len(expected)))
            assert told(stream) == expected
            assert stream.ids == sorted(set(stream.ids))


async def test_a_gap_is_repaired_by_the_next_announcement(database_url: str) -> None:
    """Without waiting for any sweep."""
    wire = Wire()
    async with two(database_url, wire) as (here, there):
        bus = here.hub.bus
        assert isinstance(bus, WireBus)
        session = await opened(there.store)
        async with reading(here.frames(session)) as stream:
            await stream.until(lambda stream: stream.of("history"))
            bus.deaf = True
            for text in ("one", "two"):
                await there.asks(session, text)
            # What was announced is on its way as long as the loop has not turned.
            await asyncio.sleep(0.05)
            bus.deaf = False
            assert stream.entries == []

            await there.asks(session, "three")
            await stream.until(has_entries(3))

        assert stream.texts == ["one", "two", "three"]


async def test_a_better_packet_that_nothing_announces_comes_with_the_sweep(database_url: str) -> None:
    """With Redis away an agent has it as soon as everything else, and no customer ever."""
    async with two(database_url, Wire(lost=1.0), sweep_seconds=0.2) as (here, there):
        session = await opened(there.store)
        waiting = (await saved(there.store, escalates(session))).session
        packet = packet_of(waiting, []).summarized("Wants a refund.", by="an engine")
        async with (
            reading(here.frames(session)) as hers,
            reading(here.frames(session, audience=Audience.EVERYONE)) as his,
        ):
            for stream in (hers, his):
                await stream.until(lambda stream: stream.of("history"))
            await saved(there.store, handoff.brief(waiting, packet))
            await there.asks(session, "Hello?")
            for stream in (hers, his):
                await stream.until(lambda stream: "Hello?" in stream.texts)
        told = [entry["payload"] for entry in hers.entries if entry["payload"].get("code") == "packet"]
        assert [payload["packet"] for payload in told] == [packet.as_json()]
        assert "Wants a refund." not in str(his.events)


@pytest.mark.parametrize("count", [50, PAGE_ENTRIES * 2 + 7])
async def test_a_slow_reader_catches_up(database_url: str, count: int) -> None:
    """Its mailbox overflows; it reads on in the database, in pages, and misses nothing."""
    async with process(database_url, MemoryBus(), mailbox_capacity=8, degraded_sweep_seconds=NEVER) as one:
        session = await opened(one.store)
        frames = one.frames(session)
        await anext(frames)
        # The reader does not read.
        for number in range(count):
            await one.asks(session, str(number))
        (mailbox,) = one.hub.listeners(session.name)
        assert mailbox.heard is None

        async with reading(frames) as stream:
            await stream.until(lambda stream: len(stream.ids) == count)
            await one.asks(session, "live")
            await stream.until(lambda stream: len(stream.ids) == count + 1)

        assert stream.ids == list(range(1, count + 2))


async def test_a_stuck_reader_costs_the_others_nothing(database_url: str) -> None:
    """The sweep leaves alone whoever is to catch up by itself; it once fed all readers of the session for one."""
    async with (
        process(
            database_url, MemoryBus(), mailbox_capacity=8, degraded_sweep_seconds=0.02, make_store=WatchedStore
        ) as here,
        process(database_url, MemoryBus()) as there,
    ):
        store = here.store
        assert isinstance(store, WatchedStore)
        session = await opened(store)
        stuck = here.frames(session)
        await anext(stuck)
        async with reading(here.frames(session)) as stream, aclosing(stuck):
            await stream.until(lambda stream: stream.of("history"))
            # One by one, until there is no room for another write.
            for number in range(8):
                await here.asks(session, str(number))
                await stream.until(has_entries(number + 1))
            with capture_logs():
                # So that all of these are missing at once.
                store.away = True
                for number in range(ENTRIES_PER_SESSION * 2):
                    await there.asks(session, str(number))
                store.away = False
                await stream.until(has_entries(8 + ENTRIES_PER_SESSION * 2))
            # A turn that began before may still read.
            await turns(here, 3)
            store.reads = 0
            await turns(here, 10)
            assert store.reads == 0
            assert stream.seqs == list(range(1, 8 + ENTRIES_PER_SESSION * 2 + 1))


# The safety net


async def test_processes_without_a_bus_hear_each_other_within_a_second(database_url: str) -> None:
    """The sweep alone, on default settings."""
    async with process(database_url, MemoryBus()) as here, process(database_url, MemoryBus()) as there:
        session = await opened(there.store)
        delays = []
        async with reading(here.frames(session)) as stream:
            await stream.until(lambda stream: stream.of("history"))
            for number in range(5):
                started = time.monotonic()
                await there.asks(session, str(number))
                await stream.until(has_entries(number + 1))
                delays.append(time.monotonic() - started)
        # The median: one of five may meet a pause of the machine.
        assert statistics.median(delays) < 1.0
        assert told(stream) == await timeline(there.store, session)


async def test_the_sweep_brings_more_than_a_page(database_url: str) -> None:
    """To everybody who lacks it, whichever part that is."""
    async with (
        process(database_url, WireBus(Wire()), sweep_seconds=0.1) as here,
        process(database_url, MemoryBus()) as there,
    ):
        session = await opened(there.store)
        count = ENTRIES_PER_SESSION + 20
        async with reading(here.frames(session)) as one, reading(here.frames(session)) as other:
            for number in range(count):
                await there.asks(session, str(number))
            for stream in (one, other):
                await stream.until(has_entries(count))
                assert told(stream) == await timeline(there.store, session)


async def test_the_sweep_survives_whatever_the_database_does(database_url: str) -> None:
    """Logged once, and at work again as soon as there is an answer; not only when the next turn would be due."""
    async with (
        process(database_url, WireBus(Wire()), sweep_seconds=0.2, make_store=WatchedStore) as here,
        process(database_url, MemoryBus()) as there,
    ):
        store = here.store
        assert isinstance(store, WatchedStore)
        session = await opened(there.store)
        async with reading(here.frames(session)) as stream:
            await stream.until(lambda stream: stream.of("history"))
            for number, fault in enumerate(("away", "broken"), 1):
                with capture_logs() as logs:
                    setattr(store, fault, True)
                    await there.asks(session, fault)
                    await eventually(lambda: len(logs) > 0)
                    await turns(here, 2)
                    setattr(store, fault, False)
                    await stream.until(has_entries(number))
                assert [line["event"] for line in logs] == ["sweep_failed"]


# When something goes away


async def test_a_stream_lives_through_a_database_that_is_away(database_url: str) -> None:
    """A reader that has to catch up waits, with heartbeats, and goes on."""
    async with process(
        database_url, MemoryBus(), mailbox_capacity=2, degraded_sweep_seconds=NEVER, make_store=WatchedStore
    ) as one:
        store = one.store
        assert isinstance(store, WatchedStore)
        session = await opened(store)
        frames = one.frames(session, heartbeat_seconds=0.3)
        await anext(frames)
        for number in range(10):
            await one.asks(session, str(number))
        store.away = True
        async with reading(frames) as stream:
            await stream.until(lambda stream: len(stream.of("heartbeat")) >= 3)
            assert len(stream.ids) < 10
            store.away = False
            await stream.until(lambda stream: len(stream.ids) == 10)

        assert stream.ids == list(range(1, 11))


async def test_a_stream_lives_through_a_restart_of_postgresql(own_postgres: PostgresServer) -> None:
    """The real thing, with readers in two processes on the sweep alone."""
    url = own_postgres.create_database()
    engine = open_engine(url)
    await migrate(engine)
    await engine.dispose()
    async with process(url, MemoryBus()) as one, process(url, MemoryBus()) as other:
        session = await opened(one.store)
        with capture_logs():
            async with reading(one.frames(session)) as here, reading(other.frames(session)) as there:
                for stream in (here, there):
                    await stream.until(lambda stream: stream.of("history"))
                for end in (own_postgres.stop, own_postgres.kill):
                    await one.asks(session, "before")
                    await asyncio.to_thread(end)
                    with pytest.raises(Unavailable):
                        await one.asks(session, "lost")
                    await asyncio.to_thread(own_postgres.start)
                    await one.asks(session, "after")
                whole = await timeline(one.store, session)
                for stream in (here, there):
                    await stream.until(has_entries(len(whole)))
                    assert told(stream) == whole
        assert [text for _, text in whole] == ["before", "after"] * 2


async def test_redis_comes_and_goes_and_nothing_is_lost(database_url: str, own_redis: RedisServer) -> None:
    """Regression: two processes, both writing all the time, readers in both; afterwards the bus is used again."""
    with capture_logs():
        async with (
            process(database_url, RedisBus(own_redis.url)) as one,
            process(database_url, RedisBus(own_redis.url)) as other,
            AsyncExitStack() as stack,
        ):
            await eventually(lambda: one.hub.bus.prompt and other.hub.bus.prompt)
            session = await opened(one.store)
            streams = [
                await stack.enter_async_context(reading(side.frames(session)))
                for side in (one, other)
                for _ in range(2)
            ]
            writing = True

            async def write(side: Process, name: str) -> None:
                for number in itertools.count():
                    if not writing:
                        return
                    await side.asks(session, f"{name}{number}")
                    await asyncio.sleep(0.005)

            writers = [asyncio.create_task(write(side, name)) for side, name in ((one, "a"), (other, "b"))]
            for fault in (own_redis.restart, own_redis.flush, own_redis.kill, own_redis.start, own_redis.flush):
                await asyncio.to_thread(fault)
                seen = max(len(stream.entries) for stream in streams)
                for stream in streams:
                    # Also while Redis is away.
                    await stream.until(has_entries(seen + 21))
            writing = False
            await asyncio.gather(*writers)

            whole = await timeline(one.store, session)
            for stream in streams:
                await stream.until(has_entries(len(whole)))
                assert told(stream) == whole

            await eventually(lambda: one.hub.bus.prompt and other.hub.bus.prompt)
            # Fleeting things go over the bus alone: that they arrive shows that it is in use.
            one.hub.announce(session.name, Event(EventType.TYPING, {"active": True}, timestamp=1.0))
            for stream in streams:
                await stream.until(lambda stream: stream.of("typing"))


async def test_redis_carries_what_it_can_at_once(database_url: str, own_redis: RedisServer) -> None:
    """While it is healthy nobody waits for a sweep."""
    async with (
        process(database_url, RedisBus(own_redis.url), sweep_seconds=NEVER, degraded_sweep_seconds=NEVER) as one,
        process(database_url, RedisBus(own_redis.url), sweep_seconds=NEVER, degraded_sweep_seconds=NEVER) as other,
    ):
        await eventually(lambda: one.hub.bus.prompt and other.hub.bus.prompt)
        session = await opened(one.store)
        async with reading(other.frames(session)) as stream:
            await stream.until(lambda stream: stream.of("history"))
            for number in range(50):
                await one.asks(session, str(number))
            await stream.until(has_entries(50))
