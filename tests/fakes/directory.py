"""The port `Directory` in memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

from domain.agent import Agent
from domain.errors import AgentExists, AgentNotFound, Unavailable


class MemoryDirectory:
    """Each call first lets others run, then does its work at one moment. While `down`, every call raises."""

    def __init__(self, *agents: Agent, clock: Callable[[], float] = time.time) -> None:
        self.down = False
        self._clock = clock
        self._agents = {agent.id: agent for agent in agents}
        self._refresh: dict[str, tuple[str, float]] = {}

    async def add(self, agent: Agent) -> None:
        await self._turn()
        if any(agent.id == other.id or agent.username == other.username for other in self._agents.values()):
            raise AgentExists(agent.username)
        self._agents[agent.id] = agent

    async def get(self, agent_id: str) -> Agent:
        await self._turn()
        return self._account(agent_id)

    async def by_username(self, username: str) -> Agent | None:
        await self._turn()
        return next((agent for agent in self._agents.values() if agent.username == username), None)

    async def all(self) -> list[Agent]:
        await self._turn()
        return sorted(self._agents.values(), key=lambda agent: (agent.name, agent.id))

    async def record_failure(self, agent_id: str, *, limit: int, lock_seconds: int) -> Agent:
        await self._turn()
        agent = self._account(agent_id)
        failures = agent.failed_attempts + 1
        if failures >= limit:
            agent = replace(agent, failed_attempts=0, locked_until=self._clock() + lock_seconds)
        else:
            agent = replace(agent, failed_attempts=failures)
        self._agents[agent_id] = agent
        return agent

    async def record_success(self, agent_id: str) -> None:
        await self._turn()
        self.change(agent_id, failed_attempts=0, locked_until=0.0)

    async def keep_refresh(self, token_id: str, *, agent_id: str, expires_at: float) -> None:
        await self._turn()
        self._account(agent_id)
        self._refresh[token_id] = (agent_id, expires_at)

    async def use_refresh(self, token_id: str) -> bool:
        await self._turn()
        _, expires_at = self._refresh.pop(token_id, ("", 0.0))
        return expires_at > self._clock()

    async def revoke_refresh(self, agent_id: str) -> None:
        await self._turn()
        self._refresh = {token_id: kept for token_id, kept in self._refresh.items() if kept[0] != agent_id}

    def change(self, agent_id: str, **changes: object) -> None:
        """Change an account; nothing happens when there is none."""
        if agent_id in self._agents:
            self._agents[agent_id] = replace(self._agents[agent_id], **changes)  # type: ignore[arg-type]

    async def _turn(self) -> None:
        await asyncio.sleep(0)
        if self.down:
            raise Unavailable("The database does not answer.")

    def _account(self, agent_id: str) -> Agent:
        try:
            return self._agents[agent_id]
        except KeyError:
            raise AgentNotFound(agent_id) from None
