"""Append: one conditional UPDATE that takes the numbers, one INSERT that fills them. The lanes execute them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Boolean, Integer, Text, and_, bindparam, case, exists, func, insert, or_, select, update

from domain.entry import MESSAGE_TYPES, Audience, Draft, Entry, EntryType, Role
from domain.errors import ClientMessageIdReused
from domain.session import Status
from domain.step import ReplyLease, Step
from infrastructure.store.clock import DatabaseClock
from infrastructure.store.rows import agent_columns, entry_of, escalation_columns
from infrastructure.store.tables import entries, session_columns, sessions

# As much of the last message as a list shows in one line.
PREVIEW_CHARACTERS = 140


def numbered(step: Step, row: Any) -> tuple[Entry, ...]:
    """The step's drafts as the entries that they became; `row` is the session's, as the move returned it."""
    return tuple(_entries(step, row, first=row.last_seq - len(step.drafts) + 1))


def first_result(step: Step, rows: Sequence[Any]) -> tuple[Entry, ...]:
    """The entries (`FIRST_RESULT`) of the step that brought this one's `client_message_id` before.

    `ClientMessageIdReused` when it was another message.
    """
    draft = identified(step)
    found = tuple(entry_of(row) for row in rows)
    (message,) = (entry for entry in found if draft and entry.client_message_id == draft.client_message_id)
    if draft is None or not draft.same_message(message):
        raise ClientMessageIdReused(str(message.client_message_id))
    return found


def identified(step: Step) -> Draft | None:
    """The draft that a sender may send again. A step has at most one: it is one request's."""
    drafts = [draft for draft in step.drafts if draft.client_message_id is not None]
    if len(drafts) > 1:
        raise ValueError("a step holds at most one draft with a client_message_id")
    return drafts[0] if drafts else None


def draft_values(draft: Draft) -> dict[str, Any]:
    """The columns of an entry that its draft knows: `DRAFT_COLUMNS`, each as text."""
    return {
        "type": draft.type.value,
        "role": draft.role.value,
        "source": draft.source.value,
        "content": draft.content,
        "author_id": draft.author.id if draft.author else None,
        "author_name": draft.author.name if draft.author else None,
        "audience": draft.audience.value,
        "data": orjson.dumps(dict(draft.data)).decode(),
        "client_message_id": draft.client_message_id,
    }


def entry_rows(step: Step, row: Any) -> Iterator[dict[str, Any]]:
    """The columns of each entry of the step: `ENTRY_COLUMNS`."""
    first = row.last_seq - len(step.drafts) + 1
    for seq, draft in enumerate(step.drafts, first):
        yield {
            **draft_values(draft),
            "session_name": row.name,
            "seq": seq,
            "epoch": row.epoch,
            "created_at": row.updated_at,
            "step_first_seq": first,
            "step_last_seq": row.last_seq,
        }


def move_values(step: Step) -> dict[str, Any]:
    """What `MOVE` and `MOVE_UNDER_LEASE` are executed with."""
    before, after = step.before, step.after
    message = identified(step)
    said = _preview(step.drafts)
    changes_hands = step.changes_hands
    return {
        "session_name": before.name,
        "status_before": before.status.value,
        "epoch_before": before.epoch,
        "message_id": message.client_message_id if message else None,
        "status": after.status.value,
        "epoch": after.epoch,
        **agent_columns(after.agent),
        **escalation_columns(after.escalation),
        "count": len(step.drafts),
        "asked_at": _asked_at(step.drafts),
        "hands_change": changes_hands,
        "failed": after.failures if changes_hands or step.reply is not None else None,
        "spoken_reply_id": before.speaking.reply_id if before.speaking else None,
        "spoken_text": before.speaking.text if before.speaking else None,
        "packet_text": packet_text(step.packet.as_json()) if step.packet else None,
        "packet_ends": changes_hands and after.status is Status.BOT_ACTIVE,
        "said": said,
        "said_folded": None if said is None else said.casefold(),
        **_lease_values(step.reply),
    }


def packet_text(packet: Mapping[str, Any]) -> str:
    """The packet as its column holds it; the same text for the same packet."""
    return orjson.dumps(packet, option=orjson.OPT_SORT_KEYS).decode()


def _lease_values(reply: ReplyLease | None) -> dict[str, Any]:
    if reply is None:
        return {}
    return {"reply_owner": reply.owner, "reply_epoch": reply.epoch, "answers_seq": reply.answers_seq}


def _asked_at(drafts: tuple[Draft, ...]) -> int:
    """The place (from 1) of the last draft that the customer addresses to the AI; 0 when there is none."""
    places = [
        place
        for place, draft in enumerate(drafts, 1)
        if draft.type is EntryType.NEW_MESSAGE and draft.role is Role.USER
    ]
    return places[-1] if places else 0


def _preview(drafts: tuple[Draft, ...]) -> str | None:
    """What the list of sessions shows: the last message that everyone may see; None when there is none."""
    for draft in reversed(drafts):
        if draft.type in MESSAGE_TYPES and draft.audience is Audience.EVERYONE:
            return draft.content[:PREVIEW_CHARACTERS]
    return None


