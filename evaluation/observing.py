"""Watching a turn from both ends: what the engine says, and when the first of it is announced."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import cast

from domain.engine import Answer, Output, ToolCall, Turn
from domain.event import Event, EventType
from domain.ports import Engine


@dataclass(slots=True)
class Seen:
    """What was seen of one session's turn. `first_delta` is a reading of `time.perf_counter`."""

    tools: list[ToolCall] = field(default_factory=list)
    answer: Answer | None = None
    failure: str = ""
    first_delta: float | None = None


class Watch:
    """What is seen of each session since its turn began; also the announcer, to which every delta goes."""

    def __init__(self) -> None:
        self._seen: dict[str, Seen] = defaultdict(Seen)

    def begin(self, session_name: str) -> Seen:
        """Look at a new turn of this session."""
        seen = self._seen[session_name] = Seen()
        return seen

    def of(self, session_name: str) -> Seen:
        """The turn that was begun last."""
        return self._seen[session_name]

    def end(self, session_name: str) -> None:
        """Forget the session."""
        self._seen.pop(session_name, None)

    def announce(self, target: str, event: Event) -> None:
        """The port `Announcer`: nobody listens, but the moment of the first delta counts."""
        if event.type is EventType.AI_DELTA and target in self._seen and self._seen[target].first_delta is None:
            self._seen[target].first_delta = time.perf_counter()


class WatchedEngine:
    """The port `Engine`: another engine, whose outputs a `Watch` sees pass. It changes nothing of them."""

    def __init__(self, engine: Engine, watch: Watch) -> None:
        self._engine = engine
        self._watch = watch

    @property
    def name(self) -> str:
        return self._engine.name

    async def prepare(self) -> None:
        await self._engine.prepare()

    async def open(self, session_name: str) -> None:
        await self._engine.open(session_name)

    async def summarize(self, turn: Turn) -> str | None:
        return await self._engine.summarize(turn)

    async def close(self) -> None:
        await self._engine.close()

    async def reply(self, turn: Turn) -> AsyncIterator[Output]:
        """The engine's own outputs."""
        # A turn that is begun anew counts with what it came to in the end.
        seen = self._watch.of(turn.session_name)
        seen.tools.clear()
        seen.failure = ""
        try:
            async with aclosing(cast(AsyncGenerator[Output, None], self._engine.reply(turn))) as outputs:
                async for output in outputs:
                    if isinstance(output, ToolCall):
                        seen.tools.append(output)
                    elif isinstance(output, Answer):
                        seen.answer = output
                    yield output
        except Exception as error:
            seen.failure = type(error).__name__
            raise
