"""Tokens, and when the Coze engine asks again: renewal, refusals, back-off."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from email.utils import formatdate

import pytest
from structlog.testing import capture_logs

from domain.entry import Role
from infrastructure.ai.coze import CozeEngine, CozeFailed, CozeTerms
from infrastructure.ai.coze.library import OAuthToken
from infrastructure.ai.coze.tokens import SessionTokens
from tests.fakes.threads import MemoryThreads
from tests.integration.coze import TERMS, engine_on, heard, turn
from tests.servers.coze_server import CHAT_PATH, CONVERSATION_PATH, PRIVATE_KEY, TOKEN_PATH, CozeServer, Refusal


@pytest.fixture
async def server() -> AsyncIterator[CozeServer]:
    async with CozeServer() as running:
        yield running


@pytest.fixture
async def engine(server: CozeServer) -> AsyncIterator[CozeEngine]:
    async with engine_on(server) as one:
        yield one


async def test_a_sessions_token_is_asked_for_once(server: CozeServer, engine: CozeEngine) -> None:
    server.slow_tokens = 0.05
    await asyncio.gather(engine.open("s_1"), heard(engine, turn("one")), heard(engine, turn("one")))
    await heard(engine, turn("two"))

    assert [token.session_name for token in server.tokens] == ["s_1"]
    # One conversation and three chats.
    assert server.tokens[0].used == 4


async def test_every_session_has_a_token_of_its_own(server: CozeServer, engine: CozeEngine) -> None:
    for name in ("s_1", "s_2", "s_1", "s_2"):
        await heard(engine, turn("Hello", name=name))

    assert [(token.session_name, token.used) for token in server.tokens] == [("s_1", 3), ("s_2", 3)]


async def test_a_token_is_renewed_before_it_expires(server: CozeServer, engine: CozeEngine) -> None:
    server.token_seconds = 1.5
    until = time.monotonic() + 2.0
    while time.monotonic() < until:
        await heard(engine, turn("Hello"))
        await asyncio.sleep(0.1)

    assert 2 <= len(server.tokens) <= 6
    # One that the server did not take would have been followed by the same request again.
    assert server.asked(CHAT_PATH) == len(server.chats)


async def test_a_token_that_expires_early_is_renewed_once_and_the_request_repeated(
    server: CozeServer, engine: CozeEngine
) -> None:
    server.token_seconds, server.told_seconds = 1.0, 3600.0
    await heard(engine, turn("one"))
    await asyncio.sleep(1.1)

    answered = await asyncio.gather(*(heard(engine, turn("one", (Role.ASSISTANT, "…"), "two")) for _ in range(3)))

    assert len(answered) == 3
    # All three were refused, and share the token that came of it.
    assert len(server.tokens) == 2
    assert server.asked(CHAT_PATH) == 1 + 3 + 3


async def test_a_conversation_too_is_made_with_a_renewed_token(server: CozeServer) -> None:
    threads = MemoryThreads()
    async with engine_on(server, threads) as engine:
        await engine.open("s_1")
        threads.kept.clear()
        server.revoke_all()
        await engine.open("s_1")
    assert (len(server.tokens), len(server.conversations)) == (2, 2)


async def test_a_token_that_is_refused_again_is_not_renewed_for_ever(server: CozeServer, engine: CozeEngine) -> None:
    await engine.open("s_1")
    server.refusals[CHAT_PATH].extend([Refusal(401, 4100)] * 5)

    with pytest.raises(CozeFailed) as failure:
        await heard(engine, turn("Hello"))

    assert (failure.value.status, failure.value.code, failure.value.unauthorised) == (401, 4100, True)
    assert failure.value.log_id == "log of the refusal"
    assert server.asked(CHAT_PATH) == 2
    assert len(server.tokens) == 2


async def test_an_app_that_coze_does_not_know_is_not_asked_for_twice(server: CozeServer) -> None:
    account = replace(server.account, public_key_id="another key")
    engine = CozeEngine(account, MemoryThreads(), TERMS)
    with pytest.raises(CozeFailed, match="the OAuth app is refused"):
        await heard(engine, turn("Hello"))
    await engine.close()
    assert server.requests == [TOKEN_PATH]


@pytest.mark.parametrize("path", [TOKEN_PATH, CONVERSATION_PATH, CHAT_PATH])
@pytest.mark.parametrize(
    "refusal",
    # The last three with a code in the body alone.
    [Refusal(429), Refusal(500), Refusal(503), Refusal(200, 4013), Refusal(200, 4016), Refusal(200, 5000)],
    ids=["429", "500", "503", "200 4013", "200 4016", "200 5000"],
)
async def test_what_passes_is_waited_for(server: CozeServer, engine: CozeEngine, path: str, refusal: Refusal) -> None:
    server.refusals[path].append(refusal)

    assert (await heard(engine, turn("Hello")))[1].text == "Hello"

    assert server.asked(path) == 2
    assert len(server.chats) == 1


async def test_each_pause_is_longer(server: CozeServer, engine: CozeEngine) -> None:
    server.refusals[CHAT_PATH].extend([Refusal(429), Refusal(503)])
    began = time.monotonic()

    await heard(engine, turn("Hello"))

    assert server.asked(CHAT_PATH) == 3
    assert time.monotonic() - began > 0.25 + 0.5


@pytest.mark.parametrize(
    "form", [lambda: "1", lambda: formatdate(time.time() + 2, usegmt=True)], ids=["seconds", "date"]
)
async def test_coze_says_when_to_come_back(server: CozeServer, engine: CozeEngine, form: Callable[[], str]) -> None:
    server.refusals[CHAT_PATH].append(Refusal(429, headers={"Retry-After": form()}))
    began = time.monotonic()

    await heard(engine, turn("Hello"))

    assert 0.9 < time.monotonic() - began < 4
    assert server.asked(CHAT_PATH) == 2


async def test_what_would_come_too_late_is_not_waited_for(server: CozeServer, engine: CozeEngine) -> None:
    server.refusals[CHAT_PATH].append(Refusal(429, headers={"Retry-After": "60"}))
    async with asyncio.timeout(2):
        with pytest.raises(CozeFailed) as failure:
            await heard(engine, turn("Hello"))
    assert (failure.value.status, failure.value.retry_after) == (429, 60)
    assert server.asked(CHAT_PATH) == 1


async def test_patience_ends(server: CozeServer) -> None:
    server.refusals[CHAT_PATH].extend([Refusal(503)] * 20)
    async with engine_on(server, terms=CozeTerms(patience_seconds=1.0)) as engine, asyncio.timeout(3):
        with pytest.raises(CozeFailed) as failure:
            await heard(engine, turn("Hello"))
    assert failure.value.status == 503
    assert 2 <= server.asked(CHAT_PATH) <= 3


@pytest.mark.parametrize("status", [302, 400, 403, 404])
async def test_what_does_not_pass_is_not_asked_twice(server: CozeServer, engine: CozeEngine, status: int) -> None:
    server.refusals[CHAT_PATH].append(Refusal(status, 4000, {"x-tt-logid": "2026", "Location": "/elsewhere"}))
    with pytest.raises(CozeFailed) as failure:
        await heard(engine, turn("Hello"))
    assert (failure.value.status, failure.value.code, failure.value.log_id) == (status, 4000, "2026")
    assert server.asked(CHAT_PATH) == 1
    assert "/elsewhere" not in server.requests


async def test_a_server_that_is_away_for_a_moment_is_waited_for() -> None:
    async with CozeServer() as server:
        account = server.account
    engine = CozeEngine(account, MemoryThreads(), CozeTerms(patience_seconds=0.7))
    began = time.monotonic()
    with pytest.raises(CozeFailed, match="cannot be reached"):
        await heard(engine, turn("Hello"))
    assert 0.25 <= time.monotonic() - began < 3
    await engine.close()


async def test_neither_tokens_nor_words_are_logged(
    server: CozeServer, engine: CozeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    server.refusals[CHAT_PATH].extend([Refusal(401, 4100), Refusal(429, 4013), Refusal(400, 4000)])
    with caplog.at_level(logging.DEBUG), capture_logs() as told, suppress(CozeFailed):
        await heard(engine, turn("my secret is a tandem"))
    with caplog.at_level(logging.DEBUG):
        await heard(engine, turn("my secret is a tandem"))

    assert [(line["problem"], line["status"], line["code"]) for line in told] == [
        ("refused", 401, 4100),
        ("refused", 429, 4013),
        ("refused", 400, 4000),
    ]
    everything = "\n".join([repr(told), repr(engine), repr(server.account), *map(str, caplog.messages)])
    assert "tandem" not in everything
    assert PRIVATE_KEY[40:80] not in everything
    assert not [token for token in server.tokens if token.text in everything]
    assert "cozepy" not in {record.name for record in caplog.records}


class Counter:
    """Grants numbered tokens, after a while. `expires_in` is a duration."""

    def __init__(self, expires_in: int = 3600) -> None:
        self.asked: list[str] = []
        self._expires_in = expires_in

    async def __call__(self, session_name: str) -> OAuthToken:
        self.asked.append(session_name)
        number = len(self.asked)
        await asyncio.sleep(0.02)
        return OAuthToken(access_token=f"{session_name} {number}", expires_in=self._expires_in)


async def test_whoever_asks_at_the_same_time_gets_the_same_token() -> None:
    tokens = SessionTokens(counter := Counter())
    got = await asyncio.gather(*(tokens.get(f"s_{number % 3}") for number in range(30)))
    assert len(set(got)) == 3
    assert sorted(counter.asked) == ["s_0", "s_1", "s_2"]


async def test_one_who_gives_up_does_not_take_the_token_from_others() -> None:
    tokens = SessionTokens(counter := Counter())
    first = asyncio.create_task(tokens.get("s"))
    second = asyncio.create_task(tokens.get("s"))
    await asyncio.sleep(0.01)
    first.cancel()
    assert await second == "s 2"
    assert len(counter.asked) == 2


async def test_no_more_tokens_are_kept_than_the_bound() -> None:
    tokens = SessionTokens(counter := Counter(), capacity=10)
    for number in range(30):
        await tokens.get(f"s_{number}")
    assert len(tokens._kept) == 10
    assert len(tokens._asking) == 0
    await tokens.get("s_29")
    assert len(counter.asked) == 30


async def test_only_the_token_that_was_refused_is_forgotten() -> None:
    tokens = SessionTokens(Counter())
    old = await tokens.get("s")
    tokens.forget("s", old)
    new = await tokens.get("s")
    tokens.forget("s", old)
    assert await tokens.get("s") == new != old


@pytest.mark.parametrize("expires_in", [1, 0])
async def test_a_token_is_not_kept_longer_than_it_lasts(expires_in: int) -> None:
    tokens = SessionTokens(counter := Counter(expires_in))
    await tokens.get("s")
    await asyncio.sleep(0.85)
    await tokens.get("s")
    assert len(counter.asked) == 2
