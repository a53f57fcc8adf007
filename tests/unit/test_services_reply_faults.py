"""The AI's answer when its engine fails, its lease is lost, its task is cancelled or the database is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
from structlog.testing import capture_logs

from domain.engine import Answer, Output, Turn
from domain.errors import OrderNotFound, Unavailable
from domain.session import Language
from domain.step import Appended, Step
from services import attempt as attempt_module
from services.desk import Desk
from services.reply import ReplyTerms
from tests.fakes.announcer import RecordingAnnouncer
from tests.fakes.clock import Clock
from tests.fakes.desk import TERMS, answers, asks, failed_engines, opened, until
from tests.fakes.engine import (
    Script,
    ScriptedEngine,
    does_not_stop,
    ends_without_answer,
    fails,
    never_ends,
    says,
    waits_for,
)
from tests.fakes.store import MemoryStore
from tests.fakes.turns import reply

HASTY = ReplyTerms(owner="me", lease_seconds=0.03, limit_seconds=0.05)


async def _free(store: MemoryStore, name: str = "s_1") -> bool:
    """Whether another process can answer at once."""
    return await store.claim_reply(name, owner="another", seconds=60) is not None


# --- The engine fails ---


@pytest.mark.parametrize(
    "script",
    [
        fails(RuntimeError("boom")),
        fails(RuntimeError("boom"), "It is", " on"),
        fails(TimeoutError()),
        fails(OrderNotFound()),
        fails(Unavailable("The shop does not answer.")),
        fails(asyncio.CancelledError()),
        ends_without_answer(),
        says(""),
        says(" \n "),
        says("a\0b"),
        says("\ud800"),
        says("x" * 10_001),
    ],
)
@pytest.mark.parametrize("language", list(Language))
async def test_an_engine_that_fails_is_apologised_for(
    store: MemoryStore, desk: Desk, script: Script, language: Language
) -> None:
    await opened(store)
    await asks(store, "我的订单在哪里？" if language is Language.CHINESE else "Where is my order?")
    engine = ScriptedEngine(script)
    with capture_logs() as logs:
        replying = asyncio.create_task(reply(desk, engine, "s_1", TERMS))
        await asyncio.wait([replying])
    assert not replying.cancelled()
    appended = replying.result()
    assert appended is not None
    (answer,) = answers(store)
    assert ("抱歉" in answer.content) is (language is Language.CHINESE)
    assert (answer.data["confident"], answer.data["offers_person"]) == (False, True)
    assert failed_engines(store) == ["scripted"]
    assert not appended.session.waits_for_ai
    assert (len(engine.turns), engine.ended) == (1, 1)
    assert [(line["event"], line["session_name"], line["engine"]) for line in logs] == [
        ("engine_failed", "s_1", "scripted")
    ]
    assert "boom" not in str(logs)


@pytest.mark.parametrize("script", [never_ends(), waits_for(asyncio.Event(), "Let me see")])
async def test_an_engine_that_takes_too_long_is_stopped_and_apologised_for(
    store: MemoryStore, desk: Desk, script: Script
) -> None:
    await opened(store)
    await asks(store)
    engine = ScriptedEngine(script)
    await asyncio.wait_for(reply(desk, engine, "s_1", HASTY), 2)
    (answer,) = answers(store)
    assert answer.content.startswith("I'm sorry")
    assert engine.ended == 1


async def test_an_engine_that_does_not_stop_is_left_behind(
    store: MemoryStore, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt_module, "CLOSING_SECONDS", 0.02)
    await opened(store)
    await asks(store)
    stop = asyncio.Event()
    engine = ScriptedEngine(does_not_stop(stop))
    await asyncio.wait_for(reply(desk, engine, "s_1", HASTY), 2)
    assert len(answers(store)) == 1
    stop.set()
    await until(lambda: engine.ended == 1)
    assert len(answers(store)) == 1


# --- The lease ---


async def test_a_lease_that_is_lost_ends_the_reply(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk, clock: Clock
) -> None:
    terms = ReplyTerms("me", lease_seconds=0.3, limit_seconds=10)
    await opened(store)
    await asks(store)
    engine = ScriptedEngine(waits_for(asyncio.Event(), "It is"))
    replying = asyncio.create_task(reply(desk, engine, "s_1", terms))
    await until(lambda: announcer.announced)

    # This process was asleep for a while, and another one went on.
    clock.advance(1)
    claimed = await store.claim_reply("s_1", owner="another", seconds=60)
    assert claimed is not None

    assert await asyncio.wait_for(replying, 2) is None
    assert engine.ended == 1
    assert answers(store) == []
    lease = store.lease("s_1")
    assert lease is not None
    assert lease.owner == "another", "theirs is not given back"


async def test_an_answer_under_a_lease_that_another_holds_is_not_kept(
    store: MemoryStore, desk: Desk, clock: Clock
) -> None:
    async def slow(turn: Turn) -> AsyncGenerator[Output, None]:
        clock.advance(1)
        assert await store.claim_reply("s_1", owner="another", seconds=60) is not None
        yield Answer("It is on its way.")

    await opened(store)
    await asks(store)
    assert await reply(desk, ScriptedEngine(slow), "s_1", TERMS) is None
    assert answers(store) == []


async def test_the_lease_is_renewed_while_the_engine_thinks_in_silence(
    store: MemoryStore, desk: Desk, clock: Clock
) -> None:
    async def thinks(turn: Turn) -> AsyncGenerator[Output, None]:
        await thought.wait()
        yield Answer("It is on its way.")

    thought = asyncio.Event()
    await opened(store)
    await asks(store)
    replying = asyncio.create_task(reply(desk, ScriptedEngine(thinks), "s_1", TERMS))
    await until(lambda: store.lease("s_1"))
    for _ in range(5):
        clock.advance(TERMS.lease_seconds * 0.9)

        def renewed() -> bool:
            lease = store.lease("s_1")
            return lease is not None and lease.expires_at >= clock() + TERMS.lease_seconds

        await until(renewed)
        assert not await _free(store)
    thought.set()
    assert await replying is not None


async def test_a_database_that_is_away_while_the_engine_thinks_costs_no_answer(store: MemoryStore, desk: Desk) -> None:
    thought = asyncio.Event()
    await opened(store)
    await asks(store)
    engine = ScriptedEngine(waits_for(thought, "It is", " on its way."))
    replying = asyncio.create_task(reply(desk, engine, "s_1", TERMS))
    await until(lambda: engine.turns)
    store.down = True
    await asyncio.sleep(0.05)
    store.down = False
    thought.set()
    await replying
    assert [answer.content for answer in answers(store)] == ["It is on its way."]
    assert len(engine.turns) == 1


# --- Cancelled, or without a database ---


async def test_a_reply_that_is_cancelled_stops_its_engine_and_gives_the_lease_back(
    store: MemoryStore, desk: Desk
) -> None:
    await opened(store)
    await asks(store)
    engine = ScriptedEngine(never_ends())
    replying = asyncio.create_task(reply(desk, engine, "s_1", TERMS))
    await until(lambda: engine.turns)

    replying.cancel()

    with pytest.raises(asyncio.CancelledError):
        await replying
    assert engine.ended == 1
    assert await _free(store)


async def test_a_reply_that_is_cancelled_without_a_database_is_cancelled_all_the_same(
    store: MemoryStore, desk: Desk
) -> None:
    await opened(store)
    await asks(store)
    engine = ScriptedEngine(never_ends())
    replying = asyncio.create_task(reply(desk, engine, "s_1", TERMS))
    await until(lambda: engine.turns)
    store.down = True
    replying.cancel()
    with capture_logs() as logs, pytest.raises(asyncio.CancelledError):
        await replying
    assert ("lease_not_given_back", "s_1") in [(line["event"], line["session_name"]) for line in logs]


class _Refusing(MemoryStore):
    """Raises once in the call of this name, and in the one that gives the lease back if it is to."""

    def __init__(self, clock: Clock, *, drop: Exception | None, append: Exception) -> None:
        super().__init__(clock)
        self._drop = drop
        self._append = append

    async def append(self, step: Step) -> Appended | None:
        if step.reply is not None:
            raise self._append
        return await super().append(step)

    async def drop_reply(self, name: str, *, owner: str) -> None:
        if self._drop is not None:
            raise self._drop
        await super().drop_reply(name, owner=owner)


@pytest.mark.parametrize("drop", [None, Unavailable("when giving back")])
@pytest.mark.parametrize("append", [Unavailable("when saving"), RuntimeError("a mistake of ours")])
async def test_what_went_wrong_is_not_hidden_by_what_went_wrong_after_it(
    clock: Clock, announcer: RecordingAnnouncer, drop: Exception | None, append: Exception
) -> None:
    store = _Refusing(clock, drop=drop, append=append)
    await opened(store)
    await asks(store)
    with pytest.raises(type(append)) as raised:
        await reply(Desk(store, announcer), ScriptedEngine(says("Yes.")), "s_1", TERMS)
    assert raised.value is append
    assert announcer.types("s_1") == []
    assert await _free(store) is (drop is None)


async def test_without_a_database_there_is_no_reply(store: MemoryStore, desk: Desk) -> None:
    store.down = True
    with pytest.raises(Unavailable):
        await reply(desk, ScriptedEngine(says("Yes.")), "s_1", TERMS)


class _Paused(MemoryStore):
    """Stops in the middle of keeping the AI's step, before or after the moment at which it is kept."""

    def __init__(self, clock: Clock, *, kept: bool) -> None:
        super().__init__(clock)
        self._kept = kept
        self.reached = asyncio.Event()

    async def append(self, step: Step) -> Appended | None:
        if step.reply is None:
            return await super().append(step)
        appended = await super().append(step) if self._kept else None
        self.reached.set()
        await asyncio.Event().wait()
        return appended


