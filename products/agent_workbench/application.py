"""The agent's side as an application."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI

from infrastructure.bootstrap.runtime import Runtime
from infrastructure.bootstrap.settings import Settings
from products.agent_workbench.importing import MAX_IMPORT_BYTES, PATH
from products.agent_workbench.lifespan import lifespan_for
from products.agent_workbench.routes import STRAIGHT, include_routes
from products.web.application import application
from products.web.frontend import serve_frontend

# Product pictures may come from anywhere (https); everything else is ours, and nobody may frame the workbench.
_POLICY = (
    "default-src 'self'; img-src 'self' https: data:; style-src 'self' 'unsafe-inline'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def create_app(settings: Settings, shared: Runtime | None = None) -> FastAPI:
    """The application, on adapters of its own or on those it shares with the other product in this process."""
    app = application(
        title="Baton: agent workbench",
        description="The agent's side: see who waits, take over, answer, hand back.",
        lifespan=lifespan_for(settings, shared),
        larger_bodies={PATH: MAX_IMPORT_BYTES},
        straight=STRAIGHT,
    )
    include_routes(app)
    serve_frontend(app, Path(__file__).parent / "frontend" / "dist", content_security_policy=_POLICY)
    return app
