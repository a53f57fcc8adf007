"""The port `Store` in memory."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from domain.entry import MESSAGE_TYPES, Audience, Draft, Entry, EntryType, Role
from domain.errors import ClientMessageIdReused, Conflict, InvalidInput, SessionNotFound, Unavailable
from domain.packet import Packet
from domain.ports import SessionPage, SessionQuery
from domain.session import Session, Speaking, Status
from domain.step import Appended, ReplyLease, Step

PREVIEW_CHARACTERS = 140


@dataclass(frozen=True, slots=True)
class Lease:
    """Who makes the AI's reply now, under which epoch, until when."""

    owner: str
    epoch: int
    expires_at: float


@dataclass(slots=True)
class _Row:
    session: Session
    timeline: list[Entry] = field(default_factory=list)
    # What a step with this client_message_id became.
    first_results: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    lease: Lease | None = None
    packet: Packet | None = None


class MemoryStore:
    """Each call first lets others run, then does all of its work at one moment, as a transaction does.

    While `down`, every call raises `Unavailable`. `clock` is the database's.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.down = False
        self._clock = clock
        self._rows: dict[str, _Row] = {}

    async def open(self, session: Session) -> Session:
        await self._turn()
        if session.name in self._rows:
            raise Conflict("There is a session of this name already.", session_name=session.name)
        now = self._clock()
        opened = replace(session, last_seq=0, asked_seq=0, answered_seq=0, preview="", created_at=now, updated_at=now)
        self._rows[session.name] = _Row(opened)
        return opened

    async def get(self, name: str) -> Session:
        await self._turn()
        return self._row(name).session

    async def append(self, step: Step) -> Appended | None:
        await self._turn()
        row = self._row(step.before.name)
        identified = _identified(step)
        if identified is not None and identified.client_message_id in row.first_results:
            return _replayed(row, identified)
        if not _may_be_saved(row, step):
            return None
        now = self._clock()
        kept = _numbered(step, row.session, now)
        row.session = _moved(row.session, step, now)
        row.timeline.extend(kept)
        if identified is not None and identified.client_message_id is not None:
            row.first_results[identified.client_message_id] = kept
        if step.reply is not None or step.changes_hands:
            row.lease = None
        if step.changes_hands and step.after.status is Status.BOT_ACTIVE:
            row.packet = None
        elif step.packet is not None:
            row.packet = step.packet
        return Appended(row.session, kept)

    async def entries_after(self, name: str, seq: int, *, audience: Audience, limit: int) -> list[Entry]:
        await self._turn()
        return [entry for entry in self.timeline(name) if entry.seq > seq and entry.visible_to(audience)][:limit]

    async def latest_entries(
        self, name: str, *, audience: Audience, limit: int, before: int | None = None
    ) -> list[Entry]:
        await self._turn()
        found = [
            entry
            for entry in self.timeline(name)
            if entry.visible_to(audience) and (before is None or entry.seq < before)
        ]
        return found[max(0, len(found) - limit) :]

    async def last_seqs(self, names: Sequence[str]) -> dict[str, int]:
        await self._turn()
        return {name: self._rows[name].session.last_seq for name in names if name in self._rows}

    async def search(self, query: SessionQuery) -> SessionPage:
        await self._turn()
        found = sorted((row.session for row in self._rows.values()), key=_when, reverse=True)
        found = [session for session in found if _matches(session, query)]
        rest = found if query.cursor is None else _beyond(found, query.cursor)
        shown = tuple(rest[: query.limit])
        more = len(rest) > query.limit and shown
        return SessionPage(shown, len(found), json.dumps(_when(shown[-1])) if more else None)

    async def changed_since(self, moment: float, *, limit: int = 500) -> list[Session]:
        await self._turn()
        found = sorted((row.session for row in self._rows.values()), key=_when)
        return [session for session in found if session.updated_at >= moment][:limit]

    async def now(self) -> float:
        await self._turn()
        return self._clock()

    async def claim_reply(self, name: str, *, owner: str, seconds: float) -> tuple[Session, ReplyLease] | None:
        await self._turn()
        row = self._rows.get(name)
        if row is None or not row.session.waits_for_ai:
            return None
        if self._covered(row) and row.lease is not None and row.lease.owner != owner:
            return None
        row.lease = Lease(owner, row.session.epoch, self._clock() + seconds)
        return row.session, ReplyLease(owner, row.session.epoch, row.session.asked_seq)

    async def speak(self, name: str, lease: ReplyLease, *, reply_id: str, text: str, seconds: float) -> bool:
        await self._turn()
        row = self._rows.get(name)
        if row is None or not self._holds(row, lease):
            return False
        row.session = replace(row.session, speaking=Speaking(reply_id, text))
        row.lease = Lease(lease.owner, lease.epoch, self._clock() + seconds)
        return True

    async def holds_reply(self, name: str, lease: ReplyLease) -> bool:
        await self._turn()
        row = self._rows.get(name)
        return row is not None and self._holds(row, lease)

    async def drop_reply(self, name: str, *, owner: str) -> None:
        await self._turn()
        row = self._rows.get(name)
        if row is not None and row.lease is not None and row.lease.owner == owner:
            row.lease = None

    async def waiting_for_ai(self, *, idle_seconds: float, limit: int = 20) -> list[str]:
        await self._turn()
        since = self._clock() - idle_seconds
        waiting = [
            row.session
            for row in self._rows.values()
            if row.session.waits_for_ai and row.session.updated_at <= since and not self._covered(row)
        ]
        return [session.name for session in sorted(waiting, key=_when)][:limit]

    async def packet(self, name: str) -> Mapping[str, Any] | None:
        await self._turn()
        packet = self._row(name).packet
        return None if packet is None else packet.as_json()

    def timeline(self, name: str) -> tuple[Entry, ...]:
        """All that is kept of a session, for a test to look at without a call."""
        return tuple(self._rows[name].timeline) if name in self._rows else ()

    def session(self, name: str) -> Session:
        """The session as it is kept, for a test to look at without a call."""
        return self._row(name).session

    def lease(self, name: str) -> Lease | None:
        """The lease as it is kept, for a test to look at without a call."""
        return self._row(name).lease

    async def _turn(self) -> None:
        await asyncio.sleep(0)
        if self.down:
            raise Unavailable("The database does not answer.")

    def _row(self, name: str) -> _Row:
        try:
            return self._rows[name]
        except KeyError:
            raise SessionNotFound(name) from None

    @staticmethod
    def _holds(row: _Row, lease: ReplyLease) -> bool:
        held = row.lease is not None and (row.lease.owner, row.lease.epoch) == (lease.owner, lease.epoch)
        session = row.session
        is_same = session.epoch == lease.epoch and session.asked_seq <= lease.answers_seq
        return held and is_same and session.waits_for_ai

    def _covered(self, row: _Row) -> bool:
        lease = row.lease
        return lease is not None and lease.expires_at >= self._clock() and lease.epoch == row.session.epoch


def _identified(step: Step) -> Draft | None:
    """The draft that a sender may send again; a step has at most one."""
    drafts = [draft for draft in step.drafts if draft.client_message_id is not None]
    if len(drafts) > 1:
        raise ValueError("a step holds at most one draft with a client_message_id")
    return drafts[0] if drafts else None


def _replayed(row: _Row, draft: Draft) -> Appended:
    first = row.first_results[str(draft.client_message_id)]
    (message,) = (entry for entry in first if entry.client_message_id == draft.client_message_id)
    if not draft.same_message(message):
        raise ClientMessageIdReused(str(draft.client_message_id))
    return Appended(row.session, first, replayed=True)


def _may_be_saved(row: _Row, step: Step) -> bool:
    session, reply = row.session, step.reply
    if (session.status, session.epoch) != (step.before.status, step.before.epoch):
        return False
    if reply is None:
        return not step.changes_hands or session.speaking == step.before.speaking
    # A lease that has run out is still good while nobody else has claimed it.
    held = row.lease is not None and (row.lease.owner, row.lease.epoch) == (reply.owner, reply.epoch)
    return held and session.asked_seq <= reply.answers_seq


def _numbered(step: Step, session: Session, now: float) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            session_name=session.name,
            seq=seq,
            epoch=step.after.epoch,
            type=draft.type,
            role=draft.role,
            source=draft.source,
            created_at=now,
            content=draft.content,
            author=draft.author,
            audience=draft.audience,
            data=draft.data,
            client_message_id=draft.client_message_id,
        )
        for seq, draft in enumerate(step.drafts, session.last_seq + 1)
    )


def _moved(session: Session, step: Step, now: float) -> Session:
    """The row after the step: what `Step` says is taken from `after`, the rest counted here."""
    asked, answered, preview = session.asked_seq, session.answered_seq, session.preview
    is_ours = step.changes_hands or step.reply is not None
    if step.changes_hands:
        answered = session.asked_seq
    elif step.reply is not None:
        answered = step.reply.answers_seq
    for seq, draft in enumerate(step.drafts, session.last_seq + 1):
        if draft.type is EntryType.NEW_MESSAGE and draft.role is Role.USER:
            asked = seq
        if draft.type in MESSAGE_TYPES and draft.audience is Audience.EVERYONE:
            preview = draft.content[:PREVIEW_CHARACTERS]
    return replace(
        session,
        status=step.after.status,
        epoch=step.after.epoch,
        agent=step.after.agent,
        escalation=step.after.escalation,
        last_seq=session.last_seq + len(step.drafts),
        asked_seq=asked,
        answered_seq=answered,
        preview=preview,
        failures=step.after.failures if is_ours else session.failures,
        speaking=None if is_ours else session.speaking,
        updated_at=now,
    )


def _when(session: Session) -> tuple[float, str]:
    return session.updated_at, session.name


def _matches(session: Session, query: SessionQuery) -> bool:
    if query.statuses and session.status not in query.statuses:
        return False
    if query.agent_id is not None and (session.agent is None or session.agent.id != query.agent_id):
        return False
    texts = (session.name, session.customer.name, session.customer.email, session.preview)
    return any(query.text.casefold() in text.casefold() for text in texts)


def _beyond(found: list[Session], cursor: str) -> list[Session]:
    try:
        moment, name = json.loads(cursor)
        return [session for session in found if _when(session) < (moment, name)]
    except (ValueError, TypeError):
        raise InvalidInput("cursor", "must be the `next` of an earlier page") from None
