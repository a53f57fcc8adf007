"""The port `Store` over SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Double, Executable, Integer, Row, Select, Text, bindparam, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.entry import Audience, Entry
from domain.errors import Conflict, SessionNotFound
from domain.ports import SessionPage, SessionQuery
from domain.session import Session
from domain.step import Appended, ReplyLease, Step
from infrastructure.store import appending, listing, packets, replies
from infrastructure.store.clock import DatabaseClock
from infrastructure.store.failures import violates_unique
from infrastructure.store.lane import lane_of
from infrastructure.store.many import IsOneOf
from infrastructure.store.rows import agent_columns, entry_of, escalation_columns, session_of
from infrastructure.store.tables import entries, session_columns, sessions
from infrastructure.store.transactions import Transactions


class SqlStore:
    """Sessions and their timelines in the database of `engine`; its schema is there (see `migrate`)."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)
        self._lane = lane_of(engine)

    async def open(self, session: Session) -> Session:
        """Keep a new session, its timeline empty; `Conflict` when there is one of this name."""
        try:
            row = await self._transactions.write(lambda connection: _one(connection, _OPEN, _opening_values(session)))
        except IntegrityError as error:
            if not violates_unique(error):
                raise
            raise Conflict("There is a session of this name already.", session_name=session.name) from None
        return session_of(row)

    async def get(self, name: str) -> Session:
        rows = await self._lane.read(_GET, {"session_name": name})
        if not rows:
            raise SessionNotFound(name)
        return session_of(rows[0])

    async def append(self, step: Step) -> Appended | None:
        row = await self._lane.append(step)
        if row is not None:
            return Appended(session_of(row), appending.numbered(step, row))
        return await self._why_not(step)

    async def entries_after(self, name: str, seq: int, *, audience: Audience, limit: int) -> list[Entry]:
        values = {"session_name": name, "seq": seq, "row_limit": limit}
        return [entry_of(row) for row in await self._lane.read(_ENTRIES_AFTER[audience], values)]

    async def latest_entries(
        self, name: str, *, audience: Audience, limit: int, before: int | None = None
    ) -> list[Entry]:
        values = {"session_name": name, "row_limit": limit}
        if before is None:
            rows = await self._lane.read(_LATEST_ENTRIES[audience], values)
        else:
            rows = await self._lane.read(_ENTRIES_BEFORE[audience], {**values, "seq": before})
        return [entry_of(row) for row in reversed(rows)]

    async def last_seqs(self, names: Sequence[str]) -> dict[str, int]:
        rows = await self._lane.read(_LAST_SEQS, {"names": orjson.dumps(list(names)).decode()})
        return {row.name: row.last_seq for row in rows}

    async def search(self, query: SessionQuery) -> SessionPage:
        return await self._transactions.read(lambda connection: listing.search(connection, query))

    async def changed_since(self, moment: float, *, limit: int = 500) -> list[Session]:
        return [
            session_of(row) for row in await self._lane.read(_CHANGED_SINCE, {"moment": moment, "row_limit": limit})
        ]

    async def now(self) -> float:
        ((moment,),) = await self._lane.read(_NOW, {})
        return float(moment)

    async def claim_reply(self, name: str, *, owner: str, seconds: float) -> tuple[Session, ReplyLease] | None:
        return await replies.claim(self._lane, name, owner=owner, seconds=seconds)

    async def speak(self, name: str, lease: ReplyLease, *, reply_id: str, text: str, seconds: float) -> bool:
        return await replies.speak(self._lane, name, lease, reply_id=reply_id, text=text, seconds=seconds)

    async def holds_reply(self, name: str, lease: ReplyLease) -> bool:
        return await replies.holds(self._lane, name, lease)

    async def drop_reply(self, name: str, *, owner: str) -> None:
        await replies.drop(self._lane, name, owner=owner)

    async def waiting_for_ai(self, *, idle_seconds: float, limit: int = 20) -> list[str]:
        return await replies.waiting(self._lane, idle_seconds=idle_seconds, limit=limit)

    async def packet(self, name: str) -> Mapping[str, Any] | None:
        return await packets.read(self._lane, name)

    async def _why_not(self, step: Step) -> Appended | None:
        """The first result of a step that was kept before; None when the session has moved on."""
        message = appending.identified(step)
        name = step.before.name
        if message is not None:
            key = {"session_name": name, "message_id": message.client_message_id}
            first = await self._lane.read(appending.FIRST_RESULT, key)
            if first:
                return Appended(await self.get(name), appending.first_result(step, first), replayed=True)
        await self.get(name)
        return None


async def _one(connection: AsyncConnection, statement: Executable, values: Mapping[str, Any]) -> Row[Any]:
    return (await connection.execute(statement, values)).one()


def _opening_values(session: Session) -> dict[str, object]:
    identity = "\n".join((session.name, session.customer.name, session.customer.email))
    return {
        "name": session.name,
        "status": session.status.value,
        "language": session.language.value,
        "epoch": session.epoch,
        "customer_name": session.customer.name,
        "customer_email": session.customer.email,
        "customer_vip": session.customer.vip,
        **agent_columns(session.agent),
        **escalation_columns(session.escalation),
        "folded_identity": identity.casefold(),
    }


_SESSION_NAME = bindparam("session_name", type_=Text)
_SEQ = bindparam("seq", type_=Integer)
_ROW_LIMIT = bindparam("row_limit", type_=Integer)

# The other columns come with the parameters.
_OPEN = (
    insert(sessions)
    .values(
        last_seq=0,
        asked_seq=0,
        answered_seq=0,
        failures=0,
        preview="",
        folded_preview="",
        created_at=DatabaseClock(),
        updated_at=DatabaseClock(),
    )
    .returning(*session_columns)
)

_GET = select(*session_columns).where(sessions.c.name == _SESSION_NAME)


def _entries_for(audience: Audience, *conditions: ColumnElement[bool]) -> Select[Any]:
    statement = select(entries).where(entries.c.session_name == _SESSION_NAME, *conditions).limit(_ROW_LIMIT)
    if audience is Audience.AGENTS:
        return statement
    return statement.where(entries.c.audience == Audience.EVERYONE.value)


_ENTRIES_AFTER = {
    audience: _entries_for(audience, entries.c.seq > _SEQ).order_by(entries.c.seq) for audience in Audience
}
_ENTRIES_BEFORE = {
    audience: _entries_for(audience, entries.c.seq < _SEQ).order_by(entries.c.seq.desc()) for audience in Audience
}
_LATEST_ENTRIES = {audience: _entries_for(audience).order_by(entries.c.seq.desc()) for audience in Audience}

_LAST_SEQS = select(sessions.c.name, sessions.c.last_seq).where(
    IsOneOf(sessions.c.name, bindparam("names", type_=Text))
)

_CHANGED_SINCE = (
    select(*session_columns)
    .where(sessions.c.updated_at >= bindparam("moment", type_=Double))
    .order_by(sessions.c.updated_at, sessions.c.name)
    .limit(_ROW_LIMIT)
)

_NOW = select(DatabaseClock())
