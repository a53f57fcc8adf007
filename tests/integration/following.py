"""Processes, their readers and what connects them, for tests of the realtime part: a service, without HTTP."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.entry import Audience, Entry
from domain.errors import Unavailable
from domain.ports import SessionPage, SessionQuery, Store
from domain.session import Assignee, Session
from domain.step import Appended
from infrastructure.bootstrap.runtime import background
from infrastructure.realtime.bus import Bus, Receive, Recovered
from infrastructure.realtime.hub import Hub
from infrastructure.realtime.sweep import Sweep
from infrastructure.store.engine import open_engine
from infrastructure.store.store import SqlStore
from services.conversation import post_customer_message, post_note
from services.desk import Desk
from tests.integration.desk import ALICE, fresh
from tests.integration.pulled import follow
from tests.servers.people import Stream

# A test that waits longer than this for anything has found a fault.
PATIENCE_SECONDS = 30.0
# What no test waits for.
NO_HEARTBEAT = 600.0
# Turns off whatever would repair something that a test wants repaired otherwise.
NEVER = 3600.0


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


class Wire:
    """What the busses of one test are connected by: it loses, doubles, delays and reorders as its dice say."""

    def __init__(self, *, lost: float = 0.0, doubled: float = 0.0, delayed: float = 0.0) -> None:
        self._lost, self._doubled, self._delayed = lost, doubled, delayed
        self._dice = random.Random(4711)
        self._ends: list[WireBus] = []

    def bus(self) -> WireBus:
        end = WireBus(self)
        self._ends.append(end)
        return end

    def carry(self, sender: WireBus, channel: str, data: bytes) -> None:
        for end in self._ends:
            if end is sender or self._dice.random() < self._lost:
                continue
            for _ in range(2 if self._dice.random() < self._doubled else 1):
                late = self._dice.random() * 0.05 if self._dice.random() < self._delayed else 0.0
                asyncio.get_running_loop().call_later(late, end.hear, channel, data)


class WireBus:
    """One end of a wire. It says that it is prompt, whatever it does."""

    kind: Literal["memory"] = "memory"
    prompt = True

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._receive: Receive | None = None
        self.subscribed: set[str] = set()
        self.deaf = False

    def start(self, receive: Receive, recovered: Recovered) -> None:
        self._receive = receive

    def publish(self, channel: str, data: bytes) -> None:
        self._wire.carry(self, channel, data)

    def subscribe(self, channel: str) -> None:
        self.subscribed.add(channel)

    def unsubscribe(self, channel: str) -> None:
        self.subscribed.discard(channel)

    async def flush(self) -> None:
        pass

    async def close(self) -> None:
        self._receive = None

    def hear(self, channel: str, data: bytes) -> None:
        if self._receive is not None and channel in self.subscribed and not self.deaf:
            self._receive([(channel, data)])


class WatchedStore(SqlStore):
    """A store that may be away, counts its reads, and lets something happen before the history is read."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine)
        self.away = False
        self.broken = False
        self.reads = 0
        self.before_history: Callable[[], Any] | None = None

    async def entries_after(self, name: str, seq: int, *, audience: Audience, limit: int) -> list[Entry]:
        self._must_answer()
        self.reads += 1
        return await super().entries_after(name, seq, audience=audience, limit=limit)

    async def latest_entries(
        self, name: str, *, audience: Audience, limit: int, before: int | None = None
    ) -> list[Entry]:
        if self.before_history is not None:
            await self.before_history()
        return await super().latest_entries(name, audience=audience, limit=limit, before=before)

    async def last_seqs(self, names: Sequence[str]) -> dict[str, int]:
        self._must_answer()
        return await super().last_seqs(names)

    async def search(self, query: SessionQuery) -> SessionPage:
        self._must_answer()
        return await super().search(query)

    def _must_answer(self) -> None:
        if self.away:
            raise Unavailable("The database does not answer.")
        if self.broken:
            raise RuntimeError("something that nobody thought of")


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


@asynccontextmanager
async def two(database_url: str, wire: Wire, *, sweep_seconds: float = NEVER) -> AsyncIterator[tuple[Process, Process]]:
    """Two processes on one database, connected by a wire."""
    async with (
        process(database_url, wire.bus(), sweep_seconds=sweep_seconds) as one,
        process(database_url, wire.bus(), sweep_seconds=sweep_seconds) as other,
    ):
        yield one, other


async def opened(store: Store) -> Session:
    """A new session without a message."""
    return await store.open(fresh())


async def eventually(holds: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until something holds that nobody announces."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - for what has no event
            await asyncio.sleep(0.01)


async def turns(one: Process, count: int) -> None:
    """Let the sweep of a process make some turns, which is seen by what it asks for."""
    store = one.store
    assert isinstance(store, WatchedStore)
    asked = 0
    ask = store.last_seqs

    async def counted(names: Sequence[str]) -> dict[str, int]:
        nonlocal asked
        asked += 1
        return await ask(names)

    store.last_seqs = counted  # type: ignore[method-assign]
    await eventually(lambda: asked > count)
    store.last_seqs = ask  # type: ignore[method-assign]


async def timeline(store: Store, session: Session | str) -> list[tuple[int, Any]]:
    """Number and text of every entry, as the database has them."""
    entries = await store.entries_after(named(session), 0, audience=Audience.AGENTS, limit=100_000)
    return [(entry.seq, entry.content) for entry in entries]


def told(stream: Stream) -> list[tuple[int, Any]]:
    """The same as a stream has told it."""
    return [(entry["seq"], entry["payload"].get("content", "")) for entry in stream.entries]


def has_entries(count: int) -> Callable[[Stream], bool]:
    """Whether a stream has told so many entries, or more."""
    return lambda stream: len(stream.entries) >= count


def has_told(text: str) -> Callable[[Stream], bool]:
    """Whether a stream has told of a message."""
    return lambda stream: text in stream.texts


def named(session: Session | str) -> str:
    return session if isinstance(session, str) else session.name
