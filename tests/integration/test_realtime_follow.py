"""Following: how a stream begins and goes on, what it shows to whom, and what it does in silence."""

from __future__ import annotations

import asyncio
import itertools
import time
from contextlib import AsyncExitStack
from typing import Any

import pytest

from domain.entry import Audience, Source
from domain.errors import SessionNotFound
from domain.event import Event, EventType
from infrastructure.realtime.bus import MemoryBus
from infrastructure.realtime.follow import PAGE_ENTRIES
from services import handoff
from tests.integration.desk import ALICE, answers, claimed
from tests.integration.following import (
    NO_HEARTBEAT,
    Process,
    WatchedStore,
    Wire,
    has_entries,
    has_told,
    opened,
    process,
    reading,
    timeline,
    told,
    two,
)

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
