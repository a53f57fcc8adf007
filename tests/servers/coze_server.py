"""Coze as its clients see it, over real HTTP: tokens by RS256, conversations, and workflow chats as event streams.

It keys everything by the `session_name` of the token and by the conversation, and refuses whatever does not fit.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from infrastructure.ai.coze import CozeAccount
from tests.servers.plain_http import Exchange, HttpServer, Json
from tests.servers.server_process import HOST

TOKEN_PATH = "/api/permission/oauth2/token"
CONVERSATION_PATH = "/v1/conversation/create"
CHAT_PATH = "/v1/workflows/chat"

CLIENT_ID = "1234567890"
KEY_ID = "public key of the tests"
WORKFLOW_ID = "73505836754923"
APP_ID = "7442086830"

# 2048 bits, as Coze's own: made once, as it takes a while.
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE_KEY = _KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
_PUBLIC_KEY = _KEY.public_key()

MAX_MESSAGES = 50


@dataclass
class Token:
    """An access token and for whom it is. `used` counts the requests that it was good for."""

    text: str
    session_name: str
    expires_at: float
    used: int = 0


@dataclass(frozen=True)
class Refusal:
    """What a request is refused with, instead of being served."""

    status: int
    code: int = 0
    headers: Json = field(default_factory=dict)
    message: str = "refused"


class CozeServer:
    """Serves as long as the block lasts. A chat is answered by the next of `plays`, else by `memory`."""

    def __init__(self) -> None:
        self._http = HttpServer(self._handle)
        self._numbers = itertools.count(7_382_159_487_131_697_202)
        self._jtis: set[str] = set()
        self.token_seconds = 3600.0
        # What is told of a token's end, if it is not the truth.
        self.told_seconds: float | None = None
        self.slow_tokens = 0.0
        self.tokens: list[Token] = []
        # Conversations by their id, each with the session that it belongs to.
        self.conversations: dict[str, str] = {}
        # What was said in each conversation of a session.
        self.said: dict[tuple[str, str], list[str]] = {}
        # The bodies of the chats that were begun, in order.
        self.chats: list[Json] = []
        self.requests: list[str] = []
        self.refusals: dict[str, deque[Refusal]] = {
            path: deque() for path in (TOKEN_PATH, CONVERSATION_PATH, CHAT_PATH)
        }
        self.plays: deque[Play] = deque()
        # What a chat is refused with whose conversation was deleted: a status, and what the body says.
        self.gone: tuple[int, Json] = (200, {"code": 4200, "msg": "The conversation does not exist."})
        self._deleted: set[str] = set()

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._http.__aexit__(kind, error, traceback)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._http.port}"

    @property
    def account(self) -> CozeAccount:
        return CozeAccount(self.url, WORKFLOW_ID, APP_ID, CLIENT_ID, KEY_ID, PRIVATE_KEY)

    def delete_conversations(self) -> None:
        """Somebody has deleted all conversations at Coze."""
        self._deleted |= self.conversations.keys()

    def revoke_all(self) -> None:
        """No token is good any more."""
        for token in self.tokens:
            token.expires_at = 0.0

    def asked(self, path: str) -> int:
        """How many requests came for a path."""
        return self.requests.count(path)

    async def _handle(self, exchange: Exchange) -> None:
        path = exchange.request.path
        assert exchange.request.method == "POST"
        self.requests.append(path)
        if self.refusals[path]:
            refusal = self.refusals[path].popleft()
            await exchange.respond(
                refusal.status, _error(refusal.code or refusal.status, refusal.message), refusal.headers
            )
        elif path == TOKEN_PATH:
            await self._grant(exchange)
        elif (token := self._token_of(exchange)) is None:
            await exchange.respond(401, _error(4100))
        elif path == CONVERSATION_PATH:
            await self._create(exchange, token)
        else:
            await self._chat(exchange, token)

    async def _grant(self, exchange: Exchange) -> None:
        request = exchange.request
        assertion = request.headers["authorization"].removeprefix("Bearer ")
        try:
            assert jwt.get_unverified_header(assertion)["kid"] == KEY_ID
            claims = jwt.decode(
                assertion,
                _PUBLIC_KEY,
                algorithms=["RS256"],
                issuer=CLIENT_ID,
                audience=self.url.removeprefix("http://"),
                options={"require": ["iss", "aud", "iat", "exp", "jti", "session_name"]},
            )
            assert claims["jti"] not in self._jtis
            assert request.json["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        except (AssertionError, jwt.InvalidTokenError):
            await exchange.respond(401, {"error_code": "invalid_client", "error_message": "jwt is not valid"})
            return
        self._jtis.add(claims["jti"])
        await asyncio.sleep(self.slow_tokens)
        token = Token(f"czs_{secrets.token_hex(16)}", claims["session_name"], time.time() + self.token_seconds)
        self.tokens.append(token)
        told = token.expires_at if self.told_seconds is None else time.time() + self.told_seconds
        await exchange.respond(200, {"access_token": token.text, "expires_in": int(told), "token_type": "Bearer"})

    def _token_of(self, exchange: Exchange) -> Token | None:
        text = exchange.request.headers.get("authorization", "").removeprefix("Bearer ")
        token = next((token for token in self.tokens if token.text == text), None)
        if token is None or token.expires_at <= time.time():
            return None
        token.used += 1
        return token

    async def _create(self, exchange: Exchange, token: Token) -> None:
        conversation_id = str(next(self._numbers))
        self.conversations[conversation_id] = token.session_name
        data = {"id": conversation_id, "created_at": int(time.time()), "meta_data": {}, "last_section_id": "1"}
        await exchange.respond(200, {"code": 0, "msg": "", "data": data, "detail": {"logid": "log"}})

    async def _chat(self, exchange: Exchange, token: Token) -> None:
        body = exchange.request.json
        messages = body.get("additional_messages", [])
        known = (body.get("workflow_id"), body.get("app_id")) == (WORKFLOW_ID, APP_ID)
        if not known or not 0 < len(messages) <= MAX_MESSAGES or messages[-1]["role"] != "user":
            await exchange.respond(400, _error(4000))
        elif body.get("parameters", {}).get("session_name") != token.session_name:
            await exchange.respond(403, _error(4101))
        elif body.get("conversation_id") in self._deleted:
            await exchange.respond(*self.gone)
        elif self.conversations.get(body.get("conversation_id", "")) != token.session_name:
            await exchange.respond(403, _error(4200))
        else:
            self.chats.append(body)
            said = self.said.setdefault((token.session_name, body["conversation_id"]), [])
            said.extend(message["content"] for message in messages)
            chat = Chat(exchange, str(next(self._numbers)), body["conversation_id"], said)
            await exchange.begin("text/event-stream; charset=utf-8")
            await (self.plays.popleft() if self.plays else memory)(chat)


class Chat:
    """One chat in the making. What is sent goes out at once, or is held back until `flush` cuts it into pieces."""

    def __init__(self, exchange: Exchange, chat_id: str, conversation_id: str, said: list[str]) -> None:
        self.exchange = exchange
        self.said = said
        self._ids = {"conversation_id": conversation_id, "section_id": "1"}
        self._chat_id = chat_id
        self._held: bytearray | None = None

    def hold(self) -> None:
        """Keep what is sent from now on until `flush`."""
        self._held = bytearray()

    async def flush(self, size: int) -> None:
        """Send what was held back in pieces of so many bytes."""
        held, self._held = self._held or bytearray(), None
        for start in range(0, len(held), size):
            await self.exchange.write(bytes(held[start : start + size]))

    async def raw(self, content: bytes) -> None:
        if self._held is None:
            await self.exchange.write(content)
        else:
            self._held += content

    async def send(self, event: str, data: Json | str) -> None:
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        await self.raw(f"event:{event}\ndata:{text}\n\n".encode())

    async def chat(self, step: str, **more: object) -> None:
        """An event of the chat: created, in_progress, completed, failed or requires_action."""
        data = {"id": self._chat_id, **self._ids, "status": step, "last_error": {"code": 0, "msg": ""}, **more}
        await self.send(f"conversation.chat.{step}", data)

    async def begin(self) -> None:
        await self.chat("created")
        await self.chat("in_progress")

    async def delta(self, text: str, *, id: str = "m1", type: str = "answer", **more: object) -> None:  # noqa: A002
        await self.send("conversation.message.delta", self._message(text, id, type, more))

    async def whole(self, text: str, *, id: str = "m1", type: str = "answer", **more: object) -> None:  # noqa: A002
        await self.send("conversation.message.completed", self._message(text, id, type, more))

    async def verbose(self, kind: str) -> None:
        content = json.dumps({"msg_type": kind, "data": "", "from_module": None, "from_unit": None})
        await self.whole(content, id="v1", type="verbose")

    async def complete(self, *, input_tokens: int = 0, output_tokens: int = 0) -> None:
        """The orderly end."""
        await self.verbose("generate_answer_finish")
        usage = {
            "token_count": input_tokens + output_tokens,
            "input_count": input_tokens,
            "output_count": output_tokens,
        }
        await self.chat("completed", usage=usage)
        await self.done()

    async def done(self) -> None:
        await self.send("done", {"debug_url": "https://coze.example/work_flow?execute_id=1"})

    async def end(self) -> None:
        await self.exchange.end()

    def _message(self, text: str, message_id: str, kind: str, more: Json) -> Json:
        return {
            "id": message_id,
            **self._ids,
            "chat_id": self._chat_id,
            "role": "assistant",
            "type": kind,
            "content": text,
            "content_type": "text",
            **more,
        }


Play = Callable[[Chat], Awaitable[None]]


async def memory(chat: Chat) -> None:
    """Answers with all that was said in this conversation so far, the last message included."""
    await chat.begin()
    text = " | ".join(chat.said)
    for start in range(0, len(text), 7):
        await chat.delta(text[start : start + 7])
    await chat.whole(text)
    await chat.complete(input_tokens=len(chat.said), output_tokens=1)
    await chat.end()


def _error(code: int, message: str = "refused") -> Json:
    return {"code": code, "msg": message, "detail": {"logid": "log of the refusal"}}
