"""Everybody: customers who come and go, agents who serve them, and what needs two people at the same moment."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from tests.chaos.histories import Histories
from tests.chaos.people.agent import Account, Agent
from tests.chaos.people.caller import Door
from tests.chaos.people.customer import Customer


@dataclass(frozen=True, slots=True)
class Scale:
    """How many at once, how long a visit is (about), and how long a stream may need for what is on the timeline."""

    customers: int
    agents: int
    visit_seconds: float
    patience_seconds: float = 25.0


class Cast:
    """Runs everybody until `close`."""

    def __init__(
        self,
        histories: Histories,
        seed: int,
        scale: Scale,
        *,
        chatbots: list[Door],
        workbenches: list[Door],
        accounts: list[Account],
    ) -> None:
        self._histories = histories
        self._seed = seed
        self._scale = scale
        self._chatbots = chatbots
        self._dice = random.Random(f"{seed}/cast")
        self._tasks: set[asyncio.Task[None]] = set()
        self._failed: list[Exception] = []
        self._served: set[str] = set()
        self.present: dict[str, Customer] = {}
        self.lingering: list[Customer] = []
        self.sessions: list[str] = []
        self.agents = [
            Agent(
                f"agent-{number}",
                account,
                workbenches,
                random.Random(f"{seed}/agent-{number}"),
                histories.of(f"agent-{number}"),
                scale.patience_seconds,
            )
            for number, account in enumerate(accounts)
        ]

    def start(self, until: float) -> None:
        """Let everybody begin; customers come until that moment of the run."""
        for agent in self.agents:
            agent.watch_desk()
            self._begin(self._work(agent, until), f"work {agent.label}")
        for place in range(self._scale.customers):
            self._begin(self._place(place, until), f"place {place}")

    async def finish(self, seconds: float) -> None:
        """Give everybody so long to do what they were about; raises what went wrong with the harness itself."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        if self._failed:
            raise ExceptionGroup("the harness failed", self._failed)

    async def settle(self, seconds: float) -> None:
        """At the end: every tab gets so long to tell everything, then everything is closed."""
        customers = [*self.present.values(), *self.lingering]
        desks = (agent.go_home(min(seconds, DESK_SECONDS), self._histories.now()) for agent in self.agents)
        await asyncio.gather(*desks, *(customer.leave(seconds, "end") for customer in customers))

    async def duel(self) -> str:
        """Two agents take the same session over at the same moment."""
        session = self._somebody()
        if session is None or len(self.agents) < 2:
            return "nobody there"
        self._served.add(session)
        first, second = self._dice.sample(self.agents, 2)
        outcomes = await asyncio.gather(first.act("takeover", session), second.act("takeover", session))
        for agent, outcome in zip((first, second), outcomes, strict=True):
            if outcome.ok:
                self._begin(self._serve(agent, session, taken=True), f"serve {session}")
        if not any(outcome.ok for outcome in outcomes):
            self._served.discard(session)
        return session

    async def interrupt(self) -> str:
        """An agent takes over while the AI is in the middle of a sentence."""
        session = self._somebody()
        if session is None:
            return "nobody there"
        self._served.add(session)
        customer = self.present[session]
        agent = self._dice.choice(self.agents)
        asking = asyncio.create_task(customer.say("What does the warranty cover, and what does it not?"))
        spoke = await customer.tabs[0].until_type("ai_delta", INTERRUPTION_SECONDS)
        outcome = await agent.act("takeover", session)
        await asking
        if outcome.ok:
            self._begin(self._serve(agent, session, taken=True), f"serve {session}")
        else:
            self._served.discard(session)
        return f"{session} {'in the middle' if spoke else 'before a word'}"

    async def stall(self, seconds: float) -> str:
        """A customer's tab stops reading for so long."""
        session = self._somebody(also_served=True)
        if session is None:
            return "nobody there"
        await self._dice.choice(self.present[session].tabs).stop_reading(seconds)
        return session

    async def _place(self, place: int, until: float) -> None:
        """One customer after the other."""
        dice = random.Random(f"{self._seed}/place-{place}")
        # Spread out: a thundering herd is not what this is about.
        await asyncio.sleep(dice.uniform(0, 2.0))
        number = 0
        while self._histories.now() < until - 1:
            number += 1
            label = f"customer-{place}-{number}"
            customer = Customer(label, self._chatbots, dice, self._histories.of(label))
            if not await customer.open():
                continue
            self.sessions.append(customer.name)
            self.present[customer.name] = customer
            visit = self._scale.visit_seconds * dice.uniform(0.5, 1.5)
            await customer.visit(min(until, self._histories.now() + visit))
            del self.present[customer.name]
            if self._histories.now() >= until or not await customer.leave(2.0, "visit over"):
                self.lingering.append(customer)

    async def _work(self, agent: Agent, until: float) -> None:
        while self._histories.now() < until:
            session = self._somebody()
            if session is None:
                await asyncio.sleep(0.2)
                continue
            self._served.add(session)
            await self._serve(agent, session)
            await asyncio.sleep(agent.dice.uniform(0.1, 0.6))

    async def _serve(self, agent: Agent, session: str, *, taken: bool = False) -> None:
        colleagues = [other.account.id for other in self.agents if other is not agent]
        try:
            await agent.serve(session, colleagues, taken=taken)
        finally:
            self._served.discard(session)

    def _somebody(self, *, also_served: bool = False) -> str | None:
        there = [name for name, customer in self.present.items() if also_served or name not in self._served]
        there = [name for name in there if self.present[name].said]
        return self._dice.choice(there) if there else None

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._failed.append(error)


# How long the AI may take for its first word.
INTERRUPTION_SECONDS = 3.0
# What the desk's sweep needs at most, and a little.
DESK_SECONDS = 7.0
