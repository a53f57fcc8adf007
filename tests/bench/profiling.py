"""Where the serving process spends its time while it is under load: `--profile FOLDER`, and then

    python -m tests.bench.profiling FOLDER/name.txt

which shows the functions that took most: of their own, and with what they called. Needs py-spy, and its rights.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_SAMPLES_PER_SECOND = 100
_SHOWN = 30


@asynccontextmanager
async def profiled(pid: int, folder: Path | None, name: str, seconds: float) -> AsyncIterator[None]:
    """Sample a process for so long while the block runs, into `folder`; nothing without a folder."""
    if folder is None:
        yield
        return
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    sampler = shutil.which("py-spy", path=str(Path(sys.executable).parent)) or "py-spy"
    process = await asyncio.create_subprocess_exec(
        *(sampler, "record", "--pid", str(pid), "--rate", str(_SAMPLES_PER_SECOND)),
        *("--duration", str(max(1, round(seconds))), "--format", "raw", "--threads"),
        *("--output", str(folder / f"{name}.txt")),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        await process.wait()


def summary(path: Path) -> list[str]:
    """The functions that took most, in percent of all samples: of their own, then with what they called."""
    own: Counter[str] = Counter()
    within: Counter[str] = Counter()
    total = 0
    for line in path.read_text().splitlines():
        stack, _, count = line.rpartition(" ")
        frames = [_function(frame) for frame in stack.split(";")]
        total += int(count)
        own[frames[-1]] += int(count)
        for frame in set(frames):
            within[frame] += int(count)
    return [
        f"{total} samples",
        "of its own",
        *_lines(own, total),
        "with what it called",
        *_lines(within, total),
    ]


def _lines(counts: Counter[str], total: int) -> list[str]:
    return [f"  {100 * count / total:5.1f} %  {function}" for function, count in counts.most_common(_SHOWN)]


def _function(frame: str) -> str:
    """`name (folder/file.py:line)` without the line: all lines of a function together."""
    return frame.rpartition(":")[0] + ")" if frame.endswith(")") and ":" in frame else frame


if __name__ == "__main__":
    for shown in summary(Path(sys.argv[1])):
        print(shown)
