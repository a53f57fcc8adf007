"""cozepy, and Authlib with which it signs, made quiet. Whatever of them is used here is imported from here."""

from __future__ import annotations

import logging
import warnings

with warnings.catch_warnings(record=True):
    # Authlib's module for that says at every import, past all filters, that it is deprecated.
    from authlib.jose import JsonWebKey  # type: ignore[import-untyped]
    from cozepy import (
        AsyncCoze,
        AsyncJWTOAuthApp,
        AsyncTokenAuth,
        Chat,
        ChatEvent,
        ChatEventType,
        ChatToolCallType,
        CozeAPIError,
        Message,
        MessageContentType,
        MessageType,
        OAuthToken,
    )
    from cozepy.request import AsyncHTTPClient, Requester

__all__ = [
    "AsyncCoze",
    "AsyncHTTPClient",
    "AsyncJWTOAuthApp",
    "AsyncTokenAuth",
    "Chat",
    "ChatEvent",
    "ChatEventType",
    "ChatToolCallType",
    "CozeAPIError",
    "JsonWebKey",
    "Message",
    "MessageContentType",
    "MessageType",
    "OAuthToken",
    "Requester",
]

# cozepy writes lines of its own to standard error, in detail with what was said in them. What goes wrong is raised, and
# told once, by us.
_logger = logging.getLogger("cozepy")
_logger.handlers.clear()
_logger.setLevel(logging.CRITICAL)
