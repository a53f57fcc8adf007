"""Whether an agent's own stream ended with the truth about the queue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.chaos.checker.findings import Finding, Kind
from tests.chaos.histories import Record


class DeskView:
    """The fold of one agent's stream: a snapshot replaces, a summary counts unless a newer one is there."""

    def __init__(self, name: str, agent: str) -> None:
        self._name = name
        self._agent = agent
        self._sessions: dict[str, Record] = {}
        self._closed = False

    def take(self, record: Record) -> None:
        """The next record of this stream."""
        if record["what"] == "closed":
            self._closed = True
        if record["what"] != "frame":
            return
        event = record["event"]
        if event["type"] == "snapshot":
            self._sessions = {session["session_name"]: session for session in event["payload"]["sessions"]}
        elif event["type"] in ("queue", "transfer_request"):
            session = event["payload"]["session"]
            held = self._sessions.get(session["session_name"])
            if held is None or _stamp(session) >= _stamp(held):
                self._sessions[session["session_name"]] = session

    def compare(self, rows: Mapping[str, Record]) -> Iterator[Finding]:
        """The list against the sessions' rows; only of a desk that was watched to the end."""
        if not self._closed:
            return
        for name, row in rows.items():
            told = self._sessions.get(name)
            is_ours = row["status"] == "pending_manual" or (
                row["status"] == "manual_live" and row["agent_id"] == self._agent
            )
            if told is None:
                if is_ours:
                    yield Finding(Kind.WRONG_VIEW, name, self._name, f"{row['status']} is not on the list")
            elif told["status"] != row["status"] or (is_ours and told["last_seq"] != row["last_seq"]):
                shown, true = (told["status"], told["last_seq"]), (row["status"], row["last_seq"])
                yield Finding(Kind.WRONG_VIEW, name, self._name, f"the list says {shown}, the row {true}")


def _stamp(session: Record) -> tuple[int, float]:
    return session["last_seq"], session["updated_at"]
