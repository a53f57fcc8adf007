"""The lease of the AI's reply: at most one is in the making, and none is forgotten."""

from __future__ import annotations

from sqlalchemy import Double, Integer, Text, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.session import Session
from domain.step import ReplyLease
from infrastructure.store.clock import DatabaseClock
from infrastructure.store.rows import session_of
from infrastructure.store.tables import sessions, waits_for_ai


async def claim(
    connection: AsyncConnection, name: str, *, owner: str, seconds: float
) -> tuple[Session, ReplyLease] | None:
    """Take or renew the lease, when the customer waits and nobody else holds it."""
    values = {"session_name": name, "owner": owner, "seconds": seconds}
    row = (await connection.execute(_CLAIM, values)).one_or_none()
    if row is None:
        return None
    session = session_of(row)
    return session, ReplyLease(owner, session.epoch, session.asked_seq)


async def drop(connection: AsyncConnection, name: str, *, owner: str) -> None:
    """Give the owner's lease back."""
    await connection.execute(_DROP, {"session_name": name, "owner": owner})


async def waiting(connection: AsyncConnection, *, idle_seconds: float, limit: int) -> list[str]:
    """Sessions that wait and are covered by no live lease, the longest wait first."""
    values = {"idle_seconds": idle_seconds, "row_limit": limit}
    return [row.name for row in await connection.execute(_WAITING, values)]


_SESSION_NAME = bindparam("session_name", type_=Text)
_OWNER = bindparam("owner", type_=Text)

_uncovered = or_(
    sessions.c.lease_owner.is_(None),
    sessions.c.lease_expires_at < DatabaseClock(),
    sessions.c.lease_epoch != sessions.c.epoch,
)

# `updated_at` stays: a lease is nothing that a follower or a list would show.
_CLAIM = (
    update(sessions)
    .where(sessions.c.name == _SESSION_NAME, waits_for_ai, or_(_uncovered, sessions.c.lease_owner == _OWNER))
    .values(
        lease_owner=_OWNER,
        lease_epoch=sessions.c.epoch,
        lease_expires_at=DatabaseClock() + bindparam("seconds", type_=Double),
    )
    .returning(*sessions.c)
)

_DROP = (
    update(sessions)
    .where(sessions.c.name == _SESSION_NAME, sessions.c.lease_owner == _OWNER)
    .values(lease_owner=None, lease_epoch=None, lease_expires_at=None)
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
