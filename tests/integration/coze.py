"""What the tests of the Coze engine share: engines on a server, turns, and what comes of them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import cast

from domain.engine import Answer, Delta, Output, Turn, Utterance
from domain.entry import Role
from domain.ports import Threads
from domain.session import Customer, Language
from infrastructure.ai.coze import CozeEngine, CozeTerms
from tests.fakes.threads import MemoryThreads
from tests.servers.coze_server import CozeServer

# Long enough for a busy machine, short enough for a test that waits for it.
TERMS = CozeTerms(silence_seconds=5.0, patience_seconds=5.0)


@asynccontextmanager
async def engine_on(
    server: CozeServer, threads: Threads | None = None, terms: CozeTerms = TERMS
) -> AsyncIterator[CozeEngine]:
    """One process's engine."""
    engine = CozeEngine(server.account, threads or MemoryThreads(), terms)
    try:
        yield engine
    finally:
        await engine.close()


def turn(*said: tuple[Role, str] | str, name: str = "s_1", unanswered: int = 1, author: str = "Mina") -> Turn:
    """A turn; a plain text is the customer's."""
    utterances = []
    for seq, one in enumerate(said, 1):
        role, text = (Role.USER, one) if isinstance(one, str) else one
        utterances.append(Utterance(role, text, seq, author if role is Role.AGENT else ""))
    return Turn(name, Language.ENGLISH, Customer(), tuple(utterances), unanswered)


def outputs_of(engine: CozeEngine, asked: Turn) -> aclosing[AsyncGenerator[Output, None]]:
    """A reply, closed when the block is left."""
    return aclosing(cast(AsyncGenerator[Output, None], engine.reply(asked)))


async def heard(engine: CozeEngine, asked: Turn) -> tuple[list[str], Answer]:
    """The deltas of a reply, and its answer, which is the last and the only one."""
    async with outputs_of(engine, asked) as outputs:
        everything = [output async for output in outputs]
    *deltas, answer = everything
    assert isinstance(answer, Answer)
    texts = [delta.text for delta in deltas if isinstance(delta, Delta)]
    assert len(texts) == len(deltas)
    assert "".join(texts) == answer.text
    return texts, answer


async def said_before(engine: CozeEngine, asked: Turn, failure: list[Exception]) -> list[str]:
    """The deltas of a reply that fails; what it fails with is appended to `failure`."""
    texts: list[str] = []
    try:
        async with outputs_of(engine, asked) as outputs:
            async for output in outputs:
                assert isinstance(output, Delta)
                texts.append(output.text)
    except Exception as error:  # noqa: BLE001
        failure.append(error)
    return texts
