"""HTTP/1.1 by hand, for servers that must be able to misbehave: cut an answer into odd pieces, or break it off."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

from tests.servers.server_process import HOST

Json = dict[str, Any]
Handler = Callable[["Exchange"], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    """What a client asks. Header names are in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        content: Json = json.loads(self.body)
        return content


class Exchange:
    """One request, and the means to answer it."""

    def __init__(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.request = request
        self._reader = reader
        self._writer = writer

    async def respond(self, status: int, body: Json, headers: Mapping[str, str] | None = None) -> None:
        """A whole answer."""
        content = json.dumps(body).encode()
        self._head(status, {"Content-Type": "application/json", "Content-Length": str(len(content)), **(headers or {})})
        self._writer.write(content)
        await self._writer.drain()

    async def begin(self, content_type: str) -> None:
        """An answer in chunks."""
        self._head(HTTPStatus.OK, {"Content-Type": content_type, "Transfer-Encoding": "chunked"})
        await self._writer.drain()

    async def write(self, content: bytes) -> None:
        """One chunk of it, on its way when this returns."""
        if content:
            self._writer.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")
            await self._writer.drain()
            await asyncio.sleep(0)

    async def end(self) -> None:
        """The end of the chunks."""
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    def break_off(self) -> None:
        """End the connection as a crash would."""
        self._writer.transport.abort()

    async def client_gone(self) -> None:
        """Wait until the client has hung up."""
        # Nobody sends the next request before the answer to this one.
        while await self._reader.read(1024):
            pass

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        lines = [
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        self._writer.write("\r\n".join([*lines, "", ""]).encode())


class HttpServer:
    """Calls `handle` for every request, on a port that the system chooses, as long as the block lasts. What a handler
    raises is raised at its end.
    """

    def __init__(self, handle: Handler) -> None:
        self._handle = handle
        self._connections: set[asyncio.Task[None]] = set()
        self._errors: list[Exception] = []
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()
        if self._errors and error is None:
            raise self._errors[0]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while request := await _read(reader):
                await self._handle(Exchange(request, reader, writer))
        except (ConnectionError, asyncio.IncompleteReadError):
            # The client has hung up, as clients may.
            pass
        except asyncio.CancelledError:
            # The block has ended.
            pass
        except Exception as error:  # noqa: BLE001
            self._errors.append(error)
        finally:
            self._connections.discard(task)
            writer.transport.abort()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    if not (first := await reader.readline()):
        return None
    method, path, _ = first.decode().split(" ", 2)
    headers: dict[str, str] = {}
    while (line := await reader.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    return Request(method, path, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
