"""One agent: watches the desk, takes sessions over, talks, writes notes, hands over, releases, closes."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.histories import History
from tests.chaos.people.caller import Caller, Door, Outcome
from tests.chaos.people.customer import note_outcome
from tests.chaos.people.follower import Follower
from tests.chaos.people.wire import Address, Connection, WireBroken

# What no customer may ever see; the checker looks for it in every byte that a customer got.
NOTE_MARK = "agents-only"
# Passwords are slow to check on purpose, and slower where all cores are busy.
SIGN_IN_SECONDS = 12.0


@dataclass(frozen=True, slots=True)
class Account:
    """What an agent signs in with."""

    id: str
    username: str
    password: str


@dataclass(slots=True)
class Agent:
    """Somebody at the workbench."""

    label: str
    account: Account
    doors: list[Door]
    dice: random.Random
    history: History
    patience: float
    desk: Follower | None = None
    said: int = 0
    _signing_in: dict[Address, asyncio.Task[str]] = field(default_factory=dict)
    _caller: Caller = field(init=False)

    def __post_init__(self) -> None:
        self._caller = Caller(self.doors, self.dice, self.history.now, self._token)

    async def _token(self, address: Address, refresh: bool) -> str:
        """One for each process: their clocks may differ by hours."""
        signing_in = self._signing_in.get(address)
        if signing_in is None or (signing_in.done() and (refresh or signing_in.exception() is not None)):
            signing_in = asyncio.create_task(self._sign_in(address), name=f"sign in {self.label}")
            self._signing_in[address] = signing_in
        # Whoever has no time left leaves the answer to the next: a password is not checked in vain.
        return await asyncio.shield(signing_in)

    async def _sign_in(self, address: Address) -> str:
        async with asyncio.timeout(SIGN_IN_SECONDS):
            connection = await Connection.open(address)
            try:
                body = {"username": self.account.username, "password": self.account.password}
                answer = await connection.request("POST", "/api/auth/login", {}, body)
            finally:
                connection.close()
        if answer.status != 200:
            raise WireBroken(f"sign-in: {answer.status}")
        token: str = answer.json()["access_token"]
        return token

    def watch_desk(self) -> None:
        """Open the agent's own stream."""
        self.desk = Follower(
            self._caller, self.history, f"{self.label}/desk", "/api/events", side="desk", agent=self.account.id
        )

    async def act(self, action: str, session: str, body: dict[str, Any] | None = None) -> Outcome:
        """Takeover, release, transfer, close: repeated only when nobody answered."""
        self.history.note("acting", op=action, session=session)
        outcome = await self._caller.call("POST", f"/api/sessions/{session}/{action}", body or {})
        answer = outcome.answer
        self.history.note(
            "acted",
            op=action,
            session=session,
            agent=self.account.id,
            status=None if answer is None else answer.status,
            attempts=outcome.attempts,
            entries=answer.json()["messages"] if answer is not None and outcome.ok else [],
        )
        return outcome

    async def serve(self, session: str, colleagues: list[str], *, taken: bool = False) -> bool:
        """Take a session over and see it through; whether it was ours."""
        if not taken and not (await self.act("takeover", session)).ok:
            return False
        tab = Follower(
            self._caller,
            self.history,
            f"{self.label}/{session}/{self.said}",
            f"/api/sessions/{session}/events",
            session=session,
            side="agent",
        )
        try:
            await self._converse(session)
            end = self.dice.random()
            if end < 0.15 and colleagues:
                await self.act("transfer", session, {"agent_id": self.dice.choice(colleagues)})
            elif end < 0.3:
                await self.act("close", session)
            elif end < 0.9:
                await self.act("release", session)
        finally:
            await self._close(session, tab)
        return True

    async def _converse(self, session: str) -> None:
        for _ in range(self.dice.randint(1, 4)):
            # The first of all comes for certain, so that no run is without one.
            if self.said == 0 or self.dice.random() < 0.3:
                await self.say("note", session)
            if self.dice.random() < 0.2:
                await self._caller.call("POST", f"/api/sessions/{session}/typing", {"active": True})
            if not (await self.say("reply", session)).ok:
                return
            await asyncio.sleep(self.dice.uniform(0.1, 1.0))

    async def say(self, op: str, session: str) -> Outcome:
        """A message to the customer, or a note."""
        self.said += 1
        mark = f"{self.label}.{self.said}"
        text = f"{NOTE_MARK} remark [{mark}]" if op == "note" else f"Let me look into that. [{mark}]"
        identity = f"{mark}.{self.dice.getrandbits(32):x}"

        def sent(attempt: int, door: Door) -> None:
            self.history.note("sent", op=op, session=session, id=identity, text=text, attempt=attempt, via=door.name)

        path = f"/api/sessions/{session}/{'notes' if op == 'note' else 'messages'}"
        body = {"content": text, "client_message_id": identity}
        outcome = await self._caller.call("POST", path, body, on_attempt=sent)
        note_outcome(self.history, op, session, identity, text, outcome)
        return outcome

    async def go_home(self, seconds: float, last_change: float) -> None:
        """Close the desk, once it has had the time to tell all."""
        if self.desk is not None:
            await asyncio.sleep(seconds)
            await self.desk.close("end", last_change=last_change)
        self._caller.hang_up()

    async def timeline(self, session: str) -> list[dict[str, Any]] | None:
        """The whole timeline as the API tells it to agents; None when nobody answers."""
        pages: list[dict[str, Any]] = []
        query = "limit=500"
        while True:
            outcome = await self._caller.call("GET", f"/api/sessions/{session}?{query}")
            if outcome.answer is None or not outcome.ok:
                return None
            page = outcome.answer.json()
            pages = page["messages"] + pages
            if not page["has_more"]:
                return pages
            query = f"limit=500&before={pages[0]['seq']}"

    async def _close(self, session: str, tab: Follower) -> None:
        outcome = await self._caller.call("GET", f"/api/sessions/{session}?limit=1")
        messages = outcome.answer.json()["messages"] if outcome.answer is not None and outcome.ok else []
        last = messages[-1]["seq"] if messages else 0
        reached = await tab.until(last, self.patience)
        await tab.close("served", reached=reached, last_seq=last)
