"""One call of a model: a streamed chat completion (platform.openai.com/docs/api-reference/chat), from any endpoint that
speaks it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx2
import openai
import orjson
import structlog
from openai.types.chat import ChatCompletionChunk, ChatCompletionFunctionToolParam, ChatCompletionMessageParam
from openai.types.chat.chat_completion_chunk import ChoiceDeltaToolCall

from domain.engine import Usage
from domain.errors import Unavailable

log = structlog.get_logger("baton.openai")

# Connections, 429 and 5xx are tried again before the stream begins; a stream that has begun never is, as part of it has
# been shown.
_RETRIES = 2
# Asked to wait longer than this, another engine is quicker. The SDK would wait for up to two minutes.
_MAX_RETRY_AFTER_SECONDS = 4.0

# A model that calls more at once, or writes longer arguments, has lost its way.
_MAX_CALLS = 4
_MAX_ARGUMENTS_CHARACTERS = 8_000

# After the reason why it ended a stream holds what it took, and closes. One that stays open is not waited for.
_ENDING_SECONDS = 1.0

# Reasons for an end that is none of the model's choice: the bound of tokens, and filters (Azure's).
_CUT = frozenset({"length", "content_filter"})


@dataclass(frozen=True, slots=True)
class ModelTerms:
    """Which model, where, and its bounds. `chunk_seconds` is how long a stream may be silent."""

    api_key: str = field(repr=False)
    model: str
    base_url: str = "https://api.openai.com/v1"
    max_output_tokens: int = 1_000
    token_limit_field: Literal["max_completion_tokens", "max_tokens"] = "max_completion_tokens"  # noqa: S105 - a name
    connect_seconds: float = 5.0
    chunk_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class ToolRequest:
    """What a model asked for; `arguments` is JSON if the model keeps to the protocol."""

    id: str
    name: str
    arguments: str

    @property
    def is_json(self) -> bool:
        """Whether the arguments are what the protocol says."""
        try:
            return isinstance(orjson.loads(self.arguments), dict)
        except orjson.JSONDecodeError:
            return False


@dataclass(frozen=True, slots=True)
class Completed:
    """The end of a call: what the model wants done before it goes on, and what the call took (None: not told).

    `is_cut`: the model had more to say.
    """

    requests: tuple[ToolRequest, ...]
    usage: Usage | None
    is_cut: bool = False


class Model:
    """The endpoint. Every method raises `Unavailable` when it does not answer as it must."""

    def __init__(self, terms: ModelTerms) -> None:
        timeout = httpx2.Timeout(terms.chunk_seconds, connect=terms.connect_seconds)
        self._terms = terms
        self._client = openai.AsyncOpenAI(
            api_key=terms.api_key,
            base_url=terms.base_url,
            max_retries=_RETRIES,
            timeout=timeout,
            http_client=openai.DefaultAsyncHttpxClient(
                timeout=timeout,
                # What customers say goes to the address that the settings name, and to no other.
                follow_redirects=False,
                event_hooks={"response": [_rather_fail_than_wait]},
            ),
        )

    @property
    def name(self) -> str:
        return self._terms.model

    async def call(
        self,
        messages: Sequence[ChatCompletionMessageParam],
        tools: Sequence[ChatCompletionFunctionToolParam] = (),
        *,
        may_use_tools: bool = True,
    ) -> AsyncGenerator[str | Completed, None]:
        """Yield the pieces of the text, then one `Completed`. Closing it closes the connection at once."""
        offered: dict[str, Any] = {"tools": list(tools), "tool_choice": "auto" if may_use_tools else "none"}
        limit: dict[str, Any] = {self._terms.token_limit_field: self._terms.max_output_tokens}
        requests, usage, ended = _Requests(), None, ""
        async with _failures():
            stream = await self._client.chat.completions.create(
                model=self._terms.model,
                messages=list(messages),
                stream=True,
                stream_options={"include_usage": True},
                **limit,
                **(offered if tools else {}),
            )
            async with aclosing(stream):
                while chunk := await _next(stream, _ENDING_SECONDS if ended else None):
                    usage = _usage(chunk) or usage
                    # Nothing in a chunk is checked by the SDK, and endpoints differ.
                    for choice in chunk.choices or ():
                        ended = ended or str(choice.finish_reason or "")
                        if text := _text(choice.delta.content if choice.delta else None):
                            yield text
                        requests.take((choice.delta.tool_calls if choice.delta else None) or ())
            if not ended or ended == "error":
                raise Unavailable("The model's stream ended too early.", reason="unfinished")
        yield Completed(requests.all(), usage, is_cut=ended in _CUT)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


class _Requests:
    """Tool calls put together of their fragments."""

    def __init__(self) -> None:
        self._calls: list[dict[str, str]] = []
        self._at: dict[int, dict[str, str]] = {}

    def take(self, fragments: Sequence[ChoiceDeltaToolCall]) -> None:
        for fragment in fragments:
            # The SDK makes them of whatever came: any part may be missing.
            function = getattr(fragment, "function", None)
            name = str(getattr(function, "name", None) or "")
            call_id = str(getattr(fragment, "id", None) or "")
            index = getattr(fragment, "index", None) or 0
            call = self._at.get(index)
            if call is None or (name and call["name"] and _is_another(call, call_id)):
                call = {"id": call_id or f"call_{len(self._calls)}", "name": "", "arguments": ""}
                self._at[index] = call
                if len(self._calls) < _MAX_CALLS:
                    self._calls.append(call)
            if not call["name"]:
                call["name"], call["id"] = name[:_MAX_NAME_CHARACTERS], call_id or call["id"]
            arguments = getattr(function, "arguments", None) or ""
            if not isinstance(arguments, str):
                arguments = orjson.dumps(arguments).decode()
            call["arguments"] = (call["arguments"] + arguments)[:_MAX_ARGUMENTS_CHARACTERS]

    def all(self) -> tuple[ToolRequest, ...]:
        return tuple(
            ToolRequest(each["id"], each["name"], each["arguments"] or "{}") for each in self._calls if each["name"]
        )


# Longer than any tool's; the name is repeated to the model.
_MAX_NAME_CHARACTERS = 64


def _is_another(call: dict[str, str], call_id: str) -> bool:
    """Whether a fragment with a name begins another call: some endpoints give every call the same index, or none, and
    then each has an id of its own, or not even that, but comes as a whole.
    """
    if call_id:
        return call_id != call["id"]
    return ToolRequest(call["id"], call["name"], call["arguments"]).is_json


async def _next(stream: openai.AsyncStream[ChatCompletionChunk], seconds: float | None) -> ChatCompletionChunk | None:
    """The next chunk; None at the end. With `seconds` there need not be one: within so long, or at all."""
    try:
        async with asyncio.timeout(seconds):
            return await anext(stream, None)
    except (TimeoutError, openai.APIConnectionError):
        if seconds is None:
            raise
        return None


def _text(content: object) -> str:
    """What is said, which some endpoints send in parts, among others that are not to be shown."""
    if isinstance(content, list):
        parts = (part.get("text") for part in content if isinstance(part, dict) and part.get("type") == "text")
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


@asynccontextmanager
async def _failures() -> AsyncGenerator[None, None]:
    """What goes wrong on the way becomes `Unavailable`. An endpoint's own words are not kept: they may hold the key."""
    status: int | None = None
    try:
        yield
        return
    except openai.APIStatusError as error:
        reason, status = "status", error.status_code
    except openai.APITimeoutError:
        reason = "timeout"
    except openai.APIConnectionError:
        reason = "connection"
    except (openai.APIError, ValueError, AttributeError, TypeError):
        # An error within the stream, or a chunk that is none.
        reason = "protocol"
    except Unavailable as error:
        reason = str(error.extra["reason"])
    raise unavailable(reason, status)


def unavailable(reason: str, status: int | None = None) -> Unavailable:
    """The error to raise when there is no answer; one line in the log says why."""
    log.warning("model_failed", reason=reason, status=status)
    return Unavailable("The model does not answer.", reason=reason, status=status)


async def _rather_fail_than_wait(response: httpx2.Response) -> None:
    """Keep the SDK from a retry that comes too late. It obeys this header (openai/_base_client.py: _should_retry)."""
    asked = response.headers.get("retry-after")
    if asked is None:
        return
    try:
        too_long = float(asked) > _MAX_RETRY_AFTER_SECONDS
    except ValueError:
        # A date: no endpoint of this kind sends one, so nobody knows by whose clock.
        too_long = True
    if too_long:
        response.headers["x-should-retry"] = "false"


def _usage(chunk: ChatCompletionChunk) -> Usage | None:
    told = (getattr(chunk.usage, name, None) for name in ("prompt_tokens", "completion_tokens"))
    taken, made = (count if isinstance(count, int) and count > 0 else 0 for count in told)
    return Usage(taken, made) if taken or made else None
