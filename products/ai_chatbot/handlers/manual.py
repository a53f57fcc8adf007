"""Asking for a person, and talking while one serves (spec/4, P0-4)."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from domain.entry import Audience, Role, Source, checked_message
from domain.event import Event, EventType
from domain.session import EscalationReason, checked_session_name
from infrastructure.bootstrap.sse import enqueue_sse_message
from products.ai_chatbot.dependencies import AnsweringHere, CustomerSession, require_own
from products.ai_chatbot.schemas import EscalateIn, ManualMessageIn, ManualTypingIn
from products.web.authority import token_of
from products.web.dependencies import DeskHere, RuntimeHere, desk_of, runtime_of
from products.web.openapi import problems
from products.web.schemas import HistoryOut, PostedOut
from products.web.straight import StraightCall
from products.web.timeline import page_of, posted
from services.conversation import post_agent_message, post_customer_message
from services.handoff import escalate

router = APIRouter(prefix="/api/manual", tags=["manual"])

# The full state that spec/4 asks for, in one answer.
_STATE_ENTRIES = 100


@router.post(
    "/escalate",
    response_model=HistoryOut,
    response_model_exclude_unset=True,
    responses=problems(401, 403, 404, 409, 413, 422, 503),
)
async def manual_escalate(
    body: EscalateIn, customer: CustomerSession, runtime: RuntimeHere, desk: DeskHere, answering: AnsweringHere
) -> dict[str, Any]:
    """Ask for a person; 409 unless the AI serves. Answers with the session's full state."""
    name = require_own(checked_session_name(body.session_name), customer)
    answering.briefing.improve(await escalate(desk, name, reason=EscalationReason(body.reason), detail=body.detail))
    return await page_of(runtime, name, Audience.EVERYONE, limit=_STATE_ENTRIES)


@router.post(
    "/messages",
    response_model=PostedOut,
    response_model_exclude_unset=True,
    responses=problems(401, 403, 404, 409, 413, 422, 503),
)
async def manual_message(
    body: ManualMessageIn, token: Annotated[str, Depends(token_of)], runtime: RuntimeHere, desk: DeskHere
) -> dict[str, Any]:
    """Say something while a person is asked for or serves: `user` with the customer's token, `agent` with the serving
    agent's.
    """
    name = checked_session_name(body.session_name)
    if body.role == "agent":
        agent = runtime.tokens.read_agent(token)
        appended = await post_agent_message(
            desk,
            name,
            agent.as_assignee(),
            body.content,
            client_message_id=body.client_message_id,
            may_override=agent.is_admin,
        )
    else:
        require_own(name, runtime.tokens.read_customer(token))
        appended = await post_customer_message(
            desk,
            name,
            checked_message(body.content, field="content"),
            client_message_id=body.client_message_id,
            manual_only=True,
        )
    return posted(appended, Audience.EVERYONE)


async def _manual_message(request: Request, body: ManualMessageIn, _: Mapping[str, str]) -> dict[str, Any]:
    return await manual_message(body, await token_of(request), await runtime_of(request), await desk_of(request))


STRAIGHT = StraightCall(re.compile("/api/manual/messages"), ManualMessageIn, _manual_message)


@router.post("/typing", status_code=204, responses=problems(401, 403, 413, 422))
async def manual_typing(body: ManualTypingIn, customer: CustomerSession) -> None:
    """Tell the agent that the customer is typing; nothing is kept."""
    name = require_own(checked_session_name(body.session_name), customer)
    payload = {"role": Role.USER.value, "name": "", "active": body.active}
    event = Event(EventType.TYPING, payload, timestamp=time.time(), source=Source.AI_CHATBOT, session_name=name)
    await enqueue_sse_message(name, event.as_json())
