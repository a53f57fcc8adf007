"""The short run: about ninety seconds of load and faults over the three kinds of deployment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.chaos.checker.findings import Kind
from tests.chaos.processes import Run, run_side_by_side
from tests.chaos.report import REPORT, write

_SEED = "7"
_SECONDS = {"postgresql-redis": 36.0, "sqlite": 27.0, "sqlite-no-redis": 27.0}
# A machine busy with other tests makes delays, and nothing else that counts; what is slow by itself is so again.
_TRIES = 3

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """The large deployment by itself, so that delays are its own; the two small ones side by side."""
    folder = tmp_path_factory.mktemp("short")
    found: dict[str, Run] = {}
    for kinds in (["postgresql-redis"], ["sqlite", "sqlite-no-redis"]):
        arguments = {kind: ["--system", kind, "--seed", _SEED, "--seconds", str(_SECONDS[kind])] for kind in kinds}
        for _ in range(_TRIES):
            found |= run_side_by_side(folder, arguments, seconds=max(_SECONDS[kind] for kind in arguments))
            arguments = {kind: given for kind, given in arguments.items() if _is_only_slow(found[kind].report)}
            if not arguments:
                break
    reports = [report for run in found.values() for report in run.report.get("runs", [])]
    if reports:
        write(REPORT, reports)
    return found


def _is_only_slow(report: Mapping[str, Any]) -> bool:
    return {kind for kind in Kind if report.get(kind)} == {Kind.SLOW}


@pytest.mark.parametrize("kind", _SECONDS)
def test_every_promise_holds(kind: str, runs: dict[str, Run]) -> None:
    assert runs[kind].status == 0, runs[kind].said


@pytest.mark.parametrize("kind", _SECONDS)
def test_much_was_said_and_much_went_wrong(kind: str, runs: dict[str, Run]) -> None:
    report = runs[kind].report

    assert report["messages_acknowledged"] > 200
    assert report["attempts_repeated"] > 20
    assert sum(report["faults"].values()) > 10
