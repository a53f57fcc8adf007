"""The AI's turn: at most one answer in the making, to all that the customer said since the last; none after a takeover.

`speech.py` shows what grows, `attempt.py` hears one engine out, `engines.py` says which to ask; here the turn is
decided and saved.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog

from domain import conversation, handoff
from domain.engine import Answer, ToolCall, Turn
from domain.entry import Audience, Source
from domain.errors import BatonError
from domain.offer import accepted_offer, apology
from domain.ports import Engine, Regulator
from domain.regulator import Verdict
from domain.session import Escalation, EscalationReason, Session, Severity
from domain.step import Appended, ReplyLease, Step
from domain.turn import OFFERS_PERSON, failures_after, language_of, turn_of
from services.attempt import attempt
from services.desk import Desk, tell
from services.engines import Engines
from services.handoff import said_so_far
from services.speech import ReplyTerms, Speech

__all__ = ["ReplyTerms", "Speakers", "reply"]

log = structlog.get_logger("baton.reply")

# What an engine is given of the conversation: more than a follow-up refers to, little enough to be cheap.
CONTEXT_ENTRIES = 60
# The regulator reads a usual message in a fraction of a millisecond, this much in some ten. What is longer it reads in
# a thread: 10,000 characters can take 35 ms, and every other conversation would wait for them.
JUDGED_AT_ONCE_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True)
class Speakers:
    """Who takes part in a turn besides the customer."""

    engines: Engines
    regulator: Regulator


async def reply(desk: Desk, speakers: Speakers, name: str, terms: ReplyTerms) -> Appended | None:
    """Answer what the customer waits for; None when there is nothing to answer, or it is not ours to answer.

    When the customer writes on meanwhile, the answer is made anew and takes everything into account.
    """
    try:
        while claimed := await desk.store.claim_reply(name, owner=terms.owner, seconds=terms.lease_seconds):
            session, lease = claimed
            step = await _decided_whatever_fails(desk, speakers, session, lease, terms)
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


async def _decided_whatever_fails(
    desk: Desk, speakers: Speakers, session: Session, lease: ReplyLease, terms: ReplyTerms
) -> Step | None:
    try:
        return await _decided(desk, speakers, session, lease, terms)
    except BatonError:
        # The database: nothing could be saved now, and later everything can.
        raise
    except Exception:
        # A mistake of ours would be made again at every try, and the customer wait for ever.
        log.exception("turn_failed", session_name=session.name)
        shown = (await desk.store.get(session.name)).speaking
        data = {"reply_id": shown.reply_id if shown else uuid.uuid4().hex, "confident": False, OFFERS_PERSON: True}
        text = apology(session.language, offering=True)
        return conversation.assistant_message(session, text, lease=lease, data=data, failures=session.failures + 1)


async def _decided(
    desk: Desk, speakers: Speakers, session: Session, lease: ReplyLease, terms: ReplyTerms
) -> Step | None:
    """The step that ends the turn; None when the turn is no longer wanted as it was begun."""
    entries = await desk.store.latest_entries(session.name, audience=Audience.EVERYONE, limit=CONTEXT_ENTRIES)
    turn = turn_of(session, entries)
    verdict = _accepted(turn) or await _judged_before_an_answer(turn, speakers.regulator)
    if verdict is not None:
        return await _escalation(desk, session, lease, verdict)
    speech = Speech(desk, session, lease, terms)
    said = await _said(speakers.engines, turn, speech, terms)
    if said is None:
        return None
    verdict = _judged(turn, lambda: speakers.regulator.judge_answer(turn, said.answer))
    return await _answer(desk, session, lease, turn, said, verdict)


@dataclass(frozen=True, slots=True)
class _Said:
    """The answer, the engine that gave it (None for an apology), those that failed before it, what it looked up."""

    answer: Answer
    reply_id: str
    engine: Engine | None
    failed: tuple[str, ...] = ()
    tools: tuple[ToolCall, ...] = ()


async def _said(engines: Engines, turn: Turn, speech: Speech, terms: ReplyTerms) -> _Said | None:
    """The answer of the first engine that has one, else an apology: an engine may fail in any way, and the customer
    gets an answer. None when none is wanted any more.
    """
    failed: list[str] = []
    for engine, breaker in engines.in_turn():
        speech.begin_anew()
        try:
            made = await attempt(engine, turn, speech, terms)
        except Exception as error:  # noqa: BLE001
            breaker.failed()
            failed.append(engine.name)
            log.warning("engine_failed", session_name=turn.session_name, engine=engine.name, error=type(error).__name__)
            continue
        if made is None:
            return None
        breaker.succeeded()
        return _Said(made.answer, speech.reply_id, engine, tuple(failed), made.tools)
    sorry = Answer(apology(language_of(turn), offering=True), confident=False)
    return _Said(sorry, speech.reply_id, None, tuple(failed))


def _accepted(turn: Turn) -> Verdict | None:
    """A plain yes to the person whom an apology offered is a wish for one, whichever engine would answer next."""
    if not accepted_offer(turn):
        return None
    seq = turn.utterances[-1].seq
    return Verdict(EscalationReason.USER_REQUEST, Severity.NORMAL, "accepted_offer", turn.question.strip(), seq)


async def _judged_before_an_answer(turn: Turn, regulator: Regulator) -> Verdict | None:
    def judged() -> Verdict | None:
        return _judged(turn, lambda: regulator.judge(turn))

    return judged() if len(turn.question) <= JUDGED_AT_ONCE_CHARACTERS else await asyncio.to_thread(judged)


def _judged(turn: Turn, judge: Callable[[], Verdict | None]) -> Verdict | None:
    """The regulator's verdict; none when it fails: the customer is answered all the same."""
    try:
        return judge()
    except Exception as error:  # noqa: BLE001
        log.error("regulator_failed", session_name=turn.session_name, error=type(error).__name__)
        return None


