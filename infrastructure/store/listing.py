"""The workbench's list of sessions: filtered, searched, page by page."""

from __future__ import annotations

import base64
import binascii
import math

import orjson
from sqlalchemy import ColumnElement, Double, Text, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import InvalidInput
from domain.ports import SessionPage, SessionQuery
from domain.session import Session, Status, checked_session_name
from infrastructure.store.rows import session_of
from infrastructure.store.tables import session_columns, sessions

# Longer than whatever a person looks for; SQLite refuses patterns beyond 50,000 bytes.
MAX_SEARCH_CHARACTERS = 200


async def search(connection: AsyncConnection, query: SessionQuery) -> SessionPage:
    """One page of what matches, the session that changed last first."""
    filters = _filters(query)
    page = select(*session_columns).where(*filters)
    if query.cursor is not None:
        page = page.where(*_after(query.cursor))
    # One more than asked for tells whether there is another page.
    page = page.order_by(sessions.c.updated_at.desc(), sessions.c.name.desc()).limit(query.limit + 1)
    found = [session_of(row) for row in await connection.execute(page)]
    total = (await connection.execute(select(func.count()).select_from(sessions).where(*filters))).scalar_one()
    shown = tuple(found[: query.limit])
    more = len(found) > query.limit and shown
    return SessionPage(shown, total, _cursor(shown[-1]) if more else None)


def _filters(query: SessionQuery) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if query.statuses and len(query.statuses) < len(Status):
        filters.append(sessions.c.status.in_(sorted(query.statuses)))
    if query.agent_id is not None:
        filters.append(sessions.c.agent_id == query.agent_id)
    if query.text:
        if len(query.text) > MAX_SEARCH_CHARACTERS:
            raise InvalidInput("text", f"must be at most {MAX_SEARCH_CHARACTERS} characters")
        folded = query.text.casefold()
        columns = (sessions.c.folded_identity, sessions.c.folded_preview)
        filters.append(or_(*(column.contains(folded, autoescape=True) for column in columns)))
    return filters


def _cursor(last: Session) -> str:
    """Where the next page begins; opaque to whoever carries it."""
    return base64.urlsafe_b64encode(orjson.dumps([last.updated_at, last.name])).decode().rstrip("=")


def _after(cursor: str) -> list[ColumnElement[bool]]:
    moment, name = _read(cursor)
    key = tuple_(literal(moment, Double), literal(name, Text))
    # The second says nothing new, but an index on `updated_at` alone can use it.
    return [tuple_(sessions.c.updated_at, sessions.c.name) < key, sessions.c.updated_at <= moment]


def _read(cursor: str) -> tuple[float, str]:
    try:
        moment, name = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        if not isinstance(moment, float) or not math.isfinite(moment):
            raise ValueError
        return moment, checked_session_name(name)
    except (binascii.Error, ValueError, TypeError, InvalidInput):
        raise InvalidInput("cursor", "must be the `next` of an earlier page") from None
