"""One engine's attempt at an answer: heard, shown as it comes, limited in time, stopped when it is not wanted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, cast

from domain.engine import Answer, Output, ToolCall, Turn
from domain.entry import MAX_MESSAGE_CHARACTERS, checked_characters, checked_message, is_blank
from domain.errors import InvalidInput
from domain.ports import Engine
from services.handoff import checked_detail
from services.speech import ReplyTerms, Speech

# How long an engine that was told to stop is waited for; one that does not is left behind.
CLOSING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an engine answered, and what it looked up for that."""

    answer: Answer
    tools: tuple[ToolCall, ...]


class Stalled(Exception):
    """The engine was silent for too long, or took too long in all."""


async def attempt(engine: Engine, turn: Turn, speech: Speech, terms: ReplyTerms) -> Attempt | None:
    """The engine's answer, shown while it grows; None as soon as no answer is wanted any more.

    Raises whatever the engine raises, `Stalled`, and `InvalidInput` when it says what cannot be said.
    """
    loop = asyncio.get_running_loop()
    begun = loop.time()
    heard = _Heard(loop.create_future(), begun)
    hearing = asyncio.create_task(_hear(engine, turn, heard), name=f"engine {turn.session_name}")
    try:
        while not hearing.done():
            # The first words are shown at once, the others by the pulse.
            awaited: list[asyncio.Future[Any]] = [hearing] if heard.first.done() else [hearing, heard.first]
            await asyncio.wait(awaited, timeout=terms.pulse_seconds, return_when=asyncio.FIRST_COMPLETED)
            if hearing.done():
                break
            if loop.time() - heard.at > terms.stall_seconds or loop.time() - begun > terms.limit_seconds:
                raise Stalled
            if not await speech.show(heard.text):
                return None
        if hearing.cancelled():
            # And not by us: something that the engine waited for was.
            raise RuntimeError("the engine was cancelled")
        made = Attempt(_sayable(hearing.result()), tuple(heard.tools))
        # Who follows the pieces has all of them before the whole, if there were any.
        return made if not speech.begun or await speech.show(heard.text) else None
    finally:
        hearing.cancel()
        await asyncio.wait([hearing], timeout=CLOSING_SECONDS)


@dataclass(slots=True)
class _Heard:
    """`first` is done with the first words, `at` when the engine last gave a sign of life."""

    first: asyncio.Future[None]
    at: float
    text: str = ""
    tools: list[ToolCall] = field(default_factory=list)


async def _hear(engine: Engine, turn: Turn, heard: _Heard) -> Answer:
    loop = asyncio.get_running_loop()
    # Engines are asynchronous generators; closing one stops it wherever it is.
    async with aclosing(cast(AsyncGenerator[Output, None], engine.reply(turn))) as outputs:
        async for output in outputs:
            heard.at = loop.time()
            if isinstance(output, Answer):
                return output
            if isinstance(output, ToolCall):
                heard.tools.append(output)
                continue
            heard.text += checked_characters(output.text)
            if len(heard.text) > MAX_MESSAGE_CHARACTERS:
                raise InvalidInput("message", f"must be at most {MAX_MESSAGE_CHARACTERS} characters")
            if not heard.first.done():
                heard.first.set_result(None)
    raise RuntimeError("the engine ended without an answer")


def _sayable(answer: Answer) -> Answer:
    """The answer, checked like what people say: no database keeps a NUL, and nobody wants an empty bubble.

    `InvalidInput` when it cannot be said; only one that hands over may be without words.
    """
    for cited in answer.citations:
        checked_characters(cited.id + cited.title + cited.url)
    if answer.handover is None:
        return replace(answer, text=checked_message(answer.text))
    handover = replace(answer.handover, detail=checked_detail(answer.handover.detail))
    return replace(answer, text="" if is_blank(answer.text) else checked_message(answer.text), handover=handover)
