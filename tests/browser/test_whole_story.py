"""The longest stories of `stories/`: all that a customer and an agent do with each other, and the shop's knowledge."""

from __future__ import annotations

from tests.browser.stage import Stage


def test_the_whole_story_over_redis(two_processes: Stage) -> None:
    two_processes.play("whole", pictures=True)


def test_the_whole_story_in_one_process(one_process: Stage) -> None:
    one_process.play("whole")


def test_the_knowledge_is_changed(one_process: Stage) -> None:
    """In services of its own: others would not like what they are asked about to change."""
    one_process.play("knowledge", pictures=True)
