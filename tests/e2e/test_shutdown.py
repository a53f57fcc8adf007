"""A service that is told to stop stops: at once, in order, and without losing a word."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack

import httpx
import pytest

from tests.e2e.conftest import FreshDatabase
from tests.servers.deployment import Deployment
from tests.servers.people import Customer, Json, Stream, open_customer, sign_in
from tests.servers.service import Kind, Service

STREAMS = 100
# A rollout waits for each process; an agent's screen freezes for as long.
AT_MOST_SECONDS = 3.0


async def test_a_hundred_streams_do_not_keep_a_service_from_stopping(
    http: httpx.AsyncClient, sqlite_deployment: Deployment
) -> None:
    stopping, staying = sqlite_deployment.chatbots[1], sqlite_deployment.chatbots[0]
    mina = await sign_in(http, sqlite_deployment.workbench_url)
    customer = await open_customer(http, stopping.chatbot_url)
    await mina.succeed("takeover", customer.name)
    acknowledged: list[Json] = []

    async def talk(number: int) -> None:
        try:
            answer = await customer.say(f"Words {number}", client_message_id=f"id-{number}")
        except httpx.TransportError:
            # Not acknowledged; a widget would send it again.
            return
        assert answer.status_code == 200, answer.text
        acknowledged.append(answer.json()["message"])

    try:
        async with AsyncExitStack() as stack:
            streams = [await stack.enter_async_context(customer.stream()) for _ in range(STREAMS)]
            talking = [asyncio.create_task(talk(number)) for number in range(50)]
            await streams[0].until(lambda told: len(told.texts) > 5)
            code, seconds = await asyncio.to_thread(stopping.terminate)
            await asyncio.gather(*talking)
            for stream in streams:
                await stream.until(lambda told: told.ended)
            assert (code, seconds < AT_MOST_SECONDS) == (0, True), seconds
        _has_no_complaints(stopping)
    finally:
        await asyncio.to_thread(stopping.start)

    whole = await customer.at(staying.chatbot_url).history()
    assert len(acknowledged) > 5
    assert all(message in whole for message in acknowledged)
    for stream in (streams[0], streams[-1]):
        await _goes_on(customer.at(staying.chatbot_url), stream, whole)


@pytest.mark.parametrize("kind", ["chatbot", "workbench"])
async def test_the_printed_uvicorn_commands_stop_with_open_streams(
    http: httpx.AsyncClient, sqlite_deployment: Deployment, kind: Kind
) -> None:
    module = "ai_chatbot" if kind == "chatbot" else "agent_workbench"
    service = Service(
        kind,
        database_url=sqlite_deployment.database_url,
        command=["-m", "uvicorn", f"products.{module}.main:app", "--port", "{port}"],
    )
    try:
        await asyncio.to_thread(service.start)
        customer = await open_customer(
            http, service.chatbot_url if kind == "chatbot" else sqlite_deployment.chatbot_url
        )
        agent = await sign_in(http, service.workbench_url if kind == "workbench" else sqlite_deployment.workbench_url)
        following = customer.stream() if kind == "chatbot" else agent.stream(customer.name)
        async with following as stream:
            await stream.until(lambda told: told.of("history"))
            code, seconds = await asyncio.to_thread(service.terminate)
            await stream.until(lambda told: told.ended)
        # Newer versions of uvicorn end by the signal that they were sent.
        assert code in (0, -signal.SIGTERM)
        assert seconds < AT_MOST_SECONDS
        _has_no_complaints(service)
    finally:
        service.close()


async def test_a_reader_that_does_not_read_does_not_keep_a_service_from_stopping(
    http: httpx.AsyncClient, fresh_database: FreshDatabase
) -> None:
    service = Service("serve", database_url=fresh_database("sqlite"))
    try:
        await asyncio.to_thread(service.start)
        mina = await sign_in(http, service.workbench_url)
        customer = await open_customer(http, service.chatbot_url)
        await mina.succeed("takeover", customer.name)
        async with customer.stream_unread():
            async with customer.stream() as tab:
                # More than a connection's buffers hold.
                for number in range(150):
                    assert (await mina.say(customer.name, f"{number} {'👍' * 9_990}")).status_code == 200
                await tab.until(lambda told: len(told.texts) == 150)
            code, seconds = await asyncio.to_thread(service.terminate)
        assert (code, seconds < AT_MOST_SECONDS) == (0, True), seconds
    finally:
        service.close()


async def _goes_on(customer: Customer, cut: Stream, whole: list[Json]) -> None:
    """A stream that was cut off goes on elsewhere where it was."""
    async with customer.stream(last_event_id=cut.ids[-1]) as resumed:
        await resumed.until(lambda told: len(cut.entries) + len(told.entries) == len(whole))
    assert cut.entries + resumed.entries == whole


def _has_no_complaints(service: Service) -> None:
    log = service.log.read_text("utf-8")
    assert "Traceback" not in log, log
    assert "Exception ignored" not in log, log
    assert not [line for line in service.logged() if line["level"] in ("error", "critical")]
