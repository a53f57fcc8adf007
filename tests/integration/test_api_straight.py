"""The short way of a message and the long one through the framework: the same answers, the same refusals."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.servers.people import AgentPerson, Customer, open_customer, signed_in
from tests.servers.service import Service

# JSON to the framework, but not plainly so: it goes the long way.
LONG_WAY = "application/vnd.baton+json"

CALLS = ("chat", "manual_user", "manual_agent", "workbench")


class Caller:
    """Sends one message by one of the calls."""

    def __init__(self, service: Service, http: httpx.AsyncClient, customer: Customer, agent: AgentPerson) -> None:
        self._http = http
        own, agents = (person.headers["Authorization"] for person in (customer, agent))
        manual = f"{service.chatbot_url}/api/manual/messages"
        said = {"session_name": customer.name, "content": "Hello."}
        self._calls: dict[str, tuple[str, str, dict[str, Any]]] = {
            "chat": (f"{service.chatbot_url}/api/chat", own, {"message": "Hello.", "wait": False}),
            "manual_user": (manual, own, {**said, "role": "user"}),
            "manual_agent": (manual, agents, {**said, "role": "agent"}),
            "workbench": (
                f"{service.workbench_url}/api/sessions/{customer.name}/messages",
                agents,
                {"content": "Hello."},
            ),
        }

    async def send(
        self, call: str, *, kind: str = "application/json", token: str | None = None, parts: int = 1, **changes: Any
    ) -> httpx.Response:
        url, own, body = self._calls[call]
        data = json.dumps(body | changes).encode()

        async def pieces() -> AsyncIterator[bytes]:
            size = -(-len(data) // parts)
            for start in range(0, len(data), size):
                yield data[start : start + size]

        headers = {"Content-Type": kind, "Authorization": own if token is None else token}
        return await self._http.post(url, content=data if parts == 1 else pieces(), headers=headers)


@pytest.fixture
async def caller(http: httpx.AsyncClient, sqlite_service: Service) -> Caller:
    customer = await open_customer(http, sqlite_service.chatbot_url)
    agent = await signed_in(http, sqlite_service.workbench_url)
    await agent.succeed("takeover", customer.name)
    return Caller(sqlite_service, http, customer, agent)


@pytest.mark.parametrize("call", CALLS)
async def test_both_ways_answer_alike(caller: Caller, call: str) -> None:
    short = (await caller.send(call, client_message_id="one")).json()
    again = (await caller.send(call, client_message_id="one", kind=LONG_WAY)).json()
    in_parts = (await caller.send(call, client_message_id="one", parts=5)).json()
    assert (short["replayed"], again["replayed"], in_parts["replayed"]) == (False, True, True)
    assert {**short, "replayed": True} == again == in_parts


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "wrong",
    [
        {"token": ""},
        {"token": "Bearer none"},
        {"client_message_id": "no spaces"},
        {"client_message_id": 7},
        {"content": "", "message": ""},
        {"content": "\ud800", "message": "\ud800"},
        {"content": None, "message": None},
        {"surplus": True},
        {"session_name": "not/a/name"},
    ],
    ids=str,
)
async def test_both_ways_refuse_alike(caller: Caller, call: str, wrong: dict[str, Any]) -> None:
    short = await caller.send(call, **wrong)
    long = await caller.send(call, kind=LONG_WAY, **wrong)
    assert short.status_code == long.status_code
    assert 400 <= short.status_code < 500
    assert short.json() == long.json()
    assert short.headers["content-type"] == long.headers["content-type"] == "application/problem+json"
    assert short.headers.get("www-authenticate") == long.headers.get("www-authenticate")
