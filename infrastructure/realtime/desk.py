"""Following the desk: an agent's own stream. A snapshot, then summaries; reconnecting is just a new snapshot."""

from __future__ import annotations

import time
from typing import Any

from domain.entry import Audience
from domain.event import BROADCAST, Event, EventType, agent_target
from domain.ports import SessionQuery, Store
from domain.session import Status
from domain.view import session_view
from infrastructure.realtime.hub import Hub
from infrastructure.realtime.reader import Reader
from infrastructure.realtime.wire import Delivery, frame_of

# More waiting sessions than a screen can show; the list pages through the rest.
SNAPSHOT_SESSIONS = 500


class DeskReader(Reader):
    """A reader of what concerns one agent: `connected`, `snapshot`, then what changes."""

    __slots__ = ("_agent_id", "_store")

    def __init__(self, store: Store, hub: Hub, agent_id: str, *, heartbeat_seconds: float) -> None:
        super().__init__(hub, agent_target(agent_id), BROADCAST, heartbeat_seconds=heartbeat_seconds)
        self._store = store
        self._agent_id = agent_id

    async def _first(self) -> bytes:
        connected = _frame(EventType.CONNECTED, agent_id=self._agent_id, heartbeat_seconds=self._heartbeat_seconds)
        return connected + await self._missing()

    def _frames_of(self, delivery: Delivery) -> bytes:
        return delivery.frame

    async def _missing(self) -> bytes:
        waiting = await self._store.search(
            SessionQuery(statuses=frozenset({Status.PENDING_MANUAL}), limit=SNAPSHOT_SESSIONS)
        )
        own = await self._store.search(
            SessionQuery(statuses=frozenset({Status.MANUAL_LIVE}), agent_id=self._agent_id, limit=SNAPSHOT_SESSIONS)
        )
        sessions = [session_view(session, Audience.AGENTS) for session in (*waiting.sessions, *own.sessions)]
        return _frame(EventType.SNAPSHOT, sessions=sessions)


def _frame(type: EventType, **payload: Any) -> bytes:  # noqa: A002
    return frame_of(Event(type, payload, timestamp=time.time()))
