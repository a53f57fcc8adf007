"""The short way for the calls that every message takes.

The framework works out anew at each request what its dependencies, fields and response model are, which takes longer
than keeping the message does. A call that is plain in every respect comes by here straight to its handler; whatever is
not (another method, no JSON, a field that does not hold what it must) goes the long way through the framework, which
also documents it, and is answered there. Both ways end in the same handler.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson
from fastapi import Request, Response
from pydantic import BaseModel, ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.errors import BatonError
from products.web.problems import response_to

_Body = TypeVar("_Body", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class StraightCall(Generic[_Body]):
    """A POST to a path that `path` matches, its body a `model`. `answer` is given both and what the path names."""

    path: re.Pattern[str]
    model: type[_Body]
    answer: Callable[[Request, _Body, Mapping[str, str]], Awaitable[Mapping[str, Any]]]


class Straight:
    """Middleware that answers these calls; it stands within all other middleware."""

    def __init__(self, app: ASGIApp, calls: Sequence[StraightCall[Any]]) -> None:
        self._app = app
        self._calls = calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            for call in self._calls:
                if found := call.path.fullmatch(scope["path"]):
                    await self._answer(call, found.groupdict(), scope, receive, send)
                    return
        await self._app(scope, receive, send)

    async def _answer(
        self, call: StraightCall[Any], named: Mapping[str, str], scope: Scope, receive: Receive, send: Send
    ) -> None:
        request = Request(scope)
        sent = await _whole_body(receive)
        body = _read(call, request, sent)
        if body is None:
            await self._app(scope, _again(sent, receive), send)
            return
        try:
            payload = await call.answer(request, body, named)
        except BatonError as error:
            await response_to(error)(scope, receive, send)
            return
        await Response(orjson.dumps(payload), media_type="application/json")(scope, receive, send)


def _read(call: StraightCall[_Body], request: Request, sent: list[Message]) -> _Body | None:
    """The body, or None when it is not plainly what it must be."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return None
    if sent[-1]["type"] != "http.request":
        return None
    try:
        return call.model.model_validate(json.loads(b"".join(part.get("body", b"") for part in sent)))
    except (ValidationError, ValueError, RecursionError):
        return None


async def _whole_body(receive: Receive) -> list[Message]:
    """What the client sends, up to the end of the body (or of the connection)."""
    sent = [await receive()]
    while sent[-1]["type"] == "http.request" and sent[-1].get("more_body", False):
        sent.append(await receive())
    return sent


def _again(sent: list[Message], receive: Receive) -> Receive:
    """The same messages once more, and then what comes."""
    waiting = iter(sent)

    async def messages() -> Message:
        for message in waiting:
            return message
        return await receive()

    return messages
