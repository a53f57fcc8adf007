"""What everybody did and saw, as JSON lines: one file for each person, one for the faults."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import orjson

Record = dict[str, Any]


class History:
    """One file, written as things happen. Times are seconds since the run began."""

    def __init__(self, path: Path, now: Callable[[], float]) -> None:
        self._file: BinaryIO = path.open("ab", buffering=2**16)
        self.now = now

    def note(self, what: str, **fields: Any) -> None:
        """Write one record down."""
        self._file.write(orjson.dumps({"at": round(self.now(), 4), "what": what, **fields}) + b"\n")

    def close(self) -> None:
        self._file.close()


class Histories:
    """The folder of one run."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self._open: list[History] = []
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()

    def now(self) -> float:
        """Seconds since the run began."""
        return self._loop.time() - self._began

    def of(self, who: str) -> History:
        """A new history."""
        history = History(self.folder / f"{who}.jsonl", self.now)
        self._open.append(history)
        return history

    def close(self) -> None:
        """Everything is on disk afterwards."""
        for history in self._open:
            history.close()


def read_histories(folder: Path) -> Iterator[tuple[str, list[Record]]]:
    """Who, and their records in the order of time."""
    for path in sorted(folder.glob("*.jsonl")):
        yield path.stem, [orjson.loads(line) for line in path.read_bytes().splitlines()]
