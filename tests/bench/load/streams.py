"""Streams: raw connections that count and stamp what arrives."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Sequence
from typing import Literal, cast

from tests.bench.load.stamps import Finder

HOST = "127.0.0.1"

Kind = Literal["sse", "socketio"]
Receive = Callable[[int, list[bytes]], None]

_OPEN_SECONDS = 60.0


class Streams:
    """The streams of one peer. `receive(number of the stream, stamps)` is called for what arrives on them."""

    def __init__(self) -> None:
        self.receive: Receive = _ignore
        self._streams: list[_Stream] = []

    def __len__(self) -> int:
        return len(self._streams)

    async def open(self, port: int, kind: Kind, requests: Sequence[bytes], ready: bytes, at_once: int) -> None:
        """Open a stream for each request, so many at once; each is open when it has read `ready` and the line's end."""
        gate = asyncio.Semaphore(at_once)
        make = _SocketIoStream if kind == "socketio" else _Stream
        loop = asyncio.get_running_loop()

        async def one(request: bytes) -> None:
            stream = make(self, len(self._streams), request, ready)
            self._streams.append(stream)
            async with gate:
                await loop.create_connection(lambda: stream, HOST, port)
                await stream.opened

        async with asyncio.timeout(_OPEN_SECONDS):
            await asyncio.gather(*(one(request) for request in requests))

    def close(self) -> None:
        """Close them all, at once and without leaving ports that wait."""
        for stream in self._streams:
            stream.abort()
        self._streams.clear()
        self.receive = _ignore


class _Stream(asyncio.Protocol):
    """One stream of server-sent events."""

    def __init__(self, streams: Streams, number: int, request: bytes, ready: bytes) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._streams = streams
        self._number = number
        self._request = request
        self._ready = ready
        self._finder = Finder()
        self._beginning = b""
        self._open = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if self._open:
            stamps = self._finder.stamps(data)
            if stamps:
                self._streams.receive(self._number, stamps)
        else:
            self._begin(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._refused()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _begin(self, data: bytes) -> None:
        if self._ready not in self._beginning:
            self._beginning += data
            if not self._beginning.startswith((b"HTTP/1.1 200", b"HTTP/1.1 101")):
                self._refused()
                return
        # A long history comes in many reads; what has been looked through need not be kept.
        if self._ready in self._beginning and data.endswith((b"\n", b"]")):
            self._is_open()

    def _refused(self) -> None:
        if not self.opened.done():
            self.opened.set_exception(ConnectionError(f"no stream: {self._beginning[:300]!r}"))

    def _is_open(self) -> None:
        self._open = True
        self._beginning = b""
        if not self.opened.done():
            self.opened.set_result(None)

    def _write(self, data: bytes) -> None:
        assert self._transport is not None
        self._transport.write(data)


class _SocketIoStream(_Stream):
    """One socket.io client over WebSocket (engine.io protocol 4, socket.io protocol 5)."""

    def data_received(self, data: bytes) -> None:
        if _PING in data:
            self._write(_PONG)
        super().data_received(data)

    def _begin(self, data: bytes) -> None:
        if _OPENED in data:
            self._write(_CONNECT)
        super()._begin(data)


def websocket_request(path: str) -> bytes:
    """The request that turns a connection into a WebSocket."""
    key = base64.b64encode(b"sixteen bytes...").decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    ).encode()


def _masked(text: bytes) -> bytes:
    # What a client sends must be masked; a mask of zeros changes nothing.
    return b"\x81" + bytes([0x80 | len(text)]) + b"\0\0\0\0" + text


# The length of the server's first message differs; what confirms `_CONNECT` begins with 40 instead.
_OPENED = b'"pingInterval":'
_CONNECT = _masked(b"40")
_PONG = _masked(b"3")
_PING = b"\x81\x012"


def _ignore(number: int, stamps: list[bytes]) -> None:
    """Nothing is measured now."""
