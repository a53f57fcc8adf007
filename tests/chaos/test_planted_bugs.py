"""The checker checked: five bugs planted in real processes, and each has to be found."""

from __future__ import annotations

import pytest

from tests.chaos.planted import PLANTS
from tests.chaos.processes import Run, run_side_by_side
from tests.chaos.run import PLANT_SECONDS

# How each of them must show, at the least.
_SYMPTOMS = {
    "drop_announce": "lost",
    "reuse_seq": "lost",
    "skip_gap_repair": "lost",
    "ignore_state": "bot_over_person",
    "leak_note": "leaked",
}

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """One brief run for each bug, and one without any, all at the same time."""
    arguments = {plant: ["--plant", plant, "--seed", "7"] for plant in ("none", *PLANTS)}
    return run_side_by_side(tmp_path_factory.mktemp("plants"), arguments, seconds=PLANT_SECONDS)


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_bug_is_found(plant: str, runs: dict[str, Run]) -> None:
    run = runs[plant]

    assert run.status == 1, run.said
    assert run.report[_SYMPTOMS[plant]] > 0, run.said


def test_without_a_bug_the_same_run_finds_nothing(runs: dict[str, Run]) -> None:
    assert runs["none"].status == 0, runs["none"].said
    assert runs["none"].report["messages_acknowledged"] > 30
