"""One server process: started, watched until it answers, and ended by its own id."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

HOST = "127.0.0.1"

# Generous: a machine that runs several test suites at once is slow, and a server that comes up sooner costs nothing.
START_SECONDS = 30.0
STOP_SECONDS = 15.0
_POLL_SECONDS = 0.02


class ServerFailed(Exception):
    """The server did not come up; the text holds the end of its log."""


class ServerProcess:
    """A server's process. `answers` says whether the server takes requests."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        answers: Callable[[], bool],
        environment: Mapping[str, str] | None = None,
        user: int | None = None,
    ) -> None:
        self._command = list(command)
        self._log = log
        self._answers = answers
        self._environment = environment
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process's id; only while it runs."""
        if self._process is None:
            raise ServerFailed("the server is not running")
        return self._process.pid

    def start(self) -> None:
        """Start the process and wait until the server answers; `ServerFailed` when it does not."""
        if self.running:
            return
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # An interrupt from the keyboard is for the tests: they end their servers themselves.
                start_new_session=True,
                cwd=self._log.parent,
                env=None if self._environment is None else dict(self._environment),
                user=self._user,
                group=self._user,
                extra_groups=None if self._user is None else [],
            )
        atexit.register(self.kill)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if not self.running or time.monotonic() > deadline:
                self.kill()
                raise ServerFailed(self._log.read_text(errors="replace")[-2000:])
            time.sleep(_POLL_SECONDS)

    def stop(self, gently: signal.Signals = signal.SIGTERM) -> None:
        """Ask the server to end, and kill it when it does not."""
        if self._process is None:
            return
        self.signal(signal.SIGCONT)
        self.signal(gently)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        self.kill()

    def ended(self, seconds: float) -> int:
        """The exit code of a process that ends by itself within `seconds`; `subprocess.TimeoutExpired` if not."""
        if self._process is None:
            raise ServerFailed("the server is not running")
        return self._process.wait(seconds)

    def kill(self) -> None:
        """End the process and its children at once, as a crash would."""
        if self._process is None:
            return
        children: list[psutil.Process] = []
        with contextlib.suppress(psutil.NoSuchProcess):
            children = psutil.Process(self._process.pid).children(recursive=True)
        self.signal(signal.SIGKILL)
        self._process.wait()
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        psutil.wait_procs(children, timeout=STOP_SECONDS)
        self._process = None
        atexit.unregister(self.kill)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process; nothing happens when it has ended."""
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, number)


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
