"""The regulator with the rules of a file, which is read again when it has changed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from domain.engine import Answer, Turn
from domain.errors import Misconfigured
from domain.regulator import Ear, Rules, Valence, Verdict, judge, judge_answer
from infrastructure.regulator.ear import LearnedEar
from infrastructure.regulator.rules_file import DEFAULT_RULES, load_rules
from infrastructure.regulator.valence import EnglishValence

log = structlog.get_logger("baton.regulator")

# A look at a file's times costs microseconds, but on a network drive perhaps not.
LOOK_SECONDS = 2.0

# Modification time in nanoseconds and size: what shows that a file is another one.
_Stamp = tuple[int, int] | None


class FileRegulator:
    """`Regulator` of `domain/ports.py`.

    With `explicit` the path is the admin's own choice and must be there; else the packaged rules hold for as long as
    there is no such file. `Misconfigured` at the start when the rules are unsound; a file that is unsound later is
    refused with one line in the log, and the rules before it stay.
    """

    def __init__(
        self,
        path: Path,
        *,
        explicit: bool,
        valence: Valence | None = None,
        ear: Ear | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._explicit = explicit
        self._valence = valence if valence is not None else EnglishValence()
        self._ear = ear if ear is not None else LearnedEar()
        self._clock = clock
        self._looked = clock()
        self._stamp = _stamp(path)
        self._rules = self._load()

    @property
    def source(self) -> Path:
        """The file that the rules are from."""
        return self._path if self._explicit or self._stamp is not None else DEFAULT_RULES

    def rules(self) -> Rules:
        """The rules as the file says now, or said when it was last sound; looked at every two seconds at most."""
        now = self._clock()
        if now - self._looked >= LOOK_SECONDS:
            self._looked = now
            stamp = _stamp(self._path)
            if stamp != self._stamp:
                self._stamp = stamp
                self._begin_reload()
        return self._rules

    def judge(self, turn: Turn) -> Verdict | None:
        """Whether what the customer said calls for a person."""
        return judge(turn, self.rules(), self._valence, self._ear)

    def judge_answer(self, turn: Turn, answer: Answer) -> Verdict | None:
        """Whether an answer that was none calls for a person."""
        return judge_answer(turn, answer, self.rules())

    def _begin_reload(self) -> None:
        """Beside the event loop, or at once in a thread that has none: reading the phrases takes most of a second."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._reload()
        else:
            loop.run_in_executor(None, self._reload)

    def _reload(self) -> None:
        try:
            self._rules = self._load()
        except Misconfigured as error:
            log.error("rules_refused", file=str(self._path), reason=error.detail)
        else:
            log.info("rules_loaded", file=str(self.source))

    def _load(self) -> Rules:
        return load_rules(self.source)


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
