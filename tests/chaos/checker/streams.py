"""Whether a stream told its session's timeline: everything, once, in order, and nothing that it should not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from tests.chaos.checker.findings import Event, Finding, Kind
from tests.chaos.histories import Record

# What agents write in notes (and nowhere else).
NOTE_MARK = "agents-only"
# What only agents are shown of a session.
_AGENTS_FIELDS = ("customer", "preview")


class StreamView:
    """One stream: the fold of its frames. `history` replaces, `reset` empties, what has a `seq` is appended."""

    def __init__(self, name: str, session: str, side: str) -> None:
        self._name = name
        self._session = session
        self._for_customer = side == "customer"
        self.entries: list[Event] = []
        self._last = 0
        self._begins_at = 1
        self._status = ""
        self._epoch = 0
        self._closed: Record | None = None
        self._begun = False

    def take(self, record: Record) -> Iterator[Finding]:
        """The next record of this stream."""
        if record["what"] == "frame":
            yield from self._frame(record["id"], record["event"])
            if self._for_customer:
                yield from self._leaks(record["event"])
        elif record["what"] == "deltas":
            yield from self._deltas(record)
        elif record["what"] == "closed":
            self._closed = record

    def compare(self, timeline: Sequence[Event]) -> Iterator[Finding]:
        """The end: what was told against what there is."""
        if not self._begun:
            yield self._finding(Kind.LOST, "the stream never began")
            return
        if self._closed is not None and self._fell_short(self._closed):
            yield self._finding(Kind.LOST, f"told up to {self._last}, never up to {self._closed['last_seq']}")
        is_final = self._closed is not None and self._closed["why"] == "end"
        expected = {
            event["seq"]: event
            for event in timeline
            if event["seq"] >= self._begins_at
            and (is_final or event["seq"] <= self._last)
            and not (self._for_customer and event.get("audience") == "agents")
        }
        told = {entry["seq"]: entry for entry in self.entries}
        if missing := sorted(expected.keys() - told.keys()):
            yield self._finding(Kind.LOST, f"never told seq {missing}")
        if extra := sorted(told.keys() - expected.keys()):
            yield self._finding(Kind.WRONG_VIEW, f"told seq {extra}, which the timeline does not have")
        for seq in sorted(expected.keys() & told.keys()):
            if essence(expected[seq]) != essence(told[seq]):
                yield self._finding(Kind.WRONG_VIEW, f"seq {seq} is not what the timeline says")

    @staticmethod
    def _fell_short(closed: Record) -> bool:
        """Whether a tab was closed without having seen everything, though there was time; once all faults are over
        there is no excuse.
        """
        reached = closed.get("reached", True)
        return reached is False or (reached is None and closed["why"] == "end")

    def _frame(self, identity: int | None, event: Event) -> Iterator[Finding]:
        kind, payload = event["type"], event["payload"]
        if kind in ("connected", "history") and "session" in payload:
            self._status = payload["session"]["status"]
            self._epoch = max(self._epoch, payload["session"]["epoch"])
        if kind == "history":
            yield from self._history(identity, payload)
        elif kind == "reset":
            self.entries.clear()
            self._last = 0
        elif "seq" in event:
            yield from self._entry(identity, event)

    def _history(self, identity: int | None, payload: dict[str, Any]) -> Iterator[Finding]:
        self._begun = True
        self.entries = list(payload["messages"])
        numbers = [entry["seq"] for entry in self.entries]
        if numbers != sorted(set(numbers)):
            yield self._finding(Kind.OUT_OF_ORDER, f"history holds {numbers}")
        if identity is None or (numbers and identity < numbers[-1]):
            yield self._finding(Kind.WRONG_VIEW, f"history up to {numbers[-1:]} has id {identity}")
        self._begins_at = numbers[0] if payload["has_more"] else 1
        self._last = identity or 0

    def _entry(self, identity: int | None, event: Event) -> Iterator[Finding]:
        seq = event["seq"]
        if identity != seq:
            yield self._finding(Kind.WRONG_VIEW, f"seq {seq} came with id {identity}")
        if seq <= self._last:
            is_known = any(entry["seq"] == seq for entry in self.entries)
            yield self._finding(Kind.DOUBLED if is_known else Kind.OUT_OF_ORDER, f"seq {seq} after {self._last}")
            return
        self.entries.append(event)
        self._last = seq
        self._epoch = max(self._epoch, event["payload"].get("epoch", 0))
        if event["type"] == "status_change":
            self._status = event["payload"]["status"]

    def _deltas(self, record: Record) -> Iterator[Finding]:
        if self._status != "bot_active" or record["epoch"] < self._epoch:
            state = f"{self._status}, epoch {self._epoch}"
            yield self._finding(
                Kind.BOT_OVER_PERSON, f"{record['count']} deltas of epoch {record['epoch']} while {state}"
            )

    def _leaks(self, event: Event) -> Iterator[Finding]:
        session = event["payload"].get("session")
        agents_fields = [field for field in _AGENTS_FIELDS if isinstance(session, dict) and field in session]
        if agents_fields:
            yield self._finding(Kind.LEAKED, f"{event['type']} shows {agents_fields}")
        if is_for_agents(event):
            yield self._finding(Kind.LEAKED, f"{event['type']}, seq {event.get('seq')}")

    def _finding(self, kind: Kind, detail: str) -> Finding:
        return Finding(kind, self._session, self._name, detail)


def is_for_agents(value: Any) -> bool:
    """Whether there is anything in it, however deep, that only agents may see."""
    return NOTE_MARK in (text := json.dumps(value)) or '"audience": "agents"' in text or '"type": "note"' in text


def essence(event: Event) -> dict[str, Any]:
    """What must be the same wherever an entry is told. A member that is null may as well be missing."""
    payload = {key: value for key, value in event["payload"].items() if value is not None}
    return {key: event.get(key) for key in ("seq", "type", "timestamp", "source", "audience")} | {"payload": payload}
