"""Following: everything on the timeline, once, in order, whatever the bus, the reader or the database does."""

from __future__ import annotations

import asyncio
import itertools
import random
import statistics
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import Any, Literal

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from domain.entry import Audience, Entry, Source
from domain.errors import SessionNotFound, Unavailable
from domain.event import BROADCAST, Event, EventType, agent_target
from domain.ports import SessionPage, SessionQuery
from domain.session import Session
from infrastructure.realtime.bus import MemoryBus, Receive, Recovered
from infrastructure.realtime.desk import follow_desk
from infrastructure.realtime.follow import PAGE_ENTRIES, follow
from infrastructure.realtime.redis import RedisBus
from infrastructure.realtime.sweep import ENTRIES_PER_SESSION
from infrastructure.store.engine import open_engine
from infrastructure.store.migrate import migrate
from infrastructure.store.store import SqlStore
from services import handoff
from tests.integration.desk import ALICE, BOB, answers, asks, claimed, escalates, fresh, saved, takes_over
from tests.integration.following import (
    NO_HEARTBEAT,
    Process,
    eventually,
    opened,
    process,
    reading,
    running,
    timeline,
    told,
)
from tests.servers.people import Stream
from tests.servers.postgres_server import PostgresServer
from tests.servers.redis_server import RedisServer

# Turns off whatever would repair something that a test wants repaired otherwise.
NEVER = 3600.0


class Wire:
    """What the busses of one test are connected by: it loses, doubles, delays and reorders as its dice say."""

    def __init__(self, *, lost: float = 0.0, doubled: float = 0.0, delayed: float = 0.0) -> None:
        self._lost, self._doubled, self._delayed = lost, doubled, delayed
        self._dice = random.Random(4711)
        self._ends: list[WireBus] = []

    def bus(self) -> WireBus:
        end = WireBus(self)
        self._ends.append(end)
        return end

    def carry(self, sender: WireBus, channel: str, data: bytes) -> None:
        for end in self._ends:
            if end is sender or self._dice.random() < self._lost:
                continue
            for _ in range(2 if self._dice.random() < self._doubled else 1):
                late = self._dice.random() * 0.05 if self._dice.random() < self._delayed else 0.0
                asyncio.get_running_loop().call_later(late, end.hear, channel, data)


class WireBus:
    """One end of a wire. It says that it is prompt, whatever it does."""

    kind: Literal["memory"] = "memory"
    prompt = True

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._receive: Receive | None = None
        self.subscribed: set[str] = set()
        self.deaf = False

    def start(self, receive: Receive, recovered: Recovered) -> None:
        self._receive = receive

    def publish(self, channel: str, data: bytes) -> None:
        self._wire.carry(self, channel, data)

    def subscribe(self, channel: str) -> None:
        self.subscribed.add(channel)

    def unsubscribe(self, channel: str) -> None:
        self.subscribed.discard(channel)

    async def flush(self) -> None:
        pass

    async def close(self) -> None:
        self._receive = None

    def hear(self, channel: str, data: bytes) -> None:
        if self._receive is not None and channel in self.subscribed and not self.deaf:
            self._receive(channel, data)


