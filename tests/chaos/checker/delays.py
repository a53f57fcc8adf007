"""How long a message took from its last sending to another process's stream: while healthy, while Redis is away.

Counted from sending, not from the acknowledgement, so the service's own time is in it. Not counted are messages that
took more than one attempt, streams that were not open all the while, and whatever falls into another fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.chaos.histories import Record

# These hinder nobody, or (a reader that stalls) one stream, which is left out by itself.
_HARMLESS = frozenset({"two_takeovers", "takeover_mid_reply", "clock_jump", "stalled_reader"})
_REDIS = frozenset({"redis_stop", "redis_stall", "redis_restart", "redis_flush", "redis_client_kill"})
# So long after a fault clients are still reconnecting.
_AFTERMATH_SECONDS = 1.5


@dataclass(slots=True)
class Delays:
    """Seconds, one for each message and stream."""

    healthy: list[float] = field(default_factory=list)
    redis_away: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Window:
    """`target` is empty when it concerns everybody."""

    since: float
    until: float
    target: str


@dataclass(frozen=True, slots=True)
class _Sent:
    at: float
    via: str
    attempts: int


def measure(histories: Iterable[tuple[str, Sequence[Record]]]) -> Delays:
    """The delays of a whole run."""
    histories = list(histories)
    sent = {
        record["id"]: _Sent(record["sent_at"], record["via"], record["attempts"])
        for _, records in histories
        for record in records
        if record["what"] == "acked"
    }
    faults = [record for _, records in histories for record in records]
    windows = _Windows([record for record in faults if record["what"] in ("fault", "redis_away")])
    delays = Delays()
    for _, records in histories:
        _one_person(records, sent, windows, delays)
    return delays


def percentiles(seconds: Sequence[float]) -> dict[str, float | int]:
    """In milliseconds."""
    ordered = sorted(seconds)
    found: dict[str, float | int] = {"count": len(ordered)}
    for name, part in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)):
        if ordered:
            found[name] = round(ordered[min(len(ordered) - 1, int(part * len(ordered)))] * 1000, 1)
    return found


class _Windows:
    """When what was going on, and for whom."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._away = [(record["began"], record["ended"]) for record in records if record["what"] == "redis_away"]
        faults = [record for record in records if record["what"] == "fault" and record["kind"] not in _HARMLESS]
        self._redis = [_window(record) for record in faults if record["kind"] in _REDIS]
        self._others = [_window(record) for record in faults if record["kind"] not in _REDIS]

    def is_healthy(self, since: float, until: float, doors: frozenset[str]) -> bool:
        return not _meet(self._redis + self._others, since, until, doors)

    def is_redis_away(self, since: float, until: float, doors: frozenset[str]) -> bool:
        """Redis was away when the message was sent, and nothing else was wrong."""
        is_away = any(begin <= since <= end for begin, end in self._away)
        return is_away and not _meet(self._others, since, until, doors)


def _window(fault: Record) -> _Window:
    return _Window(fault["began"], fault["ended"] + _AFTERMATH_SECONDS, fault["target"])


def _meet(windows: Sequence[_Window], since: float, until: float, doors: frozenset[str]) -> bool:
    return any(
        window.since <= until and since <= window.until and (not window.target or window.target in doors)
        for window in windows
    )


def _one_person(records: Sequence[Record], sent: Mapping[str, _Sent], windows: _Windows, delays: Delays) -> None:
    open_since: dict[str, tuple[float, str]] = {}
    for record in records:
        what, stream = record["what"], record.get("stream", "")
        if what == "opened":
            open_since[stream] = (record["at"], record["via"])
        elif what in ("broken", "ended", "stalled"):
            open_since.pop(stream, None)
        elif what == "frame" and stream in open_since:
            since, via = open_since[stream]
            message = sent.get(record["event"]["payload"].get("client_message_id", ""))
            if message is None or message.attempts > 1 or message.via == via or message.at < since:
                continue
            delay, doors = record["at"] - message.at, frozenset({message.via, via})
            if windows.is_healthy(message.at, record["at"], doors):
                delays.healthy.append(delay)
            elif windows.is_redis_away(message.at, record["at"], doors):
                delays.redis_away.append(delay)
