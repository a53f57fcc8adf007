"""Whether a timeline, straight from the database, is one that the rules allow. The rules are written out here anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tests.chaos.checker.findings import Finding, Kind
from tests.chaos.histories import Record

# (state, action) → state, as the drawing in the design has it.
_ARROWS = {
    ("bot_active", "escalate"): "pending_manual",
    ("bot_active", "takeover"): "manual_live",
    ("pending_manual", "takeover"): "manual_live",
    ("manual_live", "release"): "bot_active",
    ("bot_active", "close"): "closed",
    ("pending_manual", "close"): "closed",
    ("manual_live", "close"): "closed",
    ("closed", "reopen"): "bot_active",
}
# Who may say what in which state; notes and system notices may stand anywhere.
_MAY_SAY = {
    ("new_message", "user"): {"bot_active"},
    ("new_message", "assistant"): {"bot_active"},
    ("manual_message", "user"): {"pending_manual", "manual_live"},
    ("manual_message", "agent"): {"manual_live"},
}


def check_timeline(session: Record, entries: Sequence[Record]) -> Iterator[Finding]:
    """Everything that is wrong with one session's rows."""
    yield from _numbers(session, entries)
    yield from _identities(session, entries)
    yield from _Story(session).read(entries)


def unanswered(session: Record, entries: Sequence[Record]) -> Iterator[Finding]:
    """A question to the AI that nothing followed: no answer and no change of hands."""
    waiting = None
    for entry in entries:
        if (entry["type"], entry["role"]) == ("new_message", "user"):
            waiting = entry["seq"]
        elif entry["role"] == "assistant" or entry["type"] == "status_change":
            waiting = None
    if waiting is not None:
        yield Finding(Kind.UNANSWERED, session["name"], "timeline", f"seq {waiting} has no answer")


def _numbers(session: Record, entries: Sequence[Record]) -> Iterator[Finding]:
    name = session["name"]
    numbers = [entry["seq"] for entry in entries]
    if numbers != sorted(numbers):
        yield Finding(Kind.OUT_OF_ORDER, name, "timeline", f"numbers {numbers}")
    for number, times in Counter(numbers).items():
        if times > 1:
            yield Finding(Kind.DOUBLED, name, "timeline", f"seq {number} stands there {times} times")
    missing = set(range(1, session["last_seq"] + 1)) - set(numbers)
    if missing:
        yield Finding(Kind.LOST, name, "timeline", f"no entry has seq {sorted(missing)}")
    beyond = [number for number in numbers if number > session["last_seq"]]
    if beyond:
        yield Finding(Kind.FORBIDDEN, name, "timeline", f"seq {beyond} beyond last_seq {session['last_seq']}")


def _identities(session: Record, entries: Sequence[Record]) -> Iterator[Finding]:
    identities = Counter(entry["client_message_id"] for entry in entries if entry["client_message_id"])
    for identity, times in identities.items():
        if times > 1:
            yield Finding(Kind.DOUBLED, session["name"], "timeline", f"{identity} was kept {times} times")
    replies = Counter(entry["data"]["reply_id"] for entry in entries if "reply_id" in entry["data"])
    for reply, times in replies.items():
        if times > 1:
            yield Finding(Kind.DOUBLED, session["name"], "timeline", f"reply {reply} was kept {times} times")


class _Story:
    """Reads a timeline from its beginning, knowing who speaks for us at each point."""

    def __init__(self, session: Record) -> None:
        self._session = session
        self._status = "bot_active"
        self._agent: str | None = None
        self._epoch = 1

    def read(self, entries: Sequence[Record]) -> Iterator[Finding]:
        for entry in entries:
            yield from self._epochs(entry)
            if entry["type"] == "status_change":
                yield from self._change(entry)
            elif entry["type"] == "assignment":
                yield from self._assignment(entry)
            else:
                yield from self._said(entry)
        if (self._status, self._agent) != (self._session["status"], self._session["agent_id"]):
            told, row = (self._status, self._agent), (self._session["status"], self._session["agent_id"])
            yield self._forbidden(f"the timeline ends as {told}, the session's row says {row}")

    def _epochs(self, entry: Record) -> Iterator[Finding]:
        if entry["epoch"] not in (self._epoch, self._epoch + 1):
            yield self._forbidden(f"seq {entry['seq']} has epoch {entry['epoch']} after {self._epoch}")
        self._epoch = max(self._epoch, entry["epoch"])

    def _change(self, entry: Record) -> Iterator[Finding]:
        data = entry["data"]
        expected = _ARROWS.get((self._status, data["action"]))
        if data["previous"] != self._status or data["status"] != expected:
            said = f"{data['previous']} ─{data['action']}▶ {data['status']}"
            yield self._forbidden(f"seq {entry['seq']}: {said} where the session is {self._status}")
        self._status = data["status"]
        if data["action"] in ("release", "close"):
            self._agent = None

    def _assignment(self, entry: Record) -> Iterator[Finding]:
        if self._status != "manual_live":
            yield self._forbidden(f"seq {entry['seq']}: assigned while {self._status}")
        self._agent = entry["data"]["to_agent_id"]

    def _said(self, entry: Record) -> Iterator[Finding]:
        allowed = _MAY_SAY.get((entry["type"], entry["role"]))
        if allowed is None or self._status in allowed:
            if entry["type"] == "manual_message" and entry["role"] == "agent" and entry["author_id"] != self._agent:
                yield self._forbidden(f"seq {entry['seq']}: {entry['author_id']} speaks, {self._agent} serves")
            return
        if entry["role"] == "assistant":
            detail = f"seq {entry['seq']}: the AI speaks while {self._status}"
            yield Finding(Kind.BOT_OVER_PERSON, self._session["name"], "timeline", detail)
        else:
            yield self._forbidden(f"seq {entry['seq']}: {entry['type']} of {entry['role']} while {self._status}")

    def _forbidden(self, detail: str) -> Finding:
        return Finding(Kind.FORBIDDEN, self._session["name"], "timeline", detail)
