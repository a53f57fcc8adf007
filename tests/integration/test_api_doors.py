"""Every way by which something reaches a customer, searched for what is for agents; one engine fails meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.servers.people import Customer, Json, open_customer, signed_in
from tests.servers.service import Service

# What stands in entries, sessions and packets that agents are shown.
FOR_AGENTS = frozenset(
    {
        *("severity", "rule", "matched_seq", "detail", "packet", "tried", "facts", "preview"),
        *("tools", "arguments", "outcome", "failed", "failures", "vip"),
        *("customer", "email", "customer_name", "username", "speaking", "lease", "owner", "audience"),
    }
)
EMAIL = "ana@example.com"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    """A model that never says a word, given some seconds; the built-in engine stands in.

    It is given as many, and its first answer may wait for the index, which a busy machine makes in more than one.
    """

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        environment = {
            "AI_ENGINE": "openai",
            "AI_FALLBACK": "builtin",
            "OPENAI_API_KEY": "k",
            "OPENAI_MODEL": "m",
            "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
            "REPLY_TIMEOUT_SECONDS": "6",
        }
        found = Service("serve", database_url=f"sqlite:///{tmp_path}/baton.db", environment=environment)
        try:
            await asyncio.to_thread(found.start)
            yield found
        finally:
            await asyncio.to_thread(found.close)


async def test_who_waits_is_given_the_answer_of_the_engine_that_stands_in(
    http: httpx.AsyncClient, service: Service
) -> None:
    customer = await open_customer(http, service.chatbot_url)
    reply = await customer.ask("How do I return something?")
    assert (reply["payload"]["engine"], reply["payload"]["confident"]) == ("builtin", True)


async def test_no_door_of_a_customers_lets_anything_for_agents_out(http: httpx.AsyncClient, service: Service) -> None:
    customer = await open_customer(http, service.chatbot_url, customer_email=EMAIL, customer_name="Ana")
    mina = await signed_in(http, service.workbench_url)
    told: list[Any] = []
    async with customer.stream() as live, mina.stream(customer.name) as agents:
        told.append((await customer.say("Where is my order AM20451? mira@example.com", wait=True)).json())
        told.append((await customer.say("I want to talk to a human, this is a scandal", wait=True)).json())
        await mina.succeed("takeover", customer.name)
        await mina.post(f"/api/sessions/{customer.name}/notes", {"content": "A note."})
        await mina.post(f"/api/sessions/{customer.name}/messages", {"content": "Hello, this is Mina."})
        manual = {"session_name": customer.name, "role": "user", "content": "Hello"}
        told.append((await customer.post("/api/manual/messages", manual)).json())
        await mina.succeed("release", customer.name)
        told.append((await customer.escalate()).json())
        for stream in (live, agents):
            await stream.until(lambda one: len(_escalations(one.entries)) == 2)
        told += [live.events, await _heard(customer, None), await _heard(customer, 0)]
    told.append((await customer.get(f"/api/sessions/{customer.name}")).json())
    told.append((await customer.post("/api/conversation/new")).json())

    for reachable in told:
        assert not set(_keys(reachable)) & FOR_AGENTS
        assert EMAIL not in str(reachable)
    # The agent was told of it all, and still is.
    (asked, pressed) = [entry["payload"] for entry in agents.entries if entry["payload"].get("code") == "escalation"]
    assert (asked["reason"], asked["rule"]) == ("user_request", "asks_for_person")
    assert {"seq", "content"} <= set(_keys([e for e in live.entries if e["seq"] == asked["matched_seq"]]))
    assert (pressed["reason"], pressed["rule"], pressed["matched_seq"]) == ("user_request", "", 0)
    assert {"tools", "failed", "arguments", "detail"} <= set(_keys(agents.entries))


async def _heard(customer: Customer, last_event_id: int | None) -> list[Json]:
    """What a stream begins with."""
    async with customer.stream(last_event_id) as stream:
        await stream.until(lambda one: len(_escalations(one.entries)) == 2)
        return stream.events


def _escalations(entries: list[Json]) -> list[Json]:
    return [entry for entry in entries if entry["payload"].get("action") == "escalate"]


def _keys(value: Any) -> Iterator[str]:
    """Every key anywhere in it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)
