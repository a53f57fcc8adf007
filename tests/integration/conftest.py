"""What the tests of the HTTP interfaces ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.served import Desk, open_desk
from tests.servers.people import web
from tests.servers.postgres_server import PostgresServer
from tests.servers.service import Service


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """What people reach the services with."""
    async with web() as client:
        yield client


@pytest.fixture(scope="session")
def sqlite_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Both services in one process, on SQLite."""
    yield from _serving(f"sqlite:///{_database(tmp_path_factory)}")


@pytest.fixture(scope="session")
def postgresql_service(postgres_server: PostgresServer) -> Iterator[Service]:
    """The same on PostgreSQL."""
    yield from _serving(postgres_server.create_database())


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest) -> Service:
    """The same on each database."""
    running: Service = request.getfixturevalue(f"{request.param}_service")
    return running


@pytest.fixture
async def desk(http: httpx.AsyncClient, service: Service) -> Desk:
    """A session in which a person serves."""
    return await open_desk(http, service)


@pytest.fixture
async def sqlite_desk(http: httpx.AsyncClient, sqlite_service: Service) -> Desk:
    """The same on one database, for what never reaches it."""
    return await open_desk(http, sqlite_service)


def _serving(database_url: str) -> Iterator[Service]:
    service = Service("serve", database_url=database_url)
    try:
        service.start()
        yield service
    finally:
        service.close()


def _database(folders: pytest.TempPathFactory) -> Path:
    return folders.mktemp("service") / "baton.db"
