"""The database as the settings say, ready to use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import Misconfigured
from infrastructure.bootstrap.settings import Settings
from infrastructure.store.engine import open_engine
from infrastructure.store.migrate import migrate, pending


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """The database with its tables up to date.

    `Misconfigured` when they are not and `AUTO_MIGRATE` is off; `Unavailable` when the database does not answer.
    """
    _make_folder(settings.database_url)
    database = open_engine(settings.database_url, sqlite_full_sync=settings.sqlite_full_sync)
    try:
        if settings.auto_migrate:
            await migrate(database)
        elif await pending(database):
            raise Misconfigured(
                "The database's tables are not up to date: run baton migrate, or set AUTO_MIGRATE=true."
            )
        yield database
    finally:
        await database.dispose()


def _make_folder(database_url: str) -> None:
    """An SQLite file's folder, so that a first start needs no preparation."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).absolute().parent.mkdir(parents=True, exist_ok=True)
