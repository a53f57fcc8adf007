"""Talking to the AI (and, once a person serves, to the person)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Request, Response

from domain.entry import Audience
from domain.errors import TransitionForbidden
from domain.event import event_of
from domain.view import session_view
from products.ai_chatbot.dependencies import AnsweringHere, CustomerSession, answering_of, customer_of, require_own
from products.ai_chatbot.handlers.sessions import opened
from products.ai_chatbot.schemas import ChatAndWaitIn, ChatIn, ChatOut, NewConversationIn, OpenedOut
from products.ai_chatbot.turn import reply_to, turn_over
from products.web.dependencies import DeskHere, RuntimeHere, desk_of, runtime_of
from products.web.openapi import event_stream, problems
from products.web.straight import StraightCall
from products.web.streaming import EventStream
from products.web.timeline import stream_of
from services.conversation import open_session, post_customer_message
from services.handoff import close_as_customer

router = APIRouter(prefix="/api", tags=["chat"])

_PROBLEMS = problems(401, 403, 404, 409, 413, 422, 503)


@router.post("/chat", response_model=ChatOut, response_model_exclude_unset=True, responses=_PROBLEMS)
async def chat(
    body: ChatAndWaitIn, customer: CustomerSession, runtime: RuntimeHere, desk: DeskHere, answering: AnsweringHere
) -> dict[str, Any]:
    """Say something. Once this answers, the message is kept."""
    name = require_own(body.session_name, customer)
    appended = await post_customer_message(desk, name, body.message, client_message_id=body.client_message_id)
    answering.answer(name)
    session, reply = appended.session, None
    if body.wait:
        reply = await reply_to(runtime, appended, seconds=answering.longest_seconds)
        # The turn may have changed hands.
        session = await runtime.store.get(name)
    return {
        "message": event_of(appended.entries[-1]).as_json(),
        "reply": None if reply is None else event_of(reply).as_json(),
        "session": session_view(session, Audience.EVERYONE),
        "replayed": appended.replayed,
    }


async def _chat(request: Request, body: ChatAndWaitIn, _: Mapping[str, str]) -> dict[str, Any]:
    runtime = await runtime_of(request)
    customer = await customer_of(request, runtime)
    return await chat(body, customer, runtime, await desk_of(request), await answering_of(request))


STRAIGHT = StraightCall(re.compile("/api/chat"), ChatAndWaitIn, _chat)


@router.post(
    "/chat/stream",
    response_class=EventStream,
    responses={**event_stream("The message, the answer as it is made, and whatever else happens."), **_PROBLEMS},
)
async def chat_stream(
    body: ChatIn, customer: CustomerSession, runtime: RuntimeHere, desk: DeskHere, answering: AnsweringHere
) -> EventStream:
    """Say something and follow the session until the AI has answered or hands have changed."""
    name = require_own(body.session_name, customer)
    appended = await post_customer_message(desk, name, body.message, client_message_id=body.client_message_id)
    response = await stream_of(
        runtime, name, Audience.EVERYONE, cursor=appended.entries[0].seq - 1, until=turn_over(appended)
    )
    # Only now, so that no delta is said before somebody listens.
    answering.answer(name)
    return response


@router.post(
    "/conversation/new",
    status_code=201,
    response_model=OpenedOut,
    response_model_exclude_unset=True,
    responses=problems(401, 404, 413, 422, 503),
)
async def new_conversation(
    body: NewConversationIn,
    response: Response,
    customer: CustomerSession,
    runtime: RuntimeHere,
    desk: DeskHere,
    answering: AnsweringHere,
) -> dict[str, Any]:
    """Close the caller's session and open a fresh one."""
    before = await runtime.store.get(customer)
    with suppress(TransitionForbidden):
        # It may be closed already.
        await close_as_customer(desk, customer)
    session = await open_session(desk, language=body.language or before.language, customer=before.customer)
    answering.open(session.name)
    return opened(runtime, response, session)
