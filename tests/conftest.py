"""What every suite may ask for: real servers, and a migrated store on each database that Baton runs on."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from infrastructure.store.engine import open_engine
from infrastructure.store.migrate import migrate
from infrastructure.store.store import SqlStore
from tests.servers.postgres_server import PostgresServer
from tests.servers.redis_server import RedisServer


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A running Redis. A test that stops or pauses it starts it again before it ends."""
    server = RedisServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL. A test that stops it starts it again before it ends."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def sqlite_url(tmp_path: Path, _migrated_sqlite: Path) -> str:
    """A migrated SQLite database of this test's own."""
    path = tmp_path / "baton.db"
    shutil.copyfile(_migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgres_server: PostgresServer, _migrated_postgresql: str) -> Iterator[str]:
    """A migrated PostgreSQL database of this test's own."""
    url = postgres_server.create_database(template=_migrated_postgresql)
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of this test's own, once on each of the two systems."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on `database_url`."""
    engine = open_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def store(database: AsyncEngine) -> SqlStore:
    """A store on `database_url`."""
    return SqlStore(database)


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # Migrated once and copied: what each test needs is a fresh database, not another run of the migrations.
    path = tmp_path_factory.mktemp("template") / "baton.db"
    asyncio.run(_migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def _migrated_postgresql(postgres_server: PostgresServer) -> str:
    url = postgres_server.create_database()
    asyncio.run(_migrate(url))
    return url.rpartition("/")[2]


async def _migrate(url: str) -> None:
    engine = open_engine(url)
    try:
        await migrate(engine)
    finally:
        await engine.dispose()
