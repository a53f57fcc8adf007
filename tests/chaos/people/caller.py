"""Calls that are repeated until they are answered: at another process each time, with the same body."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.chaos.people.wire import Address, Answer, Connection, WireBroken

# What one attempt may take; the AI's answer within POST /api/chat takes a few seconds.
ATTEMPT_SECONDS = 6.0
# How long somebody goes on trying. Longer than any fault lasts.
PERSISTENCE_SECONDS = 60.0

# What tells the token for an address; asked again after a 401.
TokenOf = Callable[[Address, bool], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Door:
    """One process as clients reach it."""

    name: str
    address: Address


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended: `answer` is None when nobody ever answered. `sent_at` is when the last attempt went out."""

    answer: Answer | None
    door: Door
    sent_at: float
    attempts: int
    errors: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return self.answer is not None and self.answer.status < 300


@dataclass(slots=True)
class Caller:
    """Somebody's way to one side of the system."""

    doors: list[Door]
    dice: random.Random
    now: Callable[[], float]
    token_of: TokenOf
    persistence: float = PERSISTENCE_SECONDS
    _idle: dict[Address, list[Connection]] = field(default_factory=dict)

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        door: Door | None = None,
        on_attempt: Callable[[int, Door], None] = lambda _number, _door: None,
    ) -> Outcome:
        """Call until somebody answers with anything but 401 or 5xx."""
        deadline = self.now() + self.persistence
        pause, attempts, refresh = 0.05, 0, False
        errors: list[str] = []
        while True:
            here = door or self.dice.choice(self.doors)
            sent_at = self.now()
            attempts += 1
            try:
                async with asyncio.timeout(ATTEMPT_SECONDS):
                    token = await self.token_of(here.address, refresh)
                    on_attempt(attempts, here)
                    sent_at = self.now()
                    answer = await self._once(here.address, method, path, token, body)
                refresh = answer.status == 401
                if answer.status < 500 and not refresh:
                    return Outcome(answer, here, sent_at, attempts, tuple(errors))
                errors.append(str(answer.status))
            except (WireBroken, TimeoutError) as error:
                errors.append(f"{type(error).__name__} {error}")
            if self.now() > deadline:
                return Outcome(None, here, sent_at, attempts, tuple(errors))
            await asyncio.sleep(pause * self.dice.uniform(0.5, 1.0))
            pause = min(pause * 2, 1.0)

    def hang_up(self) -> None:
        """Close what is idle."""
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()

    async def _once(self, address: Address, method: str, path: str, token: str, body: object) -> Answer:
        idle = self._idle.setdefault(address, [])
        connection = idle.pop() if idle else await Connection.open(address)
        try:
            answer = await connection.request(method, path, bearer(token), body)
        except BaseException:
            connection.close()
            raise
        idle.append(connection)
        return answer


def bearer(token: str) -> dict[str, str]:
    """The header that shows a token."""
    return {"Authorization": f"Bearer {token}"} if token else {}


async def nobody(_address: Address, _refresh: bool) -> str:
    """The token of somebody who has none."""
    return ""
