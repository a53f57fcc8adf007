"""The AI's answer: at most one in the making, to all that the customer said since the last; none after a takeover."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, cast

import structlog

from domain import conversation, handoff
from domain.engine import Answer, Output, ToolCall, Turn, Utterance
from domain.entry import MESSAGE_TYPES, Audience, EntryType, Role, Source, checked_message
from domain.errors import BatonError, Unavailable
from domain.event import Event, EventType
from domain.ports import Engine
from domain.regulator import judge
from domain.session import Escalation, Language, Session, Severity
from domain.step import Appended, ReplyLease, Step
from services.desk import Desk, tell
from services.handoff import checked_detail

log = structlog.get_logger("baton.reply")

# What an engine is given of the conversation: more than a follow-up refers to, little enough to be cheap.
CONTEXT_ENTRIES = 60
# How often a running reply makes sure that it is still wanted (and renews its lease).
RENEWAL_SECONDS = 1.0
# How long an engine that was told to stop is waited for; one that does not is left behind.
CLOSING_SECONDS = 2.0

# Said when the engine fails: the customer is never left without an answer.
_APOLOGY = {
    Language.ENGLISH: "I'm sorry, I couldn't find an answer just now. Please try again, or ask for a person.",
    Language.CHINESE: "抱歉，我暂时无法回答。请稍后再试，或者转接人工客服。",
}


@dataclass(frozen=True, slots=True)
class ReplyTerms:
    """`owner` names the process; a lease lasts `lease_seconds` and one answer takes at most `limit_seconds`."""

    owner: str
    lease_seconds: float
    limit_seconds: float


async def reply(desk: Desk, engine: Engine, name: str, terms: ReplyTerms) -> Appended | None:
    """Answer what the customer waits for; None when there is nothing to answer, or it is not ours to answer.

    When the customer writes on meanwhile, the answer is made anew and takes everything into account.
    """
    try:
        while claimed := await desk.store.claim_reply(name, owner=terms.owner, seconds=terms.lease_seconds):
            session, lease = claimed
            step = await _decide(desk, engine, session, lease, terms)
            appended = None if step is None else await desk.store.append(step)
            if step is not None and appended is not None:
                tell(desk, step, appended)
                return appended
    except BaseException:
        # Also when this is cancelled in the middle: another process can go on at once. However else the loop is left,
        # the lease has ended: by the answer, by a change of hands, or because another process took it.
        await _give_back(desk, name, terms)
        raise
    return None


async def _give_back(desk: Desk, name: str, terms: ReplyTerms) -> None:
    try:
        await asyncio.shield(desk.store.drop_reply(name, owner=terms.owner))
    except BatonError as error:
        # The lease runs out by itself, and what ended the reply is what its caller should hear.
        log.warning("lease_not_given_back", session_name=name, error=error.code)


async def _decide(desk: Desk, engine: Engine, session: Session, lease: ReplyLease, terms: ReplyTerms) -> Step | None:
    """The step that ends the turn; None when the turn is no longer wanted as it was begun."""
    turn = await _turn(desk, session)
    verdict = judge(turn)
    if verdict is not None:
        escalation = Escalation(verdict.reason, verdict.severity, verdict.detail, at=time.time())
        return handoff.escalate(session, escalation, source=Source.AI_CHATBOT, reply=lease)
    reply_id = uuid.uuid4().hex
    try:
        async with asyncio.timeout(terms.limit_seconds):
            answer = await _while_ours(desk, engine, turn, lease, reply_id, terms)
    except TimeoutError as error:
        answer = _apology(engine, turn, error)
    return None if answer is None else _step(session, lease, answer, reply_id)


async def _turn(desk: Desk, session: Session) -> Turn:
    entries = await desk.store.latest_entries(session.name, audience=Audience.EVERYONE, limit=CONTEXT_ENTRIES)
    said = [entry for entry in entries if entry.type in MESSAGE_TYPES]
    unanswered = sum(
        entry.type is EntryType.NEW_MESSAGE and entry.role is Role.USER and entry.seq > session.answered_seq
        for entry in said
    )
    utterances = tuple(
        Utterance(entry.role, entry.content, entry.seq, entry.author.name if entry.author else "") for entry in said
    )
    return Turn(session.name, session.language, session.customer, utterances, unanswered, session.failures)


async def _while_ours(
    desk: Desk, engine: Engine, turn: Turn, lease: ReplyLease, reply_id: str, terms: ReplyTerms
) -> Answer | None:
    """The engine's answer; None as soon as the lease is lost or the customer has written on."""
    speaking = asyncio.create_task(_answer(desk, engine, turn, lease, reply_id), name=f"engine {turn.session_name}")
    try:
        while not speaking.done():
            # A third of the lease leaves time for two more tries before anybody else may take it.
            await asyncio.wait([speaking], timeout=min(RENEWAL_SECONDS, terms.lease_seconds / 3))
            if not speaking.done() and not await _still_ours(desk, turn.session_name, lease, terms):
                return None
        # Cancelled, and not by us: something that the engine waited for was.
        return _apology(engine, turn, asyncio.CancelledError()) if speaking.cancelled() else speaking.result()
    finally:
        speaking.cancel()
        await asyncio.wait([speaking], timeout=CLOSING_SECONDS)


