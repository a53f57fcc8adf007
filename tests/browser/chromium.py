"""Which Chromium the machine has."""

from __future__ import annotations

import os
import shutil

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """What the variable CHROMIUM says, else the first of the usual names on PATH; None when there is none."""
    candidates = filter(None, (os.environ.get("CHROMIUM"), *_NAMES))
    return next(filter(None, map(shutil.which, candidates)), None)
