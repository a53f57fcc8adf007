"""Frames as a streamed response, written by a reader as they come."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from infrastructure.realtime.reader import Reader
from products.web.connection import eagerly, outlet_of

# Where a request keeps the readers whose streams its application goes on with.
_READERS = "baton.readers"

# Proxies must neither keep an event back nor keep a copy of it (nginx reads X-Accel-Buffering).
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "Content-Type": "text/event-stream; charset=utf-8",
}


async def stream(reader: Reader) -> EventStream:
    """A response that begins with the reader's first frames, which are made now: what they raise is still a problem
    document.
    """
    return EventStream(reader, await reader.begin())


class EventStream(Response):
    """Hands its connection to a reader, until the reader ends or the client goes."""

    # The default is what FastAPI's OpenAPI document says of a route with this class.
    def __init__(self, reader: Reader, first: bytes, status_code: int = 200) -> None:
        super().__init__(status_code=status_code, headers=_HEADERS)
        # Its length is not known beforehand.
        del self.headers["content-length"]
        self._reader = reader
        self._first = first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reader = self._reader
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": self._first, "more_body": True})
        except BaseException:
            reader.close()
            raise
        readers: list[Reader] | None = scope.get(_READERS)
        if readers is None:
            await _go_on(reader, receive, send)
        else:
            readers.append(reader)


class StreamingApplication(FastAPI):
    """An application whose streams outlive their requests.

    A stream lasts for hours; what stood between it and the server (middleware, routing, the handler's arguments, the
    history that it began with) need not. So it goes on out here when all of that has returned: less memory, and nothing
    to pass through at each write.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        readers: list[Reader] = []
        scope[_READERS] = readers
        try:
            await super().__call__(scope, receive, send)
            for reader in readers:
                _forget_request(scope)
                await _go_on(reader, receive, send)
        finally:
            for reader in readers:
                reader.close()


async def _go_on(reader: Reader, receive: Receive, send: Send) -> None:
    """The rest of a stream. The reader writes; here is only waited for the client to go."""
    ending: list[asyncio.Future[None]] = []

    def end() -> None:
        rest = eagerly(send({"type": "http.response.body", "body": b"", "more_body": False}))
        if rest is not None:
            # A connection that is full: the end comes when it has been read, or when it is cut off.
            ending.append(asyncio.ensure_future(rest))

    reader.attach(outlet_of(send), end)
    try:
        # Also sent once a response is complete (ASGI: "if receive is called after a response has been sent").
        while (await receive())["type"] != "http.disconnect":
            pass
    finally:
        reader.close()


def _forget_request(scope: Scope) -> None:
    """Drop what the request was, its headers and what the framework kept beside them: nobody asks for it any more, but
    for its method, which the server looks at when the response ends.
    """
    method = scope["method"]
    scope.clear()
    scope["method"] = method
