"""Append: one conditional UPDATE that takes the numbers, one INSERT that fills them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Boolean, Integer, Row, Text, and_, bindparam, case, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.entry import MESSAGE_TYPES, Audience, Draft, Entry, EntryType, Role
from domain.errors import ClientMessageIdReused, SessionNotFound
from domain.step import Appended, ReplyLease, Step
from infrastructure.store.clock import DatabaseClock
from infrastructure.store.rows import agent_columns, entry_of, escalation_columns, session_of
from infrastructure.store.tables import entries, sessions

# As much of the last message as a list shows in one line.
PREVIEW_CHARACTERS = 140


async def append(connection: AsyncConnection, step: Step) -> Appended | None:
    """Save the step in the transaction of `connection`, as the port `Store` says.

    Raises `IntegrityError` when the same `client_message_id` was kept by another transaction at the same moment; the
    transaction is lost then, and `replayed` in a new one knows the answer.
    """
    statement = _MOVE if step.reply is None else _MOVE_UNDER_LEASE
    row = (await connection.execute(statement, _move_values(step))).one_or_none()
    if row is None:
        return await _why_not(connection, step)
    kept = _numbered(step, row)
    if kept:
        await connection.execute(_INSERT, [_entry_columns(entry, kept[0].seq, kept[-1].seq) for entry in kept])
    return Appended(session_of(row), kept)


async def replayed(connection: AsyncConnection, step: Step) -> Appended | None:
    """The first result of a step whose `client_message_id` the timeline holds; None when it does not hold it.

    `ClientMessageIdReused` when it is another message.
    """
    draft = _identified(step)
    if draft is None:
        return None
    name = step.before.name
    key = {"session_name": name, "message_id": draft.client_message_id}
    first = (await connection.execute(_SELECT_FIRST_RESULT, key)).all()
    if not first:
        return None
    found = tuple(entry_of(row) for row in first)
    (message,) = (entry for entry in found if entry.client_message_id == draft.client_message_id)
    if not draft.same_message(message):
        raise ClientMessageIdReused(str(draft.client_message_id))
    session = session_of((await connection.execute(_SELECT_SESSION, {"session_name": name})).one())
    return Appended(session, found, replayed=True)


async def _why_not(connection: AsyncConnection, step: Step) -> Appended | None:
    if (earlier := await replayed(connection, step)) is not None:
        return earlier
    if (await connection.execute(_SELECT_SESSION, {"session_name": step.before.name})).one_or_none() is None:
        raise SessionNotFound(step.before.name)
    return None


def _move_values(step: Step) -> dict[str, Any]:
    before, after = step.before, step.after
    identified = _identified(step)
    said = _preview(step.drafts)
    return {
        "session_name": before.name,
        "status_before": before.status.value,
        "epoch_before": before.epoch,
        "message_id": identified.client_message_id if identified else None,
        "status": after.status.value,
        "epoch": after.epoch,
        **agent_columns(after.agent),
        **escalation_columns(after.escalation),
        "count": len(step.drafts),
        "asked_at": _asked_at(step.drafts),
        "hands_change": after.epoch > before.epoch,
        "said": said,
        "said_folded": None if said is None else said.casefold(),
        **_lease_values(step.reply),
    }


def _lease_values(reply: ReplyLease | None) -> dict[str, Any]:
    if reply is None:
        return {}
    return {"reply_owner": reply.owner, "reply_epoch": reply.epoch, "answers_seq": reply.answers_seq}


def _identified(step: Step) -> Draft | None:
    """The draft that a sender may send again. A step has at most one: it is one request's."""
    drafts = [draft for draft in step.drafts if draft.client_message_id is not None]
    if len(drafts) > 1:
        raise ValueError("a step holds at most one draft with a client_message_id")
    return drafts[0] if drafts else None


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


def _numbered(step: Step, row: Row[Any]) -> tuple[Entry, ...]:
    return tuple(_entries(step, row, first=row.last_seq - len(step.drafts) + 1))


def _entries(step: Step, row: Row[Any], *, first: int) -> Iterator[Entry]:
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


def _entry_columns(entry: Entry, first: int, last: int) -> dict[str, Any]:
    return {
        "session_name": entry.session_name,
        "seq": entry.seq,
        "epoch": entry.epoch,
        "type": entry.type.value,
        "role": entry.role.value,
        "source": entry.source.value,
        "created_at": entry.created_at,
        "content": entry.content,
        "author_id": entry.author.id if entry.author else None,
        "author_name": entry.author.name if entry.author else None,
        "audience": entry.audience.value,
        "data": entry.data,
        "client_message_id": entry.client_message_id,
        "step_first_seq": first,
        "step_last_seq": last,
    }


_ASKED_AT = bindparam("asked_at", type_=Integer)
_HANDS_CHANGE = bindparam("hands_change", type_=Boolean)
_MESSAGE_ID = bindparam("message_id", type_=Text)
_SESSION_NAME = bindparam("session_name", type_=Text)

_KEPT_BEFORE = exists().where(entries.c.session_name == _SESSION_NAME, entries.c.client_message_id == _MESSAGE_ID)

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
        updated_at=DatabaseClock(),
    )
    .returning(*sessions.c)
)

# A lease that has run out is still good while nobody else has claimed it: the answer is there, and it is the only one.
_MOVE_UNDER_LEASE = _MOVE.where(
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
)

_INSERT = insert(entries)

_SELECT_SESSION = select(sessions).where(sessions.c.name == _SESSION_NAME)

_message = entries.alias("message")
_SELECT_FIRST_RESULT = (
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
