"""The AI's answer: at most one in the making, to all that the customer said since the last; none after a takeover."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from domain import conversation, handoff
from domain.engine import Answer, Citation, Handover, Output, Turn, Utterance
from domain.entry import Audience, Entry, EntryType, Role, Source
from domain.errors import OrderNotFound, Unavailable
from domain.event import BROADCAST, EventType
from domain.session import Customer, EscalationReason, Language, Status
from domain.step import Appended, Step
from services import reply as reply_module
from services.desk import Desk
from services.reply import CONTEXT_ENTRIES, ReplyTerms, reply
from tests.fakes.announcer import RecordingAnnouncer
from tests.fakes.clock import Clock
from tests.fakes.desk import asks, opened, saved, taken_over, until
from tests.fakes.engine import (
    Script,
    ScriptedEngine,
    does_not_stop,
    ends_without_answer,
    fails,
    never_ends,
    repeats_the_question,
    says,
    waits_for,
)
from tests.fakes.sessions import ALICE
from tests.fakes.store import MemoryStore

# The lease is looked after every 10 ms; it runs out when a test moves the clock.
TERMS = ReplyTerms(owner="me", lease_seconds=0.03, limit_seconds=10)
HASTY = ReplyTerms(owner="me", lease_seconds=0.03, limit_seconds=0.05)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> MemoryStore:
    return MemoryStore(clock)


@pytest.fixture
def announcer() -> RecordingAnnouncer:
    return RecordingAnnouncer()


@pytest.fixture
def desk(store: MemoryStore, announcer: RecordingAnnouncer) -> Desk:
    return Desk(store, announcer)


def _answers(store: MemoryStore, name: str = "s_1") -> list[Entry]:
    return [entry for entry in store.timeline(name) if entry.role is Role.ASSISTANT]


async def _free(store: MemoryStore, name: str = "s_1") -> bool:
    """Whether another process can answer at once."""
    return await store.claim_reply(name, owner="another", seconds=60) is not None


# --- An answer ---


async def test_deltas_and_then_one_answer(store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk) -> None:
    await opened(store)
    await asks(store)

    appended = await reply(desk, ScriptedEngine(says("It is ", "on its 🚲 ", "way.")), "s_1", TERMS)

    assert appended is not None
    (answer,) = appended.entries
    assert (answer.content, answer.role, answer.type) == ("It is on its 🚲 way.", Role.ASSISTANT, EntryType.NEW_MESSAGE)
    assert store.timeline("s_1")[-1] == answer
    *deltas, message = announcer.told("s_1")
    assert [event.type for event in deltas] == [EventType.AI_DELTA] * 3
    assert message.type is EventType.NEW_MESSAGE
    assert [(event.payload["offset"], event.payload["text"]) for event in deltas] == [
        (0, "It is "),
        (6, "on its 🚲 "),
        (15, "way."),
    ]
    assert {event.payload["reply_id"] for event in deltas} == {answer.data["reply_id"]}
    assert {event.payload["epoch"] for event in deltas} == {appended.session.epoch}
    assert {event.seq for event in deltas} == {None}
    assert store.lease("s_1") is None
    assert not appended.session.waits_for_ai


async def test_an_answer_says_what_it_stands_on(store: MemoryStore, desk: Desk) -> None:
    await opened(store)
    await asks(store)
    cited = (Citation("k1", "Delivery", "https://shop.example/delivery"), Citation("k2", "Returns"))
    await reply(desk, ScriptedEngine(says("Two days.", citations=cited)), "s_1", TERMS)
    (answer,) = _answers(store)
    assert answer.data["confident"] is True
    assert answer.data["citations"] == [
        {"id": "k1", "title": "Delivery", "url": "https://shop.example/delivery"},
        {"id": "k2", "title": "Returns", "url": ""},
    ]


async def test_an_answer_says_when_it_is_none(store: MemoryStore, desk: Desk) -> None:
    await opened(store)
    await asks(store)
    await reply(desk, ScriptedEngine(says("I don't know.", confident=False)), "s_1", TERMS)
    (answer,) = _answers(store)
    assert answer.data["confident"] is False
    assert "citations" not in answer.data


@pytest.mark.parametrize("status", list(Status))
async def test_nothing_is_said_where_nothing_was_asked(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk, status: Status
) -> None:
    await opened(store, status)
    engine = ScriptedEngine(says("Hello!"))
    assert await reply(desk, engine, "s_1", TERMS) is None
    assert await reply(desk, engine, "nobody", TERMS) is None
    assert engine.turns == []
    assert announcer.announced == []


async def test_the_engine_is_given_what_was_said(store: MemoryStore, desk: Desk) -> None:
    await opened(store, language=Language.CHINESE)
    await asks(store, "你好")
    await reply(desk, ScriptedEngine(says("您好！")), "s_1", TERMS)
    await saved(store, conversation.note(store.session("s_1"), ALICE, "a regular", client_message_id=None))
    taken = await taken_over(store)
    await saved(store, conversation.agent_message(taken.session, ALICE, "我在", client_message_id=None))
    await asks(store, "谢谢")
    await saved(store, handoff.release(store.session("s_1"), by=ALICE))
    await asks(store, "订单呢？")
    await asks(store, "1001")

    engine = ScriptedEngine(says("在路上。"))
    await reply(desk, engine, "s_1", TERMS)

    (turn,) = engine.turns
    assert (turn.session_name, turn.language) == ("s_1", Language.CHINESE)
    assert turn.customer == Customer("Ana", "ana@example.com")
    assert [(said.role, said.text) for said in turn.utterances] == [
        (Role.USER, "你好"),
        (Role.ASSISTANT, "您好！"),
        (Role.AGENT, "我在"),
        (Role.USER, "谢谢"),
        (Role.USER, "订单呢？"),
        (Role.USER, "1001"),
    ]
    assert turn.unanswered == 2, "what was said to a person is not the AI's to answer"
    assert turn.question == "订单呢？\n1001"


async def test_the_engine_is_given_the_end_of_a_long_conversation(store: MemoryStore, desk: Desk) -> None:
    await opened(store)
    for number in range(1, CONTEXT_ENTRIES + 11):
        await asks(store, f"message {number}")
    engine = ScriptedEngine(says("Yes."))
    await reply(desk, engine, "s_1", TERMS)
    assert engine.turns[0].utterances[0] == Utterance(Role.USER, "message 11", 11)
    assert len(engine.turns[0].utterances) == engine.turns[0].unanswered == CONTEXT_ENTRIES
    assert not store.session("s_1").waits_for_ai


async def test_agents_notes_push_nothing_out_of_the_engines_sight(store: MemoryStore, desk: Desk) -> None:
    session = await opened(store)
    await asks(store)
    for _ in range(CONTEXT_ENTRIES):
        await saved(store, conversation.note(session, ALICE, "for us", client_message_id=None))
    engine = ScriptedEngine(says("It is on its way."))
    await reply(desk, engine, "s_1", TERMS)
    assert engine.turns[0].question == "Where is my order?"


async def test_of_many_processes_one_answers(store: MemoryStore, desk: Desk) -> None:
    await opened(store)
    await asks(store)
    engine = ScriptedEngine(says("It is ", "on its way."))
    owners = [ReplyTerms(f"process {number}", 60, 10) for number in range(8)]
    results = await asyncio.gather(*(reply(desk, engine, "s_1", terms) for terms in owners))
    assert len([result for result in results if result is not None]) == 1
    assert len(engine.turns) == 1
    assert len(_answers(store)) == 1


# --- The customer writes on ---


async def test_a_customer_who_writes_on_gets_one_answer_to_all(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk
) -> None:
    await opened(store)
    await asks(store, "Where is my order?")
    engine = ScriptedEngine(waits_for(asyncio.Event(), "Which"), repeats_the_question())
    replying = asyncio.create_task(reply(desk, engine, "s_1", TERMS))
    await until(lambda: announcer.announced)

    await asks(store, "It is 1001")
    await replying

    (answer,) = _answers(store)
    assert answer.content == "You said: Where is my order?\nIt is 1001"
    assert [turn.unanswered for turn in engine.turns] == [1, 2]
    assert engine.ended == 2
    delta, message = announcer.told("s_1")
    assert delta.payload["reply_id"] != message.payload["reply_id"], "a newer draft replaces the older"
    assert not store.session("s_1").waits_for_ai


async def test_an_answer_that_came_at_the_same_moment_is_made_anew(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk
) -> None:
    async def too_early(turn: Turn) -> AsyncGenerator[Output, None]:
        await asks(store, "It is 1001")
        yield Answer("Which one?")

    await opened(store)
    await asks(store, "Where is my order?")
    await reply(desk, ScriptedEngine(too_early, repeats_the_question()), "s_1", TERMS)
    assert [answer.content for answer in _answers(store)] == ["You said: Where is my order?\nIt is 1001"]
    assert announcer.types("s_1") == [EventType.NEW_MESSAGE], "nothing is announced that was not kept"


# --- A person takes over ---


async def test_a_takeover_silences_the_ai_in_the_middle(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk
) -> None:
    await opened(store)
    await asks(store)
    engine = ScriptedEngine(waits_for(asyncio.Event(), "It is", " on its way."))
    replying = asyncio.create_task(reply(desk, engine, "s_1", TERMS))
    await until(lambda: announcer.announced)

    await taken_over(store)

    assert await asyncio.wait_for(replying, 1) is None
    assert engine.ended == 1, "it was closed, and not left to run on"
    assert _answers(store) == []
    assert announcer.types("s_1") == [EventType.AI_DELTA]


async def test_a_takeover_just_before_the_answer_wins(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk
) -> None:
    async def too_late(turn: Turn) -> AsyncGenerator[Output, None]:
        await taken_over(store)
        yield Answer("It is on its way.")

    await opened(store)
    await asks(store)
    assert await reply(desk, ScriptedEngine(too_late), "s_1", TERMS) is None
    assert _answers(store) == []
    assert announcer.announced == []


async def test_an_agent_who_came_and_went_is_noticed_too(store: MemoryStore, desk: Desk) -> None:
    async def meanwhile(turn: Turn) -> AsyncGenerator[Output, None]:
        taken = await taken_over(store)
        await saved(store, handoff.release(taken.session, by=ALICE))
        yield Answer("It is on its way.")

    await opened(store)
    await asks(store)
    assert await reply(desk, ScriptedEngine(meanwhile), "s_1", TERMS) is None
    assert _answers(store) == []


async def test_who_writes_after_an_agent_came_and_went_is_answered_under_the_new_epoch(
    store: MemoryStore, desk: Desk
) -> None:
    async def meanwhile(turn: Turn) -> AsyncGenerator[Output, None]:
        taken = await taken_over(store)
        await saved(store, handoff.release(taken.session, by=ALICE))
        await asks(store, "And now?")
        yield Answer("It is on its way.")

    await opened(store)
    await asks(store)
    await reply(desk, ScriptedEngine(meanwhile, repeats_the_question()), "s_1", TERMS)
    (answer,) = _answers(store)
    assert (answer.content, answer.epoch) == ("You said: And now?", 3)


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
    await opened(store, language=language)
    await asks(store)
    engine = ScriptedEngine(script)
    with capture_logs() as logs:
        replying = asyncio.create_task(reply(desk, engine, "s_1", TERMS))
        await asyncio.wait([replying])
    assert not replying.cancelled()
    appended = replying.result()
    assert appended is not None
    (answer,) = _answers(store)
    assert ("抱歉" in answer.content) is (language is Language.CHINESE)
    assert answer.data["confident"] is False
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
    (answer,) = _answers(store)
    assert answer.content.startswith("I'm sorry")
    assert engine.ended == 1


async def test_an_engine_that_does_not_stop_is_left_behind(
    store: MemoryStore, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reply_module, "CLOSING_SECONDS", 0.02)
    await opened(store)
    await asks(store)
    stop = asyncio.Event()
    engine = ScriptedEngine(does_not_stop(stop))
    await asyncio.wait_for(reply(desk, engine, "s_1", HASTY), 2)
    assert len(_answers(store)) == 1
    stop.set()
    await until(lambda: engine.ended == 1)
    assert len(_answers(store)) == 1


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
    assert _answers(store) == []
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
    assert _answers(store) == []


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
    assert [answer.content for answer in _answers(store)] == ["It is on its way."]
    assert len(engine.turns) == 1


# --- A person is wanted ---


async def test_a_wish_for_a_person_escalates_in_the_same_step(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk
) -> None:
    await opened(store)
    await asks(store, "I want to talk to a human")
    engine = ScriptedEngine(says("No."))

    with capture_logs() as logs:
        appended = await reply(desk, engine, "s_1", TERMS)

    assert engine.turns == [], "the AI has stepped back"
    assert appended is not None
    (change,) = appended.entries
    assert (change.type, change.source, change.data["reason"]) == (
        EntryType.STATUS_CHANGE,
        Source.AI_CHATBOT,
        "user_request",
    )
    session = store.session("s_1")
    assert session.status is Status.PENDING_MANUAL
    assert session.escalation is not None
    assert session.escalation.reason is EscalationReason.USER_REQUEST
    assert session.escalation.detail
    assert store.lease("s_1") is None
    assert announcer.types("s_1") == [EventType.STATUS_CHANGE]
    assert announcer.types(BROADCAST) == [EventType.QUEUE]
    (line,) = logs
    assert (line["event"], line["session_name"], line["reason"], line["status"]) == (
        "manual_escalate",
        "s_1",
        "user_request",
        "pending_manual",
    )


async def test_an_engine_hands_over_with_its_answer_in_one_step(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk
) -> None:
    await opened(store)
    await asks(store)
    engine = ScriptedEngine(
        says("A colleague will help.", handover=Handover(EscalationReason.FAIL_LOOP, "three times " + "x" * 1000))
    )

    appended = await reply(desk, engine, "s_1", TERMS)

    assert appended is not None
    message, change = appended.entries
    assert (message.content, message.role) == ("A colleague will help.", Role.ASSISTANT)
    assert (change.type, change.data["reason"]) == (EntryType.STATUS_CHANGE, "fail_loop")
    assert appended.session.status is Status.PENDING_MANUAL
    assert appended.session.escalation is not None
    assert len(appended.session.escalation.detail) == 500
    assert appended.session.escalation.detail.startswith("three times ")
    assert announcer.types("s_1") == [EventType.AI_DELTA, EventType.NEW_MESSAGE, EventType.STATUS_CHANGE]
    assert announcer.types(BROADCAST) == [EventType.QUEUE]


async def test_a_handover_needs_no_words(store: MemoryStore, desk: Desk) -> None:
    await opened(store)
    await asks(store)
    await reply(desk, ScriptedEngine(says(" ", handover=Handover(EscalationReason.FAIL_LOOP, ""))), "s_1", TERMS)
    assert _answers(store) == [], "and leaves no empty bubble"
    assert store.session("s_1").status is Status.PENDING_MANUAL


async def test_nobody_escalates_under_a_lease_that_another_holds(clock: Clock, announcer: RecordingAnnouncer) -> None:
    class Sleepy(MemoryStore):
        """Another process goes on while this one reads."""

        async def latest_entries(
            self, name: str, *, audience: Audience, limit: int, before: int | None = None
        ) -> list[Entry]:
            clock.advance(1)
            assert await self.claim_reply(name, owner="another", seconds=60) is not None
            return await super().latest_entries(name, audience=audience, limit=limit, before=before)

    store = Sleepy(clock)
    await opened(store)
    await asks(store, "I want to talk to a human")
    assert await reply(Desk(store, announcer), ScriptedEngine(says("No.")), "s_1", TERMS) is None
    assert store.session("s_1").status is Status.BOT_ACTIVE, "the other process is about to do it"
    assert announcer.announced == []


async def test_a_handover_of_what_the_engine_has_not_read_is_made_anew(store: MemoryStore, desk: Desk) -> None:
    async def too_early(turn: Turn) -> AsyncGenerator[Output, None]:
        await asks(store, "Never mind, I found it")
        yield Answer("A colleague will help.", handover=Handover(EscalationReason.FAIL_LOOP, ""))

    await opened(store)
    await asks(store)
    await reply(desk, ScriptedEngine(too_early, says("Good!")), "s_1", TERMS)
    assert [answer.content for answer in _answers(store)] == ["Good!"]
    assert store.session("s_1").status is Status.BOT_ACTIVE


async def test_a_handover_comes_too_late_as_well(store: MemoryStore, desk: Desk) -> None:
    async def too_late(turn: Turn) -> AsyncGenerator[Output, None]:
        await taken_over(store)
        yield Answer("A colleague will help.", handover=Handover(EscalationReason.FAIL_LOOP, ""))

    await opened(store)
    await asks(store)
    assert await reply(desk, ScriptedEngine(too_late), "s_1", TERMS) is None
    assert store.session("s_1").status is Status.MANUAL_LIVE
    assert _answers(store) == []


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
    assert announcer.types("s_1") == [EventType.AI_DELTA]
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
    assert len(_answers(store)) == kept
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


# --- Many things at once ---


async def test_whatever_comes_in_between_every_message_is_answered_or_a_persons(store: MemoryStore, desk: Desk) -> None:
    """A short random walk is left to the state machine; this is the busiest ordinary day."""

    async def customer() -> None:
        for number in range(10):
            await asks(store, f"message {number}")
            await asyncio.sleep(0.003)

    async def processes(owner: str) -> None:
        terms = ReplyTerms(owner, 0.03, 10)
        while not done.is_set():
            await reply(desk, ScriptedEngine(says("It is ", "on its way.")), "s_1", terms)
            await asyncio.sleep(0.002)

    done = asyncio.Event()
    await opened(store)
    running = [asyncio.create_task(processes(owner)) for owner in ("one", "two", "three")]
    await customer()
    await until(lambda: not store.session("s_1").waits_for_ai)
    done.set()
    await asyncio.gather(*running)

    timeline = store.timeline("s_1")
    assert [entry.seq for entry in timeline] == list(range(1, len(timeline) + 1))
    roles = [entry.role for entry in timeline]
    assert roles[-1] is Role.ASSISTANT
    assert (Role.ASSISTANT, Role.ASSISTANT) not in pairwise(roles), "one answer to each burst"
    assert roles.count(Role.USER) == 10
