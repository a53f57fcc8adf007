"""The handoff packet apart from the step that brings it: read by those who ask for it, replaced by a better one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Text, bindparam, select, type_coerce, update

from domain.errors import SessionNotFound
from domain.packet import Packet
from infrastructure.store.appending import packet_text
from infrastructure.store.lane import Lane
from infrastructure.store.tables import sessions


async def read(lane: Lane, name: str) -> dict[str, Any] | None:
    """The session's packet as JSON, if it has one."""
    rows = await lane.read(_READ, {"session_name": name})
    if not rows:
        raise SessionNotFound(name)
    packet: dict[str, Any] | None = rows[0].packet
    return packet


async def replace(lane: Lane, name: str, packet: Mapping[str, Any], *, by: Packet) -> bool:
    """Keep another packet in the place of this one; False when it is not there any more."""
    values = {"session_name": name, "old_text": packet_text(packet), "new_text": packet_text(by.as_json())}
    return bool(await lane.write(_REPLACE, values))


_SESSION_NAME = bindparam("session_name", type_=Text)

_READ = select(sessions.c.packet).where(sessions.c.name == _SESSION_NAME)

_REPLACE = (
    update(sessions)
    .where(sessions.c.name == _SESSION_NAME, type_coerce(sessions.c.packet, Text) == bindparam("old_text", type_=Text))
    .values(packet=bindparam("new_text", type_=Text))
    .returning(sessions.c.name)
)
