"""Who speaks for us: the decisions that change it. Each takes the session as it is and returns the step to save."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from domain.entry import MESSAGE_TYPES, Audience, Draft, Entry, EntryType, Role, Source, is_blank
from domain.errors import InvalidInput, NotAssigned, TransitionForbidden
from domain.language import written_language
from domain.packet import Packet, packet_of
from domain.session import Action, Assignee, Escalation, Language, Session, Status, next_status
from domain.step import ReplyLease, Step

# The codes of entries for agents: why a person is called, before the change of status that says so to everyone, and a
# better packet than the one that came with it.
ESCALATION = "escalation"
PACKET = "packet"


def escalate(
    session: Session,
    escalation: Escalation,
    *,
    source: Source,
    by: Assignee | None = None,
    reply: ReplyLease | None = None,
    said: Sequence[Entry] = (),
    announced: bool = False,
) -> Step:
    """The AI stops answering and the session waits for a person.

    The customer is told so in the language in which they wrote, unless it is `announced` already; agents are told how
    urgent it is and what it stands on. `said` are the last entries of the timeline, agents' ones too: the packet is
    made of them.
    """
    after = _moved(session, Action.ESCALATE, escalation=escalation)
    change = _status_change(session, after, Action.ESCALATE, source, by, reason=escalation.reason.value)
    notice = Draft(
        EntryType.SYSTEM,
        Role.SYSTEM,
        source,
        content=_ESCALATED[_language(session, said)],
        data={"code": "escalated"},
    )
    told = () if announced else (notice,)
    drafts = (*_interrupted(session), *told, _grounds(escalation, source), change)
    return Step(session, after, drafts, reply, packet_of(after, said))


def take_over(session: Session, agent: Assignee, *, said: Sequence[Entry] = ()) -> Step:
    """`agent` speaks from here on; the AI is silent until release. `said` as for `escalate`."""
    after = _moved(session, Action.TAKEOVER, agent=agent, failures=0)
    return Step(
        session,
        after,
        (
            *_interrupted(session),
            _status_change(session, after, Action.TAKEOVER, Source.AGENT_WORKBENCH, agent),
            _assignment(session, agent, by=agent),
        ),
        # Whom the AI asked for is told what it was asked for with.
        packet=packet_of(after, said) if session.status is Status.BOT_ACTIVE else None,
    )


def brief(session: Session, packet: Packet) -> Step:
    """Whoever takes over is told more than when they were called: `packet` takes the place of the session's own."""
    data = {"code": PACKET, "packet": packet.as_json()}
    told = Draft(EntryType.SYSTEM, Role.SYSTEM, Source.SYSTEM, audience=Audience.AGENTS, data=data)
    return Step(session, session, (told,), packet=packet)


def transfer(session: Session, to: Assignee, *, by: Assignee, may_override: bool = False) -> Step:
    """Another agent speaks from here on. `InvalidInput` when the session is theirs already."""
    after = _moved(session, Action.TRANSFER, agent=to)
    require_assigned(session, by, may_override=may_override)
    if session.agent is not None and session.agent.id == to.id:
        raise InvalidInput("agent_id", "serves this session already")
    return Step(session, after, (_assignment(session, to, by=by),))


def release(session: Session, *, by: Assignee, may_override: bool = False) -> Step:
    """The AI answers again."""
    after = _moved(session, Action.RELEASE, agent=None, escalation=None, failures=0)
    require_assigned(session, by, may_override=may_override)
    notice = Draft(
        EntryType.SYSTEM,
        Role.SYSTEM,
        Source.AGENT_WORKBENCH,
        content=_RELEASED[session.language.value],
        author=by,
        data={"code": "released"},
    )
    return Step(session, after, (notice, _status_change(session, after, Action.RELEASE, Source.AGENT_WORKBENCH, by)))


