"""One line for every transition and every message to or from a person (spec/4, P0-6); never what was said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from domain.session import EscalationReason, Severity, Status
from domain.step import Appended
from services import handoff
from services.conversation import post_agent_message, post_customer_message, post_note
from services.desk import Desk
from tests.fakes.announcer import RecordingAnnouncer
from tests.fakes.desk import opened
from tests.fakes.directory import MemoryDirectory
from tests.fakes.proofs import account
from tests.fakes.sessions import ALICE, BOB
from tests.fakes.store import MemoryStore

SECRET = "my card is 4111"
BOBS_ACCOUNT = account(BOB.id, username="bob", name=BOB.name)

UseCase = Callable[[Desk], Awaitable[Appended]]

# What is done in which state, and what each line says besides the event, the session and its numbers.
LINES: dict[str, tuple[Status, UseCase, list[dict[str, Any]]]] = {
    "escalate": (
        Status.BOT_ACTIVE,
        lambda desk: handoff.escalate(
            desk, "s_1", reason=EscalationReason.KEYWORD, detail=SECRET, severity=Severity.HIGH
        ),
        [
            {
                "event": "manual_escalate",
                "reason": "keyword",
                "severity": "high",
                "rule": "",
                "matched_seq": 0,
                "status": "pending_manual",
                "previous": "bot_active",
            }
        ],
    ),
    "take over": (
        Status.PENDING_MANUAL,
        lambda desk: handoff.take_over(desk, "s_1", ALICE),
        [
            {
                "event": "manual_takeover",
                "agent_id": "a_alice",
                "status": "manual_live",
                "previous": "pending_manual",
            },
            {
                "event": "manual_assignment",
                "agent_id": "a_alice",
                "to_agent_id": "a_alice",
                "status": "manual_live",
            },
        ],
    ),
    "transfer": (
        Status.MANUAL_LIVE,
        lambda desk: handoff.transfer(
            desk, MemoryDirectory(BOBS_ACCOUNT), "s_1", by=ALICE, may_override=False, to_agent_id=BOB.id
        ),
        [
            {
                "event": "manual_assignment",
                "agent_id": "a_alice",
                "to_agent_id": "a_bob",
                "status": "manual_live",
            }
        ],
    ),
    "release": (
        Status.MANUAL_LIVE,
        lambda desk: handoff.release(desk, "s_1", by=ALICE, may_override=False),
        [
            {
                "event": "manual_release",
                "agent_id": "a_alice",
                "status": "bot_active",
                "previous": "manual_live",
            }
        ],
    ),
    "close": (
        Status.BOT_ACTIVE,
        lambda desk: handoff.close_as_customer(desk, "s_1"),
        [{"event": "session_close", "status": "closed", "previous": "bot_active"}],
    ),
    "reopen": (
        Status.CLOSED,
        lambda desk: post_customer_message(desk, "s_1", SECRET, client_message_id=None),
        [{"event": "session_reopen", "status": "bot_active", "previous": "closed"}],
    ),
    "a customer to the AI": (
        Status.BOT_ACTIVE,
        lambda desk: post_customer_message(desk, "s_1", SECRET, client_message_id=None),
        [],
    ),
    "a customer to a person": (
        Status.PENDING_MANUAL,
        lambda desk: post_customer_message(desk, "s_1", SECRET, client_message_id=None),
        [{"event": "manual_message", "role": "user", "status": "pending_manual"}],
    ),
    "an agent": (
        Status.MANUAL_LIVE,
        lambda desk: post_agent_message(desk, "s_1", ALICE, SECRET, client_message_id=None),
        [{"event": "manual_message", "role": "agent", "agent_id": "a_alice", "status": "manual_live"}],
    ),
    "a note": (
        Status.BOT_ACTIVE,
        lambda desk: post_note(desk, "s_1", ALICE, SECRET, client_message_id=None),
        [{"event": "note", "role": "agent", "agent_id": "a_alice", "status": "bot_active"}],
    ),
}


@pytest.mark.parametrize("name", list(LINES))
async def test_what_is_logged(name: str) -> None:
    status, use_case, wanted = LINES[name]
    store = MemoryStore()
    await opened(store, status)
    with capture_logs() as logs:
        appended = await use_case(Desk(store, RecordingAnnouncer()))
    numbers = {entry.seq for entry in appended.entries}
    for line in logs:
        assert line.pop("log_level") == "info"
        assert line.pop("session_name") == "s_1"
        assert line.pop("epoch") == appended.session.epoch
        assert line.pop("seq") in numbers
    assert logs == wanted
    assert SECRET not in str(logs)