class WatchedStore(SqlStore):
    """A store that may be away, counts its reads, and lets something happen before the history is read."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine)
        self.away = False
        self.broken = False
        self.reads = 0
        self.before_history: Callable[[], Any] | None = None

    async def entries_after(self, name: str, seq: int, *, audience: Audience, limit: int) -> list[Entry]:
        self._must_answer()
        self.reads += 1
        return await super().entries_after(name, seq, audience=audience, limit=limit)

    async def latest_entries(
        self, name: str, *, audience: Audience, limit: int, before: int | None = None
    ) -> list[Entry]:
        if self.before_history is not None:
            await self.before_history()
        return await super().latest_entries(name, audience=audience, limit=limit, before=before)

    async def last_seqs(self, names: Sequence[str]) -> dict[str, int]:
        self._must_answer()
        return await super().last_seqs(names)

    async def search(self, query: SessionQuery) -> SessionPage:
        self._must_answer()
        return await super().search(query)

    def _must_answer(self) -> None:
        if self.away:
            raise Unavailable("The database does not answer.")
        if self.broken:
            raise RuntimeError("something that nobody thought of")


@pytest.fixture
async def alone(store: SqlStore) -> AsyncIterator[Process]:
    """One process on the memory bus."""
    async with running(store, MemoryBus()) as one:
        yield one


def has_entries(count: int) -> Callable[[Stream], bool]:
    """Whether a stream has told so many entries, or more."""
    return lambda stream: len(stream.entries) >= count


def has_told(text: str) -> Callable[[Stream], bool]:
    """Whether a stream has told of a message."""
    return lambda stream: text in stream.texts


@asynccontextmanager
async def two(database_url: str, wire: Wire, *, sweep_seconds: float = NEVER) -> AsyncIterator[tuple[Process, Process]]:
    """Two processes on one database, connected by a wire."""
    async with (
        process(database_url, wire.bus(), sweep_seconds=sweep_seconds) as one,
        process(database_url, wire.bus(), sweep_seconds=sweep_seconds) as other,
    ):
        yield one, other


# How a stream begins


async def test_a_stream_begins_with_connected_and_history(alone: Process) -> None:
    """All of the timeline in one event, whose id is the last number; then live."""
    session = await opened(alone.store)
    for text in ("one", "two", "三"):
        await alone.asks(session, text)

    async with reading(alone.frames(session, heartbeat_seconds=7)) as stream:
        await stream.until(lambda stream: len(stream.events) == 2)
        await alone.asks(session, "four")
        await stream.until(lambda stream: len(stream.events) == 3)

    connected, history, live = stream.events
    assert connected["type"] == "connected"
    assert connected["payload"]["last_seq"] == 3
    assert connected["payload"]["heartbeat_seconds"] == 7
    assert connected["payload"]["session"]["status"] == "bot_active"
    assert history["type"] == "history"
    assert history["payload"]["session"]["last_seq"] == 3
    assert not history["payload"]["has_more"]
    assert "seq" not in history
    assert live["seq"] == 4
    assert stream.ids == [3, 4]
    assert told(stream) == await timeline(alone.store, session)


async def test_an_empty_timeline_has_a_history_too(alone: Process) -> None:
    """Its id is 0, from which a client goes on."""
    session = await opened(alone.store)

    async with reading(alone.frames(session)) as stream:
        await stream.until(lambda stream: len(stream.events) == 2)

    assert stream.ids == [0]
    assert stream.events[1]["payload"]["messages"] == []


async def test_a_cursor_is_continued(alone: Process) -> None:
    """No history: what follows the cursor, be it nothing or more than a page, then live."""
    session = await opened(alone.store)
    for number in range(PAGE_ENTRIES + 5):
        await alone.asks(session, str(number))

    for cursor in (0, 1, 5, PAGE_ENTRIES, PAGE_ENTRIES + 5):
        last = (await alone.store.get(session.name)).last_seq
        async with reading(alone.frames(session, cursor=cursor)) as stream:
            await stream.until(has_entries(last - cursor))
            await alone.asks(session, f"live {cursor}")
            await stream.until(has_told(f"live {cursor}"))
        assert stream.events[0]["type"] == "connected"
        assert stream.of("history", "reset") == []
        assert stream.ids == list(range(cursor + 1, last + 2))


async def test_a_cursor_beyond_the_timeline_is_reset(alone: Process) -> None:
    """After a restored backup, or a forged header: forget everything, here is all of it."""
    session = await opened(alone.store)
    await alone.asks(session, "one")

    async with reading(alone.frames(session, cursor=2)) as stream:
        await stream.until(lambda stream: stream.of("history"))
        await alone.asks(session, "two")
        await stream.until(has_entries(2))

    assert [event["type"] for event in stream.events[:3]] == ["connected", "reset", "history"]
    assert stream.events[1]["payload"] == {"last_seq": 1}
    assert told(stream) == await timeline(alone.store, session)


async def test_nobody_can_follow_what_is_not_there(alone: Process) -> None:
    """Said before the first frame, so that it can still be a 404; nothing is left of it."""
    frames = alone.frames("nobody")

    with pytest.raises(SessionNotFound):
        await anext(frames)

    assert alone.hub.sessions() == []


@pytest.mark.parametrize("audience", Audience)
async def test_a_history_is_never_older_than_its_entries(database_url: str, audience: Audience) -> None:
    """A takeover between two reads: whoever shows the session of `history` must not miss it."""
    async with process(database_url, MemoryBus(), make_store=WatchedStore) as one:
        session = await opened(one.store)
        await one.asks(session, "one")
        store = one.store
        assert isinstance(store, WatchedStore)

        async def takeover() -> None:
            store.before_history = None
            await handoff.take_over(one.desk, session.name, ALICE)

        store.before_history = takeover
        async with reading(one.frames(session, audience=audience)) as stream:
            await stream.until(lambda stream: stream.of("history"))
            await one.asks(session, "more")
            await stream.until(has_told("more"))

        shown = stream.of("history")[0]["payload"]["session"]
        assert shown["status"] == "manual_live"
        assert shown["agent"] == {"id": ALICE.id, "name": ALICE.name}
        assert told(stream) == await timeline(one.store, session)


# Nothing lost, nothing twice


async def test_nothing_is_lost_or_doubled_while_followers_start(database_url: str) -> None:
    """Followers that begin at any moment of a burst by another process, with and without a cursor."""
    async with two(database_url, Wire()) as (here, there), AsyncExitStack() as stack:
        session = await opened(there.store)
        streams = []

        async def speak() -> None:
            for number in range(120):
                await there.asks(session, str(number))

        speaking = asyncio.create_task(speak())
        for number in itertools.count():
            if speaking.done():
                break
            cursor = 0 if number % 2 else None
            streams.append(await stack.enter_async_context(reading(here.frames(session, cursor=cursor))))
            await asyncio.sleep(0.01)
        await speaking

        whole = await timeline(there.store, session)
        assert len(whole) == 120
        assert len(streams) > 3
        for stream in streams:
            await stream.until(has_entries(120))
            assert told(stream) == whole


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
            await _turns(here, 3)
            store.reads = 0
            await _turns(here, 10)
            assert store.reads == 0
            assert stream.seqs == list(range(1, 8 + ENTRIES_PER_SESSION * 2 + 1))


async def _turns(one: Process, count: int) -> None:
    """Let the sweep of a process make some turns, which is seen by what it asks for."""
    store = one.store
    assert isinstance(store, WatchedStore)
    asked = 0
    ask = store.last_seqs

    async def counted(names: Sequence[str]) -> dict[str, int]:
        nonlocal asked
        asked += 1
        return await ask(names)

    store.last_seqs = counted  # type: ignore[method-assign]
    await eventually(lambda: asked > count)
    store.last_seqs = ask  # type: ignore[method-assign]


# What a customer sees, and what is fleeting


async def test_what_is_for_agents_never_reaches_a_customer(alone: Process) -> None:
    """Neither in the history nor live nor after a cursor; and a stream of nothing but notes is not a dead one."""
    session = await opened(alone.store)
    await alone.notes(session, "secret 1")
    await alone.asks(session, "seen 2")
    await alone.notes(session, "secret 3")

    def frames(cursor: int | None) -> Any:
        return alone.frames(session, audience=Audience.EVERYONE, cursor=cursor, heartbeat_seconds=0.15)

    async with reading(frames(None)) as customer, reading(frames(0)) as resuming:
        await customer.until(lambda stream: stream.of("history"))
        # More often than the heartbeat, for several heartbeats: silence is what the customer hears.
        started = time.monotonic()
        while time.monotonic() - started < 1.0:
            await alone.notes(session, "secret live")
            alone.hub.announce(
                session.name,
                Event(
                    EventType.TYPING,
                    {"name": "secret agent"},
                    timestamp=1.0,
                    session_name=session.name,
                    audience=Audience.AGENTS,
                ),
            )
            await asyncio.sleep(0.02)
        await alone.asks(session, "seen last")
        for stream in (customer, resuming):
            await stream.until(has_told("seen last"))
            assert stream.texts == ["seen 2", "seen last"]
            assert "secret" not in str(stream.events)
            assert len(stream.of("heartbeat")) >= 3
    # The id stands for the hidden entries too, so that a client that comes again is not told of them.
    assert customer.ids[0] == 3


async def test_only_ai_text_of_the_present_passes(alone: Process) -> None:
    """What an AI was saying when a person took over is not shown after it; nor what belongs to a change yet to come."""
    session = await opened(alone.store)

    def delta(epoch: int) -> None:
        payload = {"reply_id": "r", "epoch": epoch, "offset": 0, "text": f"of {epoch}"}
        alone.hub.announce(session.name, Event(EventType.AI_DELTA, payload, timestamp=1.0, source=Source.AI_CHATBOT))

    async with reading(alone.frames(session)) as stream:
        await stream.until(lambda stream: stream.of("history"))
        now = session.epoch
        for epoch in (now - 1, now, now + 1):
            delta(epoch)
        await handoff.take_over(alone.desk, session.name, ALICE)
        for epoch in (now, now + 1, now + 2):
            delta(epoch)
        await alone.asks(session, "last")
        await stream.until(has_told("last"))

    shown = [event["payload"].get("text", event["type"]) for event in stream.events[2:]]
    assert shown == [f"of {now}", "status_change", "assignment", f"of {now + 1}", "manual_message"]


async def test_a_resumed_stream_knows_the_present_epoch(alone: Process) -> None:
    """Also when the cursor is older than a change of hands."""
    session = await opened(alone.store)
    await alone.asks(session, "one")
    await handoff.take_over(alone.desk, session.name, ALICE)
    await handoff.release(alone.desk, session.name, by=ALICE, may_override=False)
    present = (await alone.store.get(session.name)).epoch

    for cursor in (0, 1, 3, None):
        async with reading(alone.frames(session, cursor=cursor)) as stream:
            await stream.until(lambda stream: stream.of("connected"))
            for epoch in (session.epoch, present):
                payload = {"reply_id": "r", "epoch": epoch, "offset": 0, "text": str(epoch)}
                alone.hub.announce(session.name, Event(EventType.AI_DELTA, payload, timestamp=1.0))
            await stream.until(lambda stream: stream.of("ai_delta"))
            assert [event["payload"]["text"] for event in stream.of("ai_delta")] == [str(present)]


async def test_the_ai_cannot_speak_after_a_takeover(alone: Process) -> None:
    """Regression: an answer that was ready when a person took over is refused by the database itself."""
    session = await opened(alone.store)
    await alone.asks(session, "hello?")
    before, lease = await claimed(alone.store, session.name)
    async with reading(alone.frames(session)) as stream:
        await handoff.take_over(alone.desk, session.name, ALICE)

        assert await alone.store.append(answers(before, lease, "too late")) is None

        await alone.asks(session, "a person?")
        await stream.until(has_told("a person?"))
    assert "too late" not in stream.texts


# Silence


async def test_silence_has_heartbeats_and_ends_nothing(alone: Process) -> None:
    """Regression: a timeout that cancelled the subscription left a stream that beat and never told anything again."""
    session = await opened(alone.store)

    async with reading(alone.frames(session, heartbeat_seconds=0.1)) as stream:
        await stream.until(lambda stream: len(stream.of("heartbeat")) >= 3)
        await alone.asks(session, "after the silence")
        await stream.until(has_told("after the silence"))
        beats = len(stream.of("heartbeat"))
        await stream.until(lambda stream: len(stream.of("heartbeat")) >= beats + 3)
        await alone.asks(session, "and again")
        await stream.until(has_told("and again"))

    assert stream.ids == [0, 1, 2]
    apart = [late - early for early, late in itertools.pairwise(stream.arrived[1:])]
    # Never more often than after a silence, as long as nothing else was told (the clock is the loop's).
    beaten = [gap for gap, event in zip(apart, stream.events[2:], strict=True) if event["type"] == "heartbeat"]
    assert min(beaten) > 0.05


async def test_a_busy_stream_has_no_heartbeats(alone: Process) -> None:
    """They are for silence."""
    session = await opened(alone.store)
    async with reading(alone.frames(session, heartbeat_seconds=NO_HEARTBEAT)) as stream:
        for number in range(20):
            await alone.asks(session, str(number))
        await stream.until(has_entries(20))
    assert stream.of("heartbeat") == []


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
                    await _turns(here, 10)
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
                    await _turns(here, 2)
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


async def test_a_stream_lives_through_a_restart_of_postgresql() -> None:
    """The real thing, with readers in two processes on the sweep alone."""
    server = PostgresServer()
    try:
        await asyncio.to_thread(server.start)
        url = server.create_database()
        engine = open_engine(url)
        await migrate(engine)
        await engine.dispose()
        async with process(url, MemoryBus()) as one, process(url, MemoryBus()) as other:
            session = await opened(one.store)
            with capture_logs():
                async with reading(one.frames(session)) as here, reading(other.frames(session)) as there:
                    for stream in (here, there):
                        await stream.until(lambda stream: stream.of("history"))
                    for end in (server.stop, server.kill):
                        await one.asks(session, "before")
                        await asyncio.to_thread(end)
                        with pytest.raises(Unavailable):
                            await one.asks(session, "lost")
                        await asyncio.to_thread(server.start)
                        await one.asks(session, "after")
                    whole = await timeline(one.store, session)
                    for stream in (here, there):
                        await stream.until(has_entries(len(whole)))
                        assert told(stream) == whole
            assert [text for _, text in whole] == ["before", "after"] * 2
    finally:
        server.close()


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A server of this test's own: it is stopped and emptied here."""
    server = RedisServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


