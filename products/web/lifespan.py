"""What both products do between start and stop."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import FrameType

from fastapi import FastAPI

from infrastructure.bootstrap.logging import configure_logging
from infrastructure.bootstrap.runtime import Runtime, open_runtime
from infrastructure.bootstrap.settings import Settings
from infrastructure.realtime.hub import Hub


@asynccontextmanager
async def runtime_for(app: FastAPI, settings: Settings, shared: Runtime | None) -> AsyncIterator[Runtime]:
    """The process's adapters: those shared with the other product in this process, or this product's own."""
    if shared is not None:
        app.state.runtime = shared
        yield shared
        return
    configure_logging(settings.log_format, settings.log_level)
    async with open_runtime(settings) as runtime:
        app.state.runtime = runtime
        with _streams_end_at_a_signal(runtime.hub):
            yield runtime


@contextmanager
def _streams_end_at_a_signal(hub: Hub) -> Iterator[None]:
    """A server that is told to stop waits for its responses, and streams do not end by themselves: end them first.

    The server's own handler, which is in place when an application starts, is called afterwards.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    servers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(hub.end_streams)
        server = servers[signal.Signals(number)]
        if callable(server):
            server(number, frame)

    replaced = [number for number, server in servers.items() if callable(server)]
    for number in replaced:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number in replaced:
            signal.signal(number, servers[number])
