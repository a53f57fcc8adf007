"""Every URL of the agent's side."""

from __future__ import annotations

from fastapi import FastAPI

from products.agent_workbench.handlers import agents, auth, events, knowledge, orders, sessions

# What every message takes.
STRAIGHT = (sessions.STRAIGHT,)


def include_routes(app: FastAPI) -> None:
    """Add the routes to the application."""
    for handler in (auth, sessions, events, agents, orders, knowledge):
        app.include_router(handler.router)
