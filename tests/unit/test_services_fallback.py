"""When an engine fails or stalls: who answers instead, what is seen of it, and whom the next failure is spared."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
from structlog.testing import capture_logs

from domain.engine import Answer, Handover, Output, ToolCall, Turn
from domain.entry import Audience, EntryType, Role
from domain.event import EventType
from domain.regulator import Verdict
from domain.session import EscalationReason, Language, Severity, Status
from services.breaker import FAILURES, PAUSE_SECONDS, Breaker
from services.desk import Desk
from services.engines import Engines
from services.reply import ReplyTerms
from tests.fakes.announcer import RecordingAnnouncer
from tests.fakes.clock import Clock
from tests.fakes.desk import TERMS, answers, asks, failed_engines, grounds, opened, taken_over
from tests.fakes.engine import (
    Script,
    ScriptedEngine,
    ends_without_answer,
    fails,
    never_ends,
    repeats_the_question,
    says,
    says_slowly,
    waits_for,
)
from tests.fakes.store import MemoryStore
from tests.fakes.turns import Ruling, reply, speakers

HASTY = ReplyTerms("me", lease_seconds=0.03, limit_seconds=10, stall_seconds=0.05)
IMPATIENT = ReplyTerms("me", lease_seconds=0.03, limit_seconds=0.05, stall_seconds=10)


class Named(ScriptedEngine):
    """One of several engines."""

    def __init__(self, name: str, *scripts: Script) -> None:
        super().__init__(*scripts)
        self._name = name

    @property
    def name(self) -> str:
        return self._name


# --- Another engine answers ---


@pytest.mark.parametrize(
    "script",
    [
        fails(RuntimeError("boom")),
        fails(RuntimeError("boom"), "Half an"),
        ends_without_answer(),
        says(""),
        says("a\0b"),
    ],
)
async def test_another_engine_answers(store: MemoryStore, desk: Desk, script: Script) -> None:
    await opened(store)
    await asks(store)
    first, second = Named("first", script), Named("second", says("Two days."))
    with capture_logs() as logs:
        await reply(desk, speakers(first, second), "s_1", TERMS)
    (answer,) = answers(store)
    assert (answer.content, answer.data["engine"], failed_engines(store)) == ("Two days.", "second", ["first"])
    assert [(line["event"], line["engine"]) for line in logs] == [("engine_failed", "first")]
    assert "boom" not in str(logs)


@pytest.mark.parametrize("terms", [HASTY, IMPATIENT])
@pytest.mark.parametrize("script", [never_ends(), waits_for(asyncio.Event(), "Let me see")])
async def test_an_engine_that_is_silent_or_slow_is_stopped(
    store: MemoryStore, desk: Desk, script: Script, terms: ReplyTerms
) -> None:
    await opened(store)
    await asks(store)
    slow = Named("slow", script)
    await asyncio.wait_for(reply(desk, speakers(slow, Named("second", says("Two days."))), "s_1", terms), 2)
    (answer,) = answers(store)
    assert (answer.content, failed_engines(store), slow.ended) == ("Two days.", ["slow"], 1)


async def test_an_engine_that_gives_signs_of_life_is_not_silent(store: MemoryStore, desk: Desk) -> None:
    await opened(store)
    await asks(store)
    terms = ReplyTerms("me", lease_seconds=0.03, limit_seconds=10, stall_seconds=0.1)
    await reply(desk, speakers(Named("first", says_slowly(*"abcdef"))), "s_1", terms)
    assert [answer.content for answer in answers(store)] == ["abcdef"]


async def test_the_next_one_begins_the_reply_anew(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk
) -> None:
    async def breaks_off(turn: Turn) -> AsyncGenerator[Output, None]:
        async for output in says_slowly("It might ", "be that")(turn):
            if isinstance(output, Answer):
                raise RuntimeError
            yield output

    await opened(store)
    await asks(store)
    engines = speakers(Named("first", breaks_off), Named("second", says_slowly("Two ", "days.")))
    await reply(desk, engines, "s_1", TERMS)
    events = announcer.told("s_1")
    deltas = [event.payload for event in events if event.type is EventType.AI_DELTA]
    shown: dict[str, str] = {}
    for delta in deltas:
        assert delta["offset"] == len(shown.get(delta["reply_id"], "")), "each joins on to what was shown before"
        shown[delta["reply_id"]] = shown.get(delta["reply_id"], "") + delta["text"]
    assert list(shown.values()) == ["It might be that", "Two days."]
    assert events[-1].payload["reply_id"] == list(shown)[-1]


async def test_who_answers_at_once_takes_the_place_of_what_was_shown(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk
) -> None:
    async def breaks_off(turn: Turn) -> AsyncGenerator[Output, None]:
        async for output in says_slowly("It might")(turn):
            yield output
            await asyncio.sleep(0.03)
            raise RuntimeError

    await opened(store)
    await asks(store)
    await reply(desk, speakers(Named("first", breaks_off), Named("second", says("Two days."))), "s_1", TERMS)
    delta, _, message = announcer.told("s_1")
    assert delta.payload["reply_id"] == message.payload["reply_id"]


async def test_a_burst_gets_one_answer_also_from_the_second(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk
) -> None:
    async def meanwhile(turn: Turn) -> AsyncGenerator[Output, None]:
        if turn.unanswered == 1:
            await asks(store, "It is 1001")
        raise RuntimeError
        yield Answer("never")

    await opened(store)
    await asks(store, "Where is my order?")
    engines = speakers(Named("first", meanwhile), Named("second", repeats_the_question()))
    await reply(desk, engines, "s_1", TERMS)
    assert [answer.content for answer in answers(store)] == ["You said: Where is my order?\nIt is 1001"]


# --- Nobody can: an apology, and the offer of a person ---


@pytest.mark.parametrize(
    ("asked", "yes", "begins"),
    [("Where is my order?", "Yes, please!", "I'm sorry"), ("我的订单在哪里", "好的", "抱歉")],
)
async def test_an_apology_offers_a_person_and_a_yes_gets_one(
    store: MemoryStore, desk: Desk, asked: str, yes: str, begins: str
) -> None:
    await opened(store)
    await asks(store, asked)
    await reply(desk, speakers(Named("first", fails(RuntimeError())), Named("second", never_ends())), "s_1", HASTY)
    (answer,) = answers(store)
    assert answer.content.startswith(begins)
    assert (answer.data["offers_person"], failed_engines(store)) == (True, ["first", "second"])
    assert "engine" not in answer.data

    await asks(store, yes)
    engine = Named("first", says("You are welcome!"))
    await reply(desk, engine, "s_1", TERMS)

    session = store.session("s_1")
    assert session.status is Status.PENDING_MANUAL
    assert session.escalation is not None
    assert (session.escalation.rule, session.escalation.seq) == ("accepted_offer", 4)
    assert engine.turns == []


async def test_who_does_not_say_yes_is_answered(store: MemoryStore, desk: Desk) -> None:
    await opened(store)
    await asks(store)
    await reply(desk, Named("first", fails(RuntimeError())), "s_1", TERMS)
    await asks(store, "Yes, but where is it?")
    await reply(desk, Named("first", says("There.")), "s_1", TERMS)
    assert answers(store)[-1].content == "There."


# --- Failures are counted ---


async def test_failures_are_counted_until_an_answer_is_one(store: MemoryStore, desk: Desk) -> None:
    await opened(store)
    scripts = [
        (says("I don't know.", confident=False), 1),
        (fails(RuntimeError()), 2),
        (_asks_back(), 2),
        (says("No idea.", confident=False), 3),
        (says("Two days."), 0),
    ]
    for number, (script, failures) in enumerate(scripts):
        await asks(store, f"question {number}")
        engine = ScriptedEngine(script)
        await reply(desk, engine, "s_1", TERMS, ruling=Ruling())
        assert store.session("s_1").failures == failures
    await asks(store)
    engine = ScriptedEngine(says("No idea.", confident=False))
    await reply(desk, engine, "s_1", TERMS)
    assert engine.turns[0].failures == 0


async def test_the_failure_that_is_one_too_many_escalates_with_the_answer(store: MemoryStore, desk: Desk) -> None:
    def after(turn: Turn, answer: Answer) -> Verdict | None:
        if answer.confident:
            return None
        return Verdict(EscalationReason.FAIL_LOOP, Severity.HIGH, "failures", "2 in a row", turn.utterances[-1].seq)

    await opened(store)
    await asks(store)
    engine = ScriptedEngine(says("I don't know.", confident=False))
    appended = await reply(desk, engine, "s_1", TERMS, ruling=Ruling(after=after))
    assert appended is not None
    assert [entry.type for entry in appended.entries] == [
        EntryType.NEW_MESSAGE,
        EntryType.SYSTEM,
        EntryType.SYSTEM,
        EntryType.STATUS_CHANGE,
    ]
    assert grounds(appended.entries)["rule"] == "failures"
    assert (appended.session.failures, appended.session.status) == (1, Status.PENDING_MANUAL)


async def test_an_apology_that_escalates_offers_nothing_more(store: MemoryStore, desk: Desk) -> None:
    def after(turn: Turn, answer: Answer) -> Verdict | None:
        return Verdict(EscalationReason.FAIL_LOOP, Severity.HIGH, "failures", "", 1)

    await opened(store)
    await asks(store)
    await reply(desk, ScriptedEngine(fails(RuntimeError())), "s_1", TERMS, ruling=Ruling(after=after))
    (answer,) = answers(store)
    assert "colleague" not in answer.content
    assert "offers_person" not in answer.data
    assert store.session("s_1").status is Status.PENDING_MANUAL


# --- Whatever fails, there is an answer ---


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_regulator_that_fails_costs_nobody_the_answer(store: MemoryStore, desk: Desk, when: str) -> None:
    def breaks(*_: object) -> Verdict | None:
        raise RuntimeError("boom")

    await opened(store)
    await asks(store)
    ruling = Ruling(before=breaks) if when == "before" else Ruling(after=breaks)
    with capture_logs() as logs:
        await reply(desk, ScriptedEngine(says("Two days.")), "s_1", TERMS, ruling=ruling)
    assert [answer.content for answer in answers(store)] == ["Two days."]
    assert [(line["event"], line["error"]) for line in logs] == [("regulator_failed", "RuntimeError")]


async def test_a_mistake_of_ours_costs_nobody_an_answer(
    store: MemoryStore, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(*_: object) -> Turn:
        raise KeyError

    monkeypatch.setattr("services.reply.turn_of", mistaken)
    await opened(store, language=Language.CHINESE)
    await asks(store)
    await reply(desk, ScriptedEngine(says("Two days.")), "s_1", TERMS)
    (answer,) = answers(store)
    assert answer.data["offers_person"] is True
    assert answer.content.startswith("抱歉")


# --- What an answer was looked up with ---


async def test_what_was_looked_up_is_for_agents_only(store: MemoryStore, desk: Desk) -> None:
    async def looks_up(turn: Turn) -> AsyncGenerator[Output, None]:
        yield ToolCall("look_up_order", {"number": "AM20451"}, "found")
        yield Answer("It is on its way.")

    await opened(store)
    await asks(store)
    appended = await reply(desk, ScriptedEngine(looks_up), "s_1", TERMS)
    assert appended is not None
    lookups, answer = appended.entries
    assert (lookups.audience, lookups.role) == (Audience.AGENTS, Role.SYSTEM)
    assert lookups.data == {
        "code": "lookups",
        "tools": [{"name": "look_up_order", "arguments": {"number": "AM20451"}, "outcome": "found"}],
    }
    assert "tools" not in answer.data
    theirs = await store.latest_entries("s_1", audience=Audience.EVERYONE, limit=10)
    assert "look_up_order" not in str(theirs)


async def test_an_engines_own_wish_is_recorded_as_its_own(store: MemoryStore, desk: Desk) -> None:
    await opened(store)
    await asks(store)
    engine = ScriptedEngine(says("One moment.", handover=Handover(EscalationReason.USER_REQUEST, "wants a refund")))
    appended = await reply(desk, engine, "s_1", TERMS)
    assert appended is not None
    told = grounds(appended.entries)
    assert (told["rule"], told["detail"], told["matched_seq"]) == ("engine", "wants a refund", 0)


# --- The breaker ---


def test_a_breaker_opens_after_failures_in_a_row_and_lets_one_try() -> None:
    clock = Clock()
    breaker = Breaker(clock=clock)
    for _ in range(FAILURES):
        assert breaker.admits()
        breaker.failed()
    assert not breaker.admits()
    clock.advance(PAUSE_SECONDS - 1)
    assert not breaker.admits()
    clock.advance(1)
    assert breaker.admits(), "one may try"
    assert not breaker.admits(), "and only one"
    breaker.failed()
    assert not breaker.admits()
    clock.advance(PAUSE_SECONDS)
    assert breaker.admits()
    breaker.succeeded()
    assert breaker.admits()
    assert breaker.admits()


def test_a_breaker_forgets_failures_after_a_success() -> None:
    breaker = Breaker(clock=Clock())
    for _ in range(10):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
        assert breaker.admits()


async def test_a_failing_engine_does_not_cost_every_customer_its_time(store: MemoryStore, desk: Desk) -> None:
    clock = Clock()
    broken, second = Named("broken", fails(RuntimeError())), Named("second", says("Two days."))
    both = speakers(broken, second, clock=clock)
    for number in range(FAILURES + 3):
        name = f"s_{number}"
        await opened(store, name=name)
        await asks(store, name=name)
        await reply(desk, both, name, TERMS)
        assert [answer.content for answer in answers(store, name)] == ["Two days."]
    assert len(broken.turns) == FAILURES
    clock.advance(PAUSE_SECONDS)
    await asks(store, name="s_0")
    await reply(desk, both, "s_0", TERMS)
    assert len(broken.turns) == FAILURES + 1


def test_who_is_alone_is_asked_all_the_same() -> None:
    engine = Named("alone", says("Yes."))
    engines = Engines([engine], clock=Clock())
    for _ in range(FAILURES + 2):
        ((asked, breaker),) = engines.in_turn()
        assert asked is engine
        breaker.failed()


async def test_a_takeover_is_no_failure(store: MemoryStore, desk: Desk) -> None:
    async def taken(turn: Turn) -> AsyncGenerator[Output, None]:
        await taken_over(store, name=turn.session_name)
        await asyncio.Event().wait()
        yield Answer("never")

    engine = Named("first", taken)
    both = speakers(engine, Named("second", says("Two days.")), clock=Clock())
    for number in range(FAILURES + 1):
        name = f"s_{number}"
        await opened(store, name=name)
        await asks(store, name=name)
        await reply(desk, both, name, TERMS)
    assert len(engine.turns) == FAILURES + 1


def _asks_back() -> Script:
    async def script(turn: Turn) -> AsyncGenerator[Output, None]:
        yield Answer("Which one?", asks_back=True)

    return script
