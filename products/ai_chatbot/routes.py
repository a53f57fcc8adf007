"""Every URL of the customer's side."""

from __future__ import annotations

from fastapi import FastAPI

from products.ai_chatbot.handlers import chat, knowledge, manual, orders, sessions

# What every message takes.
STRAIGHT = (chat.STRAIGHT, manual.STRAIGHT)


def include_routes(app: FastAPI) -> None:
    """Add the routes to the application."""
    for handler in (sessions, chat, manual, orders, knowledge):
        app.include_router(handler.router)
