"""What the services say of themselves, when all is well and when it is not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from tests.servers.deployment import Deployment, deployed
from tests.servers.people import EVENT_SECONDS, Json
from tests.servers.postgres_server import PostgresServer
from tests.servers.redis_server import RedisServer
from tests.servers.service import Service


@pytest.fixture(scope="module")
def deployment(postgres_server: PostgresServer, redis_server: RedisServer) -> Iterator[Deployment]:
    """A process for each service, on PostgreSQL and Redis."""
    with deployed(postgres_server.create_database(), redis_url=redis_server.url) as services:
        yield services


async def test_all_is_well(http: httpx.AsyncClient, deployment: Deployment) -> None:
    for answer in await _say(http, deployment, until="healthy"):
        assert answer.status_code == 200
        said = answer.json()
        assert set(said) == {"status", "database", "bus", "bus_kind", "version"}
        assert (said["database"], said["bus"], said["bus_kind"]) == ("ok", "ok", "redis")
        assert said["version"]


async def test_without_redis_it_is_degraded_and_works(
    http: httpx.AsyncClient, deployment: Deployment, redis_server: RedisServer
) -> None:
    await asyncio.to_thread(redis_server.stop)
    try:
        for answer in await _say(http, deployment, until="degraded"):
            assert answer.status_code == 200
            assert answer.json() == answer.json() | {"database": "ok", "bus": "degraded", "bus_kind": "redis"}
        assert (await http.post(deployment.chatbot_url + "/api/sessions", json={})).status_code == 201
    finally:
        await asyncio.to_thread(redis_server.start)
    await _say(http, deployment, until="healthy")


async def test_without_the_database_it_is_unhealthy_and_says_so(
    http: httpx.AsyncClient, deployment: Deployment, postgres_server: PostgresServer
) -> None:
    await asyncio.to_thread(postgres_server.stop)
    try:
        for answer in await _say(http, deployment, until="unhealthy"):
            assert answer.status_code == 503
            assert answer.json()["database"] == "down"
        refused = await http.post(deployment.chatbot_url + "/api/sessions", json={})
        assert refused.status_code == 503
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["retry-after"] == "1"
        assert refused.json()["code"] == "unavailable"
    finally:
        await asyncio.to_thread(postgres_server.start)
    await _say(http, deployment, until="healthy")
    assert (await http.post(deployment.chatbot_url + "/api/sessions", json={})).status_code == 201


async def test_one_process_without_redis_is_healthy(http: httpx.AsyncClient, sqlite_service: Service) -> None:
    for base in (sqlite_service.chatbot_url, sqlite_service.workbench_url):
        said: Json = (await http.get(base + "/api/health")).json()
        assert (said["status"], said["bus"], said["bus_kind"]) == ("healthy", "ok", "memory")


async def _say(http: httpx.AsyncClient, deployment: Deployment, *, until: str) -> list[httpx.Response]:
    """What each service says, at each of its addresses, as soon as it says `until`."""
    urls = [
        deployment.chatbot_url + "/api/health",
        deployment.workbench_url + "/api/health",
        deployment.workbench_url + "/workbench-api/health",
    ]
    answers = []
    async with asyncio.timeout(EVENT_SECONDS):
        for url in urls:
            while True:
                answer = await http.get(url)
                if answer.json()["status"] == until:
                    answers.append(answer)
                    break
                await asyncio.sleep(0.05)
    return answers
