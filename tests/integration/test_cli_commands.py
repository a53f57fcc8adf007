"""The command `baton`, as somebody types it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from infrastructure.store.migrate import head_revision
from tests.servers.redis_server import RedisServer
from tests.servers.server_process import HOST, free_port
from tests.servers.service import ROOT, Service

PASSWORD = "a-good-password"


@dataclass
class Command:
    """Runs `baton` in a folder of its own."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, typed: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": self.database_url,
            "USE_REDIS_SSE": "false",
            # Whatever the machine is busy with.
            "CHATBOT_PORT": "0",
            "WORKBENCH_PORT": "0",
            **self.variables,
            **variables,
        }
        return subprocess.run(
            [sys.executable, "-m", "baton", *arguments],
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env=environment,
            timeout=60,
            # Without a terminal, so that a prompt reads what is typed here.
            start_new_session=True,
        )

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.folder}/baton.db"


@pytest.fixture
def baton(tmp_path: Path) -> Command:
    """The command in an empty folder."""
    return Command(tmp_path)


def test_help_says_what_there_is(baton: Command) -> None:
    shown = baton("--help")
    assert shown.returncode == 0
    for command in ("serve", "chatbot", "workbench", "migrate", "agent", "doctor"):
        assert command in shown.stdout


def test_migrate_says_where_the_database_is(baton: Command) -> None:
    for _ in range(2):
        migrated = baton("migrate", DATABASE_URL="sqlite:///./data/new.db")
        assert migrated.returncode == 0, migrated.stderr
        assert migrated.stdout == f"sqlite:///./data/new.db is at revision {head_revision()}.\n"
    assert (baton.folder / "data" / "new.db").is_file()


