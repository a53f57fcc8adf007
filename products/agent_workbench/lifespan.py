"""What the agent's side does between start and stop: in demo mode, it has accounts from the start."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from infrastructure.bootstrap.runtime import Runtime
from infrastructure.bootstrap.settings import Settings
from products.web.application import Lifespan
from products.web.lifespan import runtime_for
from services.demo import ensure_demo_agents
from services.desk import Desk


def lifespan_for(settings: Settings, shared: Runtime | None) -> Lifespan:
    """The lifespan for these settings, on `shared` adapters if there are any."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with runtime_for(app, settings, shared) as runtime:
            app.state.desk = Desk(runtime.store, runtime.hub)
            if settings.demo:
                await ensure_demo_agents(runtime.directory, runtime.passwords)
            yield

    return lifespan
