"""`python -m tests.chaos.observed_service <command>`: Baton's own command line in a process that counts its tasks.

Several times a second the number of asyncio tasks that are not done goes to the file that TASKS_FILE names.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Iterable
from pathlib import Path

_POLL_SECONDS = 0.2

# Of every loop, whoever asks: `asyncio.all_tasks` wants to be called on the loop.
_all_tasks: Iterable[asyncio.Task[object]] = vars(asyncio.tasks)["_all_tasks"]


def _count(path: Path) -> None:
    while True:
        # The set changes under our hands now and then; the next look sees it.
        with contextlib.suppress(RuntimeError):
            written = path.with_suffix(".new")
            written.write_text(str(sum(not task.done() for task in list(_all_tasks))))
            # At once, so that nobody reads an empty file.
            written.replace(path)
        time.sleep(_POLL_SECONDS)


if __name__ == "__main__":
    threading.Thread(target=_count, args=[Path(os.environ["TASKS_FILE"])], daemon=True).start()
    from baton.cli import app

    app()
