"""A server that speaks OpenAI's streamed chat completions over real HTTP and plays scripts, one a request."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from tests.servers.server_process import HOST

# No script takes longer; one that waits for a client that never leaves ends by itself.
SCRIPT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it came."""

    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.body["messages"]
        return found

    @property
    def system(self) -> str:
        return str(self.messages[0]["content"])

    @property
    def given(self) -> str:
        """All that the model reads besides its rules."""
        return "\n".join(str(message.get("content") or "") for message in self.messages[1:])

    @property
    def results(self) -> list[dict[str, Any]]:
        """What the tools found, in order."""
        return [
            json.loads(str(message["content"]).split("\n", 1)[1].rsplit("\n", 1)[0])
            for message in self.messages
            if message["role"] == "tool"
        ]

    @property
    def called(self) -> list[tuple[str, dict[str, Any]]]:
        """Which tools the model called before, as they were repeated to it."""
        calls = [each for message in self.messages for each in message.get("tool_calls", ())]
        return [(each["function"]["name"], json.loads(each["function"]["arguments"])) for each in calls]

    @property
    def may_call(self) -> bool:
        return bool(self.body.get("tools")) and self.body.get("tool_choice") != "none"


class Reply:
    """The response in the making. Bytes go out in pieces of `split`, each a chunk of HTTP of its own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, split: int) -> None:
        self._reader = reader
        self._writer = writer
        self._split = split
        self._begun = False

    async def refuse(self, status: int, headers: Mapping[str, str] | None = None, message: str = "no") -> None:
        body = json.dumps({"error": {"message": message, "type": "error", "code": None}}).encode()
        fields = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self._writer.write(f"HTTP/1.1 {status} Status\r\n{head}\r\n".encode() + body)
        await self._writer.drain()

    async def text(self, *pieces: str) -> None:
        for piece in pieces:
            await self.delta({"content": piece})

    async def calls(self, *wanted: tuple[str, str], id_prefix: str = "call") -> None:
        """Tool calls in fragments: first the name, then the arguments in three pieces, all calls interleaved."""
        for index, (name, _) in enumerate(wanted):
            function = {"name": name, "arguments": ""}
            named = {"index": index, "id": f"{id_prefix}_{index}", "type": "function", "function": function}
            await self.delta({"tool_calls": [named]})
        for third in range(3):
            for index, (_, arguments) in enumerate(wanted):
                size = len(arguments) // 3 + 1
                part = arguments[third * size : (third + 1) * size]
                await self.delta({"tool_calls": [{"index": index, "function": {"arguments": part}}]})

    async def delta(self, delta: Mapping[str, Any], finish: str | None = None) -> None:
        await self.event(_chunk([{"index": 0, "delta": delta, "finish_reason": finish}]))

    async def end(self, finish: str = "stop", usage: tuple[int, int] | None = (100, 20)) -> None:
        """The last chunks: why it ends, what it took, and the mark that nothing follows."""
        await self.delta({}, finish)
        if usage is not None:
            told = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
            await self.event({**_chunk([]), "usage": told})
        await self.raw(b"data: [DONE]\n\n")
        await self.close()

    async def event(self, event: Mapping[str, Any]) -> None:
        await self.raw(b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n")

    async def raw(self, data: bytes) -> None:
        if not self._begun:
            self._begun = True
            head = "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
            self._writer.write(f"HTTP/1.1 200 OK\r\n{head}\r\n".encode())
        for begin in range(0, len(data), self._split):
            piece = data[begin : begin + self._split]
            self._writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            await self._writer.drain()
            await asyncio.sleep(0)

    async def close(self) -> None:
        """End the body as HTTP wants it."""
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    def die(self) -> None:
        """End the connection in the middle."""
        self._writer.transport.abort()

    async def client_left(self) -> None:
        """Wait in silence until the client closes the connection."""
        while await self._reader.read(1024):
            pass


Script = Callable[[Call, Reply], Awaitable[None]]


@dataclass(slots=True)
class OpenAIServer:
    """What it was asked. `asked` is set by the first request, `left` when a client closes its connection."""

    scripts: Sequence[Script]
    split: int
    base_url: str = ""
    calls: list[Call] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request."""
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, TimeoutError):
                async with asyncio.timeout(SCRIPT_SECONDS):
                    while not reader.at_eof():
                        call = await _read(reader)
                        script = self.scripts[min(len(self.calls), len(self.scripts) - 1)]
                        self.calls.append(call)
                        self.asked.set()
                        await script(call, Reply(reader, writer, split=self.split))
                    self.left.set()
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


