"""Append, announce, follow and sweep in whatever order Hypothesis thinks of: each reader is told each entry, once.

Two processes share one store. Between them is a bus that loses, repeats and reorders what it likes. Everything is begun
and left to run a turn of the event loop at a time, so that it is in the middle of itself when the next thing begins:
appends, readers that come, stall, go and come back with a cursor, sweeps, a database that is away. In the end, after
one sweep, every reader's view is the timeline.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from domain.entry import Audience
from domain.errors import Conflict, Unavailable
from domain.session import Assignee, Customer, Language, Session, Status
from infrastructure.realtime.bus import Receive, Recovered
from infrastructure.realtime.follow import SessionReader
from infrastructure.realtime.hub import Hub
from infrastructure.realtime.sweep import Sweep
from services.conversation import open_session, post_customer_message, post_note
from services.desk import Desk
from services.handoff import release, take_over
from tests.fakes.store import MemoryStore

_MINA = Assignee("a_mina", "Mina")
# So small that overflowing it is part of every other story.
_CAPACITY = 3


class _LossyBus:
    """Keeps what is published until the machine says what becomes of it."""

    kind: Literal["redis"] = "redis"
    prompt = True

    def __init__(self) -> None:
        self.published: list[tuple[str, bytes]] = []
        self.receive: Receive = lambda _messages: None

    def start(self, receive: Receive, _recovered: Recovered) -> None:
        self.receive = receive

    def publish(self, channel: str, data: bytes) -> None:
        self.published.append((channel, data))

    def subscribe(self, _channel: str) -> None:
        """Nothing to wait for."""

    def unsubscribe(self, _channel: str) -> None:
        """Nothing to do."""

    async def flush(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do."""


class _Process:
    """A hub with its bus and its sweep, on the common store."""

    def __init__(self, store: MemoryStore) -> None:
        self.bus = _LossyBus()
        self.hub = Hub(self.bus, mailbox_capacity=_CAPACITY)
        self.hub.start()
        self.desk = Desk(store, self.hub)
        self.sweep = Sweep(store, self.hub, seconds=5, degraded_seconds=0.25)


@dataclass(eq=False)
class _Tab:
    """What one client was told, through all of its connections. While `stalls` holds, its connection takes nothing."""

    audience: Audience
    process: _Process
    told: list[int] = field(default_factory=list)
    stalls: asyncio.Future[None] | None = None
    reader: SessionReader | None = None
    disorder: list[str] = field(default_factory=list)

    began: bool = False
    seen: int = 0

    async def connect(self, store: MemoryStore, name: str) -> None:
        reader = self.reader = SessionReader(
            store,
            self.process.hub,
            name,
            audience=self.audience,
            heartbeat_seconds=1_000,
            cursor=self.seen if self.began else None,
        )
        try:
            first = await reader.begin()
        except Unavailable:
            self.reader = None
            return
        if self.reader is reader:
            self.take(first)
            reader.attach(self.write, lambda: None)
        else:
            # The client went before the answer came.
            reader.close()

    def write(self, frames: bytes) -> Awaitable[None] | None:
        self.take(frames)
        return self.stalls

    def take(self, frames: bytes) -> None:
        for frame in frames.split(b"\n\n")[:-1]:
            identity, _, data = frame.rpartition(b"data: ")
            event = json.loads(data)
            if event["type"] == "history":
                self.began = True
                self.told = [entry["seq"] for entry in event["payload"]["messages"]]
            elif "seq" in event:
                if event["seq"] <= self.seen:
                    self.disorder.append(f"{event['seq']} after {self.seen}")
                self.told.append(event["seq"])
            if identity:
                self.seen = int(identity.removeprefix(b"id: "))

    def resume(self) -> None:
        if self.stalls is not None:
            self.stalls.set_result(None)
            self.stalls = None

    def disconnect(self) -> None:
        self.resume()
        if self.reader is not None:
            self.reader.close()
            self.reader = None


