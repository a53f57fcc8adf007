"""What the tests of the whole ask for: people, databases, and deployments that several modules share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from typing import Literal

import httpx
import pytest

from tests.servers.deployment import Deployment, deployed
from tests.servers.people import web
from tests.servers.postgres_server import PostgresServer
from tests.servers.redis_server import RedisServer

System = Literal["sqlite", "postgresql"]
FreshDatabase = Callable[[System], str]

# Short, so that tests need not wait: heartbeats, and how long a dead process keeps its right to answer.
HURRIED = {"HEARTBEAT_SECONDS": "0.5", "REPLY_LEASE_SECONDS": "1"}


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """What people reach the services with."""
    async with web() as client:
        yield client


@pytest.fixture(scope="session")
def fresh_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FreshDatabase:
    """Makes an empty database; the services migrate it."""
    numbers = count(1)

    def make(system: System) -> str:
        if system == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('database')}/baton-{next(numbers)}.db"
        server: PostgresServer = request.getfixturevalue("postgres_server")
        return server.create_database()

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def deployment(request: pytest.FixtureRequest) -> Deployment:
    """Two chatbots, a workbench and Redis, on each database. Whoever stops a service starts it again."""
    services: Deployment = request.getfixturevalue(f"{request.param}_deployment")
    return services


@pytest.fixture(scope="session")
def sqlite_deployment(fresh_database: FreshDatabase, redis_server: RedisServer) -> Iterator[Deployment]:
    """The one on SQLite."""
    with deployed(fresh_database("sqlite"), redis_url=redis_server.url, chatbots=2, environment=HURRIED) as services:
        yield services


@pytest.fixture(scope="session")
def postgresql_deployment(fresh_database: FreshDatabase, redis_server: RedisServer) -> Iterator[Deployment]:
    """The one on PostgreSQL."""
    with deployed(
        fresh_database("postgresql"), redis_url=redis_server.url, chatbots=2, environment=HURRIED
    ) as services:
        yield services
