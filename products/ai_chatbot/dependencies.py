"""What the customer's handlers are given: who is calling, and what to answer with."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from domain.authority import StreamHolder
from domain.errors import TokenInvalid, TokenMissing, WrongSession
from products.web.authority import bearer, session_name
from products.web.dependencies import RuntimeHere
from services.answering import Answering

# Holds the customer's token for streams that a browser's EventSource opens; nothing else reads it.
CUSTOMER_COOKIE = "baton_customer"


async def answering_of(request: Request) -> Answering:
    """This process's part in answering."""
    answering: Answering = request.app.state.answering
    return answering


async def customer_of(request: Request, runtime: RuntimeHere) -> str:
    """The session that the caller's token opens."""
    return runtime.tokens.read_customer(bearer(request))


async def own_session(
    customer: Annotated[str, Depends(customer_of)], name: Annotated[str, Depends(session_name)]
) -> str:
    """The session in the path, which must be the caller's; whether another one exists is not told."""
    return require_own(name, customer)


async def own_stream(
    request: Request,
    name: Annotated[str, Depends(session_name)],
    runtime: RuntimeHere,
    token: str | None = None,
) -> str:
    """The session in the path, for a stream: by header, by ticket (`?token=`) or by cookie."""
    if "authorization" in request.headers:
        return require_own(name, runtime.tokens.read_customer(bearer(request)))
    if token is not None:
        if runtime.tokens.read_ticket(token, name) != StreamHolder(name):
            raise TokenInvalid
        return name
    cookie = request.cookies.get(CUSTOMER_COOKIE)
    if cookie is None:
        raise TokenMissing
    return require_own(name, runtime.tokens.read_customer(cookie))


def require_own(name: str | None, customer: str) -> str:
    """The caller's session; `WrongSession` when the one they name is another."""
    if name is not None and name != customer:
        raise WrongSession
    return customer


AnsweringHere = Annotated[Answering, Depends(answering_of)]
CustomerSession = Annotated[str, Depends(customer_of)]
OwnSession = Annotated[str, Depends(own_session)]
OwnStream = Annotated[str, Depends(own_stream)]
