"""The load generator, held by the hand: its process, and what it can be told to do."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

from tests.bench.load.__main__ import LINE_BYTES
from tests.bench.peers.peer import Peer
from tests.bench.peers.process import ROOT

Numbers = dict[str, Any]

# Longer than any job takes.
_JOB_SECONDS = 120.0
# Streams that are opened while nothing is measured come as they would on an ordinary day.
_GENTLY = 50


class GeneratorFailed(Exception):
    """The load generator could not do its job; the text says why."""


class LoadGenerator:
    """Puts load on one peer."""

    def __init__(self, process: asyncio.subprocess.Process, peer: Peer) -> None:
        self._process = process
        self._peer = peer

    @classmethod
    @asynccontextmanager
    async def of(cls, peer: Peer) -> AsyncIterator[Self]:
        """A generator for as long as the block lasts."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.bench.load"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_BYTES,
            cwd=ROOT,
        )
        try:
            yield cls(process, peer)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def open_streams(self, sessions: Sequence[str], *, at_once: int = _GENTLY) -> float:
        """Open a stream for each of these names, so many at once; the seconds that it took until all were open."""
        requests = [self._peer.stream_request(session) for session in sessions]
        peer = self._peer
        job = {"port": peer.port, "kind": peer.kind, "ready": peer.ready, "at_once": at_once}
        return float((await self._do("streams", {**job, "requests": _texts(requests)}))["seconds"])

    async def publish_to(self, sessions: Sequence[str], *, copies: int = 1, connections: int = 1) -> None:
        """Prepare to publish to these sessions, each of which `copies` streams follow."""
        messages = [self._peer.publication(session) for session in sessions]
        await self._sender(self._peer.publish_port, messages, connections=connections, copies=copies)

    async def post_to(self, sessions: Sequence[str]) -> None:
        """Prepare to post to these sessions, each followed by one stream, on a connection each."""
        messages = [message for session in sessions if (message := self._peer.post(session)) is not None]
        await self._sender(self._peer.port, messages, connections=len(messages), copies=1)

    async def at_rate(self, *, rate: float, seconds: float) -> Numbers:
        """`p50` and `p99` in milliseconds from sending to arrival, at `rate` messages a second."""
        return _complete(await self._do("at_rate", {"rate": rate, "seconds": seconds}))

    async def closed_loop(self, *, copies: int, window: int, warm_seconds: float, seconds: float) -> Numbers:
        """`rate`: deliveries a second, as many as arrive; `total`: all of them, with those while warming.

        `generator_load` is 1.0 when the generator itself was busy all the time.
        """
        job = {"copies": copies, "window": window, "warm_seconds": warm_seconds, "seconds": seconds}
        return await self._do("closed_loop", job)

    async def post(self, *, warm_seconds: float, seconds: float) -> Numbers:
        """`rate`: messages a second that were answered and received, one at a time on each stream; `total` as above."""
        return await self._do("post", {"warm": warm_seconds, "seconds": seconds})

    async def close_streams(self) -> None:
        await self._do("close", {})

    async def _sender(self, port: int, messages: Iterable[bytes], *, connections: int, copies: int) -> None:
        job = {"port": port, "messages": _texts(messages), "connections": connections, "copies": copies}
        unheard = (await self._do("sender", job))["unheard"]
        if unheard:
            raise GeneratorFailed(f"{unheard} streams never received anything")

    async def _do(self, what: str, job: dict[str, Any]) -> Numbers:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": what, **job}).encode() + b"\n")
        async with asyncio.timeout(_JOB_SECONDS):
            await self._process.stdin.drain()
            line = await self._process.stdout.readline()
        if not line:
            raise GeneratorFailed("the load generator ended")
        answer: Numbers = json.loads(line)
        if "error" in answer:
            raise GeneratorFailed(answer["error"])
        if answer.get("refused"):
            raise GeneratorFailed(f"{answer['refused']} messages were refused")
        return answer


def _complete(numbers: Numbers) -> Numbers:
    if numbers["received"] < numbers["sent"]:
        raise GeneratorFailed(f"{numbers['sent'] - numbers['received']} of {numbers['sent']} messages never arrived")
    return numbers


def _texts(messages: Iterable[bytes]) -> list[str]:
    return [message.decode("latin-1") for message in messages]
