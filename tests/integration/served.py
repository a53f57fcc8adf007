"""A session in which a person serves, for tests of what may be sent to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import httpx

from tests.servers.people import AgentPerson, Customer, Json, open_customer, signed_in
from tests.servers.service import Service

Where = Literal["chat", "stream", "manual", "message", "note"]


@dataclass(frozen=True)
class Desk:
    """The session and who is in it."""

    http: httpx.AsyncClient
    service: Service
    customer: Customer
    mina: AgentPerson

    async def everything(self) -> Json:
        """All that a refused request could have changed."""
        whole = await self.mina.read(self.customer.name)
        listed = (await self.mina.get("/api/sessions", limit=1)).json()
        return {"session": whole, "total": listed["total"], "last": listed["sessions"][0]}

    async def send(self, where: Where, body: bytes, content_type: str | None = "application/json") -> httpx.Response:
        """A body as it is, with the token that the call wants."""
        name, base = self.customer.name, self.service.chatbot_url
        person: AgentPerson | Customer = self.customer
        paths = {"chat": "/api/chat", "stream": "/api/chat/stream", "manual": "/api/manual/messages"}
        path = paths.get(where, f"/api/sessions/{name}/{where}s")
        if where in ("message", "note"):
            person, base = self.mina, self.service.workbench_url
        headers = person.headers | ({} if content_type is None else {"Content-Type": content_type})
        return await self.http.post(base + path, content=body, headers=headers)


def is_problem(answer: httpx.Response, status: int, code: str, **members: str) -> None:
    """Whether an answer is a problem document of this kind, with these members."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"], problem["type"]) == (status, code, "about:blank")
    assert problem["title"]
    assert problem["detail"]
    assert {key: problem.get(key) for key in members} == members


async def open_desk(http: httpx.AsyncClient, service: Service) -> Desk:
    """A customer whom mina serves, so that both may write."""
    customer = await open_customer(http, service.chatbot_url)
    mina = await signed_in(http, service.workbench_url)
    await mina.succeed("takeover", customer.name)
    return Desk(http, service, customer, mina)
