"""Every promise of the port `Directory`, on both databases."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.agent import Agent, AgentRole
from domain.errors import AgentExists, AgentNotFound
from infrastructure.store.directory import SqlDirectory

ALICE = Agent("agent-alice", "alice", "Alice 爱丽丝", AgentRole.ADMIN, "argon2$…", created_at=1763605000.5)
BOB = Agent("agent-bob", "bob", "Bob", AgentRole.AGENT, "argon2$…", disabled=True, created_at=1763605000.5)


@pytest.fixture
async def directory(database: AsyncEngine) -> SqlDirectory:
    return SqlDirectory(database)


async def test_an_account_is_kept_as_it_is(directory: SqlDirectory) -> None:
    await directory.add(BOB)
    await directory.add(ALICE)

    assert await directory.get(ALICE.id) == ALICE
    assert await directory.by_username("bob") == BOB
    assert await directory.by_username("carol") is None
    assert await directory.all() == [ALICE, BOB]


async def test_an_account_without_a_time_is_created_now(directory: SqlDirectory) -> None:
    await directory.add(replace(ALICE, created_at=0.0))
    assert abs((await directory.get(ALICE.id)).created_at - time.time()) < 5


async def test_a_user_name_is_given_once(directory: SqlDirectory) -> None:
    await directory.add(ALICE)
    with pytest.raises(AgentExists):
        await directory.add(replace(BOB, username=ALICE.username))
    with pytest.raises(AgentExists):
        await directory.add(replace(BOB, id=ALICE.id))
    assert await directory.all() == [ALICE]


async def test_an_unknown_account_is_not_found(directory: SqlDirectory) -> None:
    with pytest.raises(AgentNotFound):
        await directory.get("nobody")
    with pytest.raises(AgentNotFound):
        await directory.record_failure("nobody", limit=5, lock_seconds=60)
    with pytest.raises(AgentNotFound):
        await directory.keep_refresh("t1", agent_id="nobody", expires_at=time.time() + 60)
    await directory.record_success("nobody")
    await directory.revoke_refresh("nobody")


async def test_failures_lock_the_account_and_success_forgets_them(directory: SqlDirectory) -> None:
    await directory.add(ALICE)
    for failures in (1, 2):
        assert (await directory.record_failure(ALICE.id, limit=3, lock_seconds=60)).failed_attempts == failures

    locked = await directory.record_failure(ALICE.id, limit=3, lock_seconds=60)

    assert locked.failed_attempts == 0
    assert abs(locked.locked_until - (time.time() + 60)) < 5
    assert await directory.get(ALICE.id) == locked
    again = await directory.record_failure(ALICE.id, limit=3, lock_seconds=60)
    assert (again.failed_attempts, again.locked_until) == (1, locked.locked_until)
    await directory.record_success(ALICE.id)
    assert await directory.get(ALICE.id) == ALICE


async def test_no_failure_is_lost_when_many_come_at_once(directory: SqlDirectory) -> None:
    await directory.add(ALICE)
    results = await asyncio.gather(*(directory.record_failure(ALICE.id, limit=50, lock_seconds=60) for _ in range(20)))
    assert sorted(agent.failed_attempts for agent in results) == list(range(1, 21))


async def test_a_refresh_token_is_used_once_by_one(directory: SqlDirectory) -> None:
    await directory.add(ALICE)
    await directory.keep_refresh("t1", agent_id=ALICE.id, expires_at=time.time() + 60)

    used = await asyncio.gather(*(directory.use_refresh("t1") for _ in range(20)))

    assert sorted(used) == [False] * 19 + [True]
    assert not await directory.use_refresh("t1")
    assert not await directory.use_refresh("never handed out")


async def test_an_expired_refresh_token_is_of_no_use(directory: SqlDirectory, database: AsyncEngine) -> None:
    await directory.add(ALICE)
    await directory.keep_refresh("t1", agent_id=ALICE.id, expires_at=time.time() - 1)
    await directory.keep_refresh("t2", agent_id=ALICE.id, expires_at=time.time() + 0.1)
    await asyncio.sleep(0.3)
    assert not await directory.use_refresh("t2")
    assert not await directory.use_refresh("t1")
    # Nothing is left of them, and what is never used goes with the next one.
    await directory.keep_refresh("t3", agent_id=ALICE.id, expires_at=time.time() - 1)
    await directory.keep_refresh("t4", agent_id=ALICE.id, expires_at=time.time() + 60)
    async with database.connect() as connection:
        assert (await connection.execute(text("SELECT id FROM refresh_tokens"))).scalars().all() == ["t4"]


async def test_revoking_strikes_out_the_agents_own_tokens(directory: SqlDirectory) -> None:
    await directory.add(ALICE)
    await directory.add(BOB)
    for token, agent in (("a1", ALICE), ("a2", ALICE), ("b1", BOB)):
        await directory.keep_refresh(token, agent_id=agent.id, expires_at=time.time() + 60)

    await directory.revoke_refresh(ALICE.id)

    assert [await directory.use_refresh(token) for token in ("a1", "a2", "b1")] == [False, False, True]
