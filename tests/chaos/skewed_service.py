"""`python -m tests.chaos.skewed_service <command>`: Baton's own command line in a process whose clock jumps.

The file that CLOCK_FILE names holds by how many seconds `time.time` is off; it is read several times a second.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

_POLL_SECONDS = 0.2


def _skew(path: Path) -> None:
    true_time = time.time
    offset = 0.0

    def watch() -> None:
        nonlocal offset
        while True:
            try:
                offset = float(path.read_text())
            except (OSError, ValueError):
                offset = 0.0
            time.sleep(_POLL_SECONDS)

    threading.Thread(target=watch, daemon=True).start()
    # Before anything of Baton's is imported: whoever keeps a reference keeps this one.
    time.time = lambda: true_time() + offset


if __name__ == "__main__":
    _skew(Path(os.environ["CLOCK_FILE"]))
    from baton.cli import app

    app()
