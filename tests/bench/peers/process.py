"""One peer's process, in a folder of its own, watched over HTTP."""

from __future__ import annotations

import os
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.servers.server_process import HOST, ServerProcess, free_port

ROOT = Path(__file__).parents[3]


class PeerProcess:
    """A server on a free port; `command` is made from its folder and its port."""

    def __init__(
        self,
        command: Callable[[Path, int], Sequence[str]],
        *,
        health: str = "/health",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.port = free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="baton-peer-"))
        self._probe = f"http://{HOST}:{self.port}{health}"
        self._process = ServerProcess(
            command(self._folder, self.port),
            log=self._folder / "server.log",
            answers=self._answers,
            environment={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **(environment or {})},
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        """Start and wait until it answers."""
        self._process.start()

    def close(self) -> None:
        """End it at once and forget its folder."""
        self._process.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self._probe, timeout=1) as response:  # noqa: S310 - our own address
                return bool(response.status == 200)
        except (OSError, urllib.error.URLError):
            return False
