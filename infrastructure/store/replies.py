"""The lease of the AI's reply: at most one is in the making, none is forgotten, and what was shown of it is known."""

from __future__ import annotations

from sqlalchemy import Double, Integer, Text, and_, bindparam, or_, select, update

from domain.session import Session
from domain.step import ReplyLease
from infrastructure.store.clock import DatabaseClock
from infrastructure.store.lane import Lane
from infrastructure.store.rows import session_of
from infrastructure.store.tables import session_columns, sessions, waits_for_ai


async def claim(lane: Lane, name: str, *, owner: str, seconds: float) -> tuple[Session, ReplyLease] | None:
    """Take or renew the lease, when the customer waits and nobody else holds it."""
    rows = await lane.write(_CLAIM, {"session_name": name, "owner": owner, "seconds": seconds})
    if not rows:
        return None
    session = session_of(rows[0])
    return session, ReplyLease(owner, session.epoch, session.asked_seq)


async def speak(lane: Lane, name: str, lease: ReplyLease, *, reply_id: str, text: str, seconds: float) -> bool:
    """Keep what is about to be shown, and renew the lease; False, and nothing kept, when the reply is not wanted."""
    values = {**_holder(name, lease), "said_reply_id": reply_id, "said_text": text, "seconds": seconds}
    return bool(await lane.write(_SPEAK, values))


async def holds(lane: Lane, name: str, lease: ReplyLease) -> bool:
    """Whether the reply is still wanted from the holder of the lease."""
    return bool(await lane.read(_HOLDS, _holder(name, lease)))


async def drop(lane: Lane, name: str, *, owner: str) -> None:
    """Give the owner's lease back."""
    await lane.write(_DROP, {"session_name": name, "owner": owner})


async def waiting(lane: Lane, *, idle_seconds: float, limit: int) -> list[str]:
    """Sessions that wait and are covered by no live lease, the longest wait first."""
    return [row.name for row in await lane.read(_WAITING, {"idle_seconds": idle_seconds, "row_limit": limit})]


def _holder(name: str, lease: ReplyLease) -> dict[str, str | int]:
    return {
        "session_name": name,
        "owner": lease.owner,
        "held_epoch": lease.epoch,
        "answers_seq": lease.answers_seq,
    }


_SESSION_NAME = bindparam("session_name", type_=Text)
_OWNER = bindparam("owner", type_=Text)
_HELD_EPOCH = bindparam("held_epoch", type_=Integer)
_UNTIL = DatabaseClock() + bindparam("seconds", type_=Double)

_uncovered = or_(
    sessions.c.lease_owner.is_(None),
    sessions.c.lease_expires_at < DatabaseClock(),
    sessions.c.lease_epoch != sessions.c.epoch,
)

# Like the condition of an append under the lease (`appending.MOVE_UNDER_LEASE`): one that has run out is still good
# while nobody else has claimed it.
_held = and_(
    sessions.c.name == _SESSION_NAME,
    waits_for_ai,
    sessions.c.epoch == _HELD_EPOCH,
    sessions.c.lease_owner == _OWNER,
    sessions.c.lease_epoch == _HELD_EPOCH,
    sessions.c.asked_seq <= bindparam("answers_seq", type_=Integer),
)

# `updated_at` stays: a lease is nothing that a follower or a list would show. So does what was shown of a reply that
# was given up: it is still on the customer's screen.
_CLAIM = (
    update(sessions)
    .where(sessions.c.name == _SESSION_NAME, waits_for_ai, or_(_uncovered, sessions.c.lease_owner == _OWNER))
    .values(lease_owner=_OWNER, lease_epoch=sessions.c.epoch, lease_expires_at=_UNTIL)
    .returning(*session_columns)
)

_SPEAK = (
    update(sessions)
    .where(_held)
    .values(
        speaking_reply_id=bindparam("said_reply_id", type_=Text),
        speaking_text=bindparam("said_text", type_=Text),
        lease_expires_at=_UNTIL,
    )
    .returning(sessions.c.name)
)

_HOLDS = select(sessions.c.name).where(_held)

_DROP = (
    update(sessions)
    .where(sessions.c.name == _SESSION_NAME, sessions.c.lease_owner == _OWNER)
    .values(lease_owner=None, lease_epoch=None, lease_expires_at=None)
    .returning(sessions.c.name)
)

_WAITING = (
    select(sessions.c.name)
    .where(
        waits_for_ai,
        sessions.c.updated_at <= DatabaseClock() - bindparam("idle_seconds", type_=Double),
        _uncovered,
    )
    .order_by(sessions.c.updated_at)
    .limit(bindparam("row_limit", type_=Integer))
)