def test_accounts_are_made_from_the_command_line(baton: Command) -> None:
    by_prompt = baton("agent", "add", "mira", "--name", "Mira", "--role", "admin", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert by_prompt.returncode == 0, by_prompt.stderr
    assert "mira (admin) can sign in now" in by_prompt.stdout
    by_variable = baton("agent", "add", "li.wei", BATON_PASSWORD=PASSWORD)
    assert by_variable.returncode == 0, by_variable.stderr
    for made in (by_prompt, by_variable):
        assert PASSWORD not in made.stdout + made.stderr

    again = baton("agent", "add", "MIRA", BATON_PASSWORD=PASSWORD)
    _fails(again, "An agent with this user name exists.")
    weak = baton("agent", "add", "weak", BATON_PASSWORD="short")
    _fails(weak, "password: must have 10 to 256 characters")
    misspelt = baton("agent", "add", "Mr Weak", BATON_PASSWORD=PASSWORD)
    _fails(misspelt, "username: must be 2 to 64")
    differing = baton("agent", "add", "typo", typed=f"{PASSWORD}\nanother-password\n")
    assert differing.returncode != 0

    service = Service("serve", database_url=baton.database_url, environment={"DEMO": "false"})
    try:
        service.start()
        for username, status in (("mira", 200), ("li.wei", 200), ("weak", 401), ("typo", 401), ("mina", 401)):
            body = {"username": username, "password": PASSWORD}
            answer = httpx.post(service.workbench_url + "/api/auth/login", json=body)
            assert answer.status_code == status, username
    finally:
        service.close()


def test_the_doctor_finds_nothing_wrong(baton: Command, redis_server: RedisServer) -> None:
    assert baton("agent", "add", "mira", BATON_PASSWORD=PASSWORD).returncode == 0
    seen = baton("doctor", USE_REDIS_SSE="true", REDIS_URL=redis_server.url)
    lines = [line for line in seen.stdout.splitlines() if "pages" not in line and "npm" not in line]
    assert not [line for line in lines if line.startswith(("✗", "!"))], seen.stdout
    for subject in ("Python", "settings", "secret key", "database", "agents", "Redis", "CHATBOT_PORT"):
        assert any(line.startswith(f"✓ {subject}") for line in lines), (subject, seen.stdout)


def test_the_doctor_says_what_is_wrong_and_how_to_mend_it(baton: Command) -> None:
    bad = baton("doctor", CHATBOT_PORT="seventy")
    assert bad.returncode == 1
    assert "✗ settings: CHATBOT_PORT='seventy' cannot work" in bad.stdout
    assert "→" in bad.stdout

    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        seen = baton(
            "doctor", USE_REDIS_SSE="true", REDIS_URL=f"redis://:hidden@{HOST}:{free_port()}/0", WORKBENCH_PORT=port
        )
    assert "! Redis: redis://:***@" in seen.stdout
    assert "hidden" not in seen.stdout
    assert f"! WORKBENCH_PORT: {HOST}:{port}" in seen.stdout
    assert "! agents: there is no account yet" in seen.stdout

    away = baton("doctor", DATABASE_URL=f"postgresql://u:hidden@{HOST}:{free_port()}/baton")
    assert away.returncode == 1
    assert "✗ database" in away.stdout
    assert "hidden" not in away.stdout + away.stderr
    for shown in (bad, seen, away):
        assert "Traceback" not in shown.stderr + shown.stdout


WRONG_SETTINGS = [
    ({"CHATBOT_PORT": "70000"}, "CHATBOT_PORT='70000' cannot work; allowed: a whole number from 0 up to 65535."),
    ({"LOG_LEVEL": "loud"}, "LOG_LEVEL='LOUD' cannot work"),
    ({"DATABASE_URL": "mysql://u:hidden@h/d"}, "DATABASE_URL='mysql://u:***@h/d' cannot work"),
    ({"SECRET_KEY": "hidden"}, "SECRET_KEY has a value that cannot work (not shown)"),
    ({"AUTO_MIGRATE": "false"}, "The database's tables are not up to date: run baton migrate"),
    ({"DATABASE_URL": f"postgresql://u:hidden@{HOST}:1/baton"}, "The database does not answer."),
]


def test_settings_that_cannot_work_stop_the_start_with_one_line(baton: Command) -> None:
    with ThreadPoolExecutor(2) as threads:
        stops = threads.map(lambda wrong: baton("serve", **wrong[0]), WRONG_SETTINGS)
        for (_, said), stopped in zip(WRONG_SETTINGS, stops, strict=True):
            _fails(stopped, said)
            assert "hidden" not in stopped.stderr


@pytest.fixture
def taken_port() -> Iterator[str]:
    """A port that somebody listens on."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        yield str(taken.getsockname()[1])


@pytest.mark.parametrize("variable", ["CHATBOT_PORT", "WORKBENCH_PORT"])
def test_a_port_that_is_taken_is_said_in_one_line(baton: Command, taken_port: str, variable: str) -> None:
    stopped = baton("serve", **{variable: taken_port}, PYTHONWARNINGS="error")
    _fails(stopped, f"{HOST}:{taken_port} cannot be used (Address already in use): stop what listens there")
    assert f"set {variable} to another port." in stopped.stderr


def test_serve_says_what_it_uses_and_where_to_click(redis_server: RedisServer, tmp_path: Path) -> None:
    service = Service("serve", database_url=f"sqlite:///{tmp_path}/baton.db", redis_url=redis_server.url)
    try:
        service.start()
        service.terminate()
        told = service.log.read_text("utf-8")
    finally:
        service.close()
    assert f"Database: sqlite:///{tmp_path}/baton.db.  Bus: Redis {redis_server.url}.  AI: builtin." in told
    for url in (service.chatbot_url, service.workbench_url):
        assert url.replace(HOST, "localhost") in told
    assert "mina, jun, admin" in told
    assert "[RedisSse] ✅ 连接成功" in told
    assert "uvicorn" not in told


def _fails(done: subprocess.CompletedProcess[str], said: str) -> None:
    """With one clear line, after whatever was logged."""
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    lines = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith(f"baton: {said}"), lines[0]