async def _still_ours(desk: Desk, name: str, lease: ReplyLease, terms: ReplyTerms) -> bool:
    try:
        again = await desk.store.claim_reply(name, owner=terms.owner, seconds=terms.lease_seconds)
    except Unavailable:
        # The answer need not be thrown away for that: if it is no longer wanted, the store will refuse it.
        return True
    return again is not None and again[1] == lease


async def _answer(desk: Desk, engine: Engine, turn: Turn, lease: ReplyLease, reply_id: str) -> Answer:
    """The engine's answer, or an apology: an engine may fail in any way, and the customer gets an answer."""
    try:
        return _sayable(await _speak(desk, engine, turn, lease, reply_id))
    except Exception as error:  # noqa: BLE001
        return _apology(engine, turn, error)


async def _speak(desk: Desk, engine: Engine, turn: Turn, lease: ReplyLease, reply_id: str) -> Answer:
    """Pass the engine's deltas on until its answer."""
    offset = 0
    # Engines are asynchronous generators; closing one stops it wherever it is.
    async with aclosing(cast(AsyncGenerator[Output, None], engine.reply(turn))) as outputs:
        async for output in outputs:
            if isinstance(output, Answer):
                return output
            if isinstance(output, ToolCall):
                continue
            payload = {"reply_id": reply_id, "epoch": lease.epoch, "offset": offset, "text": output.text}
            desk.announcer.announce(turn.session_name, _fleeting(turn.session_name, payload))
            offset += len(output.text)
    raise RuntimeError("the engine ended without an answer")


def _sayable(answer: Answer) -> Answer:
    """The answer, checked like what people say: no database keeps a NUL, and nobody wants an empty bubble.

    `InvalidInput` when it cannot be said; only one that hands over may be without words.
    """
    if answer.handover is None:
        return replace(answer, text=checked_message(answer.text))
    handover = replace(answer.handover, detail=checked_detail(answer.handover.detail))
    return replace(answer, text=checked_message(answer.text) if answer.text.strip() else "", handover=handover)


def _apology(engine: Engine, turn: Turn, error: BaseException) -> Answer:
    log.warning("engine_failed", session_name=turn.session_name, engine=engine.name, error=type(error).__name__)
    return Answer(_APOLOGY[turn.language], confident=False)


def _step(session: Session, lease: ReplyLease, answer: Answer, reply_id: str) -> Step:
    data: dict[str, Any] = {"reply_id": reply_id, "confident": answer.confident}
    if answer.citations:
        data["citations"] = [{"id": cited.id, "title": cited.title, "url": cited.url} for cited in answer.citations]
    said = conversation.assistant_message(session, answer.text, lease=lease, data=data)
    if answer.handover is None:
        return said
    escalation = Escalation(answer.handover.reason, Severity.NORMAL, answer.handover.detail, at=time.time())
    moved = handoff.escalate(session, escalation, source=Source.AI_CHATBOT, reply=lease)
    return replace(moved, drafts=(*said.drafts, *moved.drafts)) if answer.text else moved


def _fleeting(name: str, payload: dict[str, Any]) -> Event:
    return Event(EventType.AI_DELTA, payload, timestamp=time.time(), source=Source.AI_CHATBOT, session_name=name)
