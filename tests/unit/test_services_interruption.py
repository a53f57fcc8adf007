"""A change of hands in the middle of an answer: the engine stops, what was shown is kept before it, nothing follows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from domain.engine import Answer, Delta, Output, Turn
from domain.entry import EntryType, Role
from domain.event import EventType
from domain.session import EscalationReason, Status
from services import handoff
from services.desk import Desk
from services.reply import ReplyTerms
from services.speech import PULSE_SECONDS
from tests.fakes.announcer import RecordingAnnouncer
from tests.fakes.desk import answers, asks, opened, until
from tests.fakes.engine import Script, ScriptedEngine, never_ends, repeats_the_question, says, says_slowly, waits_for
from tests.fakes.sessions import ALICE
from tests.fakes.store import MemoryStore
from tests.fakes.turns import reply
from tests.stopwatch import Stopwatch

# As in production: the pulse decides, not the lease.
TERMS = ReplyTerms("me", lease_seconds=10, limit_seconds=30)

HANDS: dict[str, Callable[[Desk], Awaitable[object]]] = {
    "takeover": lambda desk: handoff.take_over(desk, "s_1", ALICE),
    "escalation": lambda desk: handoff.escalate(desk, "s_1", reason=EscalationReason.USER_REQUEST, detail=""),
    "close": lambda desk: handoff.close_as_customer(desk, "s_1"),
    "close by an agent": lambda desk: handoff.close_as_agent(desk, "s_1", by=ALICE, may_override=False),
}


def talks_forever(pause: float = 0.01) -> Script:
    async def script(turn: Turn) -> AsyncGenerator[Output, None]:
        while True:
            yield Delta("on and ")
            await asyncio.sleep(pause)
        yield Answer("never")

    return script


@pytest.mark.parametrize("hands", list(HANDS))
async def test_what_was_shown_is_kept_before_the_change_of_hands(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk, hands: str
) -> None:
    await opened(store)
    await asks(store)
    replying = asyncio.create_task(reply(desk, ScriptedEngine(talks_forever()), "s_1", TERMS))
    await until(lambda: len(announcer.told("s_1")) >= 3)

    await HANDS[hands](desk)
    at = len(announcer.announced)
    assert await asyncio.wait_for(replying, 1) is None

    _, kept, *rest = store.timeline("s_1")
    assert (kept.type, kept.role, kept.data["interrupted"]) == (EntryType.NEW_MESSAGE, Role.ASSISTANT, True)
    assert [entry.type for entry in rest if entry.type is EntryType.STATUS_CHANGE] == [EntryType.STATUS_CHANGE]
    deltas = [event.payload for event in announcer.told("s_1") if event.type is EventType.AI_DELTA]
    assert kept.content == "".join(delta["text"] for delta in deltas)
    assert {delta["reply_id"] for delta in deltas} == {kept.data["reply_id"]}
    assert EventType.AI_DELTA not in [event.type for _, event in announcer.announced[at:]], "nothing follows"
    assert store.session("s_1").speaking is None


@pytest.mark.parametrize("script", [talks_forever(), talks_forever(0), never_ends()])
async def test_the_engine_is_stopped_within_200_ms(store: MemoryStore, desk: Desk, script: Script) -> None:
    await opened(store)
    await asks(store)
    engine = ScriptedEngine(script)
    replying = asyncio.create_task(reply(desk, engine, "s_1", TERMS))
    await asyncio.sleep(0.3)
    await handoff.take_over(desk, "s_1", ALICE)
    with Stopwatch() as watch:
        await until(lambda: engine.ended == 1)
        assert watch.seconds() < 0.2
    await replying


async def test_words_come_at_once_and_then_by_the_pulse(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk
) -> None:
    await opened(store)
    await asks(store)
    engine = ScriptedEngine(says_slowly(*["word "] * 60, pause=0.02))
    with Stopwatch() as watch:
        replying = asyncio.create_task(reply(desk, engine, "s_1", TERMS))
        await until(lambda: announcer.told("s_1"))
        assert watch.seconds() < PULSE_SECONDS / 2
    await replying
    deltas = announcer.told("s_1")[:-1]
    # 1.2 seconds of words: at least five updates a second, and far fewer than words.
    assert 6 <= len(deltas) <= 14
    assert answers(store)[0].content == ("word " * 60).strip()


async def test_an_interruption_before_the_first_word_leaves_nothing(store: MemoryStore, desk: Desk) -> None:
    await opened(store)
    await asks(store)
    replying = asyncio.create_task(reply(desk, ScriptedEngine(never_ends()), "s_1", TERMS))
    await asyncio.sleep(0.05)
    await handoff.take_over(desk, "s_1", ALICE)
    await replying
    assert answers(store) == []


async def test_a_wish_in_the_middle_keeps_what_was_shown_too(store: MemoryStore, desk: Desk) -> None:
    await opened(store)
    await asks(store)
    engine = ScriptedEngine(waits_for(asyncio.Event(), "It should"))
    replying = asyncio.create_task(reply(desk, engine, "s_1", TERMS))
    await until(lambda: store.session("s_1").speaking)
    await asks(store, "I want to talk to a human")
    await asyncio.wait_for(replying, 1)
    assert [entry.type for entry in store.timeline("s_1")][2:] == [
        EntryType.NEW_MESSAGE,
        EntryType.SYSTEM,
        EntryType.SYSTEM,
        EntryType.STATUS_CHANGE,
    ]
    (kept,) = answers(store)
    assert (kept.content, kept.data["interrupted"]) == ("It should", True)
    assert store.session("s_1").status is Status.PENDING_MANUAL


async def test_who_writes_on_interrupts_nothing(store: MemoryStore, desk: Desk) -> None:
    await opened(store)
    await asks(store, "Where is my order?")
    engine = ScriptedEngine(waits_for(asyncio.Event(), "Which"), repeats_the_question())
    replying = asyncio.create_task(reply(desk, engine, "s_1", TERMS))
    await until(lambda: store.session("s_1").speaking)
    with Stopwatch() as watch:
        await asks(store, "It is 1001")
        await asyncio.wait_for(replying, 5)
        assert watch.seconds() < 0.2
    (answer,) = answers(store)
    assert "interrupted" not in answer.data


async def test_what_another_process_had_shown_is_not_lost(store: MemoryStore, desk: Desk) -> None:
    """A process dies in the middle; an agent takes over before anybody answers anew."""
    await opened(store)
    await asks(store)
    replying = asyncio.create_task(reply(desk, ScriptedEngine(waits_for(asyncio.Event(), "It should")), "s_1", TERMS))
    await until(lambda: store.session("s_1").speaking)
    replying.cancel()
    await asyncio.wait([replying])
    await handoff.take_over(desk, "s_1", ALICE)
    assert [answer.content for answer in answers(store)] == ["It should"]


async def test_an_answer_made_anew_elsewhere_replaces_what_was_shown(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk
) -> None:
    await opened(store)
    await asks(store)
    replying = asyncio.create_task(reply(desk, ScriptedEngine(waits_for(asyncio.Event(), "It should")), "s_1", TERMS))
    await until(lambda: store.session("s_1").speaking)
    replying.cancel()
    await asyncio.wait([replying])
    another = ReplyTerms("another", lease_seconds=10, limit_seconds=30)
    await reply(desk, ScriptedEngine(says("Two days.")), "s_1", another)
    delta, message = announcer.told("s_1")
    assert delta.payload["reply_id"] == message.payload["reply_id"]
    assert [answer.content for answer in answers(store)] == ["Two days."]
