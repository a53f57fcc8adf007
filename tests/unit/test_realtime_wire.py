"""The wire: what is framed, what is read, and what is refused."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entry import Audience, Source
from domain.event import Event, EventType
from infrastructure.realtime.wire import Delivery, delivery_of, frame_of, heartbeat, received


def parsed(frame: bytes) -> tuple[int | None, Any]:
    """Id and data of exactly one frame, read as the specification of server-sent events says."""
    text = frame.decode()
    assert text.endswith("\n\n")
    fields = [line.split(": ", 1) for line in re.split(r"\r\n|\r|\n", text[:-2])]
    assert [name for name, _ in fields] in (["data"], ["id", "data"])
    values = dict(fields)
    return (int(values["id"]) if "id" in values else None), json.loads(values["data"])


def understood(data: bytes) -> Delivery:
    delivery = received(data)
    assert delivery is not None
    return delivery


def test_an_entry_is_framed_with_its_number() -> None:
    """`id` is what a browser sends back as `Last-Event-ID`."""
    event = Event(
        EventType.MANUAL_MESSAGE,
        {"content": "hi"},
        timestamp=1763605000.123,
        source=Source.AGENT_WORKBENCH,
        session_name="s1",
        seq=42,
    )

    assert frame_of(event) == (
        b'id: 42\ndata: {"type":"manual_message","payload":{"content":"hi"},"timestamp":1763605000.123,'
        b'"source":"agent_workbench","session_name":"s1","seq":42}\n\n'
    )


def test_what_is_fleeting_has_no_id() -> None:
    """A typing event must not move a client's cursor."""
    assert parsed(frame_of(Event(EventType.TYPING, {}, timestamp=1.0)))[0] is None
    assert delivery_of({"type": "typing"}).seq is None


def test_a_frame_may_stand_for_the_timeline_up_to_a_number() -> None:
    """`history` carries the id of its last entry, also when that is 0, without being an entry."""
    history = Event(EventType.HISTORY, {"messages": []}, timestamp=1.0)

    for last in (0, 7):
        number, data = parsed(frame_of(history, id=last))
        assert number == last
        assert "seq" not in data


def test_a_heartbeat_is_an_event_that_every_client_sees() -> None:
    """A comment line would be invisible to a browser's EventSource."""
    number, data = parsed(heartbeat())

    assert number is None
    assert data["type"] == "heartbeat"
    assert data["payload"] == {}


@pytest.mark.parametrize(
    "text",
    ["one\ntwo", "one\r\ntwo\rthree", "订单 UK22080 已发货 🚲", '"quoted" \\ back', "\u2028\u2029\u0085", "\x00\x1f"],
)
def test_any_text_stays_on_one_line(text: str) -> None:
    """A line break within a message would end the frame's data; JSON writes it as an escape."""
    delivery = delivery_of({"type": "note", "payload": {"content": text}, "seq": 3})

    number, data = parsed(delivery.frame)
    assert number == 3
    assert data["payload"]["content"] == text
    assert understood(delivery.data).frame == delivery.frame


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_other_encoders_are_understood(indent: int | str | None) -> None:
    """Whoever publishes may break lines between tokens and escape what need not be; a frame has one line."""
    message = {"type": "system", "payload": {"content": "你好\nhello"}, "seq": 9}

    delivery = understood(json.dumps(message, indent=indent).encode())

    assert delivery.seq == 9
    assert parsed(delivery.frame) == (9, message)


def test_carriage_returns_between_tokens_do_not_break_a_frame() -> None:
    """A lone carriage return ends a line in server-sent events too."""
    assert parsed(understood(b'{"a":1,\r"b":2}\r\n').frame) == (None, {"a": 1, "b": 2})


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"hello",
        b"null",
        b"1",
        b'"text"',
        b"[1,2]",
        b'{"a":',
        b'{"a":1}{"b":2}',
        b"\xff\xfe",
        b'{"a":"\xff"}',
        b'{"a":NaN}',
        b'{"seq":"1"}',
        b'{"seq":1.5}',
        b'{"seq":true}',
        b'{"seq":[1]}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_what_is_not_a_message_is_none(garbage: bytes) -> None:
    """Anybody may publish anything to Redis; nothing of it may stop a reader."""
    assert received(garbage) is None


def test_a_message_knows_number_epoch_and_whether_it_is_a_delta() -> None:
    """What followers decide by."""
    delivery = delivery_of({"type": "ai_delta", "payload": {"epoch": 4}, "seq": 5})
    assert (delivery.seq, delivery.epoch, delivery.is_delta) == (5, 4, True)

    bare = understood(b'{"payload":"text"}')
    assert (bare.seq, bare.epoch, bare.is_delta) == (None, None, False)


def test_what_is_for_agents_is_seen_by_agents_only() -> None:
    """The audience travels with the event, whatever its type."""
    for audience, expected in (("agents", False), ("everyone", True), (None, True)):
        delivery = understood(json.dumps({"type": "note", "audience": audience}).encode())
        assert delivery.visible_to(Audience.EVERYONE) is expected
        assert delivery.visible_to(Audience.AGENTS)


def test_legacy_callers_may_pass_what_python_has() -> None:
    """The spec's functions take payloads as they are: other keys, dates, a `seq` that is none of ours."""
    moment = datetime(2025, 12, 22, tzinfo=UTC)
    message: dict[Any, Any] = {"type": "test", 1: "one", "at": moment, "seq": "first"}

    delivery = delivery_of(message)

    assert delivery.seq is None
    number, data = parsed(delivery.frame)
    assert number is None
    assert data["1"] == "one"
    assert data["at"] == "2025-12-22T00:00:00+00:00"


def test_each_reader_gets_a_copy_of_its_own() -> None:
    """What one reader does to a message, or its sender afterwards, is not seen by another."""
    sent: dict[str, Any] = {"type": "test", "payload": {"list": [1]}}
    delivery = delivery_of(sent)

    first = delivery.copy()
    first["payload"]["list"].append(2)
    sent["payload"]["list"].append(3)

    assert delivery.copy() == {"type": "test", "payload": {"list": [1]}}


def test_what_json_cannot_hold_is_a_type_error() -> None:
    """A mistake of the caller, said at once."""
    with pytest.raises(TypeError):
        delivery_of({"content": "\ud800"})


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
# Surrogates have no place in UTF-8; `checked_message` refuses them before they come here.
_objects = st.dictionaries(st.text(), _json, max_size=5)


@given(_objects, st.none() | st.integers(1, 2**53))
def test_every_object_comes_through_unchanged(message: dict[str, Any], seq: int | None) -> None:
    """Framed, published, received and framed again: one frame, the same message."""
    message = {key: value for key, value in message.items() if key != "seq"}
    if seq is not None:
        message["seq"] = seq

    there = understood(delivery_of(message).data)

    assert there.message == message
    assert parsed(there.frame) == (seq, message)


@given(st.binary())
def test_no_bytes_raise(data: bytes) -> None:
    """Whatever comes over the bus is a message or None."""
    received(data)
