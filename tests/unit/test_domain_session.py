"""The drawing at the top of `domain/session.py`, arrow by arrow, and the names that sessions may have."""

from __future__ import annotations

from itertools import product

import pytest

from domain.errors import InvalidInput, TransitionForbidden
from domain.session import Action, Status, checked_session_name, next_status
from tests.fakes.sessions import a_session

# Every arrow that there is; each pair that is missing here is forbidden.
ARROWS = {
    ("bot_active", "escalate"): "pending_manual",
    ("bot_active", "takeover"): "manual_live",
    ("bot_active", "close"): "closed",
    ("pending_manual", "takeover"): "manual_live",
    ("pending_manual", "close"): "closed",
    ("manual_live", "transfer"): "manual_live",
    ("manual_live", "release"): "bot_active",
    ("manual_live", "close"): "closed",
    ("closed", "reopen"): "bot_active",
}


@pytest.mark.parametrize(("status", "action"), list(product(Status, Action)))
def test_each_state_allows_what_the_drawing_shows_and_nothing_else(status: Status, action: Action) -> None:
    wanted = ARROWS.get((status.value, action.value))
    if wanted is not None:
        assert next_status(status, action) is Status(wanted)
        return
    with pytest.raises(TransitionForbidden) as refusal:
        next_status(status, action)
    assert (refusal.value.status, refusal.value.action) == (status, action)
    assert refusal.value.extra == {"status": status.value, "action": action.value}
    assert status.value in refusal.value.detail
    assert action.value in refusal.value.detail


def test_from_every_state_there_is_a_way_back_to_the_ai() -> None:
    ways = {status: {Status(to) for (by, _), to in ARROWS.items() if by == status.value} for status in Status}
    for status in Status:
        reached = {status}
        for _ in Status:
            reached |= {further for here in reached for further in ways[here]}
        assert Status.BOT_ACTIVE in reached


@pytest.mark.parametrize(
    ("status", "asked", "answered", "waits"),
    [
        (Status.BOT_ACTIVE, 3, 0, True),
        (Status.BOT_ACTIVE, 3, 2, True),
        (Status.BOT_ACTIVE, 3, 3, False),
        (Status.BOT_ACTIVE, 0, 0, False),
        (Status.PENDING_MANUAL, 3, 0, False),
        (Status.MANUAL_LIVE, 3, 0, False),
        (Status.CLOSED, 3, 0, False),
    ],
)
def test_the_ai_is_waited_for_only_where_it_serves(status: Status, asked: int, answered: int, waits: bool) -> None:
    assert a_session(status, asked_seq=asked, answered_seq=answered).waits_for_ai is waits


@pytest.mark.parametrize(
    "name", ["s", "session_123", "test-cross-process", "0", "a.b-c_D", "s_" + "x" * 98, "s_q3vYd-0_WbEYQbPZ6QmYfA"]
)
def test_a_well_formed_name_stays_as_it_is(name: str) -> None:
    assert checked_session_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", " ", "_s", "-s", ".", "..", "s 1", "s/1", "s:1", "s\n", "s\0", "s%2f", "会话", "é", "s?", "x" * 101, "１"],
)
def test_a_malformed_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        checked_session_name(name)
    assert refusal.value.field == "session_name"
