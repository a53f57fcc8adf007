"""Real Baton processes for tests: one service each, or both in one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import psutil

from tests.servers.server_process import HOST, STOP_SECONDS, ServerProcess, free_port

ROOT = Path(__file__).parents[2]
SECRET = "a-secret-for-tests-of-at-least-32-characters"

Kind = Literal["chatbot", "workbench", "serve"]


class Service:
    """`baton chatbot`, `baton workbench` or `baton serve` in a process of its own, on ports that stay through restarts.

    Without `redis_url` it uses the memory bus. Demo accounts exist. `command` runs it in another way.
    """

    def __init__(
        self,
        kind: Kind,
        *,
        database_url: str,
        redis_url: str | None = None,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] | None = None,
    ) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix=f"baton-{kind}-"))
        self.database_url = database_url
        chatbot, workbench = free_port(), free_port()
        self.chatbot_url = f"http://{HOST}:{chatbot}"
        self.workbench_url = f"http://{HOST}:{workbench}"
        self.log = self._directory / "service.log"
        port = workbench if kind == "workbench" else chatbot
        self._probes = [
            url + "/api/health"
            for url, other in ((self.chatbot_url, "workbench"), (self.workbench_url, "chatbot"))
            if kind != other
        ]
        variables = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "error",
            "DATABASE_URL": database_url,
            "DATA_DIR": str(self._directory),
            "SECRET_KEY": SECRET,
            "DEMO": "true",
            "LOG_FORMAT": "json",
            "CHATBOT_PORT": str(chatbot),
            "WORKBENCH_PORT": str(workbench),
            "USE_REDIS_SSE": "false" if redis_url is None else "true",
            **({} if redis_url is None else {"REDIS_URL": redis_url}),
            **(environment or {}),
        }
        self.process = ServerProcess(
            [
                sys.executable,
                *(["-m", "baton", kind] if command is None else [part.format(port=port) for part in command]),
            ],
            log=self.log,
            answers=self._answers,
            environment=variables,
        )

    def start(self) -> None:
        """Start and wait until it answers."""
        self.process.start()

    def stop(self) -> None:
        """SIGTERM, and wait for the end."""
        self.process.stop()

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()

    def terminate(self) -> tuple[int, float]:
        """SIGTERM; the exit code, and how many seconds it took."""
        began = time.monotonic()
        self.process.signal(signal.SIGTERM)
        return self.process.ended(STOP_SECONDS), time.monotonic() - began

    def logged(self, event: str | None = None) -> list[dict[str, Any]]:
        """The lines of its log that are JSON, or those of one event."""
        lines = [json.loads(line) for line in self.log.read_text("utf-8").splitlines() if line.startswith("{")]
        return [line for line in lines if event in (None, line["event"])]

    def memory(self) -> int:
        """Bytes that it has in memory."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    def close(self) -> None:
        """End it and forget its folder."""
        self.process.stop()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            for probe in self._probes:
                with urllib.request.urlopen(probe, timeout=1):  # noqa: S310 - our own address
                    pass
        except OSError:
            return False
        return True
