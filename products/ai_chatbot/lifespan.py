"""What the customer's side does between start and stop: the AI answers."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from infrastructure.bootstrap.runtime import Runtime, background
from infrastructure.bootstrap.settings import Settings
from products.web.application import Lifespan
from products.web.lifespan import runtime_for
from services.answering import Answering
from services.desk import Desk
from services.engines import Engines
from services.speech import ReplyTerms


def lifespan_for(settings: Settings, shared: Runtime | None) -> Lifespan:
    """The lifespan for these settings, on `shared` adapters if there are any."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with runtime_for(app, settings, shared) as runtime:
            terms = ReplyTerms(
                # One for each process, and new with each start: a lease of the process before is not ours.
                owner=f"{os.getpid()}-{secrets.token_hex(4)}",
                lease_seconds=settings.reply_lease_seconds,
                limit_seconds=settings.reply_timeout_seconds,
                stall_seconds=settings.reply_stall_seconds,
            )
            desk = Desk(runtime.store, runtime.hub)
            answering = Answering(desk, Engines(runtime.engines), terms, runtime.regulator)
            app.state.desk = desk
            app.state.answering = answering
            async with background(answering.run()):
                try:
                    yield
                finally:
                    await answering.close()

    return lifespan
