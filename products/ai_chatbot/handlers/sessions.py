"""A customer's session: opening it, reading it, following it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from domain.authority import StreamHolder
from domain.entry import Audience
from domain.session import Customer, Session
from domain.view import session_view
from infrastructure.bootstrap.runtime import Runtime
from products.ai_chatbot.dependencies import CUSTOMER_COOKIE, AnsweringHere, OwnSession, OwnStream
from products.ai_chatbot.schemas import OpenedOut, OpenIn
from products.web.authority import MAX_SEQ, last_event_id, set_cookie
from products.web.dependencies import DeskHere, RuntimeHere
from products.web.openapi import event_stream, problems
from products.web.schemas import HistoryOut, TicketOut
from products.web.streaming import EventStream
from products.web.timeline import page_of, stream_of
from services.conversation import open_session

router = APIRouter(prefix="/api/sessions", tags=["sessions"])

_DAY = 24 * 60 * 60


@router.post(
    "", status_code=201, response_model=OpenedOut, response_model_exclude_unset=True, responses=problems(413, 422, 503)
)
async def open_(
    body: OpenIn, response: Response, runtime: RuntimeHere, desk: DeskHere, answering: AnsweringHere
) -> dict[str, Any]:
    """Open a session. Needs no token; the token in the answer opens this session and nothing else."""
    customer = Customer(body.customer_name.strip(), body.customer_email.strip())
    session = await open_session(desk, language=body.language, customer=customer)
    answering.open(session.name)
    return opened(runtime, response, session)


@router.get(
    "/{name}", response_model=HistoryOut, response_model_exclude_unset=True, responses=problems(401, 403, 404, 422, 503)
)
async def read(
    name: OwnSession,
    runtime: RuntimeHere,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Annotated[int | None, Query(ge=1, le=MAX_SEQ)] = None,
) -> dict[str, Any]:
    """The session and the last entries of its timeline (numbered below `before`)."""
    return await page_of(runtime, name, Audience.EVERYONE, limit=limit, before=before)


@router.get(
    "/{name}/events",
    response_class=EventStream,
    responses={
        **event_stream("`connected`, `history` (or what follows `Last-Event-ID`), then live."),
        **problems(401, 403, 404, 422, 503),
    },
)
async def events(
    name: OwnStream, runtime: RuntimeHere, cursor: Annotated[int | None, Depends(last_event_id)]
) -> EventStream:
    """Follow the session."""
    return await stream_of(runtime, name, Audience.EVERYONE, cursor=cursor)


@router.post("/{name}/ticket", response_model=TicketOut, responses=problems(401, 403, 422))
async def ticket(name: OwnSession, runtime: RuntimeHere) -> dict[str, Any]:
    """A ticket for `?token=` of this session's stream, for clients that cannot send headers."""
    issued = runtime.tokens.for_stream(name, StreamHolder(name))
    return {"ticket": issued.token, "expires_at": issued.expires_at}


def opened(runtime: Runtime, response: Response, session: Session) -> dict[str, Any]:
    """What a caller who opened a session gets: the session, its token, and the same token as a cookie for streams."""
    issued = runtime.tokens.for_customer(session.name)
    seconds = runtime.settings.customer_token_days * _DAY
    set_cookie(response, runtime, CUSTOMER_COOKIE, issued, path="/api/sessions", seconds=seconds)
    return {
        "session_name": session.name,
        "token": issued.token,
        "expires_at": issued.expires_at,
        "session": session_view(session, Audience.EVERYONE),
    }
