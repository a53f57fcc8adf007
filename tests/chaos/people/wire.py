"""HTTP/1.1 as little as it takes: requests that are kept alive, and event streams. Every failure is a `WireBroken`."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import orjson

Address = tuple[str, int]

_LINE_BREAK = b"\r\n"
_HEAD_END = b"\r\n\r\n"


class WireBroken(Exception):
    """The connection failed, or what came over it was no HTTP."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    body: bytes

    def json(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            raise WireBroken("the body is no JSON") from None
        return found


@dataclass(frozen=True, slots=True)
class Frame:
    """One server-sent event."""

    id: int | None
    event: dict[str, Any]


class Connection:
    """One connection to a server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._chunked = False
        self.reading = asyncio.Event()
        self.reading.set()

    @classmethod
    async def open(cls, address: Address, *, receive_buffer: int | None = None) -> Self:
        """`receive_buffer` limits what the kernel takes for a client that does not read."""
        host, port = address
        try:
            if receive_buffer is None:
                return cls(*await asyncio.open_connection(host, port))
            plain = await asyncio.to_thread(_connect, address, receive_buffer)
            return cls(*await asyncio.open_connection(sock=plain, limit=receive_buffer))
        except OSError as error:
            raise WireBroken(str(error)) from None

    async def request(self, method: str, path: str, headers: Mapping[str, str], body: object = None) -> Answer:
        """One request and its whole answer; the connection can be used again."""
        try:
            self._send(method, path, headers, body)
            status, fields = await self._head()
            if "content-length" in fields:
                content = await self._reader.readexactly(int(fields["content-length"]))
            else:
                content = b"" if status == 204 else b"".join([chunk async for chunk in self._chunks()])
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            raise WireBroken(f"{type(error).__name__}: {error}") from None
        return Answer(status, content)

    async def begin(self, method: str, path: str, headers: Mapping[str, str], body: object = None) -> Answer | None:
        """Begin an event stream: None when it has begun, else the answer that refuses it."""
        try:
            self._send(method, path, headers, body)
            status, fields = await self._head()
            self._chunked = "chunked" in fields.get("transfer-encoding", "")
            if status == 200:
                return None
            return Answer(status, await self._reader.readexactly(int(fields.get("content-length", "0"))))
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            raise WireBroken(f"{type(error).__name__}: {error}") from None

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """The frames of the stream that has begun. While `reading` is not set nothing is read."""
        rest = b""
        try:
            async for chunk in self._chunks() if self._chunked else self._pieces():
                *whole, rest = (rest + chunk).split(b"\n\n")
                for text in whole:
                    yield _frame(text)
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            raise WireBroken(f"{type(error).__name__}: {error}") from None

    def close(self) -> None:
        """Hang up at once."""
        self._writer.transport.abort()

    def _send(self, method: str, path: str, headers: Mapping[str, str], body: object) -> None:
        content = b"" if body is None else orjson.dumps(body)
        lines = [f"{method} {path} HTTP/1.1", "Host: baton", f"Content-Length: {len(content)}"]
        if content:
            lines.append("Content-Type: application/json")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._writer.write("\r\n".join(lines).encode() + _HEAD_END + content)

    async def _head(self) -> tuple[int, dict[str, str]]:
        head = await self._reader.readuntil(_HEAD_END)
        first, *lines = head[: -len(_HEAD_END)].decode("latin-1").split("\r\n")
        fields = (line.partition(":") for line in lines)
        if not first.startswith("HTTP/1.1 "):
            raise ValueError(f"no answer: {first[:80]!r}")
        return int(first.split(" ")[1]), {name.lower(): value.strip() for name, _, value in fields}

    async def _chunks(self) -> AsyncIterator[bytes]:
        while True:
            await self.reading.wait()
            size = int((await self._reader.readuntil(_LINE_BREAK)).split(b";")[0], 16)
            data = await self._reader.readexactly(size + 2)
            if size == 0:
                return
            yield data[:-2]

    async def _pieces(self) -> AsyncIterator[bytes]:
        while piece := await self._reader.read(2**16):
            await self.reading.wait()
            yield piece


def _connect(address: Address, receive_buffer: int) -> socket.socket:
    # Before connecting: the window is agreed on then.
    plain = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    plain.connect(address)
    plain.setblocking(False)
    return plain


def _frame(text: bytes) -> Frame:
    number: int | None = None
    data: list[bytes] = []
    for line in text.split(b"\n"):
        if line.startswith(b"data: "):
            data.append(line[6:])
        elif line.startswith(b"id: "):
            number = int(line[4:])
    return Frame(number, orjson.loads(b"\n".join(data)))
