"""The timelines straight from the database, past everything of Baton's."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from typing import Any

import asyncpg

Row = dict[str, Any]

_SESSIONS = "SELECT name, status, epoch, last_seq, agent_id, asked_seq, answered_seq FROM sessions ORDER BY name"
_ENTRIES = (
    "SELECT session_name, seq, epoch, type, role, content, author_id, audience, data, client_message_id,"
    " step_first_seq, step_last_seq FROM entries ORDER BY session_name, seq"
)


async def read_database(url: str) -> tuple[list[Row], list[Row]]:
    """All rows of `sessions` and of `entries`; `data` decoded."""
    if url.startswith("sqlite"):
        sessions, entries = await asyncio.to_thread(_sqlite, url.partition(":///")[2])
    else:
        sessions, entries = await _postgresql(url)
    for entry in entries:
        entry["data"] = json.loads(entry["data"])
    return sessions, entries


def _sqlite(path: str) -> tuple[list[Row], list[Row]]:
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        connection.row_factory = sqlite3.Row
        sessions, entries = ([dict(row) for row in connection.execute(text)] for text in (_SESSIONS, _ENTRIES))
        return sessions, entries


async def _postgresql(url: str) -> tuple[list[Row], list[Row]]:
    connection = await asyncpg.connect(url)
    try:
        return (
            [dict(row) for row in await connection.fetch(_SESSIONS)],
            [dict(row) for row in await connection.fetch(_ENTRIES)],
        )
    finally:
        await connection.close()
