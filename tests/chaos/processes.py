"""Runs in processes of their own, for tests: side by side, each with its report."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from tests.servers.service import ROOT

_CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
# Four cores were seen to bear six runs at once and another worker's tests, two cores three; two cores do not bear six.
_AT_ONCE = max(1, _CORES * 3 // 2)
# How long a run may take besides its load: starting, settling, checking; on fewer cores than four it takes longer.
_BESIDES_SECONDS = 150.0 * max(1.0, 4 / _CORES)
_END_SECONDS = 30.0


class Run:
    """What became of one process: its exit status, what it said, and its report (empty when it wrote none)."""

    def __init__(self, status: int, said: str, report: Path) -> None:
        self.status = status
        self.said = said
        self.report: Mapping[str, Any] = json.loads(report.read_text()) if report.exists() else {}


def run_side_by_side(folder: Path, runs: Mapping[str, Sequence[str]], *, seconds: float) -> dict[str, Run]:
    """Each of `runs` by its arguments, as many at the same time as the machine bears."""
    waiting = iter(runs.items())
    found: dict[str, Run] = {}
    while some := dict(islice(waiting, _AT_ONCE)):
        found |= _run_at_once(folder, some, seconds)
    return found


def _run_at_once(folder: Path, runs: Mapping[str, Sequence[str]], seconds: float) -> dict[str, Run]:
    processes = {}
    for name, arguments in runs.items():
        report = folder / f"{name}.json"
        command = [sys.executable, "-m", "tests.chaos", *arguments, "--report", str(report)]
        said = (folder / f"{name}.txt").open("w+")
        processes[name] = (subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT), said, report)
    found = {}
    try:
        for name, (process, said, report) in processes.items():
            status = process.wait(seconds + _BESIDES_SECONDS)
            said.seek(0)
            found[name] = Run(status, said.read(), report)
    finally:
        for process, said, _ in processes.values():
            if process.poll() is None:
                # It ends what it started.
                process.send_signal(signal.SIGINT)
                process.wait(_END_SECONDS)
            said.close()
    return found
