"""Sending stamped messages: over Redis, or as HTTP requests; both are bytes on connections that stay open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import cast

from tests.bench.load.stamps import Template
from tests.bench.load.streams import HOST


class Sender:
    """Sends the message of a given number. What is sent in one turn of the loop leaves in one write per connection."""

    def __init__(self, templates: Sequence[Template]) -> None:
        self._templates = templates
        self._lines: list[_Line] = []

    async def connect(self, port: int, connections: int, answered: Callable[[int], None] | None = None) -> None:
        """Connect; message `i` leaves on connection `i` modulo `connections`.

        `answered(connection)` is called for each answer to a request over HTTP.
        """
        loop = asyncio.get_running_loop()
        for number in range(connections):
            line = _Line(number, answered)
            await loop.create_connection(lambda line=line: line, HOST, port)  # type: ignore[misc]
            self._lines.append(line)

    @property
    def refused(self) -> int:
        """How many requests were answered with something other than success."""
        return sum(line.refused for line in self._lines)

    def send(self, number: int, nanoseconds: int) -> None:
        """Send message `number`, stamped so."""
        self._lines[number % len(self._lines)].send(self._templates[number].stamped(nanoseconds))

    def close(self) -> None:
        for line in self._lines:
            line.abort()


class _Line(asyncio.Protocol):
    """One connection; of what comes back only the status lines are read."""

    def __init__(self, number: int, answered: Callable[[int], None] | None) -> None:
        self.refused = 0
        self._number = number
        self._answered = answered
        self._waiting: list[bytes] = []
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        answers = data.count(b"HTTP/1.1 ")
        if answers:
            self.refused += answers - data.count(b"HTTP/1.1 2")
            if self._answered is not None:
                for _ in range(answers):
                    self._answered(self._number)
        elif data.startswith(b"-"):
            # Redis says no.
            self.refused += 1

    def send(self, message: bytes) -> None:
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._flush)
        self._waiting.append(message)

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _flush(self) -> None:
        assert self._transport is not None
        self._transport.write(b"".join(self._waiting))
        self._waiting.clear()
