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

pytestmark = pytest.mark.timeout(600)


# Whether a bug gets its occasion in so brief a run is chance: another seed is another one.
_SEEDS = ("7", "8", "9")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """One brief run for each bug, and one without any, all at the same time; again for bugs that did not show."""
    folder = tmp_path_factory.mktemp("plants")
    found: dict[str, Run] = {}
    wanted = ["none", *PLANTS]
    for seed in _SEEDS:
        arguments = {plant: ["--plant", plant, "--seed", seed] for plant in wanted}
        found |= run_side_by_side(folder, arguments, seconds=PLANT_SECONDS)
        wanted = [plant for plant in PLANTS if not found[plant].report.get(_SYMPTOMS[plant])]
        if not wanted:
            break
    return found


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_bug_is_found(plant: str, runs: dict[str, Run]) -> None:
    run = runs[plant]

    assert run.status == 1, run.said
    assert run.report[_SYMPTOMS[plant]] > 0, run.said


def test_without_a_bug_the_same_run_finds_nothing(runs: dict[str, Run]) -> None:
    assert runs["none"].status == 0, runs["none"].said
    assert runs["none"].report["messages_acknowledged"] > 30
