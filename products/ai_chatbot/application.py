"""The customer's side as an application."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from infrastructure.bootstrap.runtime import Runtime
from infrastructure.bootstrap.settings import Settings
from products.ai_chatbot.lifespan import lifespan_for
from products.ai_chatbot.routes import STRAIGHT, include_routes
from products.web.application import application
from products.web.frontend import serve_frontend

# The demo shop shows pictures of products from anywhere (https); everything else is ours. The widget styles itself
# inside its shadow root.
_POLICY = (
    "default-src 'self'; img-src 'self' https: data:; style-src 'self' 'unsafe-inline'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)


def create_app(settings: Settings, shared: Runtime | None = None) -> FastAPI:
    """The application, on adapters of its own or on those it shares with the other product in this process."""
    app = application(
        title="Baton: AI chatbot",
        description="The customer's side: an AI answers first, and a person takes over without a seam.",
        lifespan=lifespan_for(settings, shared),
        straight=STRAIGHT,
    )
    if settings.public_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.public_origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "Last-Event-ID"],
            expose_headers=["Retry-After"],
        )
    include_routes(app)
    serve_frontend(app, Path(__file__).parent / "frontend" / "dist", content_security_policy=_POLICY)
    return app
