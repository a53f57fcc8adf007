"""One or both services in this process, on one event loop and one set of adapters."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager

import structlog
import typer
import uvicorn
from fastapi import FastAPI

from domain.errors import Misconfigured, Unavailable
from infrastructure.bootstrap.runtime import Runtime, open_runtime
from infrastructure.bootstrap.settings import Settings
from infrastructure.bootstrap.urls import redacted_url
from infrastructure.realtime.redis import CONNECT_SECONDS, RedisBus
from products.agent_workbench.application import create_app as create_workbench
from products.ai_chatbot.application import create_app as create_chatbot
from services.demo import DEMO_AGENTS

log = structlog.get_logger("baton.server")

# Streams end at once when they are told to. What else is under way gets this long before it is cut off; a client that
# is cut off retries with the same client_message_id.
GRACE_SECONDS = 2

# How long a thread may keep another from going on. With Python's own 5 ms a tenth to a quarter fewer messages a second
# were kept on PostgreSQL, and a few percent fewer on SQLite (`make bench`, POST to receive, two runs each).
SWITCH_SECONDS = 0.0005

# What may wait to be accepted when a thousand clients reconnect at once.
BACKLOG = 2048


async def serve_services(settings: Settings, *, chatbot: bool, workbench: bool) -> None:
    """Serve until SIGINT or SIGTERM. `Misconfigured` when a port is taken."""
    async with AsyncExitStack() as stack:
        sockets = [
            (title, stack.enter_context(_listening(host, port, variable)))
            for wanted, title, host, port, variable in (
                (chatbot, "shop and chat", settings.chatbot_host, settings.chatbot_port, "CHATBOT_PORT"),
                (workbench, "workbench", settings.workbench_host, settings.workbench_port, "WORKBENCH_PORT"),
            )
            if wanted
        ]
        runtime = await stack.enter_async_context(open_runtime(settings))
        apps = [
            create(settings, runtime)
            for wanted, create in ((chatbot, create_chatbot), (workbench, create_workbench))
            if wanted
        ]
        servers = [_Server(app) for app in apps]
        with _stopped_by_signals(runtime, servers):
            serving = [
                asyncio.create_task(server.serve(sockets=[listening]))
                for server, (_, listening) in zip(servers, sockets, strict=True)
            ]
            if await _started(servers, serving):
                if isinstance(runtime.hub.bus, RedisBus):
                    # A little, so that what is said of it is true.
                    await runtime.hub.bus.wait_connected(CONNECT_SECONDS)
                _say(settings, runtime, sockets)
                _keep_what_stays()
                sys.setswitchinterval(SWITCH_SECONDS)
            else:
                # One alone would be half a desk.
                _stop(runtime, servers)
            await asyncio.gather(*serving)
            if not all(server.started for server in servers):
                raise Unavailable("A service did not start; the log says why.")


class _Server(uvicorn.Server):
    """A server that leaves signals to us: there may be two of them."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                # What it says at start and end we say ourselves, once and not for each service.
                log_level="warning",
                access_log=False,
                # By then nothing is left to cancel; only a handler that hangs would be.
                timeout_graceful_shutdown=GRACE_SECONDS + 1,
                backlog=BACKLOG,
                server_header=False,
                # Nothing here speaks WebSocket, whatever is installed besides: an upgrade is a request like any other.
                ws="none",
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        cutting_off = asyncio.get_running_loop().call_later(GRACE_SECONDS, self._cut_off)
        try:
            await super().shutdown(sockets)
        finally:
            cutting_off.cancel()

    def _cut_off(self) -> None:
        """End the connections that are still open: what is on its way to a client that does not read never arrives."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()


@contextmanager
def _stopped_by_signals(runtime: Runtime, servers: list[_Server]) -> Iterator[None]:
    loop = asyncio.get_running_loop()

    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, _stop, runtime, servers)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _stop(runtime: Runtime, servers: list[_Server]) -> None:
    runtime.hub.end_streams()
    for server in servers:
        server.should_exit = True


async def _started(servers: list[_Server], serving: list[asyncio.Task[None]]) -> bool:
    while not all(server.started for server in servers):
        if any(task.done() for task in serving):
            return False
        await asyncio.sleep(0.01)
    return True


def _keep_what_stays() -> None:
    """Take what the start has loaded out of the garbage collector's sight: it stays to the end, and looking through it
    again and again would hold up everything else for tens of milliseconds each time.
    """
    gc.collect()
    gc.freeze()


def _listening(host: str, port: int, variable: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise Misconfigured(
            f"{host}:{port} cannot be used ({error.strerror}): stop what listens there, or set {variable} to another "
            "port."
        ) from None
    return listening


def _say(settings: Settings, runtime: Runtime, sockets: list[tuple[str, socket.socket]]) -> None:
    """What is in use and where to click: for the person who typed the command, so not as a log line."""
    bus = "memory bus" if runtime.hub.bus.kind == "memory" else f"Redis {redacted_url(settings.redis_url)}"
    if runtime.hub.bus.kind == "redis" and not runtime.hub.bus.prompt:
        bus = f"memory bus until {bus} answers"
    database = redacted_url(settings.database_url)
    typer.echo(f"\nBaton is running.  Database: {database}.  Bus: {bus}.  AI: {runtime.engine.name}.")
    for title, listening in sockets:
        host, port = listening.getsockname()[:2]
        shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::", "::1") else host  # noqa: S104 - only compared
        typer.echo(f"  {title:14} http://{shown}:{port}")
    if settings.demo:
        typer.echo("Demo agents (on the sign-in page too): " + ", ".join(a.username for a in DEMO_AGENTS))
    typer.echo("Stop with Ctrl+C.\n")