@pytest.mark.parametrize("kept", [False, True])
async def test_a_reply_cancelled_in_the_middle_of_saving_leaves_nothing_half_done(
    clock: Clock, announcer: RecordingAnnouncer, kept: bool
) -> None:
    store = _Paused(clock, kept=kept)
    await opened(store)
    await asks(store)
    replying = asyncio.create_task(reply(Desk(store, announcer), ScriptedEngine(says("Yes.")), "s_1", TERMS))
    await store.reached.wait()

    replying.cancel()

    with pytest.raises(asyncio.CancelledError):
        await replying
    assert len(answers(store)) == kept
    assert store.session("s_1").waits_for_ai is not kept
    assert store.lease("s_1") is None
    assert await _free(store) is not kept, "another process answers if, and only if, nobody has"


async def test_a_reply_that_is_cancelled_twice_still_gives_the_lease_back(clock: Clock, desk: Desk) -> None:
    class Slow(MemoryStore):
        dropping = asyncio.Event()
        go_on = asyncio.Event()

        async def drop_reply(self, name: str, *, owner: str) -> None:
            self.dropping.set()
            await self.go_on.wait()
            await super().drop_reply(name, owner=owner)

    store = Slow(clock)
    await opened(store)
    await asks(store)
    engine = ScriptedEngine(never_ends())
    replying = asyncio.create_task(reply(Desk(store, desk.announcer), engine, "s_1", TERMS))
    await until(lambda: engine.turns)
    replying.cancel()
    await store.dropping.wait()
    replying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await replying
    store.go_on.set()
    await until(lambda: store.lease("s_1") is None)
