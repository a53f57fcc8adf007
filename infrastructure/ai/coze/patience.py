"""When to ask Coze again."""

from __future__ import annotations

import asyncio
import random
import time

from infrastructure.ai.coze.failures import CozeFailed

# The first pause; each later one is twice as long, up to the longest.
_FIRST_SECONDS = 0.25
_LONGEST_SECONDS = 4.0


class Patience:
    """That of one turn, for so many seconds in all."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._pause = _FIRST_SECONDS
        self._renewed = False

    async def wait(self, failure: CozeFailed) -> None:
        """Until Coze may be asked again. Raises `failure` when that would be of no use, or too late.

        A token that is not good is asked for again once, and at once.
        """
        if failure.unauthorised and not self._renewed:
            self._renewed = True
            return
        # Spread out, so that all who were refused together do not come back together.
        spread = random.uniform(0.0, self._pause / 2)  # noqa: S311
        pause = max(failure.retry_after or 0.0, self._pause) + spread
        if not failure.passing or time.monotonic() + pause > self._until:
            raise failure
        self._pause = min(self._pause * 2, _LONGEST_SECONDS)
        await asyncio.sleep(pause)
