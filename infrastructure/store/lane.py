"""The lanes: how appends and the reads that every message or stream takes reach the database.

Everything else (lists, leases, accounts, migrations) goes through SQLAlchemy's engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql import ClauseElement

from domain.step import Step


class Lane(Protocol):
    """What both databases offer. Whatever means "no answer" leaves as `Unavailable`."""

    async def read(self, statement: ClauseElement, values: Mapping[str, Any]) -> list[Any]:
        """The rows of a SELECT; the statement sees one moment."""

    async def write(self, statement: ClauseElement, values: Mapping[str, Any]) -> list[Any]:
        """The rows that a single INSERT, UPDATE or DELETE returns; it is a transaction of its own. A caller that is
        cancelled may find it done, or not.
        """

    async def append(self, step: Step) -> Any | None:
        """Move the session and keep the step's entries, in one transaction; the session's new row.

        None, and nothing kept, when the conditions of the step do not hold (see `appending`), also because its
        `client_message_id` is kept already. A caller that is cancelled may find the step kept whole, or not at all.
        """


def lane_of(engine: AsyncEngine) -> Lane:
    """The lane to the database of `engine`, which closes it when it is disposed of."""
    # Each brings its own driver; imported here, the other one's is not loaded.
    if engine.dialect.name == "sqlite":
        from infrastructure.store.sqlite_lane import SqliteLane

        return SqliteLane(engine)
    from infrastructure.store.postgresql_lane import PostgresqlLane

    return PostgresqlLane(engine)
