"""Everything that a process needs from outside, built in one place and closed in the reverse order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import structlog

from domain.ports import (
    Catalogue,
    Directory,
    Engine,
    FileReader,
    Knowledge,
    KnowledgeArchive,
    Lookups,
    OrderBook,
    Passwords,
    Regulator,
    Store,
    Tokens,
    Tracking,
)
from infrastructure.auth.passwords import Argon2Passwords
from infrastructure.auth.tokens import JwtTokens, Lifetimes
from infrastructure.bootstrap import sse
from infrastructure.bootstrap.database import open_database
from infrastructure.bootstrap.engines import EngineParts, build_engines
from infrastructure.bootstrap.knowledge import open_knowledge
from infrastructure.bootstrap.orders import open_shop
from infrastructure.bootstrap.redis import build_bus
from infrastructure.bootstrap.regulator import build_regulator
from infrastructure.bootstrap.settings import Settings
from infrastructure.bootstrap.urls import redacted_url
from infrastructure.knowledge.demo import load_entries
from infrastructure.knowledge.files.apart import FilesReadApart
from infrastructure.realtime.hub import Hub
from infrastructure.realtime.sweep import Sweep
from infrastructure.store.directory import SqlDirectory
from infrastructure.store.knowledge import SqlKnowledge
from infrastructure.store.store import SqlStore
from infrastructure.store.tries import SqlTries

log = structlog.get_logger("baton.runtime")

_DAY = 24 * 60 * 60

# Letting go of connections takes no longer; the process ends in any case.
_CLOSING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Runtime:
    """The adapters of one process. Both products share one when they run in one process."""

    settings: Settings
    store: Store
    directory: Directory
    hub: Hub
    tokens: Tokens
    passwords: Passwords
    orders: OrderBook
    lookups: Lookups
    catalogue: Catalogue
    tracking: Tracking
    # The one that answers, then those that stand in for it.
    engines: tuple[Engine, ...]
    knowledge: Knowledge
    archive: KnowledgeArchive
    files: FileReader
    regulator: Regulator

    @property
    def engine(self) -> Engine:
        """The one that answers."""
        return self.engines[0]


@asynccontextmanager
async def open_runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """Open the database (and bring its tables up to date), start the bus and the sweep; close it all at the end.

    `Misconfigured` when the tables are not up to date and `AUTO_MIGRATE` is off, `Unavailable` without a database.
    """
    hub = Hub(build_bus(settings), mailbox_capacity=settings.mailbox_size)
    passwords = Argon2Passwords()
    async with open_database(settings) as database, open_shop(settings, SqlTries(database), load_entries()) as shop:
        try:
            archive = SqlKnowledge(database)
            knowledge = await open_knowledge(settings, archive, hub)
            parts = EngineParts(settings, knowledge.base, database, shop.lookups, shop.catalogue)
            engines = build_engines(parts)
            # Its phrases take most of a second to read, in which nobody else should have to wait.
            regulator = await asyncio.to_thread(build_regulator, settings)
            store = SqlStore(database)
            sweep = Sweep(store, hub, seconds=settings.sweep_seconds, degraded_seconds=settings.degraded_sweep_seconds)
            hub.start()
            sse.use_hub(hub)
            names = [engine.name for engine in engines]
            log.info("runtime_open", database=redacted_url(settings.database_url), bus=hub.bus.kind, engines=names)
            # The first customer need not wait for the engines; nor need the start.
            async with (
                _closing(engines),
                background(sweep.run()),
                background(knowledge.run()),
                background(_prepare(engines)),
            ):
                yield Runtime(
                    settings,
                    store,
                    SqlDirectory(database),
                    hub,
                    JwtTokens(settings.signing_secret().get_secret_value(), _lifetimes(settings)),
                    passwords,
                    shop.orders,
                    shop.lookups,
                    shop.catalogue,
                    shop.tracking,
                    engines,
                    knowledge,
                    archive,
                    FilesReadApart(),
                    regulator,
                )
        finally:
            sse.use_hub(None)
            await hub.close()
            passwords.close()


@asynccontextmanager
async def background(work: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Task[None]]:
    """Run a task for as long as the block lasts."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _prepare(engines: Sequence[Engine]) -> None:
    """One that cannot makes up for it when it answers first, or fails then."""
    for engine in engines:
        try:
            await engine.prepare()
        except Exception as error:  # noqa: BLE001 - an engine may fail in any way, and the others are to be prepared
            log.warning("engine_not_prepared", engine=engine.name, error=type(error).__name__)


@asynccontextmanager
async def _closing(engines: Sequence[Engine]) -> AsyncIterator[None]:
    """Close the engines at the end; one that fails or hangs holds nobody up."""
    try:
        yield
    finally:
        for engine in engines:
            try:
                async with asyncio.timeout(_CLOSING_SECONDS):
                    await engine.close()
            except Exception as error:  # noqa: BLE001 - the end goes on, whatever an engine makes of it
                log.warning("engine_not_closed", engine=engine.name, error=type(error).__name__)


def _lifetimes(settings: Settings) -> Lifetimes:
    return Lifetimes(
        customer=settings.customer_token_days * _DAY,
        access=settings.access_token_minutes * 60,
        refresh=settings.refresh_token_days * _DAY,
        ticket=settings.stream_ticket_seconds,
    )
