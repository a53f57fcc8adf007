"""What each side is shown of a session. The customer's view is searched for what is not theirs, over any session."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entry import Audience
from domain.event import EventType
from domain.session import Assignee, Customer, Escalation, EscalationReason, Language, Session, Severity, Status
from domain.view import queue_event, session_view
from tests.fakes.sessions import ALICE, a_session

# Whatever begins so stands in what is for agents only, and in nothing else.
SECRET = "§"

_secrets = st.text(max_size=20).map(lambda text: SECRET + text)
_plain = st.text(max_size=20).map(lambda text: text.replace(SECRET, ""))
_times = st.floats(0, 4e9)


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    """Any session at all, also ones that the rules would never make."""
    return Session(
        name=draw(_plain),
        status=draw(st.sampled_from(Status)),
        language=draw(st.sampled_from(Language)),
        epoch=draw(st.integers(0)),
        last_seq=draw(st.integers(0)),
        created_at=draw(_times),
        updated_at=draw(_times),
        customer=draw(st.builds(Customer, _secrets, _secrets)),
        agent=draw(st.none() | st.builds(Assignee, _plain, _plain)),
        escalation=draw(
            st.none()
            | st.builds(Escalation, st.sampled_from(EscalationReason), st.sampled_from(Severity), _secrets, _times)
        ),
        asked_seq=draw(st.integers(0)),
        answered_seq=draw(st.integers(0)),
        preview=draw(_secrets),
    )


@given(sessions())
def test_a_customer_sees_nothing_that_is_for_agents(session: Session) -> None:
    view = session_view(session, Audience.EVERYONE)
    assert SECRET not in json.dumps(view, ensure_ascii=False)
    assert set(view) == {
        "session_name",
        "status",
        "language",
        "epoch",
        "last_seq",
        "created_at",
        "updated_at",
        "agent",
        "escalation",
    }
    assert view["agent"] is None or set(view["agent"]) == {"id", "name"}
    assert view["escalation"] is None or set(view["escalation"]) == {"reason", "at"}


@given(sessions())
def test_an_agent_sees_what_a_customer_sees_and_the_rest(session: Session) -> None:
    theirs, ours = session_view(session, Audience.EVERYONE), session_view(session, Audience.AGENTS)
    assert set(ours) - set(theirs) == {"customer", "preview"}
    assert ours["customer"] == {"name": session.customer.name, "email": session.customer.email}
    assert ours["preview"] == session.preview
    if session.escalation is not None:
        assert ours["escalation"]["detail"] == session.escalation.detail
        assert ours["escalation"]["severity"] == session.escalation.severity.value
    for field in set(theirs) - {"escalation"}:
        assert theirs[field] == ours[field]


def test_a_served_session_in_full() -> None:
    view: dict[str, Any] = {
        "session_name": "s_1",
        "status": "manual_live",
        "language": "en",
        "epoch": 7,
        "last_seq": 10,
        "created_at": 1_763_600_000.0,
        "updated_at": 1_763_605_000.0,
        "agent": {"id": "a_alice", "name": "Alice"},
        "escalation": {"reason": "user_request", "at": 1_763_605_000.0},
    }
    session = a_session(Status.MANUAL_LIVE, agent=ALICE)
    assert session_view(session, Audience.EVERYONE) == view
    view["escalation"] |= {"severity": "high", "detail": "wants a person", "rule": "", "seq": 0}
    view |= {"customer": {"name": "Ana", "email": "ana@example.com"}, "preview": "Where is my order?"}
    assert session_view(session, Audience.AGENTS) == view


@pytest.mark.parametrize(("status", "audience"), list(product(Status, Audience)))
def test_a_view_is_json_in_every_state(status: Status, audience: Audience) -> None:
    view = session_view(a_session(status), audience)
    assert json.loads(json.dumps(view)) == view


def test_the_queue_is_for_agents() -> None:
    session = a_session(Status.PENDING_MANUAL)
    event = queue_event(session)
    assert (event.type, event.session_name, event.seq) == (EventType.QUEUE, "s_1", None)
    assert event.audience is Audience.AGENTS
    assert event.timestamp == session.updated_at
    assert event.payload == {"session": session_view(session, Audience.AGENTS)}
    assert queue_event(replace(session, last_seq=11)).payload["session"]["last_seq"] == 11
