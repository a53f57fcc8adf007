"""A breaker among many customers at once: who tries an engine again, and what comes of a try that is broken off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from domain.engine import Answer, Delta, Output, Turn
from services.breaker import FAILURES, PAUSE_SECONDS
from services.desk import Desk
from services.reply import Speakers
from tests.fakes.clock import Clock
from tests.fakes.desk import TERMS, answers, asks, opened, taken_over, until
from tests.fakes.engine import ScriptedEngine, fails, says
from tests.fakes.store import MemoryStore
from tests.fakes.turns import reply, speakers

CUSTOMERS = 50


class Shaky(ScriptedEngine):
    """Fails until it is mended; then it begins, and ends when it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.is_mended = False
        self.may_end = asyncio.Event()

    async def reply(self, turn: Turn) -> AsyncGenerator[Output, None]:
        self.turns.append(turn)
        if not self.is_mended:
            raise RuntimeError("broken")
        yield Delta("From the first: ")
        await self.may_end.wait()
        yield Delta("two days.")
        yield Answer("From the first: two days.")


class Open:
    """A shaky engine whose breaker has just opened, one that stands in, and the time."""

    def __init__(self, store: MemoryStore, desk: Desk) -> None:
        self.store = store
        self.desk = desk
        self.clock = Clock()
        self.shaky = Shaky()
        self.both: Speakers = speakers(self.shaky, ScriptedEngine(says("From the second.")), clock=self.clock)

    async def ask(self, name: str) -> list[str]:
        """What a new customer is answered."""
        await opened(self.store, name=name)
        await asks(self.store, name=name)
        await reply(self.desk, self.both, name, TERMS)
        return [answer.content for answer in answers(self.store, name)]


@pytest.fixture
async def broken(store: MemoryStore, desk: Desk) -> Open:
    there = Open(store, desk)
    for number in range(FAILURES):
        assert await there.ask(f"before_{number}") == ["From the second."]
    there.shaky.turns.clear()
    there.shaky.is_mended = True
    return there


async def test_of_many_customers_at_once_one_tries_it_again(broken: Open) -> None:
    broken.clock.advance(PAUSE_SECONDS)
    asking = [asyncio.create_task(broken.ask(f"s_{number}")) for number in range(CUSTOMERS)]
    # All the others are answered while that one waits.
    await until(lambda: sum(task.done() for task in asking) == CUSTOMERS - 1)
    assert len(broken.shaky.turns) == 1
    broken.shaky.may_end.set()
    answered = [(await task)[0] for task in asking]
    assert sorted(answered) == ["From the first: two days."] + ["From the second."] * (CUSTOMERS - 1)
    # It is back for everybody.
    everybody = await asyncio.gather(*(broken.ask(f"after_{number}") for number in range(CUSTOMERS)))
    assert everybody == [["From the first: two days."]] * CUSTOMERS


@pytest.mark.parametrize("how", ["takeover", "shutdown"])
async def test_a_try_that_is_broken_off_leaves_the_next_to_another(broken: Open, how: str) -> None:
    broken.clock.advance(PAUSE_SECONDS)
    trying = asyncio.create_task(broken.ask("s_1"))
    await until(lambda: len(broken.shaky.turns) == 1)
    if how == "takeover":
        await taken_over(broken.store, name="s_1")
    else:
        trying.cancel()
    await asyncio.wait([trying])

    # Neither back nor broken for good: it is tried again when the next pause has ended, once.
    assert await broken.ask("s_2") == ["From the second."]
    broken.clock.advance(PAUSE_SECONDS)
    broken.shaky.may_end.set()
    assert await broken.ask("s_3") == ["From the first: two days."]
    assert len(broken.shaky.turns) == 2


async def test_a_try_that_fails_costs_one_customer_the_time(store: MemoryStore, desk: Desk) -> None:
    clock = Clock()
    never = ScriptedEngine(fails(RuntimeError("broken")))
    both = speakers(never, ScriptedEngine(says("From the second.")), clock=clock)
    for pause in range(4):
        for number in range(FAILURES + 3):
            name = f"s_{pause}_{number}"
            await opened(store, name=name)
            await asks(store, name=name)
            await reply(desk, both, name, TERMS)
        assert len(never.turns) == FAILURES + pause
        clock.advance(PAUSE_SECONDS)
