"""What clients leave behind when they crash, come and go for a day, or stop reading: nothing."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.chaos.observed import Insides, Observed, Visitor, arrive, observed
from tests.chaos.people.caller import bearer
from tests.chaos.people.wire import Connection
from tests.servers.redis_server import RedisServer

_STREAMS = 1_000
_SESSIONS = 100
# A day of connecting and disconnecting, as fast as one process takes it.
_CHURN_SECONDS = 15.0
_CHURNERS = 20
# What Python's allocator and the database's caches may move by without anything being kept.
_FLAT_MEBIBYTES = 8.0
# What a service is about at any moment besides its streams: a sweep, a commit, a look for what was left over.
_OWN_TASKS = 5

_MESSAGE = "x" * 9_000
# Unread they are 6 MB, three times that as Python holds them.
_MESSAGES = 700
_STALLED_MEBIBYTES = 12.0
_SLOWEST_SECONDS = 5.0

# What a process listens to for itself.
_OWN_CHANNELS = 1

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def desk(tmp_path: Path, redis_server: RedisServer) -> AsyncIterator[Observed]:
    async with observed(tmp_path, redis_server) as running:
        yield running


async def test_a_thousand_streams_that_crash_at_once_leave_nothing(desk: Observed) -> None:
    visitors = [await arrive(desk.address) for _ in range(_SESSIONS)]
    # Once before, for what a service opens at its first rush and keeps (its connections to the database).
    for connection in await _open_streams(visitors):
        connection.close()
    before = await desk.until(lambda seen: seen.channels <= _OWN_CHANNELS)

    connections = await _open_streams(visitors)
    during = await desk.until(lambda seen: seen.channels >= _SESSIONS, 5)
    for connection in connections:
        connection.close()
    after = await desk.until(lambda seen: _same(seen, before))

    assert during.descriptors >= before.descriptors + _STREAMS
    assert during.channels == before.channels + _SESSIONS
    assert after.channels == before.channels
    assert after.descriptors <= before.descriptors + 2
    assert after.tasks <= before.tasks + _OWN_TASKS


async def test_a_day_of_connecting_and_disconnecting_leaves_memory_flat(desk: Observed) -> None:
    visitors = [await arrive(desk.address) for _ in range(_CHURNERS)]
    # As much before the measurement as during it: what grows once has grown by then.
    warm_up = await _churn(visitors, _CHURN_SECONDS / 2)
    before = await desk.until(lambda seen: seen.channels <= _OWN_CHANNELS, 5)

    connected = await _churn(visitors, _CHURN_SECONDS)
    after = await desk.until(lambda seen: _same(seen, before))

    assert connected > warm_up > 200
    assert after.channels == before.channels
    assert after.descriptors <= before.descriptors + 2
    assert after.tasks <= before.tasks + _OWN_TASKS
    assert after.mebibytes <= before.mebibytes + _FLAT_MEBIBYTES, (connected, before, after)


async def test_a_reader_that_stops_costs_little_hurts_nobody_and_catches_up(desk: Observed) -> None:
    visitor = await arrive(desk.address)
    await _escalate(visitor)
    stalled = await visitor.follow(receive_buffer=4096)
    plain = await visitor.follow()
    reading = asyncio.create_task(_read(plain, 2 * _MESSAGES + 1))
    # The first half fills every buffer that there is; what the second half costs grows with the timeline.
    await _say(visitor, range(_MESSAGES))
    before = desk.look()

    slowest = await _say(visitor, range(_MESSAGES, 2 * _MESSAGES))
    prompt = await asyncio.wait_for(reading, 10)
    during = desk.look()
    late = await asyncio.wait_for(_read(stalled, 2 * _MESSAGES + 1), 60)
    stalled.close()
    plain.close()

    assert during.mebibytes <= before.mebibytes + _STALLED_MEBIBYTES, (before, during)
    # The second entry, why a person is called, is for agents.
    assert prompt == late == [1, *range(3, 2 * _MESSAGES + 3)]
    assert slowest < _SLOWEST_SECONDS


async def _open_streams(visitors: list[Visitor]) -> list[Connection]:
    connections: list[Connection] = []
    for _ in range(_STREAMS // len(visitors)):
        connections += await asyncio.gather(*(visitor.follow() for visitor in visitors))
    return connections


def _same(seen: Insides, before: Insides) -> bool:
    return (
        seen.channels == before.channels
        and seen.descriptors <= before.descriptors + 2
        and seen.tasks <= before.tasks + _OWN_TASKS
    )


async def _churn(visitors: list[Visitor], seconds: float) -> int:
    """Open a stream, read its beginning, hang up: all of them, again and again; how often."""
    end = time.monotonic() + seconds

    async def one(visitor: Visitor) -> int:
        times = 0
        while time.monotonic() < end:
            connection = await visitor.follow(cursor=None if times % 2 else 0)
            if times % 3:
                async with contextlib.aclosing(connection.frames()) as frames:
                    await anext(frames)
            connection.close()
            times += 1
        return times

    return sum(await asyncio.gather(*(one(visitor) for visitor in visitors)))


async def _escalate(visitor: Visitor) -> None:
    connection = await Connection.open(visitor.address)
    body = {"session_name": visitor.name}
    answer = await connection.request("POST", "/api/manual/escalate", bearer(visitor.token), body)
    assert answer.status == 200
    connection.close()


async def _say(visitor: Visitor, numbers: range) -> float:
    """Say so many long things; how long the slowest of them took to be acknowledged."""
    connection = await Connection.open(visitor.address)
    slowest = 0.0
    for number in numbers:
        began = time.monotonic()
        body = {"session_name": visitor.name, "role": "user", "content": f"{number} {_MESSAGE}"}
        answer = await connection.request("POST", "/api/manual/messages", bearer(visitor.token), body)
        assert answer.status == 200, answer
        slowest = max(slowest, time.monotonic() - began)
    connection.close()
    return slowest


async def _read(connection: Connection, count: int) -> list[int]:
    """The numbers of the next so many entries."""
    found: list[int] = []
    async with contextlib.aclosing(connection.frames()) as frames:
        async for frame in frames:
            if frame.event["type"] == "history":
                found += [entry["seq"] for entry in frame.event["payload"]["messages"]]
            elif "seq" in frame.event:
                found.append(frame.event["seq"])
            if len(found) >= count:
                break
    return found
