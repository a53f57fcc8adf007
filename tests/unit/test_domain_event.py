"""What goes over the wire: the event that carries an entry, and an event as JSON."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.entry import Audience, Entry, EntryType, Role, Source
from domain.event import BROADCAST, Event, EventType, agent_target, event_of
from tests.fakes.sessions import ALICE

SAID = Entry(
    session_name="s_1",
    seq=42,
    epoch=3,
    type=EntryType.MANUAL_MESSAGE,
    role=Role.AGENT,
    source=Source.AGENT_WORKBENCH,
    created_at=1_763_605_000.123,
    content="您好，我是人工客服",
    author=ALICE,
    client_message_id="m1",
)


def test_a_message_on_the_wire() -> None:
    assert event_of(SAID).as_json() == {
        "type": "manual_message",
        "payload": {
            "role": "agent",
            "epoch": 3,
            "content": "您好，我是人工客服",
            "agent_id": "a_alice",
            "agent_name": "Alice",
            "client_message_id": "m1",
        },
        "timestamp": 1_763_605_000.123,
        "source": "agent_workbench",
        "session_name": "s_1",
        "seq": 42,
    }


def test_what_an_entry_does_not_have_is_not_on_the_wire() -> None:
    change = replace(
        SAID,
        type=EntryType.STATUS_CHANGE,
        role=Role.SYSTEM,
        content="",
        author=None,
        client_message_id=None,
        data={"action": "close", "status": "closed", "previous": "bot_active"},
    )
    assert event_of(change).as_json()["payload"] == {
        "role": "system",
        "epoch": 3,
        "action": "close",
        "status": "closed",
        "previous": "bot_active",
    }


def test_what_old_entries_say_to_everyone_that_is_for_agents_stays_in_the_database() -> None:
    change = {"action": "escalate", "status": "pending_manual", "previous": "bot_active", "reason": "keyword"}
    private = {"severity": "high", "rule": "alarm", "matched_seq": 4}
    old = replace(SAID, type=EntryType.STATUS_CHANGE, role=Role.SYSTEM, content="", data={**change, **private})
    assert not set(private) & set(event_of(old).payload)
    assert change.items() <= event_of(old).payload.items()

    answer = replace(SAID, type=EntryType.NEW_MESSAGE, role=Role.ASSISTANT, data={"engine": "b", "failed": ["a"]})
    assert "failed" not in event_of(answer).payload


def test_what_is_for_agents_says_so() -> None:
    event = event_of(replace(SAID, type=EntryType.NOTE, audience=Audience.AGENTS))
    assert event.as_json()["audience"] == "agents"
    assert event.visible_to(Audience.AGENTS)
    assert not event.visible_to(Audience.EVERYONE)
    assert "audience" not in event_of(SAID).as_json()
    assert event_of(SAID).visible_to(Audience.EVERYONE)
    assert event_of(SAID).visible_to(Audience.AGENTS)


def test_something_fleeting_has_no_number() -> None:
    event = Event(EventType.TYPING, {"active": True}, timestamp=1.5, session_name="s_1")
    assert event.as_json() == {
        "type": "typing",
        "payload": {"active": True},
        "timestamp": 1.5,
        "source": "system",
        "session_name": "s_1",
    }
    assert "session_name" not in Event(EventType.HEARTBEAT, {}, timestamp=1.5).as_json()


@pytest.mark.parametrize("type_", list(EntryType))
def test_every_kind_of_entry_has_its_event(type_: EntryType) -> None:
    event = event_of(replace(SAID, type=type_))
    assert event.type.value == type_.value
    assert (event.seq, event.session_name, event.timestamp) == (42, "s_1", SAID.created_at)


def test_the_json_is_not_the_events_own() -> None:
    event = event_of(SAID)
    event.as_json()["payload"]["content"] = "changed"
    assert event.payload["content"] == SAID.content


def test_targets_have_the_names_of_their_channels() -> None:
    assert agent_target("a_alice") == "agent:a_alice"
    assert BROADCAST == "broadcast"
