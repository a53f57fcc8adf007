"""Everything that a process needs from outside, built in one place and closed in the reverse order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import structlog

from domain.ports import Directory, Engine, OrderBook, Passwords, Store, Tokens
from infrastructure.ai.builtin import BuiltinEngine
from infrastructure.ai.retrieval.knowledge_base import KnowledgeBase
from infrastructure.auth.passwords import Argon2Passwords
from infrastructure.auth.tokens import JwtTokens, Lifetimes
from infrastructure.bootstrap import sse
from infrastructure.bootstrap.database import open_database
from infrastructure.bootstrap.redis import build_bus
from infrastructure.bootstrap.settings import Settings, redacted_url
from infrastructure.knowledge.demo import load_entries
from infrastructure.orders.demo import DemoOrderBook
from infrastructure.realtime.hub import Hub
from infrastructure.realtime.sweep import Sweep
from infrastructure.store.directory import SqlDirectory
from infrastructure.store.store import SqlStore

log = structlog.get_logger("baton.runtime")

_DAY = 24 * 60 * 60


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
    engine: Engine


@asynccontextmanager
async def open_runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """Open the database (and bring its tables up to date), start the bus and the sweep; close it all at the end.

    `Misconfigured` when the tables are not up to date and `AUTO_MIGRATE` is off, `Unavailable` without a database.
    """
    hub = Hub(build_bus(settings), mailbox_capacity=settings.mailbox_size)
    passwords = Argon2Passwords()
    async with open_database(settings) as database:
        try:
            orders = DemoOrderBook()
            knowledge = KnowledgeBase(load_entries())
            engine = BuiltinEngine(knowledge, orders)
            store = SqlStore(database)
            sweep = Sweep(store, hub, seconds=settings.sweep_seconds, degraded_seconds=settings.degraded_sweep_seconds)
            hub.start()
            sse.use_hub(hub)
            log.info("runtime_open", database=redacted_url(settings.database_url), bus=hub.bus.kind, engine=engine.name)
            # The first customer need not wait for the engine; nor need the start.
            async with background(sweep.run()), background(engine.prepare()):
                yield Runtime(
                    settings,
                    store,
                    SqlDirectory(database),
                    hub,
                    JwtTokens(settings.signing_secret().get_secret_value(), _lifetimes(settings)),
                    passwords,
                    orders,
                    engine,
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


def _lifetimes(settings: Settings) -> Lifetimes:
    return Lifetimes(
        customer=settings.customer_token_days * _DAY,
        access=settings.access_token_minutes * 60,
        refresh=settings.refresh_token_days * _DAY,
        ticket=settings.stream_ticket_seconds,
    )
