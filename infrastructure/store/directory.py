"""The port `Directory` over SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Double, Executable, Integer, Row, Text, bindparam, case, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.agent import Agent
from domain.errors import AgentExists, AgentNotFound
from infrastructure.store.clock import DatabaseClock
from infrastructure.store.failures import violates_unique
from infrastructure.store.rows import agent_of
from infrastructure.store.tables import agents, refresh_tokens
from infrastructure.store.transactions import Transactions


class SqlDirectory:
    """The agents' accounts and refresh tokens in the database of `engine`; its schema is there (see `migrate`)."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    async def add(self, agent: Agent) -> None:
        """Keep a new account; without a time of its own (0) it is created now, by the database's clock."""
        values = {
            "id": agent.id,
            "username": agent.username,
            "name": agent.name,
            "role": agent.role.value,
            "password_hash": agent.password_hash,
            "disabled": agent.disabled,
            "failed_attempts": agent.failed_attempts,
            "locked_until": agent.locked_until,
        }
        statement = insert(agents).values(**values, created_at=agent.created_at or DatabaseClock())
        try:
            await self._write(statement, {})
        except IntegrityError as error:
            if not violates_unique(error):
                raise
            raise AgentExists(agent.username) from None

    async def get(self, agent_id: str) -> Agent:
        rows = await self._read(_GET, {"key": agent_id})
        if not rows:
            raise AgentNotFound(agent_id)
        return agent_of(rows[0])

    async def by_username(self, username: str) -> Agent | None:
        rows = await self._read(_BY_USERNAME, {"key": username})
        return agent_of(rows[0]) if rows else None

    async def all(self) -> list[Agent]:
        return [agent_of(row) for row in await self._read(_ALL, {})]

    async def record_failure(self, agent_id: str, *, limit: int, lock_seconds: int) -> Agent:
        values = {"key": agent_id, "failure_limit": limit, "lock_seconds": float(lock_seconds)}
        rows = await self._write(_RECORD_FAILURE, values)
        if not rows:
            raise AgentNotFound(agent_id)
        return agent_of(rows[0])

    async def record_success(self, agent_id: str) -> None:
        await self._write(_RECORD_SUCCESS, {"key": agent_id})

    async def keep_refresh(self, token_id: str, *, agent_id: str, expires_at: float) -> None:
        """Remember a refresh token; `AgentNotFound` when there is no such account."""
        values = {"id": token_id, "agent_id": agent_id, "expires_at": expires_at}

        async def keep(connection: AsyncConnection) -> None:
            # Tokens that were never used would pile up; each sign-in clears away this agent's.
            await connection.execute(_FORGET_EXPIRED, {"key": agent_id})
            await connection.execute(_KEEP_REFRESH, values)

        try:
            await self._transactions.write(keep)
        except IntegrityError as error:
            if violates_unique(error):
                raise
            raise AgentNotFound(agent_id) from None

    async def use_refresh(self, token_id: str) -> bool:
        rows = await self._write(_USE_REFRESH, {"key": token_id})
        return any(row.live for row in rows)

    async def revoke_refresh(self, agent_id: str) -> None:
        await self._write(_REVOKE_REFRESH, {"key": agent_id})

    async def _read(self, statement: Executable, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
        return await self._transactions.read(lambda connection: _rows(connection, statement, values))

    async def _write(self, statement: Executable, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
        return await self._transactions.write(lambda connection: _rows(connection, statement, values))


async def _rows(connection: AsyncConnection, statement: Executable, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
    result = await connection.execute(statement, values)
    return result.all() if result.returns_rows else ()


_KEY = bindparam("key", type_=Text)

_GET = select(agents).where(agents.c.id == _KEY)
_BY_USERNAME = select(agents).where(agents.c.username == _KEY)
_ALL = select(agents).order_by(agents.c.name, agents.c.id)

_failures = agents.c.failed_attempts + 1
_too_many = _failures >= bindparam("failure_limit", type_=Integer)

_RECORD_FAILURE = (
    update(agents)
    .where(agents.c.id == _KEY)
    .values(
        failed_attempts=case((_too_many, 0), else_=_failures),
        locked_until=case(
            (_too_many, DatabaseClock() + bindparam("lock_seconds", type_=Double)), else_=agents.c.locked_until
        ),
    )
    .returning(*agents.c)
)
_RECORD_SUCCESS = update(agents).where(agents.c.id == _KEY).values(failed_attempts=0, locked_until=0.0)

_KEEP_REFRESH = insert(refresh_tokens)
# An expired token is struck out as well: it is of no use to anyone.
_USE_REFRESH = (
    delete(refresh_tokens)
    .where(refresh_tokens.c.id == _KEY)
    .returning((refresh_tokens.c.expires_at > DatabaseClock()).label("live"))
)
_REVOKE_REFRESH = delete(refresh_tokens).where(refresh_tokens.c.agent_id == _KEY)
_FORGET_EXPIRED = _REVOKE_REFRESH.where(refresh_tokens.c.expires_at <= DatabaseClock())
