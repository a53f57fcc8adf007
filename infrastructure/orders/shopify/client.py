"""One shop's Admin API: questions and answers, with Shopify's limits kept and its bad moments waited out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx2
import structlog
from gql import GraphQLRequest
from gql.transport.exceptions import TransportConnectionFailed, TransportError
from gql.transport.httpx import HTTPXAsyncTransport
from graphql import ExecutionResult
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from domain.errors import Unavailable
from infrastructure.orders.shopify.points import Points
from infrastructure.orders.shopify.shops import Shop

log = structlog.get_logger("baton.orders")

# Questions change nothing, so each may be asked again; beyond a few times somebody should rather be told.
_ATTEMPTS = 4
_BACKOFF = wait_random_exponential(multiplier=0.2, max=2)


class ShopClient:
    """Asks one shop. Opens connections when first asked, `close` ends them."""

    def __init__(self, shop: Shop, *, api_version: str, timeout_seconds: float) -> None:
        self._shop = shop
        self._seconds = timeout_seconds
        self._points = Points()
        self._transport = HTTPXAsyncTransport(
            f"{shop.origin}/admin/api/{api_version}/graphql.json",
            headers={"X-Shopify-Access-Token": shop.token, "User-Agent": "Baton"},
            timeout=timeout_seconds,
            # Before the body is read as an answer: a refusal may look like one.
            event_hooks={"response": [_raise_for_status]},
        )
        self._connecting = asyncio.Lock()

    @property
    def shop(self) -> Shop:
        return self._shop

    async def ask(self, question: GraphQLRequest, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer's data; `Unavailable`, and one line in the log, when there is none within the time limit."""
        await self._connect()
        name = _name(question)
        request = GraphQLRequest(question, variable_values=dict(variables), operation_name=name)
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(_NotNowError),
            wait=_pause,
            stop=stop_after_attempt(_ATTEMPTS) | stop_before_delay(self._seconds),
            reraise=True,
        )
        try:
            async with asyncio.timeout(self._seconds):
                answer: Mapping[str, Any] = await retrying(self._once, request, name)
                return answer
        except _NoAnswerError as error:
            reason, status = error.reason, error.status
        except TimeoutError:
            reason, status = "timeout", None
        log.warning("shop_failed", shop=self._shop.name, reason=reason, status=status)
        raise Unavailable("The shop does not answer.")

    async def close(self) -> None:
        """End the connections."""
        await self._transport.close()  # type: ignore[no-untyped-call]

    async def _connect(self) -> None:
        async with self._connecting:
            if self._transport.client is None:
                await self._transport.connect()  # type: ignore[no-untyped-call]

    async def _once(self, request: GraphQLRequest, name: str) -> Mapping[str, Any]:
        if seconds := self._points.spend(name):
            await asyncio.sleep(seconds)
        try:
            result = await self._transport.execute(request)
        except TransportConnectionFailed as error:
            raise _of_cause(error.__cause__) from None
        except (TransportError, UnicodeDecodeError):
            # The answer's text is not repeated: it may hold anything.
            raise _NotNowError("malformed") from None
        seconds = self._points.learn(name, result.extensions if isinstance(result.extensions, dict) else None)
        return self._data(result, seconds)

    def _data(self, result: ExecutionResult, seconds: float) -> Mapping[str, Any]:
        codes = _codes(result.errors)
        if isinstance(result.data, dict) and any(result.data.values()):
            if codes:
                # A field that the token may not read, for instance; the rest is good.
                log.warning("shop_answered_in_part", shop=self._shop.name, codes=sorted(codes))
            return result.data
        if "THROTTLED" in codes:
            raise _NotNowError("throttled", seconds=seconds or None)
        if not codes or codes & _PASSING:
            raise _NotNowError("malformed" if not codes else "error")
        raise _NoAnswerError(",".join(sorted(codes)).lower())


class _NoAnswerError(Exception):
    """No answer, and asking again would not help."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class _NotNowError(_NoAnswerError):
    """No answer yet; `seconds` is when to ask again, where that was said."""

    def __init__(self, reason: str, status: int | None = None, *, seconds: float | None = None) -> None:
        super().__init__(reason, status)
        self.seconds = seconds


# Codes of errors that may be gone in a moment.
_PASSING = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT"})
# 429: too many requests; 430: Shopify's own, for what looks like an attack; 408 and 5xx: its or a proxy's bad moment.
_PASSING_STATUSES = frozenset({408, 429, 430})


async def _raise_for_status(response: httpx2.Response) -> None:
    response.raise_for_status()


def _of_cause(cause: BaseException | None) -> _NoAnswerError:
    """What to make of a failed request: asked again where that may help."""
    if not isinstance(cause, httpx2.HTTPStatusError):
        # Refused, reset, cut off in the middle, or slow.
        return _NotNowError("timeout" if isinstance(cause, httpx2.TimeoutException) else "unreachable")
    status = cause.response.status_code
    if status in _PASSING_STATUSES or status >= 500:
        return _NotNowError("refused", status, seconds=_retry_after(cause.response))
    # 401 and 403: the token is not good (any more); 402 and 423: the shop is closed; 404: no such shop or version.
    return _NoAnswerError("refused", status)


def _retry_after(response: httpx2.Response) -> float | None:
    try:
        # Shopify says "2.0"; a date, which HTTP allows too, is not worth a parser.
        seconds = float(response.headers.get("Retry-After", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, _NotNowError) and error.seconds is not None:
        return error.seconds
    return _BACKOFF(state)


def _codes(errors: object) -> set[str]:
    """The codes of the errors in an answer, which may be a list (GraphQL) or a sentence (what stands before it)."""
    if not errors:
        return set()
    if not isinstance(errors, list):
        return {"UNKNOWN"}
    found = ((each.get("extensions") or {}).get("code") if isinstance(each, dict) else None for each in errors)
    return {code if isinstance(code, str) else "UNKNOWN" for code in found}


def _name(question: GraphQLRequest) -> str:
    (definition,) = question.document.definitions
    name: str = definition.name.value  # type: ignore[attr-defined]
    return name
