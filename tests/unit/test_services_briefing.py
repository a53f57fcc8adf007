"""Handoff packets: there with the change of hands, made better behind it, and told to agents alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from domain.engine import Turn
from domain.entry import Audience, EntryType
from domain.event import event_of
from domain.handoff import PACKET
from domain.session import EscalationReason, Session
from domain.step import Appended, Step
from services import handoff
from services.briefing import Briefing
from services.desk import Desk
from services.engines import Engines
from tests.fakes.announcer import RecordingAnnouncer
from tests.fakes.desk import TERMS, asks, opened, taken_over, until
from tests.fakes.engine import ScriptedEngine, says
from tests.fakes.sessions import ALICE, BOB
from tests.fakes.store import MemoryStore
from tests.fakes.turns import reply


class Summarizing(ScriptedEngine):
    """Says its summary when it may."""

    def __init__(self, summary: str | Exception | None = "Wants a refund for AM20451.") -> None:
        super().__init__(says("Yes."))
        self.go_on = asyncio.Event()
        self.summarized: list[Turn] = []
        self._summary = summary

    async def summarize(self, turn: Turn) -> str | None:
        self.summarized.append(turn)
        await self.go_on.wait()
        if isinstance(self._summary, Exception):
            raise self._summary
        return self._summary


@pytest.fixture
async def briefings() -> AsyncIterator[list[Briefing]]:
    found: list[Briefing] = []
    yield found
    for briefing in found:
        await briefing.close()


def _briefing(briefings: list[Briefing], desk: Desk, engine: ScriptedEngine, **limits: float) -> Briefing:
    briefing = Briefing(desk, Engines([engine]), **limits)
    briefings.append(briefing)
    return briefing


async def _escalated(desk: Desk, store: MemoryStore) -> Appended:
    await opened(store)
    await asks(store, "I want my money back for AM20451")
    return await handoff.escalate(desk, "s_1", reason=EscalationReason.USER_REQUEST, detail="")


async def _summary(store: MemoryStore) -> tuple[str, str]:
    packet = await store.packet("s_1")
    assert packet is not None
    return packet["summary"]["text"], packet["summary"]["by"]


async def test_a_packet_is_there_with_the_escalation(store: MemoryStore, desk: Desk) -> None:
    await _escalated(desk, store)
    packet = await store.packet("s_1")
    assert packet is not None
    assert packet["epoch"] == store.session("s_1").epoch
    assert packet["summary"] == {"text": "I want my money back for AM20451", "seqs": [1], "by": "rules"}
    assert {"kind": "order", "value": "AM20451", "seqs": [1]} in packet["facts"]


async def test_a_packet_is_there_with_a_takeover_from_the_ai_and_stays_with_later_ones(
    store: MemoryStore, desk: Desk
) -> None:
    await opened(store)
    await asks(store)
    await handoff.take_over(desk, "s_1", ALICE)
    packet = await store.packet("s_1")
    assert packet is not None
    await handoff.release(desk, "s_1", by=ALICE, may_override=False)
    assert await store.packet("s_1") is None
    await asks(store, "I want a human")
    await reply(desk, ScriptedEngine(says("No.")), "s_1", TERMS)
    asked_for = await store.packet("s_1")
    await handoff.take_over(desk, "s_1", BOB)
    assert await store.packet("s_1") == asked_for


async def test_an_engines_summary_replaces_the_rules(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk, briefings: list[Briefing]
) -> None:
    engine = Summarizing()
    appended = await _escalated(desk, store)
    _briefing(briefings, desk, engine).improve(appended)
    await until(lambda: engine.summarized)
    assert (await _summary(store))[1] == "rules", "nobody waits for an engine"
    (turn,) = engine.summarized
    assert turn.question == "I want my money back for AM20451"
    engine.go_on.set()
    await until(lambda: not briefings[0]._running)
    assert await _summary(store) == ("Wants a refund for AM20451.", "scripted")
    told = store.timeline("s_1")[-1]
    assert (told.type, told.audience, told.epoch) == (EntryType.SYSTEM, Audience.AGENTS, appended.session.epoch)
    assert told.data == {"code": "packet", "packet": await store.packet("s_1")}
    assert announcer.told("s_1")[-1] == event_of(told)


async def test_a_takeover_meanwhile_keeps_the_summary(
    store: MemoryStore, desk: Desk, briefings: list[Briefing]
) -> None:
    engine = Summarizing()
    _briefing(briefings, desk, engine).improve(await _escalated(desk, store))
    await until(lambda: engine.summarized)
    await handoff.take_over(desk, "s_1", ALICE)
    engine.go_on.set()
    await until(lambda: not briefings[0]._running)
    assert (await _summary(store))[1] == "scripted"


async def test_a_takeover_in_the_last_moment_keeps_the_summary(
    announcer: RecordingAnnouncer, briefings: list[Briefing]
) -> None:
    class Contended(MemoryStore):
        """Hands change between reading and saving."""

        hurried = True

        async def append(self, step: Step) -> Appended | None:
            if step.drafts[0].data.get("code") == PACKET and self.hurried:
                self.hurried = False
                await taken_over(self)
            return await super().append(step)

    store = Contended()
    desk = Desk(store, announcer)
    engine = Summarizing()
    engine.go_on.set()
    _briefing(briefings, desk, engine).improve(await _escalated(desk, store))
    await until(lambda: engine.summarized and not briefings[0]._running)
    assert (await _summary(store))[1] == "scripted"
    assert store.timeline("s_1")[-1].epoch == store.session("s_1").epoch


async def test_a_summary_of_an_earlier_escalation_replaces_nothing(
    store: MemoryStore, desk: Desk, briefings: list[Briefing]
) -> None:
    engine = Summarizing()
    _briefing(briefings, desk, engine).improve(await _escalated(desk, store))
    await until(lambda: engine.summarized)
    await handoff.take_over(desk, "s_1", ALICE)
    await handoff.release(desk, "s_1", by=ALICE, may_override=False)
    await asks(store, "And now?")
    await handoff.take_over(desk, "s_1", ALICE)
    engine.go_on.set()
    await until(lambda: not briefings[0]._running)
    assert (await _summary(store))[1] == "rules"
    assert all(entry.data.get("code") != PACKET for entry in store.timeline("s_1"))


@pytest.mark.parametrize("summary", [RuntimeError("boom"), None, "  "])
async def test_without_a_summary_the_rules_stand(
    store: MemoryStore, desk: Desk, briefings: list[Briefing], summary: str | Exception | None
) -> None:
    engine = Summarizing(summary)
    engine.go_on.set()
    appended = await _escalated(desk, store)
    with capture_logs() as logs:
        _briefing(briefings, desk, engine).improve(appended)
        await until(lambda: engine.summarized and not briefings[0]._running)
    assert (await _summary(store))[1] == "rules"
    assert [line["event"] for line in logs] == (["summary_failed"] if isinstance(summary, Exception) else [])
    assert "boom" not in str(logs)


async def test_a_summary_that_takes_too_long_is_not_waited_for(
    store: MemoryStore, desk: Desk, briefings: list[Briefing]
) -> None:
    appended = await _escalated(desk, store)
    briefing = _briefing(briefings, desk, Summarizing(), summary_seconds=0.02)
    briefing.improve(appended)
    await until(lambda: not briefing._running, seconds=1)
    assert (await _summary(store))[1] == "rules"


async def test_what_was_said_at_the_same_moment_is_added(desk: Desk, briefings: list[Briefing]) -> None:
    class Busy(MemoryStore):
        """The customer writes between reading and saving."""

        busy = True

        async def get(self, name: str) -> Session:
            if self.busy:
                self.busy = False
                await asks(self, "It is AM20452", name=name)
            return await super().get(name)

    store = Busy()
    store.busy = False
    desk = Desk(store, desk.announcer)
    await opened(store)
    await asks(store, "I want my money back for AM20451")
    store.busy = True
    appended = await handoff.escalate(desk, "s_1", reason=EscalationReason.USER_REQUEST, detail="")
    assert "AM20452" not in str(await store.packet("s_1"))
    engine = Summarizing(None)
    engine.go_on.set()
    _briefing(briefings, desk, engine).improve(appended)
    await until(lambda: not briefings[0]._running)
    assert "AM20452" in str(await store.packet("s_1"))


async def test_closing_stops_what_is_under_way(store: MemoryStore, desk: Desk, briefings: list[Briefing]) -> None:
    briefing = _briefing(briefings, desk, Summarizing())
    briefing.improve(await _escalated(desk, store))
    await asyncio.wait_for(briefing.close(), 1)
    assert (await _summary(store))[1] == "rules"
