"""The port `Engine` over Coze's workflow chat (POST /v1/workflows/chat)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import cast
from weakref import WeakValueDictionary

import structlog

from domain.engine import Delta, Output, Turn
from domain.ports import Threads
from infrastructure.ai.coze.account import CozeAccount
from infrastructure.ai.coze.asking import messages_of
from infrastructure.ai.coze.failures import CozeFailed, told_plainly
from infrastructure.ai.coze.hearing import Hearing
from infrastructure.ai.coze.http import CozeHttp
from infrastructure.ai.coze.library import AsyncCoze, AsyncTokenAuth, ChatEvent
from infrastructure.ai.coze.patience import Patience
from infrastructure.ai.coze.tokens import OAuthApp, SessionTokens

log = structlog.get_logger("baton.coze")

NAME = "coze"

# After its last event a stream ends at once. One that does not is closed, and with it the connection, which could
# have served another turn.
_ENDING_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class CozeTerms:
    """`silence_seconds`: how long Coze may say nothing before a turn has failed. `patience_seconds`: for how long a
    turn that is refused for the moment asks again.
    """

    silence_seconds: float = 20.0
    patience_seconds: float = 20.0


class CozeEngine:
    """Lets a workflow answer. Every session has a conversation of its own at Coze, and tokens of its own for it."""

    def __init__(self, account: CozeAccount, threads: Threads, terms: CozeTerms | None = None) -> None:
        self._account = account
        self._threads = threads
        self._terms = terms or CozeTerms()
        self._http = CozeHttp(silence_seconds=self._terms.silence_seconds)
        self._tokens = SessionTokens(OAuthApp(account, self._http).token_for)
        self._opening: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def name(self) -> str:
        return NAME

    async def prepare(self) -> None:
        """Nothing: what a turn needs is its session's own."""

    async def open(self, session_name: str) -> None:
        """Create the session's conversation. Coze would create one by itself, but not for this customer alone."""
        patience = Patience(self._terms.patience_seconds)
        while True:
            try:
                await self._conversation(session_name)
                return
            except CozeFailed as failure:
                _tell(session_name, failure)
                await patience.wait(failure)

    async def reply(self, turn: Turn) -> AsyncIterator[Output]:
        """Pass the workflow's answer on. `CozeFailed` when there is none; asked again only while nothing was said.

        A conversation that is gone at Coze is replaced, once, by one that is told all that was said.
        """
        patience = Patience(self._terms.patience_seconds)
        conversation_id = ""
        gone = ""
        while True:
            begun = False
            try:
                if gone and conversation_id == gone:
                    conversation_id = await self._another_conversation(turn.session_name, gone)
                elif not conversation_id:
                    conversation_id = await self._conversation(turn.session_name)
                async with aclosing(self._answer(turn, conversation_id, anew=bool(gone))) as outputs:
                    async for output in outputs:
                        begun = True
                        yield output
                return
            except CozeFailed as failure:
                _tell(turn.session_name, failure)
                if begun:
                    raise
                if failure.conversation_gone and not gone:
                    gone = conversation_id
                    continue
                await patience.wait(failure)

    async def summarize(self, turn: Turn) -> str | None:
        """None: whatever the workflow is asked becomes a part of the customer's conversation."""
        return None

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _answer(self, turn: Turn, conversation_id: str, *, anew: bool) -> AsyncGenerator[Output, None]:
        hearing = Hearing(conversation_id)
        async with aclosing(self._events(turn, conversation_id, anew=anew)) as events:
            async for event in events:
                if piece := hearing.take(event):
                    yield Delta(piece)
                if hearing.over:
                    break
            with suppress(TimeoutError):
                async with asyncio.timeout(_ENDING_SECONDS):
                    async for event in events:
                        hearing.take(event)
        yield hearing.answer()

    async def _events(self, turn: Turn, conversation_id: str, *, anew: bool) -> AsyncGenerator[ChatEvent, None]:
        async with self._for_customer(turn.session_name) as coze:
            last: ChatEvent | None = None
            stream = coze.workflows.chat.stream(
                workflow_id=self._account.workflow_id,
                app_id=self._account.app_id,
                conversation_id=conversation_id,
                parameters={"session_name": turn.session_name},
                additional_messages=messages_of(turn, anew=anew),
            )
            try:
                async with aclosing(cast(AsyncGenerator[ChatEvent, None], stream)) as events:
                    async for last in events:
                        yield last
            finally:
                if last is not None and last._raw_response is not None:
                    # cozepy leaves that to the garbage collector.
                    await last._raw_response.aclose()

    async def _conversation(self, session_name: str) -> str:
        """The session's conversation, made when it is missing; whichever process kept one first made it for all."""
        kept = await self._threads.get(session_name, NAME)
        if kept is not None:
            return kept
        # A first message may come while the session is still being opened.
        lock = self._opening.setdefault(session_name, asyncio.Lock())
        async with lock:
            kept = await self._threads.get(session_name, NAME)
            if kept is not None:
                return kept
            return await self._threads.keep(session_name, NAME, await self._made(session_name))

    async def _another_conversation(self, session_name: str, gone: str) -> str:
        return await self._threads.replace(session_name, NAME, await self._made(session_name), gone=gone)

    async def _made(self, session_name: str) -> str:
        async with self._for_customer(session_name) as coze:
            made = await coze.conversations.create()
        conversation_id: str = made.id
        return conversation_id

    @asynccontextmanager
    async def _for_customer(self, session_name: str) -> AsyncIterator[AsyncCoze]:
        """Coze as this customer may use it: with a token of the session's own."""
        token = await self._tokens.get(session_name)
        try:
            with told_plainly():
                yield AsyncCoze(AsyncTokenAuth(token), self._account.api_base, self._http)
        except CozeFailed as failure:
            if failure.unauthorised:
                self._tokens.forget(session_name, token)
            raise


def _tell(session_name: str, failure: CozeFailed) -> None:
    log.warning(
        "coze_failed",
        session_name=session_name,
        problem=failure.problem,
        status=failure.status,
        code=failure.code,
        log_id=failure.log_id,
    )
