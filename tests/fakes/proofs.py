"""The ports `Tokens` and `Passwords`: a token says in plain words what it proves, a hash shows its password."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from domain.agent import Agent, AgentRole
from domain.authority import AgentClaims, Issued, RefreshClaims, StreamHolder
from domain.errors import TokenExpired, TokenInvalid, WrongSession


class PlainTokens:
    """Keeps what each token means; one that it did not issue, or issued for something else, is not valid."""

    def __init__(self, *, seconds: float = 60.0, clock: Callable[[], float] = time.time) -> None:
        self._seconds = seconds
        self._clock = clock
        self._issued: dict[str, tuple[str, object, float]] = {}

    def for_customer(self, session_name: str) -> Issued:
        return self._issue("customer", session_name)

    def for_agent(self, agent: Agent) -> Issued:
        return self._issue("agent", AgentClaims(agent.id, agent.username, agent.name, agent.role))

    def for_refresh(self, agent: Agent, token_id: str) -> Issued:
        return self._issue("refresh", RefreshClaims(agent.id, token_id))

    def for_stream(self, subject: str, holder: StreamHolder) -> Issued:
        if not holder.is_agent and holder.id != subject:
            raise WrongSession
        return self._issue(f"ticket for {subject}", holder)

    def read_customer(self, token: str) -> str:
        return str(self._read("customer", token))

    def read_agent(self, token: str) -> AgentClaims:
        claims = self._read("agent", token)
        assert isinstance(claims, AgentClaims)
        return claims

    def read_refresh(self, token: str) -> RefreshClaims:
        claims = self._read("refresh", token)
        assert isinstance(claims, RefreshClaims)
        return claims

    def read_ticket(self, token: str, subject: str) -> StreamHolder:
        holder = self._read(f"ticket for {subject}", token)
        assert isinstance(holder, StreamHolder)
        return holder

    def _issue(self, kind: str, meaning: object) -> Issued:
        token = f"{kind} token {len(self._issued) + 1}"
        expires_at = self._clock() + self._seconds
        self._issued[token] = (kind, meaning, expires_at)
        return Issued(token, expires_at)

    def _read(self, kind: str, token: str) -> object:
        issued, meaning, expires_at = self._issued.get(token, ("none", None, 0.0))
        if issued != kind:
            raise TokenInvalid
        if expires_at <= self._clock():
            raise TokenExpired
        return meaning


class PlainPasswords:
    """Counts how often it was made to work, whether or not there was an account."""

    def __init__(self) -> None:
        self.checks = 0

    async def hash(self, password: str) -> str:
        await asyncio.sleep(0)
        return f"hash of {password}"

    async def verify(self, password_hash: str, password: str) -> bool:
        self.checks += 1
        return password_hash == await self.hash(password)

    async def verify_nothing(self, password: str) -> None:
        self.checks += 1
        await self.hash(password)


PASSWORD = "correct horse"


def account(
    agent_id: str = "a_mina",
    *,
    username: str = "mina",
    name: str = "Mina",
    role: AgentRole = AgentRole.AGENT,
    disabled: bool = False,
) -> Agent:
    """An account whose password is `PASSWORD`, as `PlainPasswords` hashes it."""
    return Agent(agent_id, username, name, role, f"hash of {PASSWORD}", disabled=disabled)
