"""One process's part in answering: one reply a session, what was left over, and an orderly end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from domain.entry import Entry, Role
from domain.errors import Unavailable
from domain.session import Status
from domain.step import Appended, Step
from services import answering as answering_module
from services.answering import LEFT_OVER_SECONDS, Answering
from services.desk import Desk
from services.engines import Engines
from services.reply import ReplyTerms
from tests.fakes.announcer import RecordingAnnouncer
from tests.fakes.clock import Clock
from tests.fakes.desk import asks, opened, until
from tests.fakes.engine import ScriptedEngine, never_ends, repeats_the_question, says, waits_for
from tests.fakes.store import MemoryStore
from tests.fakes.turns import PACKAGED

TERMS = ReplyTerms(owner="me", lease_seconds=0.03, limit_seconds=10)


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering_module, "LOOK_SECONDS", 0.005)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> MemoryStore:
    return MemoryStore(clock)


@pytest.fixture
async def started() -> AsyncIterator[list[Answering]]:
    """Whatever is put here is closed at the end."""
    found: list[Answering] = []
    yield found
    for answering in found:
        await answering.close()


def _answering(started: list[Answering], store: MemoryStore, engine: ScriptedEngine) -> Answering:
    answering = Answering(Desk(store, RecordingAnnouncer()), Engines([engine]), TERMS, PACKAGED)
    started.append(answering)
    return answering


def _answers(store: MemoryStore, name: str = "s_1") -> list[Entry]:
    return [entry for entry in store.timeline(name) if entry.role is Role.ASSISTANT]


async def test_a_session_has_one_reply_in_the_making(started: list[Answering], store: MemoryStore) -> None:
    await opened(store)
    await asks(store)
    go_on = asyncio.Event()
    engine = ScriptedEngine(waits_for(go_on, "It is", " on its way."))
    answering = _answering(started, store, engine)
    for _ in range(5):
        answering.answer("s_1")
    await until(lambda: engine.turns)
    answering.answer("s_1")
    await asyncio.sleep(0.02)
    assert len(engine.turns) == 1
    go_on.set()
    await until(lambda: _answers(store))
    await asyncio.sleep(0.02)
    assert (len(engine.turns), len(_answers(store))) == (1, 1)


def test_an_answer_may_take_every_engine_its_time(store: MemoryStore) -> None:
    """Whoever waits for one waits for the last engine too."""

    def longest(*engines: ScriptedEngine) -> float:
        return Answering(Desk(store, RecordingAnnouncer()), Engines(engines), TERMS, PACKAGED).longest_seconds

    one, two = longest(ScriptedEngine(never_ends())), longest(ScriptedEngine(never_ends()), ScriptedEngine(says("Yes")))
    assert TERMS.limit_seconds < one < 2 * TERMS.limit_seconds < two


async def test_sessions_are_answered_side_by_side(started: list[Answering], store: MemoryStore) -> None:
    engine = ScriptedEngine(never_ends(), says("It is on its way."))
    answering = _answering(started, store, engine)
    for name in ("s_1", "s_2"):
        await opened(store, name=name)
        await asks(store, name=name)
    answering.answer("s_1")
    await until(lambda: engine.turns)
    answering.answer("s_2")
    await until(lambda: _answers(store, "s_2"))
    assert _answers(store, "s_1") == []


async def test_a_message_that_comes_while_a_reply_ends_is_answered_by_the_next(
    started: list[Answering], clock: Clock
) -> None:
    class BusyStore(MemoryStore):
        """The customer writes again right after the first answer was kept."""

        answering: Answering

        async def append(self, step: Step) -> Appended | None:
            appended = await super().append(step)
            if step.reply is not None and len(_answers(self)) == 1:
                await asks(self, "And the other one?")
                self.answering.answer("s_1")
            return appended

    store = BusyStore(clock)
    store.answering = _answering(started, store, ScriptedEngine(repeats_the_question()))
    await opened(store)
    await asks(store, "Where is my order?")
    store.answering.answer("s_1")
    await until(lambda: len(_answers(store)) == 2)
    assert _answers(store)[1].content == "You said: And the other one?"


async def test_what_nobody_answers_is_picked_up(started: list[Answering], store: MemoryStore, clock: Clock) -> None:
    await opened(store)
    await asks(store)
    answering = _answering(started, store, ScriptedEngine(says("It is on its way.")))
    looking = asyncio.create_task(answering.run())
    await asyncio.sleep(0.03)
    assert _answers(store) == [], "whoever took the message is given time to answer it"

    clock.advance(LEFT_OVER_SECONDS)
    await until(lambda: _answers(store))

    await asyncio.sleep(0.03)
    assert len(_answers(store)) == 1
    looking.cancel()


async def test_what_another_process_answers_is_left_to_it_until_its_lease_ends(
    started: list[Answering], store: MemoryStore, clock: Clock
) -> None:
    await opened(store)
    await asks(store)
    assert await store.claim_reply("s_1", owner="another", seconds=60) is not None
    engine = ScriptedEngine(says("It is on its way."))
    looking = asyncio.create_task(_answering(started, store, engine).run())
    clock.advance(59)
    await asyncio.sleep(0.03)
    assert engine.turns == []
    clock.advance(2)
    await until(lambda: _answers(store))
    looking.cancel()


class _Stumbling(MemoryStore):
    """Raises what it is given, once, when asked what is left over."""

    def __init__(self, clock: Clock, error: Exception) -> None:
        super().__init__(clock)
        self._errors = [error]

    async def waiting_for_ai(self, *, idle_seconds: float, limit: int = 20) -> list[str]:
        if self._errors:
            raise self._errors.pop()
        return await super().waiting_for_ai(idle_seconds=idle_seconds, limit=limit)


@pytest.mark.parametrize("error", [Unavailable("away"), RuntimeError("a mistake of ours")])
async def test_looking_goes_on_after_an_error(started: list[Answering], clock: Clock, error: Exception) -> None:
    store = _Stumbling(clock, error)
    await opened(store)
    await asks(store)
    clock.advance(LEFT_OVER_SECONDS)
    with capture_logs() as logs:
        looking = asyncio.create_task(_answering(started, store, ScriptedEngine(says("Yes."))).run())
        await until(lambda: _answers(store))
    assert [line["event"] for line in logs] == ["look_failed"]
    looking.cancel()


class _Breaking(MemoryStore):
    """Raises what it is given, once, when a reply is to be saved."""

    def __init__(self, clock: Clock, error: Exception) -> None:
        super().__init__(clock)
        self._errors = [error]

    async def append(self, step: Step) -> Appended | None:
        if step.reply is not None and self._errors:
            raise self._errors.pop()
        return await super().append(step)


@pytest.mark.parametrize("error", [Unavailable("away"), RuntimeError("a mistake of ours")])
async def test_a_reply_that_failed_is_tried_again(started: list[Answering], clock: Clock, error: Exception) -> None:
    store = _Breaking(clock, error)
    await opened(store)
    await asks(store)
    answering = _answering(started, store, ScriptedEngine(says("Yes.")))
    with capture_logs() as logs:
        answering.answer("s_1")
        await until(lambda: logs)
    assert [(line["event"], line["session_name"]) for line in logs] == [("reply_failed", "s_1")]
    clock.advance(LEFT_OVER_SECONDS)
    looking = asyncio.create_task(answering.run())
    await until(lambda: _answers(store))
    looking.cancel()


async def test_closing_stops_what_is_in_the_making_and_leaves_it_to_others(
    started: list[Answering], store: MemoryStore
) -> None:
    engine = ScriptedEngine(never_ends())
    answering = _answering(started, store, engine)
    for name in ("s_1", "s_2"):
        await opened(store, name=name)
        await asks(store, name=name)
        answering.answer(name)
    answering.answer("s_2")
    await until(lambda: len(engine.turns) == 2)

    await answering.close()

    assert engine.ended == 2
    for name in ("s_1", "s_2"):
        assert await store.claim_reply(name, owner="another", seconds=60) is not None
    answering.answer("s_1")
    await asyncio.sleep(0.01)
    assert len(engine.turns) == 2, "nothing is begun after the end"
    await answering.close()


async def test_closing_just_after_the_beginning(started: list[Answering], store: MemoryStore) -> None:
    await opened(store)
    await asks(store)
    engine = ScriptedEngine(says("Yes."))
    answering = _answering(started, store, engine)
    answering.answer("s_1")
    await answering.close()
    assert engine.turns == []
    assert store.lease("s_1") is None


async def test_closing_without_a_database(started: list[Answering], store: MemoryStore) -> None:
    await opened(store)
    await asks(store)
    engine = ScriptedEngine(never_ends())
    answering = _answering(started, store, engine)
    answering.answer("s_1")
    await until(lambda: engine.turns)
    store.down = True
    await asyncio.wait_for(answering.close(), 1)
    assert engine.ended == 1
    assert store.session("s_1").status is Status.BOT_ACTIVE


class _Opening(ScriptedEngine):
    """Remembers which sessions were opened, and may fail at it."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__(says("Yes."))
        self.opened: list[str] = []
        self._error = error

    async def open(self, session_name: str) -> None:
        self.opened.append(session_name)
        if self._error is not None:
            raise self._error
        await asyncio.sleep(60)


async def test_the_engine_is_told_of_a_new_session_and_nobody_waits_for_it(
    started: list[Answering], store: MemoryStore
) -> None:
    engine = _Opening()
    answering = _answering(started, store, engine)
    answering.open("s_1")
    await until(lambda: engine.opened == ["s_1"])
    await asyncio.wait_for(answering.close(), 1)
    answering.open("s_2")
    await asyncio.sleep(0.01)
    assert engine.opened == ["s_1"]


async def test_an_engine_that_cannot_open_a_session_is_only_logged(
    started: list[Answering], store: MemoryStore
) -> None:
    answering = _answering(started, store, _Opening(RuntimeError("boom")))
    with capture_logs() as logs:
        answering.open("s_1")
        await until(lambda: logs)
    assert [(line["event"], line["error"]) for line in logs] == [("engine_not_opened", "RuntimeError")]
    await opened(store)
    await asks(store)
    answering.answer("s_1")
    await until(lambda: _answers(store))
