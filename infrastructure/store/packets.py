"""The handoff packet apart from the steps that bring it: read by those who ask for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, bindparam, select

from domain.errors import SessionNotFound
from infrastructure.store.lane import Lane
from infrastructure.store.tables import sessions


async def read(lane: Lane, name: str) -> dict[str, Any] | None:
    """The session's packet as JSON, if it has one."""
    rows = await lane.read(_READ, {"session_name": name})
    if not rows:
        raise SessionNotFound(name)
    packet: dict[str, Any] | None = rows[0].packet
    return packet


_READ = select(sessions.c.packet).where(sessions.c.name == bindparam("session_name", type_=Text))
