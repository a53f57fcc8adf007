"""Many at once: tasks, processes, and those that end in the middle."""

from __future__ import annotations

import asyncio
import random
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from domain.entry import Audience
from domain.errors import ClientMessageIdReused
from domain.step import Appended
from infrastructure.store.engine import open_engine
from infrastructure.store.store import SqlStore
from tests.integration.desk import ALICE, BOB, asks, fresh, notes, saved, takes_over

ROOT = Path(__file__).parents[2]


async def test_many_writers_of_two_processes_leave_no_hole(store: SqlStore, database_url: str) -> None:
    session = await store.open(fresh("s"))
    # Two processes of sixteen writers: 32 at once, 416 messages.
    processes = [await _writer(database_url, prefix=prefix, writers=16, each=13) for prefix in ("a", "b")]

    outputs = [await process.communicate(b"go\n") for process in processes]

    assert [process.returncode for process in processes] == [0, 0], outputs
    total = 2 * 16 * 13
    said = [int(line) for output, _ in outputs for line in output.split()]
    assert sorted(said) == list(range(1, total + 1))
    kept = await store.entries_after("s", 0, audience=Audience.AGENTS, limit=1000)
    assert [entry.seq for entry in kept] == list(range(1, total + 1))
    assert len({entry.client_message_id for entry in kept}) == total
    assert (await store.get(session.name)).last_seq == total


async def test_many_writers_of_one_process_all_succeed(store: SqlStore) -> None:
    session = await store.open(fresh())
    results = await asyncio.gather(*(store.append(asks(session, str(number))) for number in range(100)))
    assert sorted(result.entries[0].seq for result in results if result) == list(range(1, 101))


async def test_of_two_takeovers_at_once_one_wins(store: SqlStore) -> None:
    for _ in range(10):
        session = await store.open(fresh())
        results = await asyncio.gather(store.append(takes_over(session, ALICE)), store.append(takes_over(session, BOB)))
        (won,) = [result for result in results if result is not None]
        assert await store.get(session.name) == won.session


async def test_of_two_claims_at_once_one_wins(store: SqlStore) -> None:
    for _ in range(10):
        session = await store.open(fresh())
        await saved(store, asks(session))
        owners = [f"owner-{number}" for number in range(5)]
        claims = await asyncio.gather(*(store.claim_reply(session.name, owner=owner, seconds=60) for owner in owners))
        assert sum(claim is not None for claim in claims) == 1


async def test_one_message_sent_twenty_times_at_once_is_kept_once(store: SqlStore) -> None:
    session = await store.open(fresh())
    step = asks(session, message_id="m1")

    results = await asyncio.gather(*(store.append(step) for _ in range(20)))

    assert sum(result is not None and not result.replayed for result in results) == 1
    (kept,) = await store.entries_after(session.name, 0, audience=Audience.AGENTS, limit=100)
    assert all(result is not None and result.entries == (kept,) for result in results)
    assert (await store.get(session.name)).last_seq == 1


@pytest.mark.parametrize("same", [True, False])
async def test_senders_who_saw_the_same_moment_are_told_apart_by_the_index(postgresql_url: str, same: bool) -> None:
    # On PostgreSQL each waits for the row with a picture of the timeline from before the first was kept.
    engine = open_engine(postgresql_url)
    store = SqlStore(engine)
    session = await store.open(fresh())
    steps = [asks(session, "text" if same else f"text {number}", message_id="m1") for number in range(5)]
    async with engine.connect() as holder:
        await holder.execute(text("SELECT * FROM sessions FOR UPDATE"))
        senders = [asyncio.create_task(store.append(step)) for step in steps]
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        while (await holder.execute(waiting)).scalar_one() < len(senders):
            await holder.execute(text("SELECT pg_stat_clear_snapshot()"))
            await asyncio.sleep(0.02)
    results = await asyncio.gather(*senders, return_exceptions=True)

    if same:
        assert sorted(result.replayed for result in results if isinstance(result, Appended)) == [False] + [True] * 4
    else:
        assert sum(isinstance(result, ClientMessageIdReused) for result in results) == 4
    assert (await store.get(session.name)).last_seq == 1
    await engine.dispose()


