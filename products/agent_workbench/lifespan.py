"""What the agent's side does between start and stop: in demo mode, it has accounts from the start."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from infrastructure.bootstrap.runtime import Runtime
from infrastructure.bootstrap.settings import Settings
from products.web.application import Lifespan
from products.web.lifespan import runtime_for
from services.briefing import Briefing
from services.demo import ensure_demo_agents
from services.desk import Desk
from services.engines import Engines


def lifespan_for(settings: Settings, shared: Runtime | None) -> Lifespan:
    """The lifespan for these settings, on `shared` adapters if there are any."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with runtime_for(app, settings, shared) as runtime:
            desk = Desk(runtime.store, runtime.hub)
            briefing = Briefing(desk, Engines(runtime.engines))
            app.state.desk = desk
            app.state.briefing = briefing
            if settings.demo:
                await ensure_demo_agents(runtime.directory, runtime.passwords)
            try:
                yield
            finally:
                await briefing.close()

    return lifespan
