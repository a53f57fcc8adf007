"""The ground on which a peer is measured: fresh servers, a filled database, a load generator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.databases import Databases, System, session_names
from tests.bench.generator import LoadGenerator
from tests.bench.peers.peer import Peer, Scene
from tests.bench.plan import Plan
from tests.bench.profiling import profiled
from tests.servers.redis_server import RedisServer

# A server that computes for less than this share of the time rests.
_RESTING_LOAD = 0.1
_LOOK_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Running:
    """A peer that serves, and the load generator that speaks to it."""

    peer: Peer
    redis: RedisServer
    generator: LoadGenerator
    sessions: list[str]
    profiles: Path | None

    def profiled(self, name: str, seconds: float) -> AbstractAsyncContextManager[None]:
        """Sample the serving process while the block runs, if profiles are wanted."""
        return profiled(self.peer.pid, self.profiles, f"{self.peer.name}-{name}", seconds)

    def memory(self) -> float:
        """KiB that the serving process and its children hold; what several share counts in shares."""
        return sum(float(process.memory_full_info().pss) for process in self._serving()) / 1024

    def cpu_seconds(self) -> float:
        """How long the serving process and its children have computed so far."""
        times = [process.cpu_times() for process in self._serving()]
        return sum(float(time.user + time.system) for time in times)

    async def settle(self, seconds: float) -> None:
        """Wait until the server rests, at most so long: one that has just started still prepares itself."""
        for _ in range(round(seconds / _LOOK_SECONDS)):
            before = self.cpu_seconds()
            await asyncio.sleep(_LOOK_SECONDS)
            if self.cpu_seconds() - before < _RESTING_LOAD * _LOOK_SECONDS:
                return

    def _serving(self) -> list[psutil.Process]:
        parent = psutil.Process(self.peer.pid)
        return [parent, *parent.children(recursive=True)]

    def redis_connections(self) -> int:
        """How many connections the Redis has, without the one that asks."""
        lines = self.redis.command("INFO", "clients").decode().splitlines()
        (count,) = (line.partition(":")[2] for line in lines if line.startswith("connected_clients:"))
        return int(count) - 1


class Ground:
    """Where one kind of peer is measured."""

    def __init__(self, make: type[Peer], plan: Plan, databases: Databases, profiles: Path | None = None) -> None:
        self.peer = make
        self.plan = plan
        self._databases = databases
        self._profiles = profiles

    @property
    def keeps(self) -> bool:
        """Whether the peer keeps messages: the others have no use for a database."""
        return self.peer.name == "baton"

    @asynccontextmanager
    async def running(
        self, *, sessions: int, history: int | None = None, system: System = "sqlite"
    ) -> AsyncIterator[Running]:
        """The peer, started anew with so many sessions of so many entries each."""
        async with self.prepared(sessions=sessions, history=history, system=system) as (peer, redis):
            await asyncio.to_thread(peer.start)
            await asyncio.to_thread(peer.start_publisher)
            async with LoadGenerator.of(peer) as generator:
                running = Running(peer, redis, generator, session_names(sessions), self._profiles)
                await running.settle(self.plan.settle_seconds)
                yield running

    @asynccontextmanager
    async def prepared(
        self, *, sessions: int, history: int | None = None, system: System = "sqlite"
    ) -> AsyncIterator[tuple[Peer, RedisServer]]:
        """The same, not started yet."""
        url = ""
        if self.keeps:
            entries = self.plan.history if history is None else history
            url = await self._databases.filled(system, sessions=sessions, history=entries)
        redis = RedisServer()
        try:
            await asyncio.to_thread(redis.start)
            peer = self.peer(Scene(redis, url))
            try:
                yield peer, redis
            finally:
                await asyncio.to_thread(peer.close)
        finally:
            redis.close()