async def test_of_two_messages_with_one_id_at_once_one_is_kept(store: SqlStore) -> None:
    session = await store.open(fresh())

    results = await asyncio.gather(
        *(store.append(asks(session, f"text {number}", message_id="m1")) for number in range(10)),
        return_exceptions=True,
    )

    assert sum(isinstance(result, ClientMessageIdReused) for result in results) == 9
    assert (await store.get(session.name)).last_seq == 1


async def test_a_cancelled_append_is_kept_whole_or_not_at_all(store: SqlStore, database: AsyncEngine) -> None:
    session = await store.open(fresh())
    kept = 0
    for number in range(60):
        step = asks(session, f"message {number}", message_id=f"m{number}")
        task = asyncio.create_task(store.append(step))
        if number % 3:
            await asyncio.sleep(random.uniform(0, 0.001))
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass
        else:
            kept += 1

    entries = await store.entries_after(session.name, 0, audience=Audience.AGENTS, limit=1000)
    assert [entry.seq for entry in entries] == list(range(1, (await store.get(session.name)).last_seq + 1))
    assert kept <= len(entries) < 60, "some were cancelled in time"
    _nothing_is_leaked(database)
    # Nobody holds the right to write.
    async with asyncio.timeout(3):
        await saved(store, notes(session))


async def test_whoever_is_cancelled_while_waiting_to_write_leaves_the_others_alone(
    store: SqlStore, database: AsyncEngine
) -> None:
    session = await store.open(fresh())
    tasks = [asyncio.create_task(store.append(asks(session, str(number)))) for number in range(60)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)

    assert all(not isinstance(result, BaseException) for result in results[1::2])
    entries = await store.entries_after(session.name, 0, audience=Audience.AGENTS, limit=1000)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert len(entries) < 60
    _nothing_is_leaked(database)


async def test_readers_do_not_keep_a_writer_waiting(store: SqlStore) -> None:
    session = await store.open(fresh())

    async def read() -> None:
        while True:
            await store.get(session.name)

    readers = [asyncio.create_task(read()) for _ in range(50)]
    try:
        async with asyncio.timeout(20):
            for number in range(20):
                await saved(store, asks(session, str(number)))
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)


async def test_a_killed_writer_leaves_whole_steps(store: SqlStore, database: AsyncEngine, database_url: str) -> None:
    await store.open(fresh("s"))
    said: list[int] = []
    for run in range(3):
        process = await _writer(database_url, prefix=f"run{run}", writers=8, each=0)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"go\n")
        said.extend([int(await process.stdout.readline()) for _ in range(20)])
        process.kill()
        rest, _ = await process.communicate()
        # The last line may have been cut off.
        said.extend(int(line) for line in rest.split(b"\n")[:-1])

    last_seq = (await store.get("s")).last_seq
    entries = await store.entries_after("s", 0, audience=Audience.AGENTS, limit=10_000)
    assert [entry.seq for entry in entries] == list(range(1, last_seq + 1))
    assert set(said) <= {entry.seq for entry in entries}, "what was said to be kept is kept"
    await saved(store, asks(await store.get("s")))
    if database.dialect.name == "sqlite":
        async with database.connect() as connection:
            assert (await connection.execute(text("PRAGMA integrity_check"))).scalar_one() == "ok"
            assert (await connection.execute(text("PRAGMA foreign_key_check"))).all() == []


def _nothing_is_leaked(database: AsyncEngine) -> None:
    pool = database.sync_engine.pool
    assert isinstance(pool, QueuePool)
    assert pool.checkedout() == 0


async def _writer(url: str, *, prefix: str, writers: int, each: int) -> Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.writer_process", url, "s", prefix, str(writers), str(each),
        cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    if (line := await process.stdout.readline()) != b"ready\n":
        _, errors = await process.communicate()
        pytest.fail(f"{line!r}: {errors.decode()}")
    return process
