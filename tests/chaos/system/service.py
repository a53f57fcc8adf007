"""One of Baton's processes, which comes back after every end, as it would under a supervisor."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from tests.servers.server_process import HOST, ServerFailed, ServerProcess, free_port
from tests.servers.service import ROOT, SECRET

Side = Literal["chatbot", "workbench"]

# A start fails while the database is away; a supervisor tries again.
_STARTS = 20


class Service:
    """A chatbot or a workbench. `module` is what runs it: `baton`, or one of this folder's variations of it."""

    def __init__(
        self, name: str, side: Side, folder: Path, environment: Mapping[str, str], *, module: str = "baton"
    ) -> None:
        self.name = name
        self.side = side
        self.port = free_port()
        self.log = folder / f"{name}.log"
        self.clock = folder / f"{name}.clock"
        self.is_skewed = module == "tests.chaos.skewed_service"
        self._wanted = asyncio.Lock()
        variables = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "error",
            "DATA_DIR": str(folder),
            "SECRET_KEY": SECRET,
            "DEMO": "true",
            "LOG_FORMAT": "json",
            "HEARTBEAT_SECONDS": "1.5",
            "CHATBOT_PORT": str(self.port),
            "WORKBENCH_PORT": str(self.port),
            "CLOCK_FILE": str(self.clock),
            **environment,
        }
        self.process = ServerProcess(
            [sys.executable, "-m", module, side], log=self.log, answers=self._answers, environment=variables
        )

    def health(self) -> dict[str, Any]:
        """What it says of itself, also when that is "unhealthy"; empty when it says nothing."""
        found: dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError):
            try:
                with urllib.request.urlopen(f"http://{HOST}:{self.port}/api/health", timeout=1) as response:
                    found = json.load(response)
            except urllib.error.HTTPError as unhealthy:
                with unhealthy:
                    found = json.load(unhealthy)
        return found

    async def start(self) -> None:
        """Start, again and again until it answers."""
        async with self._wanted:
            for _ in range(_STARTS):
                try:
                    await asyncio.to_thread(self.process.start)
                    return
                except ServerFailed:
                    await asyncio.sleep(0.5)
            raise ServerFailed(f"{self.name} does not start: {self.log.read_text(errors='replace')[-2000:]}")

    async def kill(self) -> None:
        """As a crash would."""
        await asyncio.to_thread(self.process.kill)

    async def stop(self) -> None:
        """SIGTERM, and wait for the end."""
        await asyncio.to_thread(self.process.stop)

    async def freeze(self, seconds: float) -> None:
        """SIGSTOP for so long."""
        self.process.signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        self.process.signal(signal.SIGCONT)

    def shift_clock(self, seconds: float) -> None:
        """Let its clock be off by so much from now on."""
        self.clock.write_text(str(seconds))

    def _answers(self) -> bool:
        return self.health().get("database") == "ok"
