"""Following a session: everything on its timeline, once, in order, from a cursor on and live; and what is fleeting.

join the hub (the bus confirms) ──▶ replay from the store ──▶ live
                                                               │ a number was sent before: drop
                                                               │ a number is missing: read on from the store
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from domain.entry import Audience
from domain.event import Event, EventType, event_of
from domain.ports import Store
from domain.session import Session
from domain.view import session_view
from infrastructure.realtime.hub import Hub
from infrastructure.realtime.reader import Reader
from infrastructure.realtime.wire import Delivery, delivery_of, frame_of

# Half a thousand messages are more than anybody scrolls at first sight; older ones are paged.
HISTORY_ENTRIES = 500
# One read of the store when catching up: large enough for few round trips, small enough for bounded memory.
PAGE_ENTRIES = 200


class SessionReader(Reader):
    """A reader of one session.

    Without a cursor it begins with `connected` and `history`; with one it goes on after it; beyond the timeline it
    sends `reset` and the history. It ends after an entry for which `until` holds. `begin` raises `SessionNotFound` and
    `Unavailable`; nothing is raised later.
    """

    __slots__ = ("_audience", "_cursor", "_epoch", "_name", "_sent", "_store", "_until")

    def __init__(
        self,
        store: Store,
        hub: Hub,
        name: str,
        *,
        audience: Audience,
        heartbeat_seconds: float,
        cursor: int | None = None,
        until: Callable[[Mapping[str, Any]], bool] | None = None,
    ) -> None:
        super().__init__(hub, name, heartbeat_seconds=heartbeat_seconds)
        self._store = store
        self._name = name
        self._audience = audience
        self._cursor = cursor
        self._until = until
        # The number sent last, and the epoch as the reader knows it.
        self._sent = 0
        self._epoch = 0

    async def _first(self) -> bytes:
        session = await self._store.get(self._name)
        connected = self._frame(
            EventType.CONNECTED,
            session=session_view(session, self._audience),
            last_seq=session.last_seq,
            heartbeat_seconds=self._heartbeat_seconds,
        )
        cursor = self._cursor
        if cursor is not None and cursor <= session.last_seq:
            self._sent, self._epoch = cursor, session.epoch
            return connected + await self._missing()
        reset = b"" if cursor is None else self._frame(EventType.RESET, last_seq=session.last_seq)
        return connected + reset + await self._history(session)

    def _frames_of(self, delivery: Delivery) -> bytes:
        seq = delivery.seq
        if seq is None:
            return delivery.frame if self._still_true(delivery) else b""
        if seq == self._sent + 1:
            return self._pass(delivery, seq)
        if seq > self._sent:
            # Some are missing. The store has them, and this one.
            self._fall_behind()
        return b""

    async def _missing(self) -> bytes:
        entries = await self._store.entries_after(self._name, self._sent, audience=Audience.AGENTS, limit=PAGE_ENTRIES)
        frames = b"".join([self._pass(delivery_of(event_of(entry).as_json()), entry.seq) for entry in entries])
        if len(entries) == PAGE_ENTRIES:
            self._fall_behind()
        elif not self._behind:
            self.heard = self._sent
        return frames

    def _pass(self, delivery: Delivery, seq: int) -> bytes:
        """The next entry in order."""
        if self._finished:
            return b""
        self._sent = seq
        if delivery.epoch is not None:
            self._epoch = max(self._epoch, delivery.epoch)
        if not delivery.visible_to(self._audience):
            return b""
        if self._until is not None:
            self._finished = self._until(delivery.message)
        return delivery.frame

    def _still_true(self, delivery: Delivery) -> bool:
        """Whether something fleeting may pass: AI text only under the epoch that the reader knows of."""
        if delivery.is_delta and (delivery.epoch != self._epoch or self._behind):
            return False
        return delivery.visible_to(self._audience)

    async def _history(self, session: Session) -> bytes:
        entries = await self._store.latest_entries(self._name, audience=self._audience, limit=HISTORY_ENTRIES)
        # For a customer the last entries may be hidden.
        self._sent = max(session.last_seq, entries[-1].seq if entries else 0)
        if self._sent > session.last_seq:
            # The timeline has grown since the session was read, which must not be shown as older than its entries.
            session = await self._store.get(self._name)
        self._epoch = session.epoch
        if not self._behind:
            self.heard = self._sent
        event = Event(
            EventType.HISTORY,
            {
                "messages": [event_of(entry).as_json() for entry in entries],
                "has_more": len(entries) == HISTORY_ENTRIES and entries[0].seq > 1,
                "session": session_view(session, self._audience),
            },
            timestamp=time.time(),
            session_name=self._name,
        )
        return frame_of(event, id=self._sent)

    def _frame(self, type: EventType, **payload: Any) -> bytes:  # noqa: A002
        return frame_of(Event(type, payload, timestamp=time.time(), session_name=self._name))
