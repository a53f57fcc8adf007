"""The connections to Coze, and what cozepy leaves out about them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from infrastructure.ai.coze.failures import CozeFailed, names_a_missing_conversation
from infrastructure.ai.coze.library import AsyncHTTPClient

# A server that is there accepts within one.
_CONNECT_SECONDS = 5.0
# Requests are small.
_WRITE_SECONDS = 10.0
# One turn is one connection for as long as it lasts; more of them at once would only wait at Coze.
_MAX_CONNECTIONS = 500
_MAX_IDLE_CONNECTIONS = 50

# An answer is sent in small pieces and once as a whole; nothing that is meant well is longer.
_MAX_LINE_BYTES = 1 << 20

# What Python takes for the end of a line, and JSON for a part of the text. Other such characters JSON escapes anyway.
_LINE_BREAKS_IN_TEXT = tuple((sign.encode(), f"\\u{ord(sign):04x}".encode()) for sign in "\u0085\u2028\u2029")


class CozeHttp(AsyncHTTPClient):
    """What cozepy sends its requests with; closed by whoever made it.

    A status other than 2xx raises `CozeFailed` with what cozepy does not tell: the status and `Retry-After`. Redirects
    are not followed, as no token should travel on.
    """

    def __init__(self, *, silence_seconds: float) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            timeout=httpx.Timeout(
                connect=_CONNECT_SECONDS, read=silence_seconds, write=_WRITE_SECONDS, pool=_CONNECT_SECONDS
            ),
            limits=httpx.Limits(max_connections=_MAX_CONNECTIONS, max_keepalive_connections=_MAX_IDLE_CONNECTIONS),
            follow_redirects=False,
        )

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        response = await super().send(request, **options)
        if not response.is_success:
            raise await _refusal(response)
        if "event-stream" in response.headers.get("content-type", "") and isinstance(
            response.stream, httpx.AsyncByteStream
        ):
            response.stream = ReadableEvents(response.stream)
        return response


class ReadableEvents(httpx.AsyncByteStream):
    """An event stream (WHATWG HTML, 9.2) as cozepy can read it: whole lines, with the fields `event` and `data` alone.

    cozepy would stop at a comment, as they keep connections open, at other fields, and at a line break of Unicode's
    within a text.
    """

    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        rest = b""
        async for chunk in self._stream:
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > _MAX_LINE_BYTES:
                raise CozeFailed("a line without an end")
            if readable := b"".join(map(_readable, lines)):
                yield readable
        yield _readable(rest)

    async def aclose(self) -> None:
        await self._stream.aclose()


def _readable(line: bytes) -> bytes:
    if not line.startswith((b"event:", b"data:")):
        return b""
    for sign, escaped in _LINE_BREAKS_IN_TEXT:
        line = line.replace(sign, escaped)
    return line + b"\n"


async def _refusal(response: httpx.Response) -> CozeFailed:
    try:
        await response.aread()
        body = response.json()
    except (httpx.HTTPError, ValueError):
        body = None
    finally:
        await response.aclose()
    code = body.get("code") if isinstance(body, dict) else None
    return CozeFailed(
        "refused",
        status=response.status_code,
        code=code if isinstance(code, int) else 0,
        log_id=response.headers.get("x-tt-logid") or _log_id_in(body),
        retry_after=_retry_after(response.headers.get("retry-after", "")),
        conversation_gone=names_a_missing_conversation(body.get("msg") if isinstance(body, dict) else None),
    )


def _log_id_in(body: Any) -> str:
    detail = body.get("detail") if isinstance(body, dict) else None
    log_id = detail.get("logid") if isinstance(detail, dict) else None
    return log_id if isinstance(log_id, str) else ""


def _retry_after(text: str) -> float | None:
    """In seconds, of either form of the header (RFC 9110, 10.2.3)."""
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None