async def _answer(
    desk: Desk, session: Session, lease: ReplyLease, turn: Turn, said: _Said, verdict: Verdict | None
) -> Step:
    answer, is_apology = said.answer, said.engine is None
    data: dict[str, Any] = {"reply_id": said.reply_id, "confident": answer.confident}
    if said.engine is not None:
        data["engine"] = said.engine.name
    if answer.citations:
        data["citations"] = [{"id": cited.id, "title": cited.title, "url": cited.url} for cited in answer.citations]
    if answer.asks_back:
        data["asks_back"] = True
    if answer.choices:
        data["choices"] = list(answer.choices)
    escalation = _wish(answer) or (None if verdict is None else _escalation_of(verdict))
    text = answer.text
    if is_apology:
        text = apology(language_of(turn), offering=escalation is None)
        data |= {} if escalation else {OFFERS_PERSON: True}
    failures = failures_after(turn, answer)
    spoken = conversation.assistant_message(
        session, text, lease=lease, data=data, tools=said.tools, failed=said.failed, failures=failures
    )
    if escalation is None:
        return spoken
    moved = handoff.escalate(
        # The answer takes the place of what was shown of it.
        spoken.after,
        escalation,
        source=Source.AI_CHATBOT,
        reply=lease,
        said=await said_so_far(desk, session.name),
        # An engine that hands over says so itself, if it says anything.
        announced=answer.handover is not None and text != "",
    )
    drafts = spoken.drafts if text else spoken.drafts[:-1]
    return replace(moved, drafts=(*drafts, *moved.drafts))


async def _escalation(desk: Desk, session: Session, lease: ReplyLease, verdict: Verdict) -> Step:
    said = await said_so_far(desk, session.name)
    return handoff.escalate(session, _escalation_of(verdict), source=Source.AI_CHATBOT, reply=lease, said=said)


def _escalation_of(verdict: Verdict) -> Escalation:
    return Escalation(verdict.reason, verdict.severity, verdict.detail, time.time(), verdict.rule, verdict.seq)


def _wish(answer: Answer) -> Escalation | None:
    """The engine's own wish for a person."""
    if answer.handover is None:
        return None
    return Escalation(answer.handover.reason, Severity.NORMAL, answer.handover.detail, time.time(), "engine")
