"""The stories of `stories/`, each told in a browser of its own."""

from __future__ import annotations

import pytest

from tests.browser.stage import Stage

STORIES = ("appearance", "chinese", "hostile", "interrupted", "keyboard", "narrow", "outage", "sign-in", "unsent")


def test_the_whole_story_over_redis(two_processes: Stage) -> None:
    two_processes.play("whole", pictures=True)


def test_the_whole_story_in_one_process(one_process: Stage) -> None:
    one_process.play("whole")


@pytest.mark.parametrize("story", STORIES)
def test_story(two_processes: Stage, story: str) -> None:
    two_processes.play(story, pictures=True)


def test_the_knowledge_is_changed(one_process: Stage) -> None:
    """In services of its own: others would not like what they are asked about to change."""
    one_process.play("knowledge", pictures=True)
