"""Changing who speaks for us, and who is told."""

from __future__ import annotations

import asyncio
from typing import Protocol

import pytest

from domain.entry import Audience, EntryType, Source
from domain.errors import AgentNotFound, InvalidInput, NotAssigned, SessionNotFound, TransitionForbidden
from domain.event import BROADCAST, EventType
from domain.session import Assignee, EscalationReason, Severity, Status
from domain.step import Appended
from domain.view import session_view
from services import handoff
from services.desk import Desk
from tests.fakes.announcer import RecordingAnnouncer
from tests.fakes.desk import asks, opened
from tests.fakes.directory import MemoryDirectory
from tests.fakes.proofs import account
from tests.fakes.sessions import ALICE, BOB
from tests.fakes.store import MemoryStore


class End(Protocol):
    """How an agent leaves a session."""

    async def __call__(self, desk: Desk, name: str, *, by: Assignee, may_override: bool) -> Appended: ...


@pytest.fixture
def directory() -> MemoryDirectory:
    return MemoryDirectory(
        account(ALICE.id, username="alice", name=ALICE.name),
        account(BOB.id, username="bob", name=BOB.name),
        account("a_gone", username="gone", name="Gone", disabled=True),
    )


async def test_an_escalation_keeps_reason_severity_detail_and_time(desk: Desk, store: MemoryStore) -> None:
    await opened(store)
    appended = await handoff.escalate(
        desk, "s_1", reason=EscalationReason.VIP, detail="  gold \n", severity=Severity.HIGH
    )
    kept = appended.session.escalation
    assert kept is not None
    assert (kept.reason, kept.severity, kept.detail) == (EscalationReason.VIP, Severity.HIGH, "gold")
    assert kept.at > 1.7e9
    assert appended.session.status is Status.PENDING_MANUAL
    assert appended.entries[0].source is Source.AI_CHATBOT


@pytest.mark.parametrize(("detail", "kept"), [("", ""), (" \n ", ""), ("x" * 500, "x" * 500), ("问" * 501, "问" * 500)])
async def test_a_detail_may_be_empty_and_is_not_long(desk: Desk, store: MemoryStore, detail: str, kept: str) -> None:
    await opened(store)
    appended = await handoff.escalate(desk, "s_1", reason=EscalationReason.USER_REQUEST, detail=detail)
    assert appended.session.escalation is not None
    assert appended.session.escalation.detail == kept


@pytest.mark.parametrize("detail", ["a\0b", "\ud800", "x" * 10_001])
async def test_a_detail_that_cannot_be_said_is_refused(desk: Desk, store: MemoryStore, detail: str) -> None:
    await opened(store)
    with pytest.raises(InvalidInput) as refusal:
        await handoff.escalate(desk, "s_1", reason=EscalationReason.USER_REQUEST, detail=detail)
    assert refusal.value.field == "detail"
    assert store.session("s_1").status is Status.BOT_ACTIVE


async def test_of_many_who_take_over_at_once_one_does(desk: Desk, store: MemoryStore) -> None:
    await opened(store, Status.PENDING_MANUAL)
    tries = [handoff.take_over(desk, "s_1", agent) for agent in (ALICE, BOB) * 5]
    results = await asyncio.gather(*tries, return_exceptions=True)
    (winner,) = [result for result in results if isinstance(result, Appended)]
    losers = [result for result in results if isinstance(result, TransitionForbidden)]
    assert len(losers) == 9
    assert winner.session.agent is not None
    assert {loser.extra["agent_name"] for loser in losers} == {winner.session.agent.name}
    assert len([entry for entry in store.timeline("s_1") if entry.type is EntryType.ASSIGNMENT]) == 1


async def test_what_was_asked_of_the_ai_is_not_its_to_answer_after_a_takeover(desk: Desk, store: MemoryStore) -> None:
    await opened(store)
    await asks(store)
    await handoff.take_over(desk, "s_1", ALICE)
    assert await store.claim_reply("s_1", owner="me", seconds=60) is None
    await handoff.release(desk, "s_1", by=ALICE, may_override=False)
    assert await store.claim_reply("s_1", owner="me", seconds=60) is None


