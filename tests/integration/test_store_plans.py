"""Nothing that runs all the time reads more than it needs: the databases' own plans for what the store really sends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.entry import Audience
from domain.ports import SessionQuery
from domain.session import Status
from domain.step import Step
from infrastructure.store.compiled import Compiled
from infrastructure.store.postgresql_lane import Append
from infrastructure.store.store import SqlStore
from tests.integration.desk import ALICE, asks, claimed, fresh, saved

Call = Callable[[SqlStore], Awaitable[object]]

CALLS: dict[str, tuple[Call, set[str]]] = {
    "waiting_for_ai": (lambda store: store.waiting_for_ai(idle_seconds=1.0), {"ix_sessions_unanswered"}),
    "changed_since": (lambda store: store.changed_since(5.0), {"ix_sessions_updated_at"}),
    "search": (lambda store: store.search(SessionQuery(limit=5)), {"ix_sessions_updated_at"}),
    "search by status": (
        lambda store: store.search(SessionQuery(statuses=frozenset({Status.PENDING_MANUAL}))),
        {"ix_sessions_status_updated_at"},
    ),
    "search by agent": (
        lambda store: store.search(SessionQuery(agent_id=ALICE.id)),
        {"ix_sessions_agent_id_updated_at"},
    ),
    "get": (lambda store: store.get("s"), {"sessions"}),
    "last_seqs": (lambda store: store.last_seqs(["s", "t"]), {"sessions"}),
    "entries_after": (lambda store: store.entries_after("s", 3, audience=Audience.EVERYONE, limit=5), {"entries"}),
    "latest_entries": (lambda store: store.latest_entries("s", audience=Audience.AGENTS, limit=5), {"entries"}),
    "claim_reply": (lambda store: store.claim_reply("s", owner="me", seconds=5), {"sessions"}),
}


@pytest.fixture
async def filled(store: SqlStore, database: AsyncEngine) -> SqlStore:
    """A store of 5000 sessions and a session of 5000 entries, without which no plan means anything."""
    await store.open(fresh("s"))
    await saved(store, asks(await store.get("s")))
    await _fill(database)
    return store


@pytest.mark.parametrize("name", CALLS)
async def test_what_runs_all_the_time_uses_an_index(filled: SqlStore, database: AsyncEngine, name: str) -> None:
    call, indexes = CALLS[name]
    plans = [plan for _, plan in await _plans(database, lambda: call(filled))]
    # A count of everything reads everything; it is the search's second statement.
    _check(database, plans[:1], indexes)


async def test_append_reads_and_writes_by_key_alone(filled: SqlStore, database: AsyncEngine) -> None:
    session = await filled.get("s")
    step = asks(session, message_id="m1")
    for _ in ("saved", "replayed"):
        plans = await _plans(database, lambda: filled.append(step))
        _check(database, [plan for _, plan in plans], set())


async def test_append_takes_one_statement_or_two(filled: SqlStore, database: AsyncEngine) -> None:
    session = await filled.get("s")
    message = await _plans(database, lambda: filled.append(asks(session, message_id="m1")))
    begin = ["UPDATE", "INSERT"] if database.dialect.name == "sqlite" else ["WITH"]
    assert [statement.split()[0] for statement, _ in message] == begin
    _, lease = await claimed(filled, "s")
    assert lease.answers_seq > 0


# Of an index alone, of a row of values, of a list that was passed along: none of them reads a table.
_NO_TABLE = ("USING", "CONSTANT", "VIRTUAL TABLE")


def _check(database: AsyncEngine, plans: list[str], indexes: set[str]) -> None:
    assert plans
    scan = "SCAN" if database.dialect.name == "sqlite" else "Seq Scan"
    for plan in plans:
        full = [line for line in plan.splitlines() if scan in line and not any(word in line for word in _NO_TABLE)]
        assert not full, plan
    for index in indexes:
        assert any(index in plan for plan in plans), plans


async def _plans(database: AsyncEngine, call: Callable[[], Awaitable[object]]) -> list[tuple[str, str]]:
    """What the call sends, each statement with its plan at the end of the call."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if statement.split()[0] in ("SELECT", "UPDATE", "INSERT", "DELETE"):
            sent.append((statement, parameters[0] if many else parameters))

    def noted(compiled: Compiled, values: Mapping[str, Any]) -> list[Any]:
        arguments = arguments_of(compiled, values)
        sent.append((compiled.text, tuple(arguments)))
        return arguments

    def noted_append(append: Append, step: Step) -> list[Any]:
        arguments = arguments_of_append(append, step)
        # The move is a part of it.
        sent[-1] = (append.text.strip(), tuple(arguments))
        return arguments

    arguments_of, arguments_of_append = Compiled.arguments, Append.arguments
    event.listen(database.sync_engine, "before_cursor_execute", note)
    with pytest.MonkeyPatch.context() as lanes:
        lanes.setattr(Compiled, "arguments", noted)
        lanes.setattr(Append, "arguments", noted_append)
        await call()
    event.remove(database.sync_engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN" if database.dialect.name == "sqlite" else "EXPLAIN"
    plans = []
    for statement, parameters in sent:
        async with database.connect() as connection:
            rows = await connection.exec_driver_sql(f"{explain} {statement}", parameters)
            plans.append((statement, "\n".join(str(row) for row in rows)))
    return plans


async def _fill(database: AsyncEngine) -> None:
    columns = (
        "status, language, epoch, last_seq, asked_seq, answered_seq, created_at, updated_at, customer_name,"
        " customer_email, agent_id, agent_name, preview, folded_identity, folded_preview"
    )
    values = {
        "status": "CASE WHEN n % 100 = 0 THEN 'pending_manual' WHEN n % 4 = 1 THEN 'closed'"
        " WHEN n % 4 = 2 THEN 'manual_live' ELSE 'bot_active' END",
        "updated_at": "n / 1000.0",
        "agent_id": "CASE n % 4 WHEN 2 THEN 'agent-' || (n % 50) END",
        "agent_name": "CASE n % 4 WHEN 2 THEN 'Agent' END",
        **dict.fromkeys(("epoch", "last_seq", "asked_seq", "answered_seq", "created_at"), "0"),
        **dict.fromkeys(("customer_name", "customer_email", "preview", "folded_identity", "folded_preview"), "''"),
        "language": "'en'",
    }
    numbers = "WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < 5000)"
    chosen = ", ".join(values[column.strip()] for column in columns.split(","))
    some_sessions = f"INSERT INTO sessions (name, {columns}) {numbers} SELECT 's' || n, {chosen} FROM numbers"  # noqa: S608
    some_entries = (
        "INSERT INTO entries (session_name, seq, epoch, type, role, source, created_at, content, audience,"  # noqa: S608
        f" data, step_first_seq, step_last_seq, client_message_id) {numbers} SELECT 's', n, 0, 'new_message',"
        " 'user', 'ai_chatbot', 0, 'x', 'everyone', '{}', n, n, 'id-' || n FROM numbers"
    )
    async with database.begin() as connection:
        await connection.execute(text(some_sessions))
        await connection.execute(text(some_entries))
        await connection.execute(text("UPDATE sessions SET last_seq = 5000, asked_seq = 5000 WHERE name = 's'"))
        if database.dialect.name == "postgresql":
            await connection.execute(text("ANALYZE"))
