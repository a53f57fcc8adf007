"""The machine that was measured on."""

from __future__ import annotations

import os
import platform
import resource


def facts() -> str:
    """One line: what a reader needs to compare runs."""
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, load average {load:.1f} before the run"
    )


def raise_file_limit() -> None:
    """Let this process and those that it starts hold thousands of connections."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
