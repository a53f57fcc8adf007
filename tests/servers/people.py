"""Customers and agents as tests play them, over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, Self

import httpx

# A test that waits longer than this for an event has found a fault.
EVENT_SECONDS = 15.0

Json = dict[str, Any]


@asynccontextmanager
async def web() -> AsyncIterator[httpx.AsyncClient]:
    """What people reach the services with: as many connections as they like."""
    async with httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=None)) as client:
        yield client


class Stream:
    """One event stream, read in the background into `events`. Ids and events come in the order of the wire."""

    def __init__(self) -> None:
        self.events: list[Json] = []
        self.ids: list[int] = []
        self.ended = False
        self._news = asyncio.Event()

    def of(self, *types: str) -> list[Json]:
        """The events of these types so far."""
        return [event for event in self.events if event["type"] in types]

    @property
    def entries(self) -> list[Json]:
        """The timeline as this stream has told it: the entries of `history`, then those that came."""
        found: list[Json] = []
        for event in self.events:
            if event["type"] == "reset":
                found.clear()
            elif event["type"] == "history":
                found.extend(event["payload"]["messages"])
            elif "seq" in event:
                found.append(event)
        return found

    @property
    def seqs(self) -> list[int]:
        return [entry["seq"] for entry in self.entries]

    def with_text(self, text: str) -> list[Json]:
        """The entries that say just this."""
        return [entry for entry in self.entries if entry["payload"].get("content") == text]

    @property
    def texts(self) -> list[str]:
        return [entry["payload"]["content"] for entry in self.entries if "content" in entry["payload"]]

    async def until(self, found: Callable[[Self], object], seconds: float = EVENT_SECONDS) -> None:
        """Wait until `found(self)` is true; `AssertionError` with what came instead."""
        try:
            async with asyncio.timeout(seconds):
                while not found(self):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            told = [(event["type"], event.get("seq")) for event in self.events]
            raise AssertionError(f"not seen within {seconds} s; the stream told: {told}") from None

    async def read(self, response: httpx.Response) -> None:
        """Take in what comes until the stream ends."""
        with contextlib.suppress(httpx.TransportError):
            await self.take_in(response.aiter_bytes())
        self.ended = True
        self._news.set()

    async def take_in(self, chunks: AsyncIterator[bytes]) -> None:
        """Take in frames, however they are cut into chunks."""
        # Not by `aiter_lines`: it takes U+2028 and its like, which a message may hold, for the end of a line.
        rest = b""
        async for data in chunks:
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                self._take(line)
            self._news.set()

    def _take(self, line: bytes) -> None:
        if line.startswith(b"id: "):
            self.ids.append(int(line[4:]))
        elif line.startswith(b"data: "):
            self.events.append(json.loads(line[6:]))


class Person:
    """Somebody with a token, talking to one service."""

    def __init__(self, http: httpx.AsyncClient, base: str, token: str) -> None:
        self.http = http
        self.base = base
        self.token = token

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.http.get(self.base + path, headers=self.headers, params=params)

    async def post(self, path: str, body: Json | None = None) -> httpx.Response:
        return await self.http.post(self.base + path, headers=self.headers, json={} if body is None else body)

    async def delete(self, path: str, **params: Any) -> httpx.Response:
        return await self.http.delete(self.base + path, headers=self.headers, params=params)

    @asynccontextmanager
    async def follow(self, path: str, last_event_id: int | str | None = None) -> AsyncIterator[Stream]:
        """An open stream, read in the background."""
        headers = {**self.headers, **({} if last_event_id is None else {"Last-Event-ID": str(last_event_id)})}
        async with self._reading("GET", path, headers) as stream:
            yield stream

    @asynccontextmanager
    async def _reading(
        self, method: str, path: str, headers: dict[str, str], body: Json | None = None
    ) -> AsyncIterator[Stream]:
        async with self.http.stream(method, self.base + path, headers=headers, json=body, timeout=None) as response:
            assert response.status_code == 200, await response.aread()
            stream = Stream()
            reading = asyncio.create_task(stream.read(response))
            try:
                yield stream
            finally:
                reading.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await reading


class Customer(Person):
    """A customer with a session of their own."""

    def __init__(self, http: httpx.AsyncClient, base: str, opened: Json) -> None:
        super().__init__(http, base, opened["token"])
        self.name: str = opened["session_name"]

    def at(self, base: str) -> Customer:
        """The same customer, talking to another process."""
        return Customer(self.http, base, {"token": self.token, "session_name": self.name})

    async def say(self, text: str, *, client_message_id: str | None = None, wait: bool = False) -> httpx.Response:
        body: Json = {"message": text, "wait": wait}
        if client_message_id is not None:
            body["client_message_id"] = client_message_id
        return await self.post("/api/chat", body)

    async def ask(self, text: str) -> Json:
        """Say something and wait for the AI's answer, which is returned."""
        response = await self.say(text, wait=True)
        assert response.status_code == 200, response.text
        assert response.json()["reply"] is not None, response.text
        reply: Json = response.json()["reply"]
        return reply

    async def history(self) -> list[Json]:
        """The timeline as this customer may read it."""
        response = await self.get(f"/api/sessions/{self.name}", limit=500)
        assert response.status_code == 200, response.text
        messages: list[Json] = response.json()["messages"]
        return messages

    async def escalate(self) -> httpx.Response:
        return await self.post("/api/manual/escalate", {"session_name": self.name})

    def stream(self, last_event_id: int | str | None = None) -> contextlib.AbstractAsyncContextManager[Stream]:
        return self.follow(f"/api/sessions/{self.name}/events", last_event_id)

    @asynccontextmanager
    async def stream_unread(self) -> AsyncIterator[asyncio.StreamReader]:
        """An open stream of which nobody reads more than the first line, as on a phone in a tunnel."""
        address = httpx.URL(self.base)
        connection = socket.socket()
        # A little is read ahead; what more there is waits on the other side.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, (address.host, address.port))
        reader, writer = await asyncio.open_connection(sock=connection, limit=1024)
        try:
            writer.write(
                f"GET /api/sessions/{self.name}/events HTTP/1.1\r\nHost: {address.host}\r\n"
                f"Authorization: Bearer {self.token}\r\n\r\n".encode()
            )
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            yield reader
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def chat_stream(self, text: str) -> contextlib.AbstractAsyncContextManager[Stream]:
        """Say something and follow the turn."""
        return self._reading("POST", "/api/chat/stream", self.headers, {"message": text})


