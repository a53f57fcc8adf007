"""What the tests of the HTTP interfaces and of the realtime part ask for, and servers for a test to stop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

from infrastructure.realtime.bus import MemoryBus
from infrastructure.store.store import SqlStore
from tests.integration.following import Process, running
from tests.integration.served import Desk, open_desk
from tests.servers.people import web
from tests.servers.postgres_server import PostgresServer
from tests.servers.redis_server import RedisServer
from tests.servers.service import Service

_Server = TypeVar("_Server", PostgresServer, RedisServer, Service)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """What people reach the services with."""
    async with web() as client:
        yield client


@pytest.fixture(scope="session")
def sqlite_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Both services in one process, on SQLite."""
    yield from _started(Service("serve", database_url=f"sqlite:///{_database(tmp_path_factory)}"))


@pytest.fixture(scope="session")
def postgresql_service(postgres_server: PostgresServer) -> Iterator[Service]:
    """The same on PostgreSQL."""
    yield from _started(Service("serve", database_url=postgres_server.create_database()))


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest) -> Service:
    """The same on each database."""
    found: Service = request.getfixturevalue(f"{request.param}_service")
    return found


@pytest.fixture
async def desk(http: httpx.AsyncClient, service: Service) -> Desk:
    """A session in which a person serves."""
    return await open_desk(http, service)


@pytest.fixture
async def sqlite_desk(http: httpx.AsyncClient, sqlite_service: Service) -> Desk:
    """The same on one database, for what never reaches it."""
    return await open_desk(http, sqlite_service)


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis of this test's own, to be stopped, paused and emptied."""
    yield from _started(RedisServer())


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL of this test's own: others would not like to see it die."""
    yield from _started(PostgresServer())


@pytest.fixture
async def alone(store: SqlStore) -> AsyncIterator[Process]:
    """One process on the memory bus."""
    async with running(store, MemoryBus()) as one:
        yield one


def _started(server: _Server) -> Iterator[_Server]:
    try:
        server.start()
        yield server
    finally:
        server.close()


def _database(folders: pytest.TempPathFactory) -> Path:
    return folders.mktemp("service") / "baton.db"
