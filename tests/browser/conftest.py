"""A browser, the built pages and running services; and a warning that nobody can overlook where there is no browser."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.browser.chromium import find_chromium
from tests.browser.stage import ROOT, Stage
from tests.servers.deployment import deployed
from tests.servers.redis_server import RedisServer

# Short, so that after a crash nobody waits long for the one that died.
_HURRIED = {"REPLY_LEASE_SECONDS": "1"}

_FRONTENDS = ("products/ai_chatbot/frontend", "products/agent_workbench/frontend")

_SKIPPED = pytest.StashKey[bool]()

_WARNING = """\
NO CHROMIUM WAS FOUND, SO NOTHING WAS TESTED IN A BROWSER: NOT ONE PROMISE ABOUT WHAT IS ON A SCREEN WAS CHECKED.
INSTALL CHROMIUM, OR SAY WHERE IT IS WITH CHROMIUM=/path/to/it. REQUIRE_BROWSER=1 MAKES THIS A FAILURE."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say loudly what was not tested."""
    if config.stash.get(_SKIPPED, False):
        terminalreporter.section("THE BROWSER TESTS WERE SKIPPED", sep="!", red=True, bold=True)
        terminalreporter.line(_WARNING, red=True, bold=True)


@pytest.fixture(scope="session")
def chromium(pytestconfig: pytest.Config) -> str:
    """The browser's path; without one the test is skipped, or with REQUIRE_BROWSER=1 fails."""
    path = find_chromium()
    if path is not None:
        return path
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail("REQUIRE_BROWSER=1, and no Chromium was found (CHROMIUM=/path/to/it)", pytrace=False)
    pytestconfig.stash[_SKIPPED] = True
    pytest.skip("no Chromium was found")


@pytest.fixture(scope="session")
def pages() -> None:
    """Both frontends are built."""
    missing = [folder for folder in _FRONTENDS if not (ROOT / folder / "dist" / "index.html").is_file()]
    if missing:
        pytest.fail(f"not built: {' and '.join(missing)}; run `make build`", pytrace=False)


@pytest.fixture(scope="module")
def two_processes(
    chromium: str, pages: None, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The chatbot and the workbench as two processes, with Redis, on SQLite. Whoever kills them starts them again."""
    url = f"sqlite:///{tmp_path_factory.mktemp('browser')}/baton.db"
    with deployed(url, redis_url=redis_server.url, environment=_HURRIED) as services:
        yield Stage(chromium, services, "two-processes")


@pytest.fixture
def one_process(chromium: str, pages: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Both in one process, without Redis."""
    url = f"sqlite:///{tmp_path_factory.mktemp('browser')}/baton.db"
    with deployed(url, chatbots=0, environment=_HURRIED) as services:
        yield Stage(chromium, services, "one-process")
