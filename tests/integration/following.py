"""Processes and readers for tests of the realtime part: what a service would be, without HTTP."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.entry import Audience
from domain.ports import Store
from domain.session import Assignee, Session
from domain.step import Appended
from infrastructure.bootstrap.runtime import background
from infrastructure.realtime.bus import Bus
from infrastructure.realtime.follow import follow
from infrastructure.realtime.hub import Hub
from infrastructure.realtime.sweep import Sweep
from infrastructure.store.engine import open_engine
from infrastructure.store.store import SqlStore
from services.conversation import post_customer_message, post_note
from services.desk import Desk
from tests.integration.desk import ALICE, fresh
from tests.servers.people import Stream

# A test that waits longer than this for anything has found a fault.
PATIENCE_SECONDS = 30.0
# What no test waits for.
NO_HEARTBEAT = 600.0


class Frames(Stream):
    """What a generator of frames tells, read in the background and checked to be well-formed."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: list[float] = []

    async def tell(self, frames: AsyncGenerator[bytes, None]) -> None:
        """Read until the frames end."""
        async for chunk in frames:
            text = chunk.decode()
            assert text.endswith("\n\n")
            for frame in text[:-2].split("\n\n"):
                *ids, data = frame.split("\n")
                assert data.startswith("data: ")
                self.ids += [int(line.removeprefix("id: ")) for line in ids]
                self.events.append(json.loads(data.removeprefix("data: ")))
                self.arrived.append(time.monotonic())
            self._news.set()
        self.ended = True
        self._news.set()


@asynccontextmanager
async def reading(frames: AsyncGenerator[bytes, None]) -> AsyncIterator[Frames]:
    """The frames, read for as long as the block lasts; what they raise is raised at its end."""
    stream = Frames()
    task = asyncio.create_task(stream.tell(frames))
    try:
        yield stream
    finally:
        task.cancel()
        await asyncio.wait([task])
        await frames.aclose()
    if not task.cancelled():
        task.result()


@dataclass(frozen=True, slots=True)
class Process:
    """What one process has: a store of its own on the common database, a hub, and a sweep that runs."""

    store: Store
    hub: Hub

    @property
    def desk(self) -> Desk:
        return Desk(self.store, self.hub)

    async def asks(self, session: Session | str, text: str = "Where is my order?") -> Appended:
        """The customer writes through this process."""
        return await post_customer_message(self.desk, named(session), text, client_message_id=None)

    async def notes(self, session: Session | str, text: str = "for us", by: Assignee = ALICE) -> Appended:
        """An agent notes something through this process."""
        return await post_note(self.desk, named(session), by, text, client_message_id=None)

    def frames(
        self,
        session: Session | str,
        *,
        audience: Audience = Audience.AGENTS,
        cursor: int | None = None,
        heartbeat_seconds: float = NO_HEARTBEAT,
    ) -> AsyncGenerator[bytes, None]:
        return follow(
            self.store,
            self.hub,
            named(session),
            audience=audience,
            heartbeat_seconds=heartbeat_seconds,
            cursor=cursor,
        )


@asynccontextmanager
async def process(
    database_url: str,
    bus: Bus,
    *,
    sweep_seconds: float = 5.0,
    degraded_sweep_seconds: float = 0.25,
    mailbox_capacity: int = 256,
    make_store: Callable[[AsyncEngine], Store] = SqlStore,
) -> AsyncIterator[Process]:
    """A process at work, on a connection of its own to the database."""
    engine = open_engine(database_url)
    try:
        async with running(
            make_store(engine), bus, sweep_seconds, degraded_sweep_seconds, mailbox_capacity=mailbox_capacity
        ) as one:
            yield one
    finally:
        await engine.dispose()


@asynccontextmanager
async def running(
    store: Store,
    bus: Bus,
    sweep_seconds: float = 5.0,
    degraded_sweep_seconds: float = 0.25,
    *,
    mailbox_capacity: int = 256,
) -> AsyncIterator[Process]:
    """A process on a store that is there."""
    hub = Hub(bus, mailbox_capacity=mailbox_capacity)
    hub.start()
    sweep = Sweep(store, hub, seconds=sweep_seconds, degraded_seconds=degraded_sweep_seconds)
    try:
        async with background(sweep.run()):
            yield Process(store, hub)
    finally:
        await hub.close()


async def opened(store: Store) -> Session:
    """A new session without a message."""
    return await store.open(fresh())


async def eventually(holds: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until something holds that nobody announces."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - for what has no event
            await asyncio.sleep(0.01)


async def timeline(store: Store, session: Session | str) -> list[tuple[int, Any]]:
    """Number and text of every entry, as the database has them."""
    entries = await store.entries_after(named(session), 0, audience=Audience.AGENTS, limit=100_000)
    return [(entry.seq, entry.content) for entry in entries]


def told(stream: Stream) -> list[tuple[int, Any]]:
    """The same as a stream has told it."""
    return [(entry["seq"], entry["payload"].get("content", "")) for entry in stream.entries]


def named(session: Session | str) -> str:
    return session if isinstance(session, str) else session.name
