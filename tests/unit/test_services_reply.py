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
from domain.event import BROADCAST, EventType
from domain.session import Customer, EscalationReason, Language, Status
from services.desk import Desk
from services.reply import CONTEXT_ENTRIES, ReplyTerms
from tests.fakes.announcer import RecordingAnnouncer
from tests.fakes.clock import Clock
from tests.fakes.desk import TERMS, answers, asks, grounds, opened, saved, taken_over, until
from tests.fakes.engine import (
    ScriptedEngine,
    repeats_the_question,
    says,
    says_slowly,
    waits_for,
)
from tests.fakes.sessions import ALICE
from tests.fakes.store import MemoryStore
from tests.fakes.turns import reply

# --- An answer ---


async def test_deltas_and_then_one_answer(store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk) -> None:
    await opened(store)
    await asks(store)

    appended = await reply(desk, ScriptedEngine(says_slowly("It is ", "on its 🚲 ", "way.")), "s_1", TERMS)

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
    (answer,) = answers(store)
    assert answer.data["confident"] is True
    assert answer.data["citations"] == [
        {"id": "k1", "title": "Delivery", "url": "https://shop.example/delivery"},
        {"id": "k2", "title": "Returns", "url": ""},
    ]


async def test_an_answer_says_when_it_is_none(store: MemoryStore, desk: Desk) -> None:
    await opened(store)
    await asks(store)
    await reply(desk, ScriptedEngine(says("I don't know.", confident=False)), "s_1", TERMS)
    (answer,) = answers(store)
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
    assert len(answers(store)) == 1


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

    (answer,) = answers(store)
    assert answer.content == "You said: Where is my order?\nIt is 1001"
    assert [turn.unanswered for turn in engine.turns] == [1, 2]
    assert engine.ended == 2
    delta, message = announcer.told("s_1")
    assert delta.payload["reply_id"] == message.payload["reply_id"], "the answer takes the place of what was shown"
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
    assert [answer.content for answer in answers(store)] == ["You said: Where is my order?\nIt is 1001"]
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
    (kept,) = answers(store)
    assert (kept.content, kept.data["interrupted"]) == ("It is", True)
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
    assert answers(store) == []
    assert announcer.announced == []


async def test_an_agent_who_came_and_went_is_noticed_too(store: MemoryStore, desk: Desk) -> None:
    async def meanwhile(turn: Turn) -> AsyncGenerator[Output, None]:
        taken = await taken_over(store)
        await saved(store, handoff.release(taken.session, by=ALICE))
        yield Answer("It is on its way.")

    await opened(store)
    await asks(store)
    assert await reply(desk, ScriptedEngine(meanwhile), "s_1", TERMS) is None
    assert answers(store) == []


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
    (answer,) = answers(store)
    assert (answer.content, answer.epoch) == ("You said: And now?", 3)


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
    notice, _, change = appended.entries
    assert (notice.type, notice.data["code"]) == (EntryType.SYSTEM, "escalated")
    assert (grounds(appended.entries)["rule"], grounds(appended.entries)["matched_seq"]) == ("asks_for_person", 1)
    assert notice.content.startswith("A colleague has been asked")
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
    assert announcer.types("s_1") == [EventType.SYSTEM, EventType.SYSTEM, EventType.STATUS_CHANGE]
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
    message, _, change = appended.entries
    assert (message.content, message.role) == ("A colleague will help.", Role.ASSISTANT)
    assert (change.type, change.data["reason"]) == (EntryType.STATUS_CHANGE, "fail_loop")
    assert appended.session.status is Status.PENDING_MANUAL
    assert appended.session.escalation is not None
    assert len(appended.session.escalation.detail) == 500
    assert appended.session.escalation.detail.startswith("three times ")
    shown = [event.type for event in announcer.told("s_1") if event.audience is Audience.EVERYONE]
    assert shown == [EventType.NEW_MESSAGE, EventType.STATUS_CHANGE], "and it is said once"
    assert announcer.types(BROADCAST) == [EventType.QUEUE]


async def test_a_handover_needs_no_words(store: MemoryStore, desk: Desk) -> None:
    await opened(store)
    await asks(store)
    await reply(desk, ScriptedEngine(says(" ", handover=Handover(EscalationReason.FAIL_LOOP, ""))), "s_1", TERMS)
    assert answers(store) == [], "and leaves no empty bubble"
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
    assert [answer.content for answer in answers(store)] == ["Good!"]
    assert store.session("s_1").status is Status.BOT_ACTIVE


async def test_a_handover_comes_too_late_as_well(store: MemoryStore, desk: Desk) -> None:
    async def too_late(turn: Turn) -> AsyncGenerator[Output, None]:
        await taken_over(store)
        yield Answer("A colleague will help.", handover=Handover(EscalationReason.FAIL_LOOP, ""))

    await opened(store)
    await asks(store)
    assert await reply(desk, ScriptedEngine(too_late), "s_1", TERMS) is None
    assert store.session("s_1").status is Status.MANUAL_LIVE
    assert answers(store) == []


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
