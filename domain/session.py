"""A session, the states it passes through, and which step leads from one to the next.

bot_active ──escalate──▶ pending_manual ──takeover──▶ manual_live ──release──▶ bot_active
     └───────────────────────takeover───────────────────▲   └─transfer─▶ (another agent)
any ──close──▶ closed ──reopen (the customer writes)──▶ bot_active
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import InvalidInput, TransitionForbidden


class Status(StrEnum):
    """Who serves the session now."""

    BOT_ACTIVE = "bot_active"
    PENDING_MANUAL = "pending_manual"
    MANUAL_LIVE = "manual_live"
    CLOSED = "closed"


class Action(StrEnum):
    """What moves a session from one state to another."""

    ESCALATE = "escalate"
    TAKEOVER = "takeover"
    TRANSFER = "transfer"
    RELEASE = "release"
    CLOSE = "close"
    REOPEN = "reopen"


class EscalationReason(StrEnum):
    """Why a session asks for a person."""

    USER_REQUEST = "user_request"
    KEYWORD = "keyword"
    FAIL_LOOP = "fail_loop"
    SENTIMENT = "sentiment"
    VIP = "vip"
    MANUAL = "manual"


class Severity(StrEnum):
    """How urgently a person is wanted."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Language(StrEnum):
    """The languages that users see."""

    ENGLISH = "en"
    CHINESE = "zh"


_NEXT: dict[tuple[Status, Action], Status] = {
    (Status.BOT_ACTIVE, Action.ESCALATE): Status.PENDING_MANUAL,
    (Status.BOT_ACTIVE, Action.TAKEOVER): Status.MANUAL_LIVE,
    (Status.PENDING_MANUAL, Action.TAKEOVER): Status.MANUAL_LIVE,
    (Status.MANUAL_LIVE, Action.TRANSFER): Status.MANUAL_LIVE,
    (Status.MANUAL_LIVE, Action.RELEASE): Status.BOT_ACTIVE,
    (Status.BOT_ACTIVE, Action.CLOSE): Status.CLOSED,
    (Status.PENDING_MANUAL, Action.CLOSE): Status.CLOSED,
    (Status.MANUAL_LIVE, Action.CLOSE): Status.CLOSED,
    (Status.CLOSED, Action.REOPEN): Status.BOT_ACTIVE,
}


def next_status(status: Status, action: Action) -> Status:
    """The state that `action` leads to; `TransitionForbidden` where the drawing has no such arrow."""
    try:
        return _NEXT[status, action]
    except KeyError:
        raise TransitionForbidden(status=status, action=action) from None


@dataclass(frozen=True, slots=True)
class Customer:
    """What the customer told about themselves (each may be empty), and whether the shop counts them as a VIP."""

    name: str = ""
    email: str = ""
    vip: bool = False


@dataclass(frozen=True, slots=True)
class Assignee:
    """The agent who speaks for us in a session."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Escalation:
    """Why and when a person was asked for. `at` is Unix seconds.

    `rule` names the regulator's rule that found it, `seq` the entry in which; empty and 0 when nobody's rule did.
    """

    reason: EscalationReason
    severity: Severity
    detail: str
    at: float
    rule: str = ""
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Speaking:
    """What the AI has shown so far of an answer that is not kept yet."""

    reply_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Session:
    """One customer's conversation as its row says it now; the timeline holds what was said.

    `epoch` counts the changes of hands: every escalation, takeover, transfer, release, close and reopening
    raises it, so a step decided under an older epoch cannot be saved.
    `asked_seq` is the last message that the customer addressed to the AI; above `answered_seq` it waits for an answer.
    `failures` counts the AI's answers in a row that were none; `speaking` is the beginning of the one in the making.
    Times are Unix seconds; `updated_at` is by the database's clock.
    """

    name: str
    status: Status
    language: Language
    epoch: int
    last_seq: int
    created_at: float
    updated_at: float
    customer: Customer = Customer()
    agent: Assignee | None = None
    escalation: Escalation | None = None
    asked_seq: int = 0
    answered_seq: int = 0
    preview: str = ""
    failures: int = 0
    speaking: Speaking | None = None

    @property
    def waits_for_ai(self) -> bool:
        """Whether the customer wrote something that the AI has yet to answer."""
        return self.status is Status.BOT_ACTIVE and self.asked_seq > self.answered_seq


# What a session name may look like wherever one comes in: ours are `s_` and 22 URL-safe characters, but names that
# other systems chose (spec: "session_123", "test-cross-process") are well-formed too.
# What is said to `broadcast` is said to every agent.
_RESERVED = frozenset({"broadcast"})
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def checked_session_name(name: str) -> str:
    """`name` itself when it is well-formed (1 to 100 of A-Z a-z 0-9 _ . -) and not reserved, else `InvalidInput`."""
    if _NAME.fullmatch(name) is None or name in _RESERVED:
        raise InvalidInput("session_name", "must be 1 to 100 letters, digits, '_', '.' or '-'")
    return name
