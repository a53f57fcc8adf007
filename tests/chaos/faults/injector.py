"""Carries a plan out, and writes down what it did."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing

from tests.chaos.faults.plan import Fault
from tests.chaos.histories import History
from tests.chaos.people.cast import Cast
from tests.chaos.system.deployment import Deployment
from tests.servers.redis_server import RedisServer

# How long Redis' return is waited for before the run says that it did not happen.
_RETURN_SECONDS = 15.0


class Injector:
    """One run's faults."""

    def __init__(self, deployment: Deployment, cast: Cast, history: History) -> None:
        self._deployment = deployment
        self._cast = cast
        self._history = history
        # What is shared goes down and comes back once at a time.
        self._redis_lock = asyncio.Lock()
        self._postgres_lock = asyncio.Lock()
        self._service_locks = {service.name: asyncio.Lock() for service in deployment.services}
        self._kinds: dict[str, Callable[[Fault], Awaitable[str | None]]] = {
            "kill": self._kill,
            "freeze": self._freeze,
            "graceful_restart": self._graceful_restart,
            "redis_stop": self._redis_stop,
            "redis_restart": self._redis_restart,
            "redis_flush": self._redis_flush,
            "redis_client_kill": self._redis_client_kill,
            "redis_stall": self._redis_stall,
            "postgresql_restart": self._postgresql_restart,
            "postgresql_crash": self._postgresql_crash,
            "sqlite_lock": self._sqlite_lock,
            "proxy_cut": self._proxy_cut,
            "proxy_delay": self._proxy_delay,
            "proxy_black_hole": self._proxy_black_hole,
            "proxy_half_close": self._proxy_half_close,
            "two_takeovers": lambda _: self._cast.duel(),
            "takeover_mid_reply": lambda _: self._cast.interrupt(),
            "stalled_reader": lambda fault: self._cast.stall(fault.seconds),
            "clock_jump": self._clock_jump,
        }

    async def carry_out(self, plan: list[Fault]) -> None:
        """Everything at its time; returns when the last one is over."""
        async with asyncio.TaskGroup() as work:
            for fault in plan:
                work.create_task(self._one(fault), name=f"fault {fault.kind}")

    async def _one(self, fault: Fault) -> None:
        await asyncio.sleep(max(0.0, fault.at - self._history.now()))
        began = self._history.now()
        detail = await self._kinds[fault.kind](fault)
        self._history.note("fault", **fault.as_json(), began=began, ended=self._history.now(), detail=detail or "")

    async def _kill(self, fault: Fault) -> None:
        async with self._service_locks[fault.target]:
            service = self._deployment.service(fault.target)
            await service.kill()
            await asyncio.sleep(fault.seconds)
            await service.start()

    async def _freeze(self, fault: Fault) -> None:
        async with self._service_locks[fault.target]:
            await self._deployment.service(fault.target).freeze(fault.seconds)

    async def _graceful_restart(self, fault: Fault) -> None:
        async with self._service_locks[fault.target]:
            service = self._deployment.service(fault.target)
            await service.stop()
            await service.start()

    async def _redis_stop(self, fault: Fault) -> None:
        async with self._redis_lock:
            began = self._history.now()
            await asyncio.to_thread(self._redis.kill)
            await asyncio.sleep(fault.seconds)
            await asyncio.to_thread(self._redis.start)
            await self._back_since(began, fault.kind)

    async def _redis_restart(self, fault: Fault) -> None:
        async with self._redis_lock:
            began = self._history.now()
            await asyncio.to_thread(self._redis.restart)
            await self._back_since(began, fault.kind)

    async def _redis_flush(self, fault: Fault) -> None:
        async with self._redis_lock:
            await asyncio.to_thread(self._redis.flush)

    async def _redis_client_kill(self, fault: Fault) -> None:
        async with self._redis_lock:
            for kind in ("normal", "pubsub"):
                await asyncio.to_thread(self._redis.command, "CLIENT", "KILL", "TYPE", kind)

    async def _redis_stall(self, fault: Fault) -> None:
        async with self._redis_lock:
            began = self._history.now()
            self._redis.pause()
            try:
                await asyncio.sleep(fault.seconds)
            finally:
                self._redis.resume()
            await self._back_since(began, fault.kind)

    async def _postgresql_restart(self, fault: Fault) -> None:
        assert self._deployment.postgres is not None
        async with self._postgres_lock:
            await asyncio.to_thread(self._deployment.postgres.restart)

    async def _postgresql_crash(self, fault: Fault) -> None:
        postgres = self._deployment.postgres
        assert postgres is not None
        async with self._postgres_lock:
            await asyncio.to_thread(postgres.kill)
            await asyncio.sleep(fault.seconds)
            await asyncio.to_thread(postgres.start)

    async def _sqlite_lock(self, fault: Fault) -> None:
        """Somebody else writes for a long time."""
        path = self._deployment.database_url.partition(":///")[2]
        with closing(sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)) as connection:
            await asyncio.to_thread(connection.execute, "BEGIN IMMEDIATE")
            await asyncio.sleep(fault.seconds)
            connection.execute("ROLLBACK")

    async def _proxy_cut(self, fault: Fault) -> None:
        self._deployment.proxies[fault.target].cut()

    async def _proxy_delay(self, fault: Fault) -> None:
        await self._deployment.proxies[fault.target].slow(fault.seconds, fault.amount)

    async def _proxy_black_hole(self, fault: Fault) -> None:
        await self._deployment.proxies[fault.target].black_hole(fault.seconds)

    async def _proxy_half_close(self, fault: Fault) -> None:
        self._deployment.proxies[fault.target].half_close()

    async def _clock_jump(self, fault: Fault) -> None:
        self._deployment.service(fault.target).shift_clock(fault.amount)

    @property
    def _redis(self) -> RedisServer:
        assert self._deployment.redis is not None
        return self._deployment.redis

    async def _back_since(self, away_since: float, after: str) -> None:
        """Redis is back: how long until every process uses it again."""
        back = self._history.now()
        self._history.note("redis_away", began=away_since, ended=back, after=after)
        for service in self._deployment.services:
            # One that has a fault of its own at this moment would only tell of that.
            while self._history.now() - back < _RETURN_SECONDS and not self._service_locks[service.name].locked():
                health = await asyncio.to_thread(service.health)
                if health.get("bus") == "ok":
                    break
                await asyncio.sleep(0.05)
        self._history.note("redis_used", after=after, seconds=round(self._history.now() - back, 3))
