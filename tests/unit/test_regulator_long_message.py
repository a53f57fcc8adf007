"""A long message is judged beside the event loop, and no differently."""

from __future__ import annotations

import threading

import pytest

from domain.engine import Turn
from domain.regulator import Verdict
from services.desk import Desk
from services.reply import JUDGED_AT_ONCE_CHARACTERS
from tests.fakes.desk import TERMS, asks, grounds, opened
from tests.fakes.engine import ScriptedEngine, says
from tests.fakes.store import MemoryStore
from tests.fakes.turns import PACKAGED, Ruling, reply

WISH = "I want to talk to a human. "
STORY = "The bike stood in the hall all winter. "


def filled(characters: int) -> str:
    """A wish, and then a story until the message is that long."""
    return (WISH + STORY * characters)[:characters]


@pytest.mark.parametrize(
    ("characters", "in_a_thread"), [(len(WISH), False), (JUDGED_AT_ONCE_CHARACTERS, False), (9_000, True)]
)
async def test_only_a_long_message_is_judged_in_a_thread(
    store: MemoryStore, desk: Desk, characters: int, in_a_thread: bool
) -> None:
    seen: list[tuple[Turn, threading.Thread, Verdict | None]] = []

    def watched(turn: Turn) -> Verdict | None:
        seen.append((turn, threading.current_thread(), PACKAGED.judge(turn)))
        return seen[-1][2]

    await opened(store)
    await asks(store, filled(characters))

    appended = await reply(desk, ScriptedEngine(says("No.")), "s_1", TERMS, ruling=Ruling(watched))

    ((turn, thread, verdict),) = seen
    assert len(turn.question) == pytest.approx(characters, abs=1), "a space at the end may be lost"
    assert (thread is not threading.current_thread()) == in_a_thread
    assert verdict == PACKAGED.judge(turn) and verdict is not None
    assert appended is not None
    assert grounds(appended.entries)["rule"] == verdict.rule == "asks_for_person"


async def test_several_short_messages_are_as_long_as_they_are_together(store: MemoryStore, desk: Desk) -> None:
    threads: list[threading.Thread] = []
    await opened(store)
    for _ in range(3):
        await asks(store, filled(JUDGED_AT_ONCE_CHARACTERS // 2))

    await reply(
        desk,
        ScriptedEngine(says("No.")),
        "s_1",
        TERMS,
        ruling=Ruling(lambda turn: threads.append(threading.current_thread())),
    )

    assert threads and threading.current_thread() not in threads


async def test_a_regulator_that_fails_in_a_thread_leaves_the_customer_an_answer(store: MemoryStore, desk: Desk) -> None:
    def fails(turn: Turn) -> Verdict | None:
        raise ValueError

    await opened(store)
    await asks(store, STORY * 100)

    appended = await reply(desk, ScriptedEngine(says("Yes.")), "s_1", TERMS, ruling=Ruling(fails))

    assert appended is not None
    assert appended.entries[-1].content == "Yes."
