"""Answers of others, remembered for a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from cachetools import TTLCache

_Key = TypeVar("_Key", bound=Hashable)
_Answer = TypeVar("_Answer")


class Remembered(Generic[_Key, _Answer]):
    """Up to `size` answers, each for `seconds`; those who ask the same at once share one request. Failures are not
    remembered.
    """

    def __init__(self, *, seconds: float, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._answers: TTLCache[_Key, _Answer] = TTLCache(size, seconds, timer=clock)
        self._asking: dict[_Key, asyncio.Task[_Answer]] = {}

    async def get(self, key: _Key, ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """The answer to `key`, which `ask` gives when it is not remembered.

        The request goes on when whoever waits for it is cancelled: others may wait too, and the next will be glad.
        """
        try:
            return self._answers[key]
        except KeyError:
            pass
        task = self._asking.get(key)
        if task is None:
            task = self._asking[key] = asyncio.create_task(self._ask(key, ask))
            task.add_done_callback(lambda done: self._asked(key, done))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Give up what is being asked."""
        under_way = list(self._asking.values())
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _ask(self, key: _Key, ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
        answer = await ask()
        self._answers[key] = answer
        return answer

    def _asked(self, key: _Key, task: asyncio.Task[_Answer]) -> None:
        del self._asking[key]
        if not task.cancelled():
            # Looked at, or asyncio would complain when nobody waits any more.
            task.exception()
