"""A service that is restarted in order, under load: nobody who tries once more is refused."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.people.caller import ATTEMPT_SECONDS, bearer
from tests.chaos.people.wire import Connection, WireBroken
from tests.chaos.system.service import Service
from tests.servers.redis_server import RedisServer
from tests.servers.server_process import HOST

_CUSTOMERS = 12
_RESTARTS = 4

pytestmark = pytest.mark.timeout(180)


class _Customer:
    """Talks to one of two processes, and to the other one when the first does not answer: once, no more."""

    def __init__(self, services: list[Service], dice: random.Random) -> None:
        self._services = services
        self._dice = dice
        self._connections: dict[str, Connection] = {}
        self.said = 0
        self.repeated = 0
        self.failed: list[str] = []

    async def talk(self, restarted: asyncio.Event) -> None:
        opened = await self._ask("", "/api/sessions", {})
        name, token = opened["session_name"], opened["token"]
        await self._ask(token, "/api/manual/escalate", {"session_name": name})
        while not restarted.is_set():
            self.said += 1
            body = {"session_name": name, "role": "user", "content": "hello", "client_message_id": f"m.{self.said}"}
            await self._ask(token, "/api/manual/messages", body)
            await asyncio.sleep(0.01)

    async def _ask(self, token: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        first, second = self._dice.sample(self._services, 2)
        try:
            return await self._once(first, token, path, body)
        except (WireBroken, TimeoutError):
            self.repeated += 1
        try:
            return await self._once(second, token, path, body)
        except (WireBroken, TimeoutError) as error:
            self.failed.append(f"{path}: {type(error).__name__} {error}")
            return {}

    async def _once(self, service: Service, token: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        connection = self._connections.pop(service.name, None) or await Connection.open((HOST, service.port))
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                answer = await connection.request("POST", path, bearer(token), body)
            if answer.status >= 300:
                raise WireBroken(f"{answer.status} {answer.body!r}")
        except BaseException:
            connection.close()
            raise
        self._connections[service.name] = connection
        return answer.json()

    def hang_up(self) -> None:
        for connection in self._connections.values():
            connection.close()


async def test_no_request_fails_for_a_client_that_retries_once(
    tmp_path: Path, postgresql_url: str, redis_server: RedisServer
) -> None:
    environment = {"DATABASE_URL": postgresql_url, "REDIS_URL": redis_server.url}
    services = [Service(f"chatbot-{number}", "chatbot", tmp_path, environment) for number in (1, 2)]
    await asyncio.gather(*(service.start() for service in services))
    try:
        restarted = asyncio.Event()
        customers = [_Customer(services, random.Random(number)) for number in range(_CUSTOMERS)]
        talking = [asyncio.create_task(customer.talk(restarted)) for customer in customers]
        for number in range(_RESTARTS):
            await asyncio.sleep(0.5)
            await services[number % 2].stop()
            await services[number % 2].start()
        restarted.set()
        await asyncio.gather(*talking)
        for customer in customers:
            customer.hang_up()
    finally:
        await asyncio.gather(*(service.stop() for service in services))

    assert [failure for customer in customers for failure in customer.failed] == []
    assert sum(customer.said for customer in customers) > 500
    assert sum(customer.repeated for customer in customers) > 0
