"""The checker on histories made by hand: silent where all is well, and loud about each thing that is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.chaos.checker.check import Evidence, check
from tests.chaos.checker.delays import Delays, measure, percentiles
from tests.chaos.checker.findings import Kind
from tests.chaos.checker.limits import check_limits
from tests.chaos.histories import Record

_NAME = "s1"
_MINA = "a_mina"


@dataclass
class Story:
    """A session of five entries: a question, its answer, a takeover by Mina, and what she says and notes."""

    rows: list[Record] = field(default_factory=list)
    session: Record = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    told: list[Record] = field(default_factory=list)

    def row(self, type_: str, role: str, content: str = "", *, epoch: int, **more: Any) -> None:
        seq = len(self.rows) + 1
        base: Record = {"client_message_id": None, "author_id": None, "audience": "everyone", "data": {}}
        row = {"session_name": _NAME, "seq": seq, "epoch": epoch, "type": type_, "role": role, "content": content}
        self.rows.append({**row, **base, **more})
        self.told.append(_event(self.rows[-1]))

    def frame(self, stream: str, number: int | None, event: Record, at: float = 2.0) -> None:
        self.records.append({"at": at, "what": "frame", "stream": stream, "id": number, "event": event})

    def tell(self, stream: str, side: str, seqs: Sequence[int], *, why: str = "end") -> None:
        """A stream that begins with an empty history and then tells these."""
        about = {"stream": stream, "session": _NAME, "side": side, "via": "chatbot-1", "cursor": None}
        self.records.append({"at": 0.5, "what": "opened", **about})
        session = {"status": "bot_active", "epoch": 1}
        self.frame(stream, 0, {"type": "history", "payload": {"messages": [], "has_more": False, "session": session}})
        for seq in seqs:
            self.frame(stream, seq, self.told[seq - 1])
        last = {"reached": True, "last_seq": max(seqs, default=0)}
        self.records.append({"at": 9.0, "what": "closed", "stream": stream, "why": why, **last})

    def ack(self, seq: int, **more: Any) -> None:
        row = self.rows[seq - 1]
        about = {"id": row["client_message_id"], "text": row["content"], "entry": _event(row), "attempts": 1}
        base = {"at": 1.1, "what": "acked", "op": "say", "session": _NAME, "sent_at": 1.0, "via": "chatbot-1"}
        self.records.append({**base, **about, **more})

    def findings(self) -> set[Kind]:
        evidence = Evidence([("somebody", self.records)], [self.session], self.rows, {_NAME: self.told})
        return {finding.kind for finding in check(evidence)}


def _event(row: Record) -> Record:
    payload = {"role": row["role"], "epoch": row["epoch"], **row["data"]}
    if row["content"]:
        payload["content"] = row["content"]
    if row["client_message_id"]:
        payload["client_message_id"] = row["client_message_id"]
    event = {"type": row["type"], "payload": payload, "timestamp": 1.0, "source": "system", "seq": row["seq"]}
    return {**event, "audience": "agents"} if row["audience"] == "agents" else event


@pytest.fixture
def story() -> Story:
    story = Story()
    story.row("new_message", "user", "question [c.1]", epoch=1, client_message_id="c.1")
    story.row("new_message", "assistant", "answer", epoch=1, data={"reply_id": "r1"})
    change = {"action": "takeover", "status": "manual_live", "previous": "bot_active"}
    story.row("status_change", "system", epoch=2, data=change, author_id=_MINA)
    story.row("assignment", "system", epoch=2, data={"to_agent_id": _MINA}, author_id=_MINA)
    story.row("manual_message", "agent", "hello [m.1]", epoch=2, client_message_id="m.1", author_id=_MINA)
    story.row("note", "agent", "agents-only remark [m.2]", epoch=2, author_id=_MINA, audience="agents")
    story.session = {"name": _NAME, "status": "manual_live", "agent_id": _MINA, "epoch": 2, "last_seq": 6}
    return story


def test_where_all_is_well_nothing_is_found(story: Story) -> None:
    story.ack(1)
    story.ack(5)
    story.tell("tab", "customer", [1, 2, 3, 4, 5])
    story.tell("desk", "agent", [1, 2, 3, 4, 5, 6])

    assert story.findings() == set()


def test_a_tab_that_was_closed_early_need_not_know_the_end(story: Story) -> None:
    story.tell("tab", "customer", [1, 2], why="visit over")

    assert story.findings() == set()


def test_an_acknowledged_message_that_is_not_there_is_lost(story: Story) -> None:
    story.ack(1, id="c.9", text="never kept")

    assert story.findings() == {Kind.LOST}


def test_a_message_that_was_kept_twice_is_doubled(story: Story) -> None:
    story.row("manual_message", "user", "question [c.1]", epoch=2, client_message_id="c.1-again")
    story.session["last_seq"] = 7
    story.ack(1)

    assert story.findings() == {Kind.DOUBLED}


def test_a_refused_message_that_was_kept_is_found(story: Story) -> None:
    refusal = {"status": 409, "code": "message_forbidden", "attempts": 2, "text": "hello [m.1]"}
    story.records.append({"at": 1, "what": "refused", "op": "reply", "session": _NAME, "id": "m.1", **refusal})

    assert story.findings() == {Kind.WRONG_VIEW}


@pytest.mark.parametrize("why", ["end", "visit over"])
def test_a_hole_in_what_a_stream_told_is_a_loss(story: Story, why: str) -> None:
    story.tell("tab", "customer", [1, 2, 4, 5], why=why)

    assert story.findings() == {Kind.LOST}


def test_a_stream_that_fell_silent_before_the_end_lost_the_rest(story: Story) -> None:
    story.tell("tab", "customer", [1, 2, 3])

    assert story.findings() == {Kind.LOST}


def test_an_entry_told_twice_is_doubled(story: Story) -> None:
    story.tell("tab", "customer", [1, 2, 2, 3, 4, 5])

    assert story.findings() == {Kind.DOUBLED}


def test_an_entry_told_too_late_is_out_of_order(story: Story) -> None:
    story.tell("tab", "customer", [1, 3, 2, 4, 5])

    assert Kind.OUT_OF_ORDER in story.findings()


def test_a_history_replaces_what_was_told_before_it(story: Story) -> None:
    story.tell("tab", "customer", [1, 2])
    del story.records[-1]
    session = {"status": "manual_live", "epoch": 2}
    history = {"messages": story.told[:5], "has_more": False, "session": session}
    story.frame("tab", None, {"type": "reset", "payload": {"last_seq": 6}})
    story.frame("tab", 6, {"type": "history", "payload": history})
    story.records.append({"at": 9, "what": "closed", "stream": "tab", "why": "end", "reached": True, "last_seq": 5})

    assert story.findings() == set()


def test_a_note_on_a_customers_stream_is_a_leak(story: Story) -> None:
    story.tell("tab", "customer", [1, 2, 3, 4, 5, 6])

    assert Kind.LEAKED in story.findings()


def test_what_only_agents_know_of_a_session_is_a_leak(story: Story) -> None:
    story.tell("tab", "customer", [1, 2, 3, 4, 5])
    session = {"status": "manual_live", "epoch": 2, "preview": "…"}
    story.frame("tab", None, {"type": "connected", "payload": {"session": session}})

    assert story.findings() == {Kind.LEAKED}


def test_the_ai_speaking_after_a_takeover_is_found_on_the_timeline(story: Story) -> None:
    story.row("new_message", "assistant", "I think …", epoch=2, data={"reply_id": "r2"})
    story.session["last_seq"] = 7

    assert story.findings() == {Kind.BOT_OVER_PERSON}


@pytest.mark.parametrize(("seqs", "epoch", "is_wrong"), [([1], 1, False), ([1, 2, 3], 2, True), ([1, 2, 3], 1, True)])
def test_ai_text_after_a_takeover_is_found_on_a_stream(
    story: Story, seqs: list[int], epoch: int, *, is_wrong: bool
) -> None:
    story.tell("tab", "customer", seqs, why="visit over")
    deltas = {"stream": "tab", "reply": "r2", "epoch": epoch, "count": 3, "since": 3.0, "until": 3.1}
    story.records.append({"at": 3.1, "what": "deltas", **deltas})

    assert story.findings() == ({Kind.BOT_OVER_PERSON} if is_wrong else set())


def test_a_transition_that_the_drawing_does_not_have_is_found(story: Story) -> None:
    change = {"action": "takeover", "status": "manual_live", "previous": "manual_live"}
    story.row("status_change", "system", epoch=3, data=change, author_id="a_jun")
    story.session |= {"last_seq": 7, "epoch": 3}

    assert story.findings() == {Kind.FORBIDDEN}


def test_somebody_else_speaking_for_the_serving_agent_is_found(story: Story) -> None:
    story.row("manual_message", "agent", "me too", epoch=2, author_id="a_jun")
    story.session["last_seq"] = 7

    assert story.findings() == {Kind.FORBIDDEN}


def test_a_number_that_nothing_has_is_a_loss(story: Story) -> None:
    story.session["last_seq"] = 7

    assert story.findings() == {Kind.LOST}


def test_a_question_that_nobody_answers_is_found(story: Story) -> None:
    del story.rows[1:], story.told[1:]
    story.session |= {"status": "bot_active", "agent_id": None, "last_seq": 1}

    assert story.findings() == {Kind.UNANSWERED}


def test_an_api_that_tells_another_timeline_is_found(story: Story) -> None:
    del story.told[4]

    assert story.findings() == {Kind.WRONG_VIEW}


def test_a_desk_that_shows_an_old_state_is_found(story: Story) -> None:
    story.records.append({"at": 1, "what": "opened", "stream": "d", "side": "desk", "agent": "a_jun", "cursor": None})
    old = {"session_name": _NAME, "status": "pending_manual", "last_seq": 2, "updated_at": 1.0}
    story.frame("d", None, {"type": "snapshot", "payload": {"sessions": [old]}})
    story.records.append({"at": 9, "what": "closed", "stream": "d", "why": "end"})

    assert story.findings() == {Kind.WRONG_VIEW}


def test_delays_are_told_apart_by_what_was_wrong() -> None:
    about = {"stream": "tab", "via": "workbench-1", "session": _NAME, "side": "agent", "cursor": None}
    records: list[Record] = [
        {"at": 0, "what": "opened", **about},
        {"at": 10, "what": "redis_away", "began": 10, "ended": 12, "after": "redis_stop"},
        {"at": 12, "what": "fault", "kind": "redis_stop", "began": 10, "ended": 12.5, "target": ""},
        {"at": 20, "what": "fault", "kind": "freeze", "began": 18, "ended": 20, "target": "chatbot-1"},
    ]
    for number, (sent_at, seconds) in enumerate([(1.0, 0.1), (11.0, 0.4), (19.0, 3.0)]):
        acked = {"id": f"c.{number}", "attempts": 1, "sent_at": sent_at, "via": "chatbot-1"}
        event = {"type": "new_message", "payload": {"client_message_id": f"c.{number}"}, "seq": number + 1}
        records.append({"at": sent_at, "what": "acked", **acked})
        records.append({"at": sent_at + seconds, "what": "frame", "stream": "tab", "id": number + 1, "event": event})

    delays = measure([("all", records)])

    assert [round(delay, 3) for delay in delays.healthy] == [0.1]
    assert [round(delay, 3) for delay in delays.redis_away] == [0.4]


def test_percentiles_are_in_milliseconds() -> None:
    assert percentiles([0.001 * number for number in range(1, 101)]) == {
        "count": 100,
        "p50": 51.0,
        "p90": 91.0,
        "p99": 100.0,
        "max": 100.0,
    }


def test_a_second_is_the_limit_while_redis_is_away_and_what_a_slow_machine_adds() -> None:
    away = Delays(redis_away=[1.4] * 60)

    assert [found.kind for found in check_limits(away, [], own_lag_p99=5.0)] == [Kind.SLOW]
    assert list(check_limits(away, [], own_lag_p99=100.0)) == []
    assert list(check_limits(Delays(redis_away=[0.9] * 60), [], own_lag_p99=5.0)) == []
