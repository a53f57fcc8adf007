"""What goes over the wire: an entry of a timeline, or something too fleeting to keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from domain.entry import Audience, Entry, EntryType, Source


class EventType(StrEnum):
    """Every type an event may have (design §3). The first six are entries and carry a `seq`."""

    NEW_MESSAGE = "new_message"
    MANUAL_MESSAGE = "manual_message"
    SYSTEM = "system"
    NOTE = "note"
    STATUS_CHANGE = "status_change"
    ASSIGNMENT = "assignment"
    CONNECTED = "connected"
    HISTORY = "history"
    SNAPSHOT = "snapshot"
    AI_DELTA = "ai_delta"
    TRANSFER_REQUEST = "transfer_request"
    TYPING = "typing"
    PRESENCE = "presence"
    READ = "read"
    QUEUE = "queue"
    RESET = "reset"
    HEARTBEAT = "heartbeat"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `timestamp` is Unix seconds; `seq` only on timeline entries."""

    type: EventType
    payload: Mapping[str, Any]
    timestamp: float
    source: Source = Source.SYSTEM
    session_name: str | None = None
    seq: int | None = None
    audience: Audience = Audience.EVERYONE

    def visible_to(self, audience: Audience) -> bool:
        """Whether a reader of this audience may see the event."""
        return audience is Audience.AGENTS or self.audience is Audience.EVERYONE

    def as_json(self) -> dict[str, Any]:
        """The event as the wire has it (design §3)."""
        message: dict[str, Any] = {
            "type": self.type.value,
            "payload": dict(self.payload),
            "timestamp": self.timestamp,
            "source": self.source.value,
        }
        if self.session_name is not None:
            message["session_name"] = self.session_name
        if self.seq is not None:
            message["seq"] = self.seq
        if self.audience is Audience.AGENTS:
            message["audience"] = self.audience.value
        return message


def event_of(entry: Entry) -> Event:
    """The event that carries `entry`."""
    payload: dict[str, Any] = {"role": entry.role.value, "epoch": entry.epoch, **entry.data}
    if entry.type in _PRIVATE:
        for key in _PRIVATE[entry.type]:
            payload.pop(key, None)
    if entry.content:
        payload["content"] = entry.content
    if entry.author is not None:
        payload["agent_id"] = entry.author.id
        payload["agent_name"] = entry.author.name
    if entry.client_message_id is not None:
        payload["client_message_id"] = entry.client_message_id
    return Event(
        type=EventType(entry.type.value),
        payload=payload,
        timestamp=entry.created_at,
        source=entry.source,
        session_name=entry.session_name,
        seq=entry.seq,
        audience=entry.audience,
    )


# What entries for everyone held before it was for agents only; databases still have it in old ones.
_PRIVATE = {
    EntryType.STATUS_CHANGE: ("severity", "rule", "matched_seq"),
    EntryType.NEW_MESSAGE: ("failed",),
}


def agent_target(agent_id: str) -> str:
    """The target of what concerns one agent (channel `sse:agent:{agent_id}`)."""
    return f"agent:{agent_id}"


# The target of what concerns every agent (channel `sse:broadcast`).
BROADCAST = "broadcast"
