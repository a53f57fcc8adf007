"""When a turn of the conversation is over, for those who wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from domain.entry import Audience, Entry, EntryType, Role
from domain.session import Status
from domain.step import Appended
from infrastructure.bootstrap.runtime import Runtime
from products.web.timeline import reader_of

# More than can happen between a message and its answer.
_TURN_ENTRIES = 50


def turn_over(appended: Appended) -> Callable[[Mapping[str, Any]], bool]:
    """Whether an entry ends the turn that a customer's message began: the AI's answer, or a change of hands.

    Where no AI serves, the message itself is all there is to wait for.
    """
    asked = appended.entries[-1].seq
    awaited = appended.session.status is Status.BOT_ACTIVE

    def over(message: Mapping[str, Any]) -> bool:
        seq: int = message["seq"]
        kind = message["type"]
        if not awaited:
            return seq >= asked
        if seq <= asked:
            return False
        payload = message["payload"]
        answered: bool = kind == EntryType.NEW_MESSAGE and payload.get("role") == Role.ASSISTANT
        # An answer that was interrupted is none; what interrupted it follows.
        return (answered and not payload.get("interrupted")) or kind == EntryType.STATUS_CHANGE

    return over


async def reply_to(runtime: Runtime, appended: Appended, *, seconds: float) -> Entry | None:
    """The AI's answer to a message that was kept; None when a person serves, or when it takes longer than this."""
    name, asked = appended.session.name, appended.entries[-1].seq
    if appended.session.status is Status.BOT_ACTIVE:
        reader = reader_of(runtime, name, Audience.EVERYONE, cursor=asked, until=turn_over(appended))
        over = asyncio.Event()
        try:
            async with asyncio.timeout(seconds):
                await reader.begin()
                reader.attach(lambda frames: None, over.set)
                await over.wait()
        except TimeoutError:
            return None
        finally:
            reader.close()
    later = await runtime.store.entries_after(name, asked, audience=Audience.EVERYONE, limit=_TURN_ENTRIES)
    answers = (entry for entry in later if entry.role is Role.ASSISTANT and not entry.data.get("interrupted"))
    return next(answers, None)
