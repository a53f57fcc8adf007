"""The shorter stories of `stories/`, each told in a browser of its own."""

from __future__ import annotations

import pytest

from tests.browser.stage import Stage

STORIES = ("appearance", "chinese", "hostile", "interrupted", "keyboard", "narrow", "outage", "sign-in", "unsent")


@pytest.mark.parametrize("story", STORIES)
def test_story(two_processes: Stage, story: str) -> None:
    two_processes.play(story, pictures=True)
