"""The demo desk's accounts: published passwords, for a first look only."""

from __future__ import annotations

from dataclasses import dataclass

from domain.agent import AgentRole
from domain.errors import AgentExists
from domain.ports import Directory, Passwords
from services.accounts import add_agent


@dataclass(frozen=True, slots=True)
class DemoAgent:
    """An account that the sign-in page shows in demo mode, with its password."""

    username: str
    name: str
    password: str
    role: AgentRole


DEMO_AGENTS = (
    DemoAgent("mina", "Mina", "demo-mina-2468", AgentRole.AGENT),
    DemoAgent("jun", "俊 Jun", "demo-jun-1357", AgentRole.AGENT),
    DemoAgent("admin", "Ada", "demo-admin-8642", AgentRole.ADMIN),
)


async def ensure_demo_agents(directory: Directory, passwords: Passwords) -> None:
    """Make the demo accounts that do not exist yet."""
    for agent in DEMO_AGENTS:
        if await directory.by_username(agent.username) is not None:
            continue
        try:
            await add_agent(
                directory,
                passwords,
                username=agent.username,
                name=agent.name,
                password=agent.password,
                role=agent.role,
            )
        except AgentExists:
            # Another process that started at the same time made it.
            continue
