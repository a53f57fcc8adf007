"""The colleagues."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from products.agent_workbench.dependencies import AgentHere
from products.agent_workbench.schemas import AgentsOut
from products.web.dependencies import RuntimeHere
from products.web.openapi import problems

router = APIRouter(prefix="/api/agents", tags=["agents"])


@router.get("", response_model=AgentsOut, responses=problems(401, 503))
async def list_(_: AgentHere, runtime: RuntimeHere) -> dict[str, Any]:
    """Everybody to whom a session can be handed."""
    agents = [agent for agent in await runtime.directory.all() if not agent.disabled]
    return {"agents": [{"id": agent.id, "name": agent.name, "role": agent.role} for agent in agents]}
