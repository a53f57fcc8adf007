"""The port `Engine`, which plays scripts, and the scripts to play."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing

from domain.engine import Answer, Citation, Delta, Handover, Output, Turn

Script = Callable[[Turn], AsyncGenerator[Output, None]]


class ScriptedEngine:
    """Plays one script a turn, the last one for every turn after it. Remembers the turns, and how many of them have
    ended, by themselves or because they were closed.
    """

    def __init__(self, *scripts: Script) -> None:
        self._scripts = scripts
        self.turns: list[Turn] = []
        self.ended = 0

    @property
    def name(self) -> str:
        return "scripted"

    async def prepare(self) -> None:
        await asyncio.sleep(0)

    async def open(self, session_name: str) -> None:
        await asyncio.sleep(0)

    async def summarize(self, turn: Turn) -> str | None:
        return None

    async def close(self) -> None:
        await asyncio.sleep(0)

    async def reply(self, turn: Turn) -> AsyncIterator[Output]:
        script = self._scripts[min(len(self.turns), len(self._scripts) - 1)]
        self.turns.append(turn)
        try:
            async with aclosing(script(turn)) as outputs:
                async for output in outputs:
                    yield output
        finally:
            self.ended += 1


def says(
    *pieces: str,
    confident: bool = True,
    citations: tuple[Citation, ...] = (),
    handover: Handover | None = None,
) -> Script:
    """These pieces, then the answer that they make."""

    async def script(turn: Turn) -> AsyncGenerator[Output, None]:
        for piece in pieces:
            yield Delta(piece)
            await asyncio.sleep(0)
        yield Answer("".join(pieces), citations, confident, handover)

    return script


def says_slowly(*pieces: str, pause: float = 0.03) -> Script:
    """These pieces with so many seconds after each, then the answer that they make."""

    async def script(turn: Turn) -> AsyncGenerator[Output, None]:
        for piece in pieces:
            yield Delta(piece)
            await asyncio.sleep(pause)
        yield Answer("".join(pieces))

    return script


def repeats_the_question() -> Script:
    """An answer that shows which messages it took into account."""

    async def script(turn: Turn) -> AsyncGenerator[Output, None]:
        yield Answer(f"You said: {turn.question}")

    return script


def waits_for(event: asyncio.Event, *pieces: str) -> Script:
    """One piece at once, and the rest when the event is set."""

    async def script(turn: Turn) -> AsyncGenerator[Output, None]:
        yield Delta(pieces[0])
        await event.wait()
        for piece in pieces[1:]:
            yield Delta(piece)
        yield Answer("".join(pieces))

    return script


def never_ends() -> Script:
    """Silence."""

    async def script(turn: Turn) -> AsyncGenerator[Output, None]:
        await asyncio.Event().wait()
        yield Answer("never said")

    return script


def does_not_stop(until: asyncio.Event) -> Script:
    """An engine that breaks its promise: it goes on, whoever cancels it, until the event is set."""

    async def script(turn: Turn) -> AsyncGenerator[Output, None]:
        while not until.is_set():
            try:
                await until.wait()
            except asyncio.CancelledError:
                continue
        yield Answer("too late")

    return script


def fails(error: BaseException, *pieces: str) -> Script:
    """These pieces, then the error."""

    async def script(turn: Turn) -> AsyncGenerator[Output, None]:
        for piece in pieces:
            yield Delta(piece)
        raise error

    return script


def ends_without_answer() -> Script:
    """A piece, and nothing more."""

    async def script(turn: Turn) -> AsyncGenerator[Output, None]:
        yield Delta("Well")

    return script
