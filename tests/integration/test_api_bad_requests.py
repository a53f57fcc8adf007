"""What must not be asked for: each is refused with a problem that says why, and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.served import Desk, is_problem
from tests.servers.people import AgentPerson, Customer, Json, signed_in

BAD_NAMES = ["a%20b", "%00", "-begins", "a%2Fb", "x" * 101, "%F0%9F%91%8D", "a%0Ab"]


@pytest.mark.parametrize("name", BAD_NAMES)
async def test_a_malformed_session_name(sqlite_desk: Desk, name: str) -> None:
    before = await sqlite_desk.everything()
    for person, path in _calls_with_a_name(sqlite_desk, name):
        answer = await (person.get(path) if path.endswith(("events", name)) else person.post(path, _body(path)))
        # A slash makes it another path, which nobody serves.
        if "%2F" in name:
            assert answer.status_code in (404, 405), path
        else:
            is_problem(answer, 422, "invalid_input", field="session_name")
    assert await sqlite_desk.everything() == before


async def test_an_unknown_session(desk: Desk) -> None:
    before = await desk.everything()
    for person, path in _calls_with_a_name(desk, "s_unknown"):
        if path.endswith(("ticket", "typing", "transfer")):
            # The first two look at no session, the last at the agent first.
            continue
        answer = await (person.get(path) if path.endswith(("events", "unknown")) else person.post(path, _body(path)))
        if person is desk.customer:
            is_problem(answer, 403, "wrong_session")
        else:
            is_problem(answer, 404, "session_not_found")
    assert await desk.everything() == before


@pytest.mark.parametrize("cursor", ["abc", "-1", "1.5", "0x10", "1e3", "9" * 19, "+1", "٣", "1 2"])
async def test_a_cursor_that_is_no_number(sqlite_desk: Desk, cursor: str) -> None:
    for person in (sqlite_desk.customer, sqlite_desk.mina):
        headers = {b"Authorization": person.headers["Authorization"].encode(), b"Last-Event-ID": cursor.encode()}
        path = f"{person.base}/api/sessions/{sqlite_desk.customer.name}/events"
        is_problem(await sqlite_desk.http.get(path, headers=headers), 422, "invalid_input", field="Last-Event-ID")


@pytest.mark.parametrize("cursor", [4, 1_000_000, 2**31, 10**18 - 1])
async def test_a_cursor_beyond_the_timeline_begins_anew(desk: Desk, cursor: int) -> None:
    for person in (desk.customer, desk.mina):
        path = f"/api/sessions/{desk.customer.name}/events"
        async with person.follow(path, last_event_id=cursor) as stream:
            await stream.until(lambda told: told.of("history"))
            assert [event["type"] for event in stream.events] == ["connected", "reset", "history"]
            assert stream.events[1]["payload"] == {"last_seq": 2}
            assert stream.seqs == [1, 2]
            assert stream.ids == [2]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "open"}, "status"),
        ({"status": "closed,nothing"}, "status"),
        ({"status": "\0"}, "status"),
        ({"cursor": "no-cursor"}, "cursor"),
        ({"cursor": "WzFd"}, "cursor"),
        ({"cursor": "\0"}, "cursor"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"q": "\0"}, "q"),
        ({"q": "x" * 201}, "q"),
        ({"agent": "\0"}, "agent"),
    ],
)
async def test_a_list_that_cannot_be(desk: Desk, query: dict[str, str], field: str) -> None:
    is_problem(await desk.mina.get("/api/sessions", **query), 422, "invalid_input", field=field)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"before": "0"}, "before"),
        ({"before": str(2**31)}, "before"),
        ({"before": "x"}, "before"),
        ({"limit": "501"}, "limit"),
        ({"limit": "-1"}, "limit"),
    ],
)
async def test_a_page_that_cannot_be(desk: Desk, query: dict[str, str], field: str) -> None:
    for person in (desk.customer, desk.mina):
        answer = await person.get(f"/api/sessions/{desk.customer.name}", **query)
        is_problem(answer, 422, "invalid_input", field=field)


async def test_the_last_page_that_can_be_asked_for(desk: Desk) -> None:
    for person in (desk.customer, desk.mina):
        answer = await person.get(f"/api/sessions/{desk.customer.name}", before=str(2**31 - 1))
        assert [entry["seq"] for entry in answer.json()["messages"]] == [1, 2]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"language": "fr"}, "language"),
        ({"customer_name": "\0"}, "customer_name"),
        ({"customer_name": "x" * 101}, "customer_name"),
        ({"customer_email": "a\nb"}, "customer_email"),
        ({"customer_name": 7}, "customer_name"),
        ({"name": "s_mine"}, "name"),
    ],
)
async def test_a_session_that_cannot_be_opened(desk: Desk, body: dict[str, Any], field: str) -> None:
    before = await desk.everything()
    answer = await desk.http.post(desk.service.chatbot_url + "/api/sessions", json=body)
    is_problem(answer, 422, "invalid_input", field=field)
    assert await desk.everything() == before


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/api/auth/login", {"username": "\0", "password": "x" * 10}, "username"),
        ("/api/auth/login", {"username": "mina"}, "password"),
        ("/api/auth/login", {"username": "mina", "password": "x" * 257}, "password"),
        ("/api/auth/refresh", {"refresh_token": "x" * 4097}, "refresh_token"),
        ("/api/sessions/{name}/transfer", {"agent_id": "\0"}, "agent_id"),
        ("/api/sessions/{name}/transfer", {"agent_id": ""}, "agent_id"),
        ("/api/sessions/{name}/transfer", {"agent_id": "{mina}"}, "agent_id"),
        ("/api/sessions/{name}/typing", {"active": "perhaps"}, "active"),
    ],
)
async def test_a_call_that_cannot_be(desk: Desk, path: str, body: dict[str, Any], field: str) -> None:
    before = await desk.everything()
    filled = {key: desk.mina.id if value == "{mina}" else value for key, value in body.items()}
    answer = await desk.mina.post(path.format(name=desk.customer.name), filled)
    is_problem(answer, 422, "invalid_input", field=field)
    assert await desk.everything() == before


async def test_a_transfer_to_nobody(desk: Desk) -> None:
    before = await desk.everything()
    is_problem(await desk.mina.act("transfer", desk.customer.name, {"agent_id": "a_nobody"}), 404, "agent_not_found")
    assert await desk.everything() == before


@pytest.mark.parametrize(
    ("status", "action", "code"),
    [
        ("bot_active", "release", "transition_forbidden"),
        ("bot_active", "transfer", "transition_forbidden"),
        ("bot_active", "messages", "message_forbidden"),
        ("pending_manual", "release", "transition_forbidden"),
        ("pending_manual", "transfer", "transition_forbidden"),
        ("pending_manual", "messages", "message_forbidden"),
        ("pending_manual", "escalate", "transition_forbidden"),
        ("manual_live", "takeover", "transition_forbidden"),
        ("manual_live", "escalate", "transition_forbidden"),
        ("closed", "takeover", "transition_forbidden"),
        ("closed", "release", "transition_forbidden"),
        ("closed", "transfer", "transition_forbidden"),
        ("closed", "close", "transition_forbidden"),
        ("closed", "escalate", "transition_forbidden"),
        ("closed", "messages", "message_forbidden"),
    ],
)
async def test_a_step_that_the_state_does_not_allow(desk: Desk, status: str, action: str, code: str) -> None:
    name = desk.customer.name
    if status == "closed":
        await desk.mina.succeed("close", name)
    elif status != "manual_live":
        await desk.mina.succeed("release", name)
        if status == "pending_manual":
            assert (await desk.customer.escalate()).status_code == 200
    jun = await signed_in(desk.http, desk.service.workbench_url, "jun")
    before = await desk.everything()
    bodies: dict[str, Json] = {"messages": {"content": "Hello"}, "transfer": {"agent_id": jun.id}}
    if action == "escalate":
        answer = await desk.customer.escalate()
    else:
        answer = await desk.mina.act(action, name, bodies.get(action))
    is_problem(answer, 409, code, session_status=status)
    assert await desk.everything() == before


@pytest.mark.parametrize("status", ["bot_active", "closed"])
async def test_words_for_a_person_where_there_is_none(desk: Desk, status: str) -> None:
    await desk.mina.succeed("release" if status == "bot_active" else "close", desk.customer.name)
    before = await desk.everything()
    body = {"session_name": desk.customer.name, "role": "user", "content": "Hello?"}
    answer = await desk.customer.post("/api/manual/messages", body)
    is_problem(answer, 409, "message_forbidden", session_status=status)
    assert await desk.everything() == before


async def test_no_such_path_and_no_such_method(sqlite_desk: Desk) -> None:
    for base in (sqlite_desk.service.chatbot_url, sqlite_desk.service.workbench_url):
        is_problem(await sqlite_desk.http.get(base + "/api/nothing"), 404, "not_found")
        is_problem(await sqlite_desk.http.delete(base + "/api/sessions"), 405, "method_not_allowed")


def _calls_with_a_name(desk: Desk, name: str) -> list[tuple[AgentPerson | Customer, str]]:
    """Every call with a session's name in its path."""
    customers, agents = ["", "/events", "/ticket"], ["/takeover", "/release", "/transfer", "/close"]
    agents += ["", "/events", "/ticket", "/messages", "/notes", "/typing"]
    return [(desk.customer, f"/api/sessions/{name}{rest}") for rest in customers] + [
        (desk.mina, f"/api/sessions/{name}{rest}") for rest in agents
    ]


def _body(path: str) -> Json:
    if path.endswith(("messages", "notes")):
        return {"content": "Hello"}
    return {"agent_id": "a_1"} if path.endswith("transfer") else {}
