"""How the commands that the requirements print are run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.servers.redis_server import RedisServer
from tests.servers.server_process import HOST, free_port

ROOT = Path(__file__).parents[2]
# As printed, each in a file of its own.
COMMANDS = Path(__file__).parent / "commands"


def environment(**variables: str) -> dict[str, str]:
    """What a shell would have in which the project is installed; nothing of the caller's settings."""
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "LANG": "C.UTF-8",
        # Warnings are shown, and what is left open is warned of.
        "PYTHONDEVMODE": "1",
        **variables,
    }


def run(text: str, variables: Mapping[str, str], *, seconds: float = 60.0) -> subprocess.CompletedProcess[str]:
    """The text as typed into a shell at the project's root; errors and output together."""
    return subprocess.run(
        ["bash", "-c", text],
        cwd=ROOT,
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )


@pytest.fixture
def refused_url() -> str:
    """The address of a Redis that is not there."""
    return f"redis://{HOST}:{free_port()}/0"


@pytest.fixture
def stalled_url() -> Iterator[str]:
    """The address of a Redis that takes connections and answers nothing."""
    server = RedisServer()
    try:
        server.start()
        server.pause()
        yield server.url
    finally:
        server.close()
