"""One story: node drives the browser, and asks us for what only the one who started the services can do."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers.deployment import Deployment

ROOT = Path(__file__).parents[2]
SCREENS = ROOT / "build" / "screens"
_RUNNER = Path(__file__).parent / "run.mjs"
_LOG_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class Stage:
    """What a story plays on."""

    chromium: str
    services: Deployment
    # Marks what is kept of a failure.
    label: str

    def play(self, story: str, *, pictures: bool = False) -> None:
        """Tell a story of `stories/`; when it fails the test does, with the story's output and the services' logs."""
        kept = SCREENS / "failed" / f"{story}-{self.label}"
        shutil.rmtree(kept, ignore_errors=True)
        process = subprocess.Popen(
            ["node", _RUNNER, story],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A group of its own, so that whatever happens the browser ends as well.
            start_new_session=True,
            env={
                **os.environ,
                "CHROMIUM": self.chromium,
                "SHOP_URL": self.services.chatbot_url,
                "WORKBENCH_URL": self.services.workbench_url,
                "FAILED_FOLDER": str(kept),
                "PICTURES_FOLDER": str(SCREENS) if pictures else "",
            },
        )
        try:
            self._listen(process)
            code = process.wait()
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if code != 0:
            self._keep_logs(kept)
            pytest.fail(f"the story “{story}” went wrong, see above; pictures and logs are in {kept}", pytrace=False)

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        requests: dict[str, Callable[[], None]] = {"@kill": self._kill, "@start": self.services.start}
        with process.stdin as answers, process.stdout as output:
            for line in output:
                request = requests.get(line.strip())
                if request is None:
                    print(line, end="")
                    continue
                request()
                answers.write("done\n")
                answers.flush()

    def _kill(self) -> None:
        for service in self.services.services:
            service.kill()

    def _keep_logs(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for number, service in enumerate(self.services.services, 1):
            log = service.log.read_text("utf-8", errors="replace")
            (folder / f"service-{number}.log").write_text(log, "utf-8")
            print(f"\n--- the end of service {number}'s log\n{log[-_LOG_CHARACTERS:]}")