class ProtocolMachine(RuleBasedStateMachine):
    """The rules are what may happen next; time is whatever Hypothesis chooses."""

    tabs = Bundle("tabs")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.store = MemoryStore()
        self.all_tabs: list[_Tab] = []
        self.begun: set[asyncio.Task[None]] = set()
        self.said = 0

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do it to its end."""
        return self.loop.run_until_complete(work)

    def begin(self, work: Coroutine[Any, Any, Any]) -> None:
        """Begin it, and let everybody run for one turn."""
        self.begun.add(self.loop.create_task(_whatever_comes(work)))
        self.run(asyncio.sleep(0))

    @initialize()
    def open(self) -> None:
        async def make() -> list[_Process]:
            return [_Process(self.store), _Process(self.store)]

        self.processes = self.run(make())
        session = self.run(open_session(self.processes[0].desk, language=Language.ENGLISH, customer=Customer()))
        self.name: str = session.name

    @rule(process=st.integers(0, 1))
    def say(self, process: int) -> None:
        self.said += 1
        desk = self.processes[process].desk
        self.begin(post_customer_message(desk, self.name, f"message {self.said}", client_message_id=f"m{self.said}"))

    @rule(process=st.integers(0, 1))
    def write_note(self, process: int) -> None:
        desk = self.processes[process].desk
        self.begin(post_note(desk, self.name, _MINA, "a note", client_message_id=None))

    @rule(process=st.integers(0, 1))
    def change_hands(self, process: int) -> None:
        desk, session = self.processes[process].desk, self._session()
        if session.status is Status.MANUAL_LIVE:
            self.begin(release(desk, self.name, by=_MINA, may_override=False))
        else:
            self.begin(take_over(desk, self.name, _MINA))

    @rule(target=tabs, process=st.integers(0, 1), audience=st.sampled_from(Audience))
    def open_tab(self, process: int, audience: Audience) -> _Tab:
        tab = _Tab(audience, self.processes[process])
        self.all_tabs.append(tab)
        self.begin(tab.connect(self.store, self.name))
        return tab

    @rule(tab=tabs)
    def lose_connection(self, tab: _Tab) -> None:
        self.begin(_calling(tab.disconnect))

    @rule(tab=tabs, process=st.integers(0, 1))
    def reconnect(self, tab: _Tab, process: int) -> None:
        if tab.reader is None:
            tab.process = self.processes[process]
            self.begin(tab.connect(self.store, self.name))

    @rule(tab=tabs)
    def stop_reading(self, tab: _Tab) -> None:
        if tab.stalls is None and tab.reader is not None:
            tab.stalls = self.loop.create_future()

    @rule(tab=tabs)
    def read_on(self, tab: _Tab) -> None:
        self.begin(_calling(tab.resume))

    @rule(process=st.integers(0, 1), place=st.integers(0, 7), times=st.integers(0, 2))
    def carry(self, process: int, place: int, times: int) -> None:
        """One of the messages on the bus, in whatever order: lost, delivered, or delivered twice."""
        published = self.processes[process].bus.published
        if published:
            channel, data = published.pop(place % len(published))
            for _ in range(times):
                self.begin(_calling(lambda: self.processes[1 - process].bus.receive([(channel, data)])))

    @rule(process=st.integers(0, 1))
    def sweep(self, process: int) -> None:
        self.begin(self.processes[process].sweep.once())

    @rule(turns=st.integers(1, 3))
    def lose_database(self, turns: int) -> None:
        self.store.down = True
        for _ in range(turns):
            self.run(asyncio.sleep(0))
        self.store.down = False

    @rule(turns=st.integers(1, 5))
    def wait(self, turns: int) -> None:
        for _ in range(turns):
            self.run(asyncio.sleep(0))

    @invariant()
    def nobody_is_told_anything_twice_or_out_of_order(self) -> None:
        for tab in self.all_tabs:
            assert tab.disorder == []
            assert tab.told == sorted(set(tab.told))

    @invariant()
    def what_was_told_has_no_hole(self) -> None:
        for tab in self.all_tabs:
            assert tab.told == self._visible(tab)[: len(tab.told)]

    def teardown(self) -> None:
        """Everybody reads, everybody is connected, each process sweeps once: everybody knows everything."""
        if hasattr(self, "processes"):
            self.run(self._finish())
            for tab in self.all_tabs:
                assert tab.told == self._visible(tab), (tab.told, self._visible(tab))
                tab.disconnect()
            self.run(asyncio.sleep(0))
        self.loop.close()

    async def _finish(self) -> None:
        await asyncio.gather(*self.begun)
        for tab in self.all_tabs:
            tab.resume()
            if tab.reader is None:
                await tab.connect(self.store, self.name)
        await _settled(self.loop)
        for process in self.processes:
            await process.sweep.once()
        await _settled(self.loop)

    def _session(self) -> Session:
        return self.store.session(self.name)

    def _visible(self, tab: _Tab) -> list[int]:
        return [entry.seq for entry in self.store.timeline(self.name) if entry.visible_to(tab.audience)]


async def _settled(loop: asyncio.AbstractEventLoop) -> None:
    """Until every recovery has ended; one that met a dead database sleeps a quarter of a second."""
    while recovering := [task for task in asyncio.all_tasks(loop) if task.get_name().startswith("recover")]:
        await asyncio.wait(recovering, timeout=1)


async def _whatever_comes(work: Coroutine[Any, Any, Any]) -> None:
    """What fails leaves nothing behind; others were faster, or the database was away."""
    with contextlib.suppress(Unavailable, Conflict):
        await work


async def _calling(work: Callable[[], object]) -> None:
    work()


TestProtocol = ProtocolMachine.TestCase
TestProtocol.settings = settings(
    max_examples=400, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
