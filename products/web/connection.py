"""Writing to the connection of a response that goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Generator
from typing import Any

from starlette.types import Send
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from infrastructure.realtime.reader import Outlet


def outlet_of(send: Send) -> Outlet:
    """Where frames go once a response has begun: straight to uvicorn's connection, under any other server by `send`.

    `send` looks anew at each write at what cannot change any more in the middle of a body, which takes several times
    what writing takes.
    """
    cycle = getattr(send, "__self__", None)
    if isinstance(cycle, RequestResponseCycle) and cycle.chunked_encoding:
        return _straight_to(cycle)
    return lambda frames: eagerly(send({"type": "http.response.body", "body": frames, "more_body": True}))


def _straight_to(cycle: RequestResponseCycle) -> Outlet:
    flow = cycle.flow
    put = cycle.transport.write

    def write(frames: bytes) -> Awaitable[None] | None:
        # One chunk (RFC 9112, 7.1); an empty one would be the last.
        if cycle.disconnected or not frames:
            return None
        put(b"%x\r\n%b\r\n" % (len(frames), frames))
        return eagerly(flow.drain()) if flow.write_paused else None

    return write


def eagerly(awaitable: Awaitable[None]) -> Awaitable[None] | None:
    """Do as much as can be done without waiting: None when that was all of it, else what remains.

    A server's `send` waits only while the connection is full, so most writes cost no task and no turn of the event loop
    (Python 3.12 has the same as `asyncio.eager_task_factory`).
    """
    steps = awaitable.__await__()
    try:
        waits_for = next(steps)
    except StopIteration:
        return None
    return _Rest(steps, waits_for)


class _Rest:
    """What remains of an awaitable that waits for something."""

    def __init__(self, steps: Generator[Any, Any, None], waits_for: Any) -> None:
        self._steps = steps
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        try:
            yield self._waits_for
        except BaseException:
            self._steps.close()
            raise
        yield from self._steps