async def test_a_transfer_is_told_to_whom_it_concerns(
    desk: Desk, store: MemoryStore, announcer: RecordingAnnouncer, directory: MemoryDirectory
) -> None:
    await opened(store, Status.MANUAL_LIVE)
    appended = await handoff.transfer(desk, directory, "s_1", by=ALICE, may_override=False, to_agent_id=BOB.id)
    assert appended.session.agent == BOB
    (request,) = announcer.told("agent:a_bob")
    assert request.type is EventType.TRANSFER_REQUEST
    assert request.payload == {
        "session": session_view(appended.session, Audience.AGENTS),
        "from_agent_id": "a_alice",
        "from_agent_name": "Alice",
    }
    assert (request.source, request.session_name, request.seq) == (Source.AGENT_WORKBENCH, "s_1", None)
    assert request.audience is Audience.AGENTS, "it holds what a customer must not see"
    assert announcer.announced[-1] == ("agent:a_bob", request), "after the transfer itself"
    assert announcer.types("s_1") == [EventType.ASSIGNMENT]
    assert announcer.types(BROADCAST) == [EventType.QUEUE]


@pytest.mark.parametrize("agent_id", ["a_nobody", "a_gone", ""])
async def test_a_transfer_needs_somebody_who_is_there(
    desk: Desk, store: MemoryStore, announcer: RecordingAnnouncer, directory: MemoryDirectory, agent_id: str
) -> None:
    session = await opened(store, Status.MANUAL_LIVE)
    with pytest.raises(AgentNotFound) as refusal:
        await handoff.transfer(desk, directory, "s_1", by=ALICE, may_override=False, to_agent_id=agent_id)
    assert refusal.value.extra == {"agent_id": agent_id}
    assert store.session("s_1") == session
    assert announcer.announced == []


async def test_a_transfer_that_is_refused_is_told_to_nobody(
    desk: Desk, store: MemoryStore, announcer: RecordingAnnouncer, directory: MemoryDirectory
) -> None:
    await opened(store, Status.MANUAL_LIVE)
    with pytest.raises(InvalidInput):
        await handoff.transfer(desk, directory, "s_1", by=ALICE, may_override=False, to_agent_id=ALICE.id)
    with pytest.raises(NotAssigned):
        await handoff.transfer(desk, directory, "s_1", by=BOB, may_override=False, to_agent_id=BOB.id)
    await opened(store, Status.PENDING_MANUAL, name="s_2")
    with pytest.raises(TransitionForbidden):
        await handoff.transfer(desk, directory, "s_2", by=ALICE, may_override=False, to_agent_id=BOB.id)
    with pytest.raises(SessionNotFound):
        await handoff.transfer(desk, directory, "nobody", by=ALICE, may_override=False, to_agent_id=BOB.id)
    assert announcer.announced == []


async def test_an_admin_fetches_a_session(desk: Desk, store: MemoryStore, directory: MemoryDirectory) -> None:
    await opened(store, Status.MANUAL_LIVE, agent=ALICE)
    appended = await handoff.transfer(desk, directory, "s_1", by=BOB, may_override=True, to_agent_id=BOB.id)
    assert appended.session.agent == BOB


@pytest.mark.parametrize("end", [handoff.release, handoff.close_as_agent])
async def test_only_the_serving_agent_or_an_admin_ends_it(desk: Desk, store: MemoryStore, end: End) -> None:
    await opened(store, Status.MANUAL_LIVE, agent=ALICE)
    with pytest.raises(NotAssigned):
        await end(desk, "s_1", by=BOB, may_override=False)
    assert (await end(desk, "s_1", by=BOB, may_override=True)).session.agent is None


async def test_the_customer_may_end_it_whoever_serves(desk: Desk, store: MemoryStore) -> None:
    await opened(store, Status.MANUAL_LIVE)
    appended = await handoff.close_as_customer(desk, "s_1")
    assert (appended.session.status, appended.session.agent) == (Status.CLOSED, None)
    assert (appended.entries[0].source, appended.entries[0].author) == (Source.AI_CHATBOT, None)
    with pytest.raises(TransitionForbidden):
        await handoff.close_as_customer(desk, "s_1")
