"""The wire: the only place that writes and reads what goes over a stream or a bus.

A frame is one server-sent event (https://html.spec.whatwg.org/multipage/server-sent-events.html): an optional `id:`
line, one `data:` line of JSON, a blank line. JSON never holds a line break, so one line is enough.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from domain.entry import Audience
from domain.event import Event, EventType

# What a message may hold besides JSON's own types: legacy callers of the spec's functions pass what they have.
_OPTIONS = orjson.OPT_NON_STR_KEYS

_AI_DELTA = EventType.AI_DELTA.value
_AGENTS = Audience.AGENTS.value


class Delivery:
    """A message on its way to its listeners: encoded once, and looked into once, however many they are.

    `seq` is the number of the entry that it carries, if it carries one; `epoch` the one under which it was said, if it
    says one; `is_delta` whether it is a piece of what the AI is saying.
    """

    __slots__ = ("_for_agents", "data", "epoch", "frame", "is_delta", "message", "seq")

    def __init__(self, message: Mapping[str, Any], data: bytes, seq: int | None) -> None:
        payload = message.get("payload")
        self.message = message
        self.data = data
        self.frame = _framed(data, seq)
        self.seq = seq
        self.epoch: int | None = payload.get("epoch") if isinstance(payload, dict) else None
        self.is_delta = message.get("type") == _AI_DELTA
        self._for_agents = message.get("audience") == _AGENTS

    def visible_to(self, audience: Audience) -> bool:
        """Whether a reader of this audience may see it."""
        return not self._for_agents or audience is Audience.AGENTS

    def copy(self) -> dict[str, Any]:
        """The message as JSON has it, the same wherever it came from, for one reader to keep."""
        copy: dict[str, Any] = orjson.loads(self.data)
        return copy


def highest_seq(deliveries: Iterable[Delivery], least: int) -> int:
    """The highest `seq` of any of them, or `least` when it is higher."""
    for delivery in deliveries:
        if delivery.seq is not None and delivery.seq > least:
            least = delivery.seq
    return least


def delivery_of(message: Mapping[str, Any]) -> Delivery:
    """A message ready to send. `TypeError` when it holds something that JSON cannot."""
    data = orjson.dumps(message, default=str, option=_OPTIONS)
    seq = message.get("seq")
    if not _is_number(seq):
        seq = None
    return Delivery(message, data, seq)


def received(data: bytes) -> Delivery | None:
    """What came over a bus, or None when it is not a JSON object."""
    try:
        message = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(message, dict):
        return None
    seq = message.get("seq")
    if seq is not None and not _is_number(seq):
        return None
    # Somebody else's encoder may break lines between tokens; a frame's data line may not.
    if b"\n" in data or b"\r" in data:
        return delivery_of(message)
    return Delivery(message, data, seq)


def frame_of(event: Event, *, id: int | None = None) -> bytes:  # noqa: A002 - the protocol's own word
    """One event as a frame; `id` for an event that is no entry itself but stands for the timeline up to there."""
    return _framed(orjson.dumps(event.as_json(), option=_OPTIONS), event.seq if id is None else id)


def heartbeat() -> bytes:
    """Says that the connection stands. A comment would do for that, but a browser's EventSource hides comments, and
    then nobody can tell a silent line from a dead one.
    """
    return frame_of(Event(EventType.HEARTBEAT, {}, timestamp=time.time()))


def _is_number(value: object) -> bool:
    # JSON's true is no number, though Python's is.
    return isinstance(value, int) and not isinstance(value, bool)


def _framed(data: bytes, id: int | None) -> bytes:  # noqa: A002
    if id is None:
        return b"data: %b\n\n" % data
    return b"id: %d\ndata: %b\n\n" % (id, data)