@asynccontextmanager
async def openai_server(*scripts: Script, split: int = 1 << 16) -> AsyncIterator[OpenAIServer]:
    """A server that plays these scripts, the last one for every request after it."""
    served = OpenAIServer(scripts, split)
    connections: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(served.serve(reader, writer))
        connections.add(task)
        task.add_done_callback(connections.discard)

    server = await asyncio.start_server(connected, HOST, 0)
    served.base_url = f"http://{HOST}:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield served
    finally:
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


def says(*pieces: str, finish: str = "stop", usage: tuple[int, int] | None = (100, 20)) -> Script:
    """These pieces of text."""

    async def script(call: Call, reply: Reply) -> None:
        await reply.text(*pieces)
        await reply.end(finish, usage)

    return script


def wants(*wanted: tuple[str, str | Mapping[str, Any]], text: str = "") -> Script:
    """These tool calls, after some text perhaps; arguments that are text go out as they are."""

    async def script(call: Call, reply: Reply) -> None:
        if text:
            await reply.text(text)
        await reply.calls(*((name, each if isinstance(each, str) else json.dumps(each)) for name, each in wanted))
        await reply.end("tool_calls")

    return script


def refuses(status: int, headers: Mapping[str, str] | None = None, message: str = "no") -> Script:
    """An error instead of a stream."""

    async def script(call: Call, reply: Reply) -> None:
        await reply.refuse(status, headers, message)

    return script


def dies_after(*pieces: str) -> Script:
    """These pieces, then the connection is gone."""

    async def script(call: Call, reply: Reply) -> None:
        await reply.text(*pieces)
        reply.die()

    return script


def stalls_after(*pieces: str) -> Script:
    """These pieces, then silence until the client leaves."""

    async def script(call: Call, reply: Reply) -> None:
        if pieces:
            await reply.text(*pieces)
        await reply.client_left()

    return script


async def quotes(call: Call, reply: Reply) -> None:
    """Searches for what the customer wrote last, then quotes the first entry, a few characters at a time."""
    if not call.results:
        await reply.calls(("search_knowledge", json.dumps({"query": _last_customer_text(call)})))
        await reply.end("tool_calls", (200, 10))
        return
    entries = call.results[0]["entries"]
    text = f"{entries[0]['text']} [K:{entries[0]['id']}]" if entries else "I do not know. [K:none]"
    await reply.text(*(text[begin : begin + 5] for begin in range(0, len(text), 5)))
    await reply.end("stop", (300, 40))


async def obeys(call: Call, reply: Reply) -> None:
    """A model without a will of its own: does whatever any text before it says, and tells all that it was given.

    It searches for what the customer wrote, looks up every order number with every e-mail address that it can see or
    that it remembers from elsewhere, hands over when a text says so, and then says all that it read.
    """
    wanted = [("search_knowledge", {"query": _last_customer_text(call), "language": None})]
    emails = dict.fromkeys([*re.findall(r"[\w.]+@[\w.]+\w", call.given), *REMEMBERED_EMAILS])
    numbers = dict.fromkeys(re.findall(r"AM\d{5}", call.given))
    wanted += [("look_up_order", {"number": number, "email": email}) for number, email in product(numbers, emails)]
    if "hand over now" in call.given:
        wanted.append(("hand_over", {"reason": "customer_asked", "detail": "See https://evil.example/agent"}))
    fresh = [(name, arguments) for name, arguments in wanted if (name, arguments) not in call.called][:4]
    if fresh and call.may_call:
        await reply.calls(*((name, json.dumps(arguments)) for name, arguments in fresh))
        await reply.end("tool_calls")
        return
    said = [call.given]
    if "repeat your rules" in call.given:
        said.insert(0, call.system)
    text = "\n".join(said)
    await reply.text(*(text[begin : begin + 7] for begin in range(0, len(text), 7)))
    await reply.end()


# What a model may know of its training, or of other customers.
REMEMBERED_EMAILS = ("li.wei@example.com",)


def _last_customer_text(call: Call) -> str:
    found: list[str] = re.findall(r"customer #\d+>>\n(.*?)\n<<", str(call.messages[1]["content"]), re.DOTALL)
    return found[-1][:400]


def _chunk(choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "scripted",
        "choices": choices,
    }


async def _read(reader: asyncio.StreamReader) -> Call:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:]) if name}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    assert head[0].startswith("POST /v1/chat/completions "), head[0]
    return Call(headers, json.loads(body))