class AgentPerson(Person):
    """A signed-in agent."""

    def __init__(self, http: httpx.AsyncClient, base: str, signed_in: Json) -> None:
        super().__init__(http, base, signed_in["access_token"])
        self.id: str = signed_in["agent"]["id"]
        self.refresh_token: str = signed_in["refresh_token"]

    def at(self, base: str) -> AgentPerson:
        """The same agent, talking to another process."""
        account = {"id": self.id}
        return AgentPerson(
            self.http,
            base,
            {"access_token": self.token, "refresh_token": self.refresh_token, "agent": account},
        )

    async def act(self, action: str, name: str, body: Json | None = None) -> httpx.Response:
        return await self.post(f"/api/sessions/{name}/{action}", body)

    async def succeed(self, action: str, name: str, body: Json | None = None) -> Json:
        """The same for what must work; what it answered."""
        response = await self.act(action, name, body)
        assert response.status_code == 200, response.text
        answer: Json = response.json()
        return answer

    async def read(self, name: str) -> Json:
        """The session and its timeline."""
        response = await self.get(f"/api/sessions/{name}", limit=500)
        assert response.status_code == 200, response.text
        answer: Json = response.json()
        return answer

    async def say(self, name: str, text: str, *, client_message_id: str | None = None) -> httpx.Response:
        body: Json = {"content": text}
        if client_message_id is not None:
            body["client_message_id"] = client_message_id
        return await self.act("messages", name, body)

    def stream(
        self, name: str, last_event_id: int | str | None = None
    ) -> contextlib.AbstractAsyncContextManager[Stream]:
        return self.follow(f"/api/sessions/{name}/events", last_event_id)

    def desk(self) -> contextlib.AbstractAsyncContextManager[Stream]:
        return self.follow("/api/events")


async def open_customer(http: httpx.AsyncClient, base: str, **body: Any) -> Customer:
    """A customer who has just opened a session."""
    response = await http.post(base + "/api/sessions", json=body)
    assert response.status_code == 201, response.text
    return Customer(http, base, response.json())


async def sign_in(http: httpx.AsyncClient, base: str, username: str = "mina") -> AgentPerson:
    """A demo agent, signed in."""
    passwords = {"mina": "demo-mina-2468", "jun": "demo-jun-1357", "admin": "demo-admin-8642"}
    response = await http.post(base + "/api/auth/login", json={"username": username, "password": passwords[username]})
    assert response.status_code == 200, response.text
    return AgentPerson(http, base, response.json())


async def signed_in(http: httpx.AsyncClient, base: str, username: str = "mina") -> AgentPerson:
    """A demo agent, signed in once for all who ask: a password takes long to check, by design."""
    key = (base, username)
    if key not in _SIGNED_IN:
        agent = await sign_in(http, base, username)
        account = {"id": agent.id}
        _SIGNED_IN[key] = {"access_token": agent.token, "refresh_token": agent.refresh_token, "agent": account}
    return AgentPerson(http, base, _SIGNED_IN[key])


_SIGNED_IN: dict[tuple[str, str], Json] = {}


async def raw_exchange(base: str, head: str, body: Iterable[bytes]) -> tuple[int, dict[str, str], bytes]:
    """Write a request as it is, for as long as the service reads it, and read the answer until the connection ends."""
    address = httpx.URL(base)
    reader, writer = await asyncio.open_connection(address.host, address.port)

    async def write() -> None:
        with contextlib.suppress(OSError):
            writer.write(head.encode())
            for piece in body:
                writer.write(piece)
                await writer.drain()

    writing = asyncio.create_task(write())
    try:
        async with asyncio.timeout(EVENT_SECONDS):
            answer_head = await reader.readuntil(b"\r\n\r\n")
            status, *lines = answer_head.decode("latin-1").strip().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            answer = await reader.readexactly(int(headers.get("content-length", "0")))
    finally:
        writing.cancel()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    return int(status.split()[1]), headers, answer
