"""What streams cost while nothing is said, what it takes to open them, and what it takes to start."""

from __future__ import annotations

import asyncio
import statistics
import time

from tests.bench.ground import Ground
from tests.bench.results import Measured

# What is loaded or allocated once is not a stream's.
_FIRST_STREAMS = 50
_SETTLE_SECONDS = 1.0


async def memory(ground: Ground) -> list[Measured]:
    """Memory for each idle stream, and connections to Redis."""
    plan = ground.plan
    found: list[Measured] = []
    async with ground.running(sessions=plan.many_streams) as running:
        await running.generator.open_streams(running.sessions[:_FIRST_STREAMS])
        await running.generator.close_streams()
        await asyncio.sleep(_SETTLE_SECONDS)
        before = running.memory()
        opened = 0
        for count in (plan.streams, plan.many_streams):
            await running.generator.open_streams(running.sessions[opened:count])
            opened = count
            await asyncio.sleep(_SETTLE_SECONDS)
            each = (running.memory() - before) / count
            found.append(Measured(f"memory per idle stream at {count:,}", "KiB", "lower", each))
        connections = running.redis_connections()
        found.append(Measured(f"Redis connections at {opened:,} streams", "count", "lower", connections))
    return found


async def connect(ground: Ground) -> list[Measured]:
    """All streams at once, as after a restart; Baton sends each its history, the peers have none."""
    plan = ground.plan
    async with ground.running(sessions=plan.streams) as running:
        times = []
        for _ in range(plan.repeats):
            times.append(await running.generator.open_streams(running.sessions, at_once=plan.streams))
            await running.generator.close_streams()
            await asyncio.sleep(_SETTLE_SECONDS)
    name = f"connect {plan.streams:,} streams, with {plan.history} entries of history where kept"
    return [Measured(name, "s", "lower", statistics.median(times))]


async def start(ground: Ground) -> list[Measured]:
    """From nothing to the first answer."""
    times = []
    for _ in range(ground.plan.repeats):
        async with ground.prepared(sessions=ground.plan.streams) as (peer, _redis):
            begin = time.monotonic()
            await asyncio.to_thread(peer.start)
            times.append(time.monotonic() - begin)
    return [Measured("cold start to first answered request", "s", "lower", statistics.median(times))]
