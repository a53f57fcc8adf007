"""The log: one line of JSON for each change of hands and each word of a person (spec/4, P0-6)."""

from __future__ import annotations

import time
from typing import Any

import httpx

from tests.servers.people import open_customer, signed_in
from tests.servers.service import Service


async def test_each_step_of_a_session_is_one_line(http: httpx.AsyncClient, sqlite_service: Service) -> None:
    service = sqlite_service
    mina, jun = [await signed_in(http, service.workbench_url, username) for username in ("mina", "jun")]
    customer = await open_customer(http, service.chatbot_url)
    name = customer.name
    began = time.time()
    await customer.escalate()
    await mina.succeed("takeover", name)
    for _ in range(2):
        # The second is a retry: nothing happens, and nothing is logged.
        await mina.say(name, "Hello", client_message_id="m1")
    await customer.say("Hello")
    await mina.succeed("notes", name, {"content": "A note"})
    await mina.succeed("transfer", name, {"agent_id": jun.id})
    assert (await mina.act("release", name)).status_code == 403
    await jun.succeed("release", name)
    await jun.succeed("close", name)
    await customer.ask("Hello?")

    lines = [line for line in service.logged() if line.get("session_name") == name]
    told = [{key: line.get(key) for key in ("event", "status", "previous", "role", "agent_id")} for line in lines]
    assert told == [
        _line("manual_escalate", "pending_manual", previous="bot_active"),
        _line("manual_takeover", "manual_live", previous="pending_manual", agent_id=mina.id),
        _line("manual_assignment", "manual_live", agent_id=mina.id),
        _line("manual_message", "manual_live", role="agent", agent_id=mina.id),
        _line("manual_message", "manual_live", role="user"),
        _line("note", "manual_live", role="agent", agent_id=mina.id),
        _line("manual_assignment", "manual_live", agent_id=mina.id),
        _line("manual_release", "bot_active", previous="manual_live", agent_id=jun.id),
        _line("session_close", "closed", previous="bot_active", agent_id=jun.id),
        _line("session_reopen", "bot_active", previous="closed"),
    ]
    assert lines[0]["reason"] == "user_request"
    assert lines[0]["severity"] == "normal"
    seqs = [line["seq"] for line in lines]
    assert seqs == sorted(set(seqs))
    for line in lines:
        assert began <= line["timestamp"] <= time.time()
        assert line["level"] == "info"
        assert line["epoch"] >= 2


async def test_the_regulator_says_why(http: httpx.AsyncClient, sqlite_service: Service) -> None:
    customer = await open_customer(http, sqlite_service.chatbot_url)
    await customer.say("The battery caught fire!", wait=True)
    (line,) = [line for line in sqlite_service.logged("manual_escalate") if line["session_name"] == customer.name]
    assert (line["reason"], line["severity"], line["status"]) == ("keyword", "high", "pending_manual")
    assert "fire" not in str(line)


async def test_libraries_keep_quiet(sqlite_service: Service) -> None:
    loggers = {line["logger"] for line in sqlite_service.logged()}
    assert not [name for name in loggers if name.partition(".")[0] in ("alembic", "bm25s", "aiosqlite", "uvicorn")]


def _line(event: str, status: str, **fields: str) -> dict[str, Any]:
    return {"previous": None, "role": None, "agent_id": None, **fields, "event": event, "status": status}
