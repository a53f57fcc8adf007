"""Customers of the Coze engine hear nothing of each other; processes of theirs share one conversation each."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.engine import Delta
from domain.entry import Role
from infrastructure.ai.coze import CozeEngine
from infrastructure.store.engine import open_engine
from infrastructure.store.store import SqlStore
from infrastructure.store.threads import SqlThreads
from tests.integration.coze import engine_on, heard, outputs_of, turn
from tests.integration.desk import fresh
from tests.servers.coze_server import CHAT_PATH, Chat, CozeServer, memory

CUSTOMERS = 50


@pytest.fixture
async def server() -> AsyncIterator[CozeServer]:
    async with CozeServer() as running:
        yield running


@pytest.fixture
async def engine(server: CozeServer, database: AsyncEngine) -> AsyncIterator[CozeEngine]:
    async with engine_on(server, SqlThreads(database)) as one:
        yield one


@pytest.fixture
async def other_engine(server: CozeServer, database_url: str) -> AsyncIterator[CozeEngine]:
    """The engine of another process on the same database."""
    database = open_engine(database_url)
    async with engine_on(server, SqlThreads(database)) as one:
        yield one
    await database.dispose()


async def _slow_memory(chat: Chat) -> None:
    """Holds an answer up for a while, so that all of them are under way at once."""
    await asyncio.sleep(random.uniform(0.0, 0.2))
    await memory(chat)


async def test_fifty_customers_at_once_hear_nothing_of_each_other(
    server: CozeServer, engine: CozeEngine, other_engine: CozeEngine, store: SqlStore
) -> None:
    names = [f"s_{number}" for number in range(CUSTOMERS)]
    secrets = {name: f"my secret is {random.getrandbits(64):016x}" for name in names}
    for name in names:
        await store.open(fresh(name))
    server.plays.extend([_slow_memory] * CUSTOMERS * 2)
    all_have_told = asyncio.Barrier(CUSTOMERS)

    async def tell_and_ask_back(name: str) -> str:
        here, there = random.choices([engine, other_engine], k=2)
        await here.open(name)
        _, told = await heard(here, turn(secrets[name], name=name))
        if await all_have_told.wait() == 0:
            # Coze loses all tokens, so that renewals too come at once.
            server.revoke_all()
        _, asked = await heard(there, turn(secrets[name], (Role.ASSISTANT, told.text), "What is it?", name=name))
        return asked.text

    answers = dict(zip(names, await asyncio.gather(*map(tell_and_ask_back, names)), strict=True))

    assert answers == {name: f"{secrets[name]} | What is it?" for name in names}
    # One conversation each, whichever process was asked, and nobody used another's.
    assert sorted(server.conversations.values()) == sorted(names)
    used = {(body["parameters"]["session_name"], body["conversation_id"]) for body in server.chats}
    assert used == {(name, conversation_id) for conversation_id, name in server.conversations.items()}
    # What did not fit its token was refused, and nothing was but the tokens that were lost.
    assert len(server.chats) == 2 * CUSTOMERS < server.asked(CHAT_PATH)
    assert {token.session_name for token in server.tokens} == set(names)


async def test_the_server_of_these_tests_refuses_what_does_not_fit(server: CozeServer, engine: CozeEngine) -> None:
    """Or the test above would prove nothing."""
    mixed = CozeEngine(server.account, threads := _OneForAll())
    await heard(mixed, turn("Hello", name="s_1"))
    with pytest.raises(Exception, match="refused"):
        await heard(mixed, turn("Hello", name="s_2"))
    await mixed.close()
    assert len(threads.asked) >= 2
    assert server.asked(CHAT_PATH) == 2
    assert len(server.chats) == 1


async def test_two_processes_that_meet_a_session_at_once_share_its_conversation(
    server: CozeServer, engine: CozeEngine, other_engine: CozeEngine, store: SqlStore
) -> None:
    for number in range(10):
        name = f"s_{number}"
        await store.open(fresh(name))
        if number % 2:
            await asyncio.gather(engine.open(name), other_engine.open(name))
        one, other = await asyncio.gather(
            heard(engine, turn("left", name=name)), heard(other_engine, turn("right", name=name))
        )
        assert sorted([one[1].text, other[1].text], key=len)[1] in ("left | right", "right | left")

    used = [body["conversation_id"] for body in server.chats]
    assert [used[at] == used[at + 1] for at in range(0, 20, 2)] == [True] * 10
    assert len(set(used)) == 10


async def test_a_restart_goes_on_in_the_same_conversation(
    server: CozeServer, database_url: str, store: SqlStore
) -> None:
    await store.open(fresh("s_1"))
    for said in ("one", "two"):
        database = open_engine(database_url)
        async with engine_on(server, SqlThreads(database)) as engine:
            _, answer = await heard(engine, turn(said))
        await database.dispose()
    assert answer.text == "one | two"


async def test_answers_under_way_do_not_wait_for_each_other(
    server: CozeServer, engine: CozeEngine, store: SqlStore
) -> None:
    for name in ("s_slow", "s_quick"):
        await store.open(fresh(name))

    async def goes_on(chat: Chat) -> None:
        await chat.delta("…")
        await chat.exchange.client_gone()

    server.plays.append(goes_on)
    async with outputs_of(engine, turn("?", name="s_slow")) as outputs:
        assert await anext(outputs) == Delta("…")
        assert (await heard(engine, turn("Hello", name="s_quick")))[1].text == "Hello"


class _OneForAll:
    """What a wrong `Threads` would be: everybody's conversation is the first one's."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._thread: str | None = None

    async def get(self, session_name: str, engine: str) -> str | None:
        self.asked.append(session_name)
        return self._thread

    async def keep(self, session_name: str, engine: str, thread_id: str) -> str:
        self._thread = thread_id
        return thread_id

    async def replace(self, session_name: str, engine: str, thread_id: str, *, gone: str) -> str:
        raise NotImplementedError
