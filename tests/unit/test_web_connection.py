"""Where a stream's frames go: straight to the server's connection, and under any other server by `send`."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable
from contextlib import suppress

import uvicorn
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from infrastructure.realtime.reader import Outlet
from products.web.connection import eagerly, outlet_of

FRAME = b"data: {}\n\n"
CHUNK = b"a\r\ndata: {}\n\n\r\n"
# More than the system keeps for a client that does not read.
TOO_MUCH = 32 * 1024 * 1024


async def test_frames_go_straight_to_the_connection_of_the_server_we_run_on() -> None:
    """Fails when a release of uvicorn is built otherwise: then every frame would go the long way unnoticed."""
    outlets: list[Outlet] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        assert isinstance(getattr(send, "__self__", None), RequestResponseCycle)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        outlets.append(outlet_of(send))
        assert outlets[0](FRAME) is None
        # An empty chunk would be the end.
        assert outlets[0](b"") is None
        assert outlets[0](FRAME) is None
        rest = outlets[0](b"x" * TOO_MUCH)
        assert rest is not None
        with suppress(TimeoutError):
            await asyncio.wait_for(_waited(rest), 10)
        await send({"type": "http.response.body", "body": b""})

    async with _serving(application) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(2 * len(CHUNK)) == 2 * CHUNK
        assert await reader.readline() == b"2000000\r\n"
        await reader.readexactly(TOO_MUCH + 2)
        assert await reader.readline() == b"0\r\n"
        writer.close()
        await writer.wait_closed()
        # Nothing is written to a connection that has gone.
        await asyncio.sleep(0.05)
        assert outlets[0](FRAME) is None


async def test_under_another_server_frames_go_by_send() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    assert outlet_of(send)(FRAME) is None
    assert sent == [{"type": "http.response.body", "body": FRAME, "more_body": True}]


async def test_what_waits_is_handed_back() -> None:
    full = asyncio.Event()
    rest = eagerly(_wait(full))
    assert rest is not None
    full.set()
    await rest


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


async def _waited(rest: Awaitable[None]) -> None:
    await rest


class _serving:  # noqa: N801 - read as a verb: `async with _serving(application) as port`
    def __init__(self, application: object) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(application, lifespan="off", log_config=None, log_level="critical")  # type: ignore[arg-type]
        self._server = uvicorn.Server(config)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> int:
        self._task = asyncio.create_task(self._server._serve([self._socket]))
        while not self._server.started:  # noqa: ASYNC110 - it has no event for it
            await asyncio.sleep(0.01)
        return int(self._socket.getsockname()[1])

    async def __aexit__(self, *_: object) -> None:
        self._server.should_exit = True
        assert self._task is not None
        await self._task