def _entries(step: Step, row: Any, *, first: int) -> Iterator[Entry]:
    for seq, draft in enumerate(step.drafts, first):
        yield Entry(
            session_name=row.name,
            seq=seq,
            epoch=row.epoch,
            type=draft.type,
            role=draft.role,
            source=draft.source,
            created_at=row.updated_at,
            content=draft.content,
            author=draft.author,
            audience=draft.audience,
            data=draft.data,
            client_message_id=draft.client_message_id,
        )


# What an entry's draft knows, and what else it has by the time it is kept.
DRAFT_COLUMNS = (
    "type",
    "role",
    "source",
    "content",
    "author_id",
    "author_name",
    "audience",
    "data",
    "client_message_id",
)
ENTRY_COLUMNS = (
    "session_name",
    "seq",
    "epoch",
    "created_at",
    "step_first_seq",
    "step_last_seq",
    *DRAFT_COLUMNS,
)
# Columns of a session that a move sets to a value as it is; the others are counted in SQL.
MOVED_COLUMNS = (
    "status",
    "epoch",
    "agent_id",
    "agent_name",
    "escalation_reason",
    "escalation_severity",
    "escalation_detail",
    "escalation_at",
    "escalation_rule",
    "escalation_seq",
)

_ASKED_AT = bindparam("asked_at", type_=Integer)
_HANDS_CHANGE = bindparam("hands_change", type_=Boolean)
_MESSAGE_ID = bindparam("message_id", type_=Text)
_SESSION_NAME = bindparam("session_name", type_=Text)

_KEPT_BEFORE = exists().where(entries.c.session_name == _SESSION_NAME, entries.c.client_message_id == _MESSAGE_ID)

# What the AI had shown when the step was decided is what it has shown now.
_NO_MORE_SPOKEN = and_(
    sessions.c.speaking_reply_id.is_not_distinct_from(bindparam("spoken_reply_id", type_=Text)),
    sessions.c.speaking_text.is_not_distinct_from(bindparam("spoken_text", type_=Text)),
)

# Columns that are set to a value as it is (status, epoch, agent, escalation) come with the parameters.
# On the right of SET and in WHERE a column is its old value.
_MOVE = (
    update(sessions)
    .where(
        sessions.c.name == _SESSION_NAME,
        sessions.c.status == bindparam("status_before", type_=Text),
        sessions.c.epoch == bindparam("epoch_before", type_=Integer),
        # Two transactions that look at the same moment both find nothing; the unique index stops the second.
        or_(_MESSAGE_ID.is_(None), ~_KEPT_BEFORE),
    )
    .values(
        last_seq=sessions.c.last_seq + bindparam("count", type_=Integer),
        asked_seq=case((_ASKED_AT > 0, sessions.c.last_seq + _ASKED_AT), else_=sessions.c.asked_seq),
        answered_seq=case((_HANDS_CHANGE, sessions.c.asked_seq), else_=sessions.c.answered_seq),
        preview=func.coalesce(bindparam("said", type_=Text), sessions.c.preview),
        folded_preview=func.coalesce(bindparam("said_folded", type_=Text), sessions.c.folded_preview),
        # A change of hands ends whatever reply is in the making.
        lease_owner=case((_HANDS_CHANGE, None), else_=sessions.c.lease_owner),
        lease_epoch=case((_HANDS_CHANGE, None), else_=sessions.c.lease_epoch),
        lease_expires_at=case((_HANDS_CHANGE, None), else_=sessions.c.lease_expires_at),
        speaking_reply_id=case((_HANDS_CHANGE, None), else_=sessions.c.speaking_reply_id),
        speaking_text=case((_HANDS_CHANGE, None), else_=sessions.c.speaking_text),
        failures=func.coalesce(bindparam("failed", type_=Integer), sessions.c.failures),
        packet=case(
            (bindparam("packet_ends", type_=Boolean), None),
            else_=func.coalesce(bindparam("packet_text", type_=Text), sessions.c.packet),
        ),
        updated_at=DatabaseClock(),
    )
    .returning(*session_columns)
)

MOVE = _MOVE.where(or_(~_HANDS_CHANGE, _NO_MORE_SPOKEN))

# A lease that has run out is still good while nobody else has claimed it: the answer is there, and it is the only one.
MOVE_UNDER_LEASE = _MOVE.where(
    and_(
        sessions.c.lease_owner == bindparam("reply_owner", type_=Text),
        sessions.c.lease_epoch == bindparam("reply_epoch", type_=Integer),
        sessions.c.asked_seq <= bindparam("answers_seq", type_=Integer),
    )
).values(
    answered_seq=case((_HANDS_CHANGE, sessions.c.asked_seq), else_=bindparam("answers_seq", type_=Integer)),
    lease_owner=None,
    lease_epoch=None,
    lease_expires_at=None,
    speaking_reply_id=None,
    speaking_text=None,
)

INSERT = insert(entries)

_message = entries.alias("message")
FIRST_RESULT = (
    select(entries)
    .join(
        _message,
        and_(
            entries.c.session_name == _message.c.session_name,
            entries.c.seq.between(_message.c.step_first_seq, _message.c.step_last_seq),
        ),
    )
    .where(_message.c.session_name == _SESSION_NAME, _message.c.client_message_id == _MESSAGE_ID)
    .order_by(entries.c.seq)
)
