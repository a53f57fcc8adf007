"""The load generator's command loop: a job a line, an answer a line, until the input ends."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

import uvloop

from tests.bench.load.measuring import as_fast_as_received, at_rate, post_and_receive, until
from tests.bench.load.sending import Sender
from tests.bench.load.stamps import Template, now
from tests.bench.load.streams import Streams

Json = dict[str, Any]

# A job for thousands of streams holds a request for each.
LINE_BYTES = 64 * 1024 * 1024
# Before it is measured, each connection has carried a message: a peer may open what is behind it late.
_PROBE_SECONDS = 15.0
_PROBE_AGAIN_SECONDS = 1.0


class Generator:
    """One peer's load."""

    def __init__(self) -> None:
        self._streams = Streams()
        self._sender: Sender | None = None
        self._answered: Callable[[int], None] = _ignore
        self._messages = 0

    async def streams(self, job: Json) -> Json:
        """Open streams; how long it took until all were open, in seconds."""
        begin = now()
        requests = [_bytes(request) for request in job["requests"]]
        await self._streams.open(job["port"], job["kind"], requests, job["ready"].encode(), job["at_once"])
        return {"seconds": (now() - begin) / 1e9}

    async def sender(self, job: Json) -> Json:
        """Open the connections to send on; then wait until every stream has had a message."""
        templates = [Template(_bytes(message)) for message in job["messages"]]
        if self._sender is not None:
            self._sender.close()
        self._sender = Sender(templates)
        self._messages = len(templates)
        await self._sender.connect(job["port"], job["connections"], lambda number: self._answered(number))
        return {"unheard": await self._probe(self._sender, job["copies"])}

    async def at_rate(self, job: Json) -> Json:
        assert self._sender is not None
        return await at_rate(self._streams, self._sender, messages=self._messages, **job)

    async def closed_loop(self, job: Json) -> Json:
        assert self._sender is not None
        return await as_fast_as_received(self._streams, self._sender, messages=self._messages, **job)

    async def post(self, job: Json) -> Json:
        assert self._sender is not None
        return await post_and_receive(self._streams, self._sender, self._take, **job)

    async def close(self, _: Json) -> Json:
        """Close streams and connections."""
        if self._sender is not None:
            self._sender.close()
            self._sender = None
        self._streams.close()
        return {}

    def _take(self, answered: Callable[[int], None]) -> None:
        self._answered = answered

    async def _probe(self, sender: Sender, copies: int) -> int:
        """Send to every stream until each has received; how many never did."""
        waiting = set(range(len(self._streams)))

        def receive(number: int, stamps: list[bytes]) -> None:
            waiting.discard(number)

        self._streams.receive = receive
        deadline = now() + _PROBE_SECONDS * 1e9
        while waiting and now() < deadline:
            for number in {number // copies for number in waiting}:
                sender.send(number, now())
            await until(lambda: not waiting, _PROBE_AGAIN_SECONDS)
        # What was sent twice may still be on its way, and would be counted.
        await asyncio.sleep(0.2)
        return len(waiting)


async def _work() -> None:
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=LINE_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    generator = Generator()
    while line := await lines.readline():
        job = json.loads(line)
        try:
            answer = await getattr(generator, job.pop("do"))(job)
        except (OSError, TimeoutError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    await generator.close({})


def _bytes(text: str) -> bytes:
    # JSON carries text only; every byte is a character of this encoding.
    return text.encode("latin-1")


def _ignore(number: int) -> None:
    """Nobody waits for answers now."""


if __name__ == "__main__":
    uvloop.run(_work())
