"""A retried request changes nothing and gets the first answer, whatever has happened since."""

from __future__ import annotations

import httpx
import pytest

from tests.servers.people import AgentPerson, Customer, open_customer, signed_in
from tests.servers.service import Service


async def test_a_customer_sends_again(http: httpx.AsyncClient, service: Service) -> None:
    customer = await open_customer(http, service.chatbot_url)
    first = (await customer.say("Hello?", client_message_id="c1", wait=True)).json()
    again = (await customer.say("Hello?", client_message_id="c1", wait=True)).json()
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert again["message"] == first["message"]
    assert again["reply"] == first["reply"] is not None
    async with customer.stream() as tab:
        await tab.until(lambda told: told.of("history"))
    assert tab.entries == [first["message"], first["reply"]]


@pytest.mark.parametrize("since", ["escalate", "takeover", "close"])
async def test_a_customer_sends_again_after_the_state_has_changed(
    http: httpx.AsyncClient, sqlite_service: Service, since: str
) -> None:
    customer = await open_customer(http, sqlite_service.chatbot_url)
    mina = await signed_in(http, sqlite_service.workbench_url)
    first = (await customer.say("Hello?", client_message_id="c1", wait=True)).json()
    if since == "escalate":
        await customer.escalate()
    else:
        await mina.succeed(since, customer.name)
    before = await mina.read(customer.name)
    again = (await customer.say("Hello?", client_message_id="c1")).json()
    assert (again["message"], again["replayed"]) == (first["message"], True)
    assert await mina.read(customer.name) == before


async def test_an_agent_sends_again_while_serving(http: httpx.AsyncClient, service: Service) -> None:
    customer, mina = await _served(http, service)
    for path, where in [("messages", mina), ("notes", mina)]:
        body = {"content": f"To {path}", "client_message_id": path}
        first = await where.succeed(path, customer.name, body)
        again = await where.succeed(path, customer.name, body)
        assert (first["replayed"], again["replayed"]) == (False, True)
        assert again["message"] == first["message"]


@pytest.mark.parametrize("since", ["release", "close", "transfer"])
async def test_an_agent_sends_again_after_the_state_has_changed(
    http: httpx.AsyncClient, sqlite_service: Service, since: str
) -> None:
    customer, mina = await _served(http, sqlite_service)
    jun = await signed_in(http, sqlite_service.workbench_url, "jun")
    body = {"content": "Hello.", "client_message_id": "m1"}
    first = await mina.succeed("messages", customer.name, body)
    await mina.succeed(since, customer.name, {"agent_id": jun.id} if since == "transfer" else None)
    before = await mina.read(customer.name)
    again = await mina.succeed("messages", customer.name, body)
    assert (again["message"], again["replayed"]) == (first["message"], True)
    assert await mina.read(customer.name) == before


async def test_a_customer_sends_again_what_was_for_the_person_who_has_left(
    http: httpx.AsyncClient, sqlite_service: Service
) -> None:
    customer, mina = await _served(http, sqlite_service)
    body = {"session_name": customer.name, "role": "user", "content": "Thank you.", "client_message_id": "c1"}
    first = (await customer.post("/api/manual/messages", body)).json()
    await mina.succeed("release", customer.name)
    before = await mina.read(customer.name)
    again = await customer.post("/api/manual/messages", body)
    assert (again.status_code, again.json().get("message")) == (200, first["message"])
    assert await mina.read(customer.name) == before


async def _served(http: httpx.AsyncClient, service: Service) -> tuple[Customer, AgentPerson]:
    customer = await open_customer(http, service.chatbot_url)
    mina = await signed_in(http, service.workbench_url)
    await mina.succeed("takeover", customer.name)
    return customer, mina


async def test_a_turn_that_is_over_ends_at_once(http: httpx.AsyncClient, sqlite_service: Service) -> None:
    customer, _ = await _served(http, sqlite_service)
    async with customer.chat_stream("Are you there?") as turn:
        await turn.until(lambda told: told.ended, 5)
    assert turn.texts == ["Are you there?"]
