"""What fails in between: Redis goes and comes back, processes are killed, readers are slow. Nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count

import httpx
import pytest

from tests.e2e.conftest import FreshDatabase
from tests.servers.deployment import Deployment, deployed
from tests.servers.people import EVENT_SECONDS, AgentPerson, Customer, Json, Stream, open_customer, sign_in
from tests.servers.redis_server import RedisServer

LONG_QUESTION = "How long does delivery take?"


@pytest.mark.parametrize("fault", ["stop", "restart", "flush", "pause"])
async def test_nothing_is_lost_whatever_redis_does(
    http: httpx.AsyncClient, sqlite_deployment: Deployment, redis_server: RedisServer, fault: str
) -> None:
    deployment = sqlite_deployment
    mina = await sign_in(http, deployment.workbench_url)
    customer = await open_customer(http, deployment.chatbot_url)
    elsewhere = customer.at(deployment.chatbots[1].chatbot_url)
    await mina.succeed("takeover", customer.name)
    async with elsewhere.stream() as tab, mina.stream(customer.name) as window:
        async with _chatter(mina, customer) as sent:
            await window.until(lambda told: len(told.entries) > 8)
            if fault == "flush":
                redis_server.flush()
            elif fault == "restart":
                await asyncio.to_thread(redis_server.restart)
            else:
                await _without_redis(http, deployment, redis_server, pause=fault == "pause")
            await _health(http, deployment, "healthy")
            before = len(sent)
            await tab.until(lambda told: len(sent) > before + 8)
        for stream in (tab, window):
            await stream.until(lambda told: set(sent) <= set(told.texts))
    whole = (await mina.read(customer.name))["messages"]
    assert sorted(sent) == sorted(entry["payload"]["content"] for entry in whole[2:])
    assert tab.entries == window.entries == whole


async def test_a_killed_chatbot_loses_nothing_and_repeats_nothing(
    http: httpx.AsyncClient, deployment: Deployment
) -> None:
    chatbot, other = deployment.chatbots
    mina = await sign_in(http, deployment.workbench_url)
    customer = await open_customer(http, chatbot.chatbot_url)
    elsewhere = customer.at(other.chatbot_url)
    await mina.succeed("takeover", customer.name)

    async def insist(number: int) -> Json:
        """Send again, as a widget does, until it is acknowledged."""
        while True:
            try:
                answer = await customer.say(f"Words {number}", client_message_id=f"id-{number}")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
                continue
            assert answer.status_code == 200, answer.text
            message: Json = answer.json()["message"]
            return message

    try:
        async with customer.stream() as cut, mina.stream(customer.name) as window:
            sending = [asyncio.create_task(insist(number)) for number in range(40)]
            await window.until(lambda told: len(told.texts) > 5)
            await asyncio.to_thread(chatbot.kill)
            await cut.until(lambda told: told.ended)
            async with elsewhere.stream(last_event_id=cut.ids[-1]) as resumed:
                await asyncio.to_thread(chatbot.start)
                acknowledged = await asyncio.gather(*sending)
                await resumed.until(lambda told: len(cut.entries) + len(told.entries) == 42)
            await window.until(lambda told: len(told.entries) == 42)
    finally:
        chatbot.start()
    whole = (await mina.read(customer.name))["messages"]
    assert cut.entries + resumed.entries == window.entries == whole == await customer.history()
    assert sorted(acknowledged, key=lambda message: message["seq"]) == whole[2:]
    assert {message["payload"]["content"] for message in acknowledged} == {f"Words {n}" for n in range(40)}


@pytest.mark.parametrize(
    ("survivor", "system"), [("another process", "sqlite"), ("the same one, started again", "postgresql")]
)
async def test_an_answer_that_a_killed_chatbot_began_is_given_once(
    http: httpx.AsyncClient, request: pytest.FixtureRequest, survivor: str, system: str
) -> None:
    deployment: Deployment = request.getfixturevalue(f"{system}_deployment")
    chatbot, other = deployment.chatbots
    customer = await open_customer(http, chatbot.chatbot_url)
    try:
        if survivor != "another process":
            await asyncio.to_thread(other.stop)
        mina = await sign_in(http, deployment.workbench_url)
        async with mina.stream(customer.name) as window:
            assert (await customer.say(LONG_QUESTION)).status_code == 200
            await window.until(lambda told: told.of("ai_delta"))
            await asyncio.to_thread(chatbot.kill)
            assert not _answers(window)
            if survivor != "another process":
                await asyncio.to_thread(chatbot.start)
            await window.until(_answers)
            assert len({event["payload"]["reply_id"] for event in window.of("ai_delta")}) == 2
            await asyncio.to_thread(deployment.start)
            # A second answer would be there before the answer to this.
            last = await customer.ask("What is your return policy?")
            await window.until(lambda told: last in told.entries)
            assert len(_answers(window)) == 2
    finally:
        deployment.start()


async def test_a_slow_reader_costs_little_and_misses_nothing(
    http: httpx.AsyncClient, fresh_database: FreshDatabase
) -> None:
    with deployed(fresh_database("sqlite"), chatbots=0, environment={"MAILBOX_SIZE": "16"}) as deployment:
        mina = await sign_in(http, deployment.workbench_url)
        customer = await open_customer(http, deployment.chatbot_url)
        await mina.succeed("takeover", customer.name)
        async with AsyncExitStack() as stack:
            unread = [await stack.enter_async_context(customer.stream_unread()) for _ in range(30)]
            async with customer.stream() as tab:
                before = deployment.workbench.memory()
                # 120 messages of 40 kB for 30 readers would be 144 MB, more than the system's own buffers hold.
                for number in range(120):
                    assert (await mina.say(customer.name, f"{number} {'👍' * 9_990}")).status_code == 200
                await tab.until(lambda told: len(told.texts) == 120)
                assert deployment.workbench.memory() - before < 20_000_000
            late = Stream()
            reading = asyncio.create_task(late.take_in(_chunks(unread[0])))
            await late.until(lambda told: len(told.texts) == 120)
            reading.cancel()
            assert late.entries == tab.entries


@asynccontextmanager
async def _chatter(mina: AgentPerson, customer: Customer) -> AsyncIterator[list[str]]:
    """Both write for as long as the block lasts; yields what was acknowledged so far."""
    sent: list[str] = []
    enough = asyncio.Event()

    async def say() -> None:
        for number in count():
            if enough.is_set():
                return
            text = f"Words {number}"
            answer = await (customer.say(text) if number % 2 else mina.say(customer.name, text))
            assert answer.status_code == 200, answer.text
            sent.append(text)
            await asyncio.sleep(0.01)

    talking = asyncio.create_task(say())
    try:
        yield sent
    finally:
        # Not in the middle of a message, which might be kept and not be in `sent`.
        enough.set()
        await talking


async def _without_redis(http: httpx.AsyncClient, deployment: Deployment, redis: RedisServer, *, pause: bool) -> None:
    """Take Redis away until everybody has noticed, and bring it back."""
    try:
        await asyncio.to_thread(redis.pause if pause else redis.stop)
        await _health(http, deployment, "degraded")
    finally:
        await asyncio.to_thread(redis.resume if pause else redis.start)


async def _health(http: httpx.AsyncClient, deployment: Deployment, status: str) -> None:
    """Wait until every service says so."""
    urls = [*(chatbot.chatbot_url for chatbot in deployment.chatbots), deployment.workbench_url]
    async with asyncio.timeout(EVENT_SECONDS):
        for url in urls:
            while True:
                if (await http.get(url + "/api/health")).json()["status"] == status:
                    break
                await asyncio.sleep(0.05)


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The body of a response in chunked transfer coding."""
    while (await reader.readline()).strip():
        pass
    while size := int(await reader.readline(), 16):
        yield await reader.readexactly(size)
        await reader.readexactly(2)


def _answers(stream: Stream) -> list[Json]:
    return [entry for entry in stream.entries if entry["payload"].get("role") == "assistant"]
