"""Errors as `application/problem+json` (RFC 9457): the one place that renders them."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from domain import errors

log = structlog.get_logger("baton.web")

MEDIA_TYPE = "application/problem+json"

# The first class that an error is an instance of decides, so the special stand before the general.
_STATUS: tuple[tuple[type[errors.BatonError], int], ...] = (
    (errors.InvalidInput, 422),
    (errors.Unauthenticated, 401),
    (errors.LockedOut, 429),
    (errors.LookupsExhausted, 429),
    (errors.Forbidden, 403),
    (errors.NotFound, 404),
    (errors.Conflict, 409),
    (errors.Contended, 503),
    (errors.Unavailable, 503),
    (errors.Misconfigured, 500),
)

# What a caller who is told "503" should wait at least, in seconds.
_RETRY_SECONDS = 1


def install(app: FastAPI) -> None:
    """Render every error of this application as a problem."""
    app.add_exception_handler(errors.BatonError, _on_baton_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(Exception, _on_bug)


def document(status: int, code: str, detail: str, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A problem as JSON. What the error says besides never overrides the document's own members."""
    own = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    renamed = {("session_status" if key == "status" else key): value for key, value in (extra or {}).items()}
    return {**renamed, **own}


def of_error(error: errors.BatonError) -> dict[str, Any]:
    """The problem that an error of ours is."""
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    return document(status, error.code, error.detail, error.extra)


def rendered(problem: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """A problem as a response."""
    return Response(
        orjson.dumps(problem), status_code=problem["status"], media_type=MEDIA_TYPE, headers=dict(headers or {})
    )


def response_to(error: errors.BatonError) -> Response:
    """The problem that an error of ours is, as a response."""
    problem = of_error(error)
    headers: dict[str, str] = {}
    if problem["status"] == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, errors.LockedOut | errors.LookupsExhausted):
        headers["Retry-After"] = str(error.retry_after)
    if problem["status"] == 503:
        headers["Retry-After"] = str(_RETRY_SECONDS)
    return rendered(problem, headers)


async def _on_baton_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.BatonError)  # noqa: S101 - registered for this class only
    return response_to(error)


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    complaints = [{"field": _field(found["loc"]), "problem": found["msg"]} for found in error.errors()]
    first = complaints[0]
    # What was sent is not repeated: it may be a password.
    return rendered(
        document(
            422,
            errors.InvalidInput.code,
            f"{first['field']}: {first['problem']}",
            {"field": first["field"], "errors": complaints},
        )
    )


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == 400:
        # What the framework says of a body that it cannot decode; JSON that is merely malformed comes to
        # `_on_invalid_request`.
        return response_to(errors.InvalidInput("body", "must be JSON in UTF-8"))
    code = HTTPStatus(error.status_code).name.lower()
    return rendered(document(error.status_code, code, str(error.detail)), error.headers)


async def _on_bug(request: Request, error: Exception) -> Response:
    # Starlette logs the traceback and raises on; the caller learns nothing of our insides.
    return rendered(document(500, "internal_error", "Something went wrong on our side."))


def _field(location: tuple[int | str, ...]) -> str:
    """`body.message` as `message`; where the body itself is wrong, `body`."""
    inner = [str(part) for part in location[1:] if not isinstance(part, int)]
    return ".".join(inner) or str(location[0])
