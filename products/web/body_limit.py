"""No request body is larger than it can need to be."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from products.web.problems import document, rendered

# A message of 10,000 characters, each written as an escaped surrogate pair of 12 bytes, and room for the rest.
MAX_BODY_BYTES = 256 * 1024

# What is read of a body that is too large, so that its sender hears the refusal; whoever sends more is cut off.
_IGNORED_BYTES = 16 * 1024 * 1024


class BodyLimit:
    """Answers 413 to a body of more than `MAX_BODY_BYTES`, or than `larger` allows for the path, as soon as it says so
    or is.
    """

    def __init__(self, app: ASGIApp, larger: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._larger = dict(larger or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._larger.get(scope["path"], MAX_BODY_BYTES)
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not declared.isdigit() or int(declared) > limit:
            await _refuse(limit, scope, receive, send)
            return
        seen, refused = 0, False

        async def limited() -> Message:
            nonlocal seen, refused
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > limit:
                    refused = True
                    raise _TooLarge
            return message

        async def unless_refused(message: Message) -> None:
            # The framework answers 400 to whatever goes wrong while it reads a body. Nobody hears that answer.
            if not refused:
                await send(message)

        with suppress(_TooLarge):
            await self._app(scope, limited, unless_refused)
        if refused:
            await _refuse(limit, scope, receive, send)


async def _refuse(limit: int, scope: Scope, receive: Receive, send: Send) -> None:
    problem = document(413, "too_large", f"A body may have at most {limit} bytes.")
    # A client that is still sending does not hear an answer, only that the connection has ended. So it may go on,
    # within reason; what it sends is forgotten at once.
    ignored, more = 0, True
    while more and ignored < _IGNORED_BYTES:
        message = await receive()
        ignored += len(message.get("body", b""))
        more = message.get("more_body", False)
    await rendered(problem, {"Connection": "close"})(scope, receive, send)


class _TooLarge(Exception):
    """Ends the reading of the body, wherever that is."""
