"""Services whose insides can be watched from outside: descriptors, memory, tasks, subscriptions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.chaos.people.caller import bearer
from tests.chaos.people.wire import Address, Connection
from tests.chaos.system.service import Service
from tests.servers.redis_server import RedisServer
from tests.servers.server_process import HOST

MEBIBYTE = 2**20
_LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Insides:
    """What a process holds at a moment. `channels` counts Redis channels that anybody is subscribed to."""

    descriptors: int
    tasks: int
    channels: int
    mebibytes: float


@dataclass(frozen=True, slots=True)
class Observed:
    """A chatbot on SQLite and Redis, by itself."""

    service: Service
    redis: RedisServer
    tasks: Path

    @property
    def address(self) -> Address:
        return HOST, self.service.port

    def look(self) -> Insides:
        process = psutil.Process(self.service.process.pid)
        return Insides(
            descriptors=process.num_fds(),
            tasks=int(self.tasks.read_text()),
            channels=int(self.redis.command("PUBSUB", "CHANNELS").partition(b"\r\n")[0].removeprefix(b"*")),
            mebibytes=process.memory_info().rss / MEBIBYTE,
        )

    async def until(self, satisfied: Callable[[Insides], bool], seconds: float = 20.0) -> Insides:
        """The insides as soon as they satisfy, or as they are after so long."""
        for _ in range(int(seconds / _LOOK_SECONDS)):
            if satisfied(self.look()):
                break
            await asyncio.sleep(_LOOK_SECONDS)
        return self.look()


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a session."""

    address: Address
    name: str
    token: str

    async def follow(self, *, receive_buffer: int | None = None, cursor: int | None = None) -> Connection:
        """An open stream, of which the head has been read."""
        connection = await Connection.open(self.address, receive_buffer=receive_buffer)
        headers = bearer(self.token) | ({} if cursor is None else {"Last-Event-ID": str(cursor)})
        refused = await connection.begin("GET", f"/api/sessions/{self.name}/events", headers)
        assert refused is None, refused
        return connection


async def arrive(address: Address) -> Visitor:
    """Open a session."""
    connection = await Connection.open(address)
    answer = await connection.request("POST", "/api/sessions", {}, {"language": "en"})
    connection.close()
    opened = answer.json()
    return Visitor(address, opened["session_name"], opened["token"])


@asynccontextmanager
async def observed(folder: Path, redis: RedisServer) -> AsyncIterator[Observed]:
    """A running chatbot."""
    tasks = folder / "tasks"
    tasks.write_text("0")
    environment = {
        "DATABASE_URL": f"sqlite:///{folder}/baton.db",
        "REDIS_URL": redis.url,
        "TASKS_FILE": str(tasks),
        "HEARTBEAT_SECONDS": "15",
    }
    service = Service("chatbot", "chatbot", folder, environment, module="tests.chaos.observed_service")
    await service.start()
    try:
        yield Observed(service, redis, tasks)
    finally:
        await service.stop()
