"""A product's application, before its own routes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import FastAPI

from domain.errors import Misconfigured
from infrastructure.bootstrap.settings import Settings, load_settings
from products.web import health, openapi, problems
from products.web.body_limit import BodyLimit
from products.web.straight import Straight, StraightCall
from products.web.streaming import StreamingApplication

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def application(
    *,
    title: str,
    description: str,
    lifespan: Lifespan,
    straight: Sequence[StraightCall[Any]],
    larger_bodies: Mapping[str, int] | None = None,
) -> FastAPI:
    """An application with problems, OpenAPI, health, a limit on bodies (which
    `larger_bodies` raises by path), and a short way for `straight` calls.
    """
    app = StreamingApplication(title=title, description=description, version=health.VERSION, lifespan=lifespan)
    # The one that is added first is the innermost.
    app.add_middleware(Straight, calls=straight)
    app.add_middleware(BodyLimit, larger=larger_bodies)
    problems.install(app)
    openapi.install(app)
    app.include_router(health.router)
    return app


def settings_or_exit() -> Settings:
    """The settings, for a module that a server imports; a wrong value ends the process with one clear line."""
    try:
        return load_settings()
    except Misconfigured as error:
        raise SystemExit(f"baton: {error.detail}") from None
