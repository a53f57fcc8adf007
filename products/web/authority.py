"""Who is calling: tokens as requests carry them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request, Response

from domain.authority import Issued
from domain.errors import InvalidInput, TokenMissing
from domain.session import checked_session_name
from infrastructure.bootstrap.runtime import Runtime


def bearer(request: Request) -> str:
    """The token of the Authorization header, or `TokenMissing`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenMissing
    return token.strip()


async def token_of(request: Request) -> str:
    """The same, for a handler that decides itself whose token it must be."""
    return bearer(request)


async def session_name(
    name: Annotated[str, Path(description="The session's name.", examples=["s_4fzyo82mvyr0lh3bpo"])],
) -> str:
    """The well-formed name in the path."""
    return checked_session_name(name)


async def last_event_id(request: Request) -> int | None:
    """Where a stream goes on: the header that a reconnecting client sends, or None; `InvalidInput` unless a number.

    A client that has seen nothing yet may send it empty, as the living standard allows.
    """
    value = request.headers.get("last-event-id", "").strip()
    if not value:
        return None
    # Longer than any number that a timeline can reach is as good as malformed.
    if not (value.isascii() and value.isdigit()) or len(value) > MAX_CURSOR_DIGITS:
        raise InvalidInput("Last-Event-ID", "must be the id of an event: a number")
    return int(value)


# 18 digits fit the databases' 64-bit integers.
MAX_CURSOR_DIGITS = 18

# A timeline's numbers are 32-bit integers to the databases; asked for more, PostgreSQL refuses the statement.
MAX_SEQ = 2**31 - 1


def set_cookie(response: Response, runtime: Runtime, name: str, issued: Issued, *, path: str, seconds: float) -> None:
    """Hand a token to the browser so that no script can read it and no other site can send it."""
    response.set_cookie(
        name,
        issued.token,
        max_age=int(seconds),
        path=path,
        httponly=True,
        secure=runtime.settings.cookie_secure,
        samesite="strict",
    )
