"""One process's part in answering: a task for each session that waits, and a look for those that nobody answers."""

from __future__ import annotations

import asyncio

import structlog

from domain.errors import BatonError
from domain.ports import Regulator
from services.attempt import CLOSING_SECONDS
from services.briefing import Briefing
from services.desk import Desk
from services.engines import Engines
from services.reply import Speakers, reply
from services.speech import ReplyTerms

log = structlog.get_logger("baton.answering")

# A message is answered at once by the process that took it. One that still waits after this long was left over by a
# process that died (or that had no time), and anybody picks it up.
LEFT_OVER_SECONDS = 2.0
LOOK_SECONDS = 1.0

# What an answer takes besides the engines: to begin, to decide and to be saved, on a busy machine.
MARGIN_SECONDS = 5.0

# What an engine makes for a new session is made by the time of the first message, or by its answer.
OPENING_SECONDS = 30.0


class Answering:
    """Runs replies in the background, one at a time for each session."""

    def __init__(self, desk: Desk, engines: Engines, terms: ReplyTerms, regulator: Regulator) -> None:
        self._desk = desk
        self._engines = engines
        self._speakers = Speakers(engines, regulator)
        self._terms = terms
        self.briefing = Briefing(desk, engines)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def longest_seconds(self) -> float:
        """How long a customer waits for an answer at most, unless they write on: each engine may use up its time before
        the next one is asked, and at the end stands an apology.
        """
        return len(self._engines) * (self._terms.limit_seconds + CLOSING_SECONDS) + MARGIN_SECONDS

    def answer(self, name: str) -> None:
        """See to it that the session's customer gets an answer, if one is due."""
        if self._closed:
            return
        if name in self._running:
            self._again.add(name)
            return
        task = asyncio.create_task(self._answer(name), name=f"reply {name}")
        self._running[name] = task
        task.add_done_callback(lambda _: self._done(name))

    def open(self, name: str) -> None:
        """Tell the engine that a session was opened; nobody waits for what it makes of that."""
        if self._closed:
            return
        task = asyncio.create_task(self._open(name), name=f"open {name}")
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def run(self) -> None:
        """For ever: pick up what was left over."""
        while True:
            try:
                for name in await self._desk.store.waiting_for_ai(idle_seconds=LEFT_OVER_SECONDS):
                    if name not in self._running:
                        self.answer(name)
            except BatonError as error:
                log.warning("look_failed", error=error.code)
            except Exception:
                # Whatever it was, messages that wait must not go on waiting for the next start.
                log.exception("look_failed")
            await asyncio.sleep(LOOK_SECONDS)

    async def close(self) -> None:
        """Stop every reply; what was not finished is left to other processes, or to the next start."""
        self._closed = True
        running = [*self._running.values(), *self._opening]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self.briefing.close()

    async def _answer(self, name: str) -> None:
        try:
            appended = await reply(self._desk, self._speakers, name, self._terms)
            if appended is not None:
                self.briefing.improve(appended)
        except BatonError as error:
            log.warning("reply_failed", session_name=name, error=error.code)
        except Exception:
            log.exception("reply_failed", session_name=name)

    async def _open(self, name: str) -> None:
        engine = self._engines.first
        try:
            async with asyncio.timeout(OPENING_SECONDS):
                await engine.open(name)
        except Exception as error:  # noqa: BLE001 - an engine may fail in any way; its reply makes what is missing
            log.warning("engine_not_opened", session_name=name, engine=engine.name, error=type(error).__name__)

    def _done(self, name: str) -> None:
        del self._running[name]
        if name in self._again:
            self._again.discard(name)
            self.answer(name)