async def test_redis_comes_and_goes_and_nothing_is_lost(database_url: str, redis: RedisServer) -> None:
    """Regression: two processes, both writing all the time, readers in both; afterwards the bus is used again."""
    with capture_logs():
        async with (
            process(database_url, RedisBus(redis.url)) as one,
            process(database_url, RedisBus(redis.url)) as other,
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
            for fault in (redis.restart, redis.flush, redis.kill, redis.start, redis.flush):
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


async def test_redis_carries_what_it_can_at_once(database_url: str, redis: RedisServer) -> None:
    """While it is healthy nobody waits for a sweep."""
    async with (
        process(database_url, RedisBus(redis.url), sweep_seconds=NEVER, degraded_sweep_seconds=NEVER) as one,
        process(database_url, RedisBus(redis.url), sweep_seconds=NEVER, degraded_sweep_seconds=NEVER) as other,
    ):
        await eventually(lambda: one.hub.bus.prompt and other.hub.bus.prompt)
        session = await opened(one.store)
        async with reading(other.frames(session)) as stream:
            await stream.until(lambda stream: stream.of("history"))
            for number in range(50):
                await one.asks(session, str(number))
            await stream.until(has_entries(50))


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


async def test_a_thousand_readers_leave_nothing_behind(sqlite_url: str, redis: RedisServer) -> None:
    """Over a real Redis, on many sessions, opened and closed at once."""
    bus = RedisBus(redis.url)
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
        assert asyncio.all_tasks() == tasks
        mailbox = await one.hub.listen("confirmed last")
        count = await asyncio.to_thread(redis.command, "PUBSUB", "NUMSUB", f"sse:session:{sessions[0].name}")
        assert count.endswith(b":0")
        one.hub.leave(mailbox)


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