def close(session: Session, *, source: Source, by: Assignee | None = None, may_override: bool = False) -> Step:
    """The conversation is over until the customer writes again. `by` is None when the customer closes it."""
    after = _moved(session, Action.CLOSE, agent=None, escalation=None, failures=0)
    if by is not None and session.status is Status.MANUAL_LIVE:
        require_assigned(session, by, may_override=may_override)
    return Step(session, after, (*_interrupted(session), _status_change(session, after, Action.CLOSE, source, by)))


def reopened(session: Session) -> tuple[Session, Draft]:
    """The session as a message of its customer reopens it, and the entry that says so."""
    after = _moved(session, Action.REOPEN)
    return after, _status_change(session, after, Action.REOPEN, Source.AI_CHATBOT, None)


def require_assigned(session: Session, agent: Assignee, *, may_override: bool = False) -> None:
    """`NotAssigned` unless `agent` serves the session, or may act for whoever does."""
    if may_override or session.agent is None or session.agent.id == agent.id:
        return
    raise NotAssigned(session.agent.name)


# Said when a person leaves, in the customer's language (spec/4: a release sends a system message).
_RELEASED = {
    "en": "Our colleague has left the conversation. The assistant is here for you again.",
    "zh": "人工客服已结束服务，智能助手继续为您服务。",
}

# Said when a person is asked for; by the time it is read they have been.
_ESCALATED = {
    Language.ENGLISH: "A colleague has been asked to join and will read everything you have written so far. "
    "You can go on writing meanwhile.",
    Language.CHINESE: "已为您呼叫人工客服，同事会先阅读之前的全部对话。等待期间您可以继续留言。",
}


def _language(session: Session, said: Sequence[Entry]) -> Language:
    asked = (entry.content for entry in reversed(said) if entry.role is Role.USER and entry.type in MESSAGE_TYPES)
    return written_language(asked, otherwise=session.language)


def _interrupted(session: Session) -> tuple[Draft, ...]:
    """What the AI had shown of its answer, kept as far as it came: before whoever interrupts it."""
    if session.speaking is None or is_blank(session.speaking.text):
        return ()
    return (
        Draft(
            EntryType.NEW_MESSAGE,
            Role.ASSISTANT,
            Source.AI_CHATBOT,
            content=session.speaking.text,
            data={"reply_id": session.speaking.reply_id, "interrupted": True},
        ),
    )


def _moved(session: Session, action: Action, **changes: Any) -> Session:
    try:
        status = next_status(session.status, action)
    except TransitionForbidden as error:
        if session.agent is not None:
            error.extra["agent_name"] = session.agent.name
        raise
    return replace(session, status=status, epoch=session.epoch + 1, speaking=None, **changes)


def _grounds(escalation: Escalation, source: Source) -> Draft:
    """The escalation as agents may know it, for good: the session forgets it when the person leaves."""
    data: dict[str, Any] = {
        "code": ESCALATION,
        "reason": escalation.reason.value,
        "severity": escalation.severity.value,
        "detail": escalation.detail,
        "rule": escalation.rule,
        "matched_seq": escalation.seq,
    }
    return Draft(EntryType.SYSTEM, Role.SYSTEM, source, audience=Audience.AGENTS, data=data)


def _status_change(
    before: Session, after: Session, action: Action, source: Source, by: Assignee | None, **data: str
) -> Draft:
    return Draft(
        EntryType.STATUS_CHANGE,
        Role.SYSTEM,
        source,
        author=by,
        data={"action": action.value, "status": after.status.value, "previous": before.status.value, **data},
    )


def _assignment(before: Session, to: Assignee, *, by: Assignee) -> Draft:
    return Draft(
        EntryType.ASSIGNMENT,
        Role.SYSTEM,
        Source.AGENT_WORKBENCH,
        author=by,
        audience=Audience.EVERYONE,
        data={
            "to_agent_id": to.id,
            "to_agent_name": to.name,
            "from_agent_id": before.agent.id if before.agent else None,
            "from_agent_name": before.agent.name if before.agent else None,
        },
    )
