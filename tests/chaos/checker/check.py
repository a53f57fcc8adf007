"""All of it: histories and final timelines in, findings out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.chaos.checker.desks import DeskView
from tests.chaos.checker.findings import Event, Finding, Kind
from tests.chaos.checker.messages import Kept
from tests.chaos.checker.streams import StreamView, is_for_agents
from tests.chaos.checker.timeline import check_timeline, unanswered
from tests.chaos.histories import Record


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a run left: everybody's records, the database's rows, and the timelines as the API tells them to agents."""

    histories: Sequence[tuple[str, Sequence[Record]]]
    sessions: Sequence[Record]
    entries: Sequence[Record]
    told: Mapping[str, Sequence[Event] | None]


def check(evidence: Evidence) -> list[Finding]:
    """Every broken promise, each once."""
    rows: dict[str, list[Record]] = {session["name"]: [] for session in evidence.sessions}
    for entry in evidence.entries:
        rows[entry["session_name"]].append(entry)
    return list(dict.fromkeys(_all(evidence, rows)))


def _all(evidence: Evidence, rows: Mapping[str, Sequence[Record]]) -> Iterator[Finding]:
    for session in evidence.sessions:
        yield from check_timeline(session, rows[session["name"]])
        yield from unanswered(session, rows[session["name"]])
    for name, told in evidence.told.items():
        yield from _same(name, told, rows.get(name, []))
    kept = Kept(rows)
    for who, records in evidence.histories:
        yield from kept.check(who, records)
        yield from _pages(who, records)
        yield from _streams(records, evidence)


def _same(name: str, told: Sequence[Event] | None, rows: Sequence[Record]) -> Iterator[Finding]:
    """The API's timeline against the database's."""
    if told is None:
        yield Finding(Kind.LOST, name, "api", "nobody tells the timeline")
        return
    as_told = [
        (event["seq"], event["type"], event["payload"].get("content", ""), event["payload"].get("client_message_id"))
        for event in told
    ]
    as_kept = [(row["seq"], row["type"], row["content"], row["client_message_id"]) for row in rows]
    if as_told != as_kept:
        detail = f"tells {len(as_told)} entries, {len(as_kept)} are kept: {sorted(set(as_told) ^ set(as_kept))[:3]}"
        yield Finding(Kind.WRONG_VIEW, name, "api", detail)


def _pages(who: str, records: Sequence[Record]) -> Iterator[Finding]:
    """What customers read by GET."""
    for record in records:
        if record["what"] == "page" and record["side"] == "customer" and is_for_agents(record["page"]):
            yield Finding(Kind.LEAKED, record["session"], who, "the page holds what is for agents")


def _streams(records: Sequence[Record], evidence: Evidence) -> Iterator[Finding]:
    """Every stream of one person."""
    by_stream: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if "stream" in record:
            by_stream[record["stream"]].append(record)
    for name, its in by_stream.items():
        about = next((record for record in its if record["what"] == "opened"), None)
        if about is None:
            continue
        if about["side"] == "desk":
            desk = DeskView(name, about["agent"])
            for record in its:
                desk.take(record)
            yield from desk.compare({row["name"]: row for row in evidence.sessions})
        else:
            view = StreamView(name, about["session"], about["side"])
            for record in its:
                yield from view.take(record)
            told = evidence.told.get(about["session"])
            if told is not None:
                yield from view.compare(told)
