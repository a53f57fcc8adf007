"""The safety net: one task a process that finds in the database what no announcement brought."""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from domain.entry import Audience
from domain.event import BROADCAST, event_of
from domain.ports import Store
from domain.session import Session
from domain.view import queue_event
from infrastructure.realtime.hub import Hub
from infrastructure.realtime.wire import delivery_of

log = structlog.get_logger(__name__)

# By primary key, this many names to a query: well below every database's limit on parameters.
NAMES_PER_QUERY = 500
# What one follower may miss before it is told to read on by itself.
ENTRIES_PER_SESSION = 200
# Changed sessions told to agents at one turn.
SESSIONS_PER_TURN = 500
# A row is stamped when its transaction writes and seen when it commits; no transaction here takes nearly so long.
OVERLAP_SECONDS = 5.0


class Sweep:
    """Seldom while the bus is prompt, several times a second while it is not, and at once when it comes back."""

    def __init__(self, store: Store, hub: Hub, *, seconds: float, degraded_seconds: float) -> None:
        self._store = store
        self._hub = hub
        self._seconds = seconds
        self._degraded_seconds = degraded_seconds
        self._since: float | None = None
        # Summaries told within the overlap, so that the same change is not told at every turn.
        self._told: dict[str, tuple[int, float]] = {}

    async def run(self) -> None:
        """For ever; survives whatever the database does."""
        loop = asyncio.get_running_loop()
        swept = loop.time()
        failing = False
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._degraded_seconds):
                    await self._hub.doubt.wait()
            in_doubt = failing or self._hub.doubt.is_set() or not self._hub.bus.prompt
            if not in_doubt and loop.time() - swept < self._seconds:
                continue
            self._hub.doubt.clear()
            try:
                await self.once()
                failing = False
            except Exception as error:  # noqa: BLE001 - a safety net that is gone would be missed too late
                if not failing:
                    log.warning("sweep_failed", error=type(error).__name__)
                failing = True
            swept = loop.time()

    async def once(self) -> None:
        """Bring everybody here up to date."""
        await self._sessions()
        if self._hub.listeners(BROADCAST):
            await self._queue()
        else:
            self._since = None

    async def _sessions(self) -> None:
        followed = self._hub.sessions()
        for start in range(0, len(followed), NAMES_PER_QUERY):
            last_seqs = await self._store.last_seqs(followed[start : start + NAMES_PER_QUERY])
            for name, last_seq in last_seqs.items():
                await self._bring(name, last_seq)

    async def _bring(self, name: str, last_seq: int) -> None:
        """What there is up to `last_seq`, to those listeners of a session who have not heard of it."""
        behind = {
            mailbox: mailbox.heard
            for mailbox in self._hub.listeners(name)
            if mailbox.heard is not None and mailbox.heard < last_seq
        }
        if not behind:
            return
        first = min(behind.values())
        entries = await self._store.entries_after(name, first, audience=Audience.AGENTS, limit=ENTRIES_PER_SESSION)
        deliveries = [delivery_of(event_of(entry).as_json()) for entry in entries]
        for mailbox in behind:
            if len(deliveries) == ENTRIES_PER_SESSION:
                mailbox.overflow()
            else:
                mailbox.offer(deliveries)

    async def _queue(self) -> None:
        now = await self._store.now()
        # The first who listens may have come right after the turn before.
        since = now - self._seconds if self._since is None else self._since
        moment = since - OVERLAP_SECONDS
        changed = await self._store.changed_since(moment, limit=SESSIONS_PER_TURN)
        for session in changed:
            self._tell(session)
        if len(changed) == SESSIONS_PER_TURN and changed[-1].updated_at > moment:
            # There may be more: the next turn goes on from there, and comes at once.
            self._since = changed[-1].updated_at + OVERLAP_SECONDS
            self._hub.doubt.set()
        else:
            self._since = now
        self._told = {name: stamp for name, stamp in self._told.items() if stamp[1] >= now - 2 * OVERLAP_SECONDS}

    def _tell(self, session: Session) -> None:
        stamp = (session.last_seq, session.updated_at)
        if self._told.get(session.name) == stamp:
            return
        self._told[session.name] = stamp
        self._hub.deliver(BROADCAST, delivery_of(queue_event(session).as_json()))
