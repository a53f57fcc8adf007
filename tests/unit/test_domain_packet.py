"""The handoff packet by rules: what the customer wants, what was tried, what was named, each with its entries."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entry import Audience, Entry, EntryType, Role, Source
from domain.packet import Packet, packet_of
from domain.session import Escalation, EscalationReason, Session, Severity, Status
from tests.fakes.sessions import ALICE, a_session

_CARD = "[PRODUCT]https://x.example/i.png|Ridge 29|1|€1,299.00|In stock||AM99999|https://x.example[/PRODUCT]"


def entry(seq: int, role: Role, content: str, **data: Any) -> Entry:
    kind = EntryType.SYSTEM if role is Role.SYSTEM else EntryType.NEW_MESSAGE
    audience = Audience.AGENTS if role is Role.SYSTEM else Audience.EVERYONE
    author = ALICE if role is Role.AGENT else None
    source = Source.AI_CHATBOT
    return Entry("s_1", seq, 1, kind, role, source, float(seq), content, author, audience, data)


def asked(seq: int, content: str) -> Entry:
    return entry(seq, Role.USER, content)


def answered(seq: int, content: str, **data: Any) -> Entry:
    return entry(seq, Role.ASSISTANT, content, **data)


def _facts(packet: Packet) -> dict[str, list[tuple[str, list[int]]]]:
    found: dict[str, list[tuple[str, list[int]]]] = {}
    for fact in packet.facts:
        found.setdefault(fact.kind.value, []).append((fact.value, list(fact.seqs)))
    return found


def test_a_whole_conversation() -> None:
    said = [
        asked(1, "Hi, where is my order AM20451?"),
        answered(2, "Which e-mail address did you order with?", confident=True, asks_back=True),
        asked(3, "ana@example.com"),
        entry(
            4,
            Role.SYSTEM,
            "",
            code="lookups",
            tools=[{"name": "look_up_order", "arguments": {"number": "AM20451"}, "outcome": "found"}],
        ),
        answered(
            5,
            f"AM20451 is on its way, tracking number FF261973069.\n{_CARD}",
            confident=True,
            citations=[{"id": "k", "title": "Delivery"}],
        ),
        asked(6, "It has been on its way for three weeks! I want a person."),
    ]
    packet = packet_of(a_session(Status.PENDING_MANUAL, epoch=8), said)
    assert packet.as_json() == {
        "epoch": 8,
        "summary": {
            "text": "Hi, where is my order AM20451? / ana@example.com / "
            "It has been on its way for three weeks! I want a person.",
            "seqs": [1, 3, 6],
            "by": "rules",
        },
        "tried": [
            {
                "kind": "answer",
                "text": "Which e-mail address did you order with?",
                "seq": 2,
                "sources": [],
                "tool": None,
            },
            {
                "kind": "lookup",
                "text": "look_up_order (number: AM20451) → found",
                "seq": 4,
                "sources": [],
                "tool": {"name": "look_up_order", "arguments": {"number": "AM20451"}, "outcome": "found"},
            },
            {
                "kind": "answer",
                "text": "AM20451 is on its way, tracking number FF261973069.",
                "seq": 5,
                "sources": ["Delivery"],
                "tool": None,
            },
        ],
        "facts": [
            {"kind": "order", "value": "AM20451", "seqs": [1, 5]},
            {"kind": "email", "value": "ana@example.com", "seqs": [3]},
            {"kind": "product", "value": "Ridge 29", "seqs": [5]},
            {"kind": "language", "value": "en", "seqs": [6]},
        ],
    }


def test_a_plain_yes_is_not_what_the_customer_wants() -> None:
    packet = packet_of(
        a_session(), [asked(1, "Can I return the bike?"), answered(2, "Shall I?"), asked(3, "yes please")]
    )
    assert (packet.summary.text, packet.summary.seqs) == ("Can I return the bike?", (1,))


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("order 4711 please", ["4711"]),
        ("Order number: #1001", ["1001"]),
        ("am20451 and AM-20452", ["AM20451", "AM-20452"]),
        ("订单号：88123", ["88123"]),
        ("我的订单 88123 到哪了", ["88123"]),
        ("SO-2024-118", ["SO-2024-118"]),
        ("I paid 1299 euros in 2024", []),
        ("call 0041 79 123 45 67", []),
        ("write to am20451@example.com", []),
        ("https://x.example/AM20451", []),
    ],
)
def test_order_numbers(text: str, orders: list[str]) -> None:
    found = _facts(packet_of(a_session(), [asked(1, text)])).get("order", [])
    assert [value for value, _ in found] == orders


def test_failures_in_a_row_and_what_was_interrupted() -> None:
    said = [
        asked(1, "Do you sell boats?"),
        answered(2, "Yes.", confident=True),
        asked(3, "Which?"),
        answered(4, "I don't know.", confident=False),
        asked(5, "Which?"),
        answered(6, "I don't know.", confident=False),
        asked(7, "Hello?"),
        answered(8, "I do n", interrupted=True, reply_id="r"),
    ]
    packet = packet_of(a_session(), said)
    assert [one.kind.value for one in packet.tried] == ["answer", "no_answer", "no_answer", "interrupted"]
    assert _facts(packet)["failures"] == [("2", [4, 6])]


def test_anger_is_a_fact_where_it_was_the_reason() -> None:
    angry = Escalation(EscalationReason.SENTIMENT, Severity.HIGH, "ridiculous", 1.0, "sentiment", 3)
    packet = packet_of(replace(a_session(Status.PENDING_MANUAL), escalation=angry), [asked(3, "This is ridiculous")])
    assert _facts(packet)["sentiment"] == [("ridiculous", [3])]


def test_the_language_is_the_one_last_written_in() -> None:
    said = [asked(1, "Hello there"), asked(2, "我的订单在哪里"), asked(3, "AM20451")]
    assert _facts(packet_of(a_session(), said))["language"][0][0] == "zh"


def test_an_engines_summary_replaces_the_words_and_keeps_what_they_stand_on() -> None:
    packet = packet_of(a_session(), [asked(1, "Can I return the bike?")])
    better = packet.summarized("Wants to\nreturn   a bike. " + "x" * 1000, by="openai")
    assert better.summary.text.startswith("Wants to return a bike. xxx")
    assert len(better.summary.text) <= 400
    assert (better.summary.seqs, better.summary.by, better.facts) == ((1,), "openai", packet.facts)


def test_nothing_was_said() -> None:
    packet = packet_of(a_session(), [])
    assert (packet.summary.text, packet.summary.seqs, packet.tried) == ("", (), ())


_entries = st.lists(
    st.tuples(
        st.sampled_from(Role),
        st.text(max_size=300),
        st.sampled_from(
            [{}, {"confident": False}, {"interrupted": True}, {"code": "lookups", "tools": [{}]}, {"citations": [{}]}]
        ),
    ),
    max_size=12,
)


@given(_entries)
def test_whatever_was_said_a_packet_is_small_json_and_cites_what_is_there(drawn: list[tuple[Role, str, Any]]) -> None:
    said = [entry(seq, role, text, **data) for seq, (role, text, data) in enumerate(drawn, 1)]
    session: Session = a_session()
    packet = packet_of(session, said)
    view = packet.as_json()
    assert json.loads(json.dumps(view)) == view
    assert len(json.dumps(view)) < 20_000
    cited = {*packet.summary.seqs, *(one.seq for one in packet.tried), *(s for fact in packet.facts for s in fact.seqs)}
    assert cited <= {one.seq for one in said}
