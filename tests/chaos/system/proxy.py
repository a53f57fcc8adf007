"""A TCP proxy before one process, which can spoil what goes through it."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from typing import cast

from tests.servers.server_process import HOST


class Proxy:
    """Forwards connections to a port. Calls that spoil hit every connection there is, and new ones while they last."""

    def __init__(self, name: str, target: int, dice: random.Random) -> None:
        self.name = name
        self._target = target
        self._dice = dice
        self._server: asyncio.Server | None = None
        self.pairs: set[_Pair] = set()
        self.delay = 0.0
        self.swallows = False

    @property
    def address(self) -> tuple[str, int]:
        """Where clients connect."""
        assert self._server is not None
        host, port = self._server.sockets[0].getsockname()[:2]
        return host, port

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Pair(self, self._target).client, HOST, 0, backlog=2048)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()

    def cut(self) -> None:
        """End every connection in the middle of whatever it says."""
        for pair in list(self.pairs):
            pair.abort()

    def half_close(self) -> None:
        """End one direction of every connection; the other stays open."""
        for pair in list(self.pairs):
            (pair.client if self._dice.random() < 0.5 else pair.server).end()

    async def slow(self, seconds: float, delay: float) -> None:
        """Hold every piece back for `delay`."""
        self.delay = delay
        await asyncio.sleep(seconds)
        self.delay = 0.0

    async def black_hole(self, seconds: float) -> None:
        """Swallow everything; connections that lost something do not come to life again."""
        self.swallows = True
        await asyncio.sleep(seconds)
        self.swallows = False
        self.cut()


class _Pair:
    """A client's connection and its continuation to the server."""

    def __init__(self, proxy: Proxy, target: int) -> None:
        self.proxy = proxy
        self.target = target
        self.client = _End(self, is_client=True)
        self.server = _End(self, is_client=False)
        self._connecting: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self.proxy.pairs.add(self)
        self._connecting = asyncio.create_task(self._connect())

    def other(self, end: _End) -> _End:
        return self.server if end is self.client else self.client

    def abort(self) -> None:
        self.proxy.pairs.discard(self)
        for end in (self.client, self.server):
            if end.transport is not None:
                end.transport.abort()

    async def _connect(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: self.server, HOST, self.target)
        except OSError:
            self.abort()


class _End(asyncio.Protocol):
    """One end of a pair: what arrives here leaves at the other end."""

    def __init__(self, pair: _Pair, *, is_client: bool) -> None:
        self._pair = pair
        self._is_client = is_client
        self.transport: asyncio.Transport | None = None
        self._early: list[bytes] = []
        self._held: deque[bytes] = deque()
        self._ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        if self._is_client:
            self._pair.begin()
        elif self._pair.client.transport is None or self._pair.client.transport.is_closing():
            self._pair.abort()
        else:
            for data in self._early:
                self.transport.write(data)
        self._early.clear()

    def data_received(self, data: bytes) -> None:
        proxy = self._pair.proxy
        if proxy.swallows:
            return
        # What is held back is not overtaken by what is not.
        if proxy.delay or self._held:
            self._held.append(data)
            asyncio.get_running_loop().call_later(proxy.delay, self._release)
        else:
            self._pair.other(self).send(data)

    def eof_received(self) -> bool:
        self._pair.other(self).end()
        # Stays open for the other direction.
        return True

    def connection_lost(self, _error: Exception | None) -> None:
        self._pair.abort()

    def pause_writing(self) -> None:
        other = self._pair.other(self).transport
        if other is not None and not other.is_closing():
            other.pause_reading()

    def resume_writing(self) -> None:
        other = self._pair.other(self).transport
        if other is not None and not other.is_closing():
            other.resume_reading()

    def send(self, data: bytes) -> None:
        """Write to whoever is at this end."""
        if self.transport is None:
            self._early.append(data)
        elif not self._ended and not self.transport.is_closing():
            self.transport.write(data)

    def end(self) -> None:
        """Tell whoever is at this end that nothing more comes."""
        if self.transport is not None and not self._ended and not self.transport.is_closing():
            self._ended = True
            self.transport.write_eof()

    def _release(self) -> None:
        # Each timer releases at least what it was set for.
        while self._held:
            self._pair.other(self).send(self._held.popleft())
            if self._pair.proxy.delay:
                break
