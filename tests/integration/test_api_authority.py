"""Who may do what: every call, with no token, with the wrong one, and with somebody else's."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import jwt
import pytest

from infrastructure.auth.tokens import JwtTokens, Lifetimes
from infrastructure.bootstrap.settings import Settings
from products.agent_workbench.application import create_app as create_workbench
from products.ai_chatbot.application import create_app as create_chatbot
from tests.servers.people import AgentPerson, Customer, Json, open_customer, signed_in
from tests.servers.service import SECRET, Service

# What needs no token: (method, path).
OPEN_TO_ALL = {
    ("get", "/api/health"),
    ("post", "/api/sessions"),
    ("get", "/api/auth/demo"),
    ("post", "/api/auth/login"),
}
# Carries a token of its own kind, in its body or in a cookie.
REFRESH = ("post", "/api/auth/refresh")

BODIES: dict[str, Json] = {
    "/api/chat": {"message": "Hello"},
    "/api/chat/stream": {"message": "Hello"},
    "/api/conversation/new": {},
    "/api/manual/escalate": {"session_name": "{name}"},
    "/api/manual/messages": {"session_name": "{name}", "role": "user", "content": "Hello"},
    "/api/manual/typing": {"session_name": "{name}"},
    "/api/sessions/{name}/transfer": {"agent_id": "a_1"},
    "/api/sessions/{name}/messages": {"content": "Hello"},
    "/api/sessions/{name}/notes": {"content": "Hello"},
    "/api/sessions/{name}/typing": {"active": True},
    "/api/knowledge/import": {"documents": [{"name": "a.md", "content": "Nobody may say this here."}]},
    "/api/knowledge/test": {"question": "How do I return something?"},
}
QUERIES = {"/api/orders/{number}": {"email": "mira@example.com"}, "/api/shopify/orders/global-search": {"q": "AM20451"}}

Operation = tuple[str, str, str]


def _operations(tmp_path: Path) -> Iterator[Operation]:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/unused.db", data_dir=tmp_path)
    for side, app in (("chatbot", create_chatbot(settings)), ("workbench", create_workbench(settings))):
        for path, operations in app.openapi()["paths"].items():
            for method in operations:
                yield side, method, path


@pytest.fixture
async def customer(http: httpx.AsyncClient, sqlite_service: Service) -> Customer:
    """A customer whose session a person serves."""
    opened = await open_customer(http, sqlite_service.chatbot_url)
    mina = await signed_in(http, sqlite_service.workbench_url)
    await mina.succeed("takeover", opened.name)
    return opened


@pytest.fixture
async def mina(http: httpx.AsyncClient, sqlite_service: Service) -> AgentPerson:
    """The agent who serves it."""
    return await signed_in(http, sqlite_service.workbench_url)


async def test_every_call_wants_its_own_token(
    http: httpx.AsyncClient, sqlite_service: Service, customer: Customer, mina: AgentPerson, tmp_path: Path
) -> None:
    other = await open_customer(http, sqlite_service.chatbot_url)
    before = await mina.read(customer.name)
    # Those of the people above; streams take them.
    http.cookies.clear()
    walked = 0
    for side, method, path in _operations(tmp_path):
        if (method, path) in OPEN_TO_ALL or (method, path) == REFRESH:
            continue
        walked += 1
        no_token = {"no token": "", "no bearer": "Basic abc", "nonsense": "Bearer abc", "empty": "Bearer"}
        own_kind = other if side == "chatbot" else None
        wrong_side = mina if side == "chatbot" else customer
        base = sqlite_service.chatbot_url if side == "chatbot" else sqlite_service.workbench_url
        for what, header in no_token.items():
            answer = await _call(http, base, method, path, customer.name, {"Authorization": header} if header else {})
            assert answer.status_code == 401, (what, method, path, answer.text)
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["code"] in ("token_missing", "token_invalid")
        answer = await _call(http, base, method, path, customer.name, wrong_side.headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid"), (method, path)
        if own_kind is not None and ("{name}" in path or "manual" in path):
            answer = await _call(http, base, method, path, customer.name, own_kind.headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "wrong_session"), (method, path)
    assert walked >= 25
    assert await mina.read(customer.name) == before


async def test_a_message_names_the_session_of_its_token(
    http: httpx.AsyncClient, sqlite_service: Service, customer: Customer, mina: AgentPerson
) -> None:
    other = await open_customer(http, sqlite_service.chatbot_url)
    before = await mina.read(customer.name)
    for path in ("/api/chat", "/api/chat/stream"):
        answer = await other.post(path, {"message": "Hello", "session_name": customer.name})
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_session")
    assert await mina.read(customer.name) == before


def _tokens(moment: float) -> JwtTokens:
    lifetimes = Lifetimes(customer=60, access=60, refresh=60, ticket=60)
    return JwtTokens(SECRET, lifetimes, clock=lambda: moment)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("expired", "token_expired"),
        ("tampered", "token_invalid"),
        ("other secret", "token_invalid"),
        ("alg none", "token_invalid"),
        ("ticket", "token_invalid"),
        ("refresh", "token_invalid"),
        ("very long", "token_invalid"),
    ],
)
async def test_a_token_that_is_no_token(
    http: httpx.AsyncClient, customer: Customer, mina: AgentPerson, kind: str, code: str
) -> None:
    claims = jwt.decode(customer.token, options={"verify_signature": False})
    agent_claims = jwt.decode(mina.token, options={"verify_signature": False})
    ticket = (await customer.post(f"/api/sessions/{customer.name}/ticket")).json()["ticket"]
    desk_ticket = (await mina.post("/api/events/ticket")).json()["ticket"]
    old = time.time() - 61
    made = {
        "expired": [jwt.encode({**said, "iat": old, "exp": old + 60}, SECRET) for said in (claims, agent_claims)],
        "tampered": [
            token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB") for token in (customer.token, mina.token)
        ],
        "other secret": [jwt.encode(said, "x" * 32) for said in (claims, agent_claims)],
        "alg none": [jwt.encode(said, "", algorithm="none") for said in (claims, agent_claims)],
        "ticket": [ticket, desk_ticket],
        "refresh": [mina.refresh_token, mina.refresh_token],
        "very long": ["a" * 5_000, "a" * 5_000],
    }
    for person, path, token in (
        (customer, f"/api/sessions/{customer.name}", made[kind][0]),
        (customer, f"/api/sessions/{customer.name}/events", made[kind][0]),
        (mina, "/api/sessions", made[kind][1]),
        (mina, "/api/events", made[kind][1]),
        (mina, f"/api/sessions/{customer.name}/events", made[kind][1]),
    ):
        answer = await http.get(person.base + path, headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"]) == (401, code), path


async def test_what_is_for_agents_reaches_no_customer(customer: Customer, mina: AgentPerson) -> None:
    name = customer.name
    async with customer.stream() as tab, mina.stream(name) as window:
        await tab.until(lambda told: told.of("history"))
        note = (await mina.succeed("notes", name, {"content": "Between us"}))["message"]
        assert (await mina.say(name, "To you")).status_code == 200
        await tab.until(lambda told: told.with_text("To you"))
        await window.until(lambda told: told.with_text("To you"))
        assert note in window.entries
        assert note["audience"] == "agents"
    async with customer.stream(last_event_id=note["seq"] - 1) as resumed, customer.chat_stream("And you?") as turn:
        for stream in (resumed, turn):
            await stream.until(lambda told: told.with_text("And you?"))
    page = (await customer.get(f"/api/sessions/{name}", limit=500)).json()
    escalated = (await customer.escalate()).json()
    for seen in (tab.events, resumed.events, turn.events, page, escalated):
        told = json.dumps(seen, ensure_ascii=False)
        assert "Between us" not in told
        assert '"customer":' not in told
        assert '"preview":' not in told
        assert '"severity":' not in told
    assert note["seq"] not in [entry["seq"] for entry in page["messages"]]


async def test_who_does_not_serve_a_session_leaves_it_alone(
    http: httpx.AsyncClient, sqlite_service: Service, customer: Customer, mina: AgentPerson
) -> None:
    jun, ada = [await signed_in(http, sqlite_service.workbench_url, username) for username in ("jun", "admin")]
    before = await mina.read(customer.name)
    calls: list[tuple[str, Json]] = [
        ("messages", {"content": "Hello"}),
        ("transfer", {"agent_id": jun.id}),
        ("release", {}),
        ("close", {}),
    ]
    for action, body in calls:
        answer = await jun.act(action, customer.name, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_assigned"), action
        assert answer.json()["agent_name"] == "Mina"
    said = {"session_name": customer.name, "role": "agent", "content": "Hello"}
    assert (await jun.at(sqlite_service.chatbot_url).post("/api/manual/messages", said)).status_code == 403
    assert await mina.read(customer.name) == before
    for action, body in calls[:2]:
        assert (await ada.act(action, customer.name, body)).status_code == 200, action
    assert (await ada.act("release", customer.name)).status_code == 200
    await jun.succeed("takeover", customer.name)
    assert (await ada.act("close", customer.name)).status_code == 200


async def test_a_ticket_opens_one_stream_and_nothing_else(
    http: httpx.AsyncClient, sqlite_service: Service, customer: Customer, mina: AgentPerson
) -> None:
    other = await open_customer(http, sqlite_service.chatbot_url)
    own = (await customer.post(f"/api/sessions/{customer.name}/ticket")).json()
    window = (await mina.post(f"/api/sessions/{customer.name}/ticket")).json()
    desk = (await mina.post("/api/events/ticket")).json()
    assert time.time() < own["expires_at"] <= time.time() + 31

    def path(base: str, rest: str) -> str:
        return f"{base}/api{rest}"

    session, others = f"/sessions/{customer.name}/events", f"/sessions/{other.name}/events"
    opens = [
        (path(customer.base, session), own["ticket"]),
        (path(mina.base, session), window["ticket"]),
        (path(mina.base, "/events"), desk["ticket"]),
    ]
    for url, ticket in opens:
        async with http.stream("GET", url, params={"token": ticket}) as answer:
            assert answer.status_code == 200, url
    expired = _tokens(time.time() - 61)
    refused = [
        (path(customer.base, others), own["ticket"]),
        (path(mina.base, others), window["ticket"]),
        (path(mina.base, "/events"), window["ticket"]),
        (path(mina.base, session), desk["ticket"]),
        (path(mina.base, session), own["ticket"]),
        (path(customer.base, session), window["ticket"]),
        (path(customer.base, session), customer.token),
        (path(mina.base, session), mina.token),
        (path(mina.base, "/events"), mina.token),
        (path(mina.base, "/events"), mina.refresh_token),
        (path(customer.base, session), expired.for_customer(customer.name).token),
    ]
    for url, ticket in refused:
        answer = await http.get(url, params={"token": ticket})
        assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid"), url
    for url in (path(customer.base, f"/sessions/{customer.name}"), path(mina.base, "/sessions")):
        assert (await http.get(url, params={"token": own["ticket"]})).status_code == 401


async def test_cookies_open_streams_only(http: httpx.AsyncClient, sqlite_service: Service) -> None:
    base, workbench = sqlite_service.chatbot_url, sqlite_service.workbench_url
    opened = await http.post(base + "/api/sessions", json={})
    name = opened.json()["session_name"]
    signed = await http.post(workbench + "/api/auth/login", json={"username": "jun", "password": "demo-jun-1357"})
    for answer in (opened, signed):
        for cookie in answer.headers.get_list("set-cookie"):
            assert "HttpOnly" in cookie
            assert "SameSite=strict" in cookie
    assert "Path=/api/sessions" in opened.headers["set-cookie"]
    for url in (
        f"{base}/api/sessions/{name}/events",
        f"{workbench}/api/sessions/{name}/events",
        f"{workbench}/api/events",
    ):
        async with http.stream("GET", url) as stream:
            assert stream.status_code == 200, url
    for url in (f"{base}/api/sessions/{name}", f"{workbench}/api/sessions", f"{workbench}/api/auth/me"):
        assert (await http.get(url)).status_code == 401, url
    assert (await http.post(f"{workbench}/api/sessions/{name}/takeover")).status_code == 401
    http.cookies.clear()
    async with http.stream("GET", f"{base}/api/sessions/{name}/events") as stream:
        assert stream.status_code == 401


async def _call(
    http: httpx.AsyncClient, base: str, method: str, path: str, name: str, headers: dict[str, str]
) -> httpx.Response:
    body = {key: name if value == "{name}" else value for key, value in BODIES.get(path, {}).items()}
    url = base + path.replace("{name}", name).replace("{number}", "AM20451" if "orders" in path else "0").replace(
        "{entry_id}", "returns"
    )
    content = {"json": body} if method == "post" else {}
    return await http.request(method, url, headers=headers, params=QUERIES.get(path), **content)  # type: ignore[arg-type]


async def test_agents_read_the_knowledge_and_only_admins_change_it(
    http: httpx.AsyncClient, sqlite_service: Service, mina: AgentPerson
) -> None:
    before = (await mina.get("/api/knowledge/versions")).json()
    for path in (
        "/api/knowledge",
        "/api/knowledge/returns",
        "/api/knowledge/versions",
        "/api/knowledge/versions/0/files",
    ):
        assert (await mina.get(path)).status_code == 200, path
    assert (await mina.post("/api/knowledge/test", BODIES["/api/knowledge/test"])).status_code == 200
    for path in ("/api/knowledge/import", "/api/knowledge/versions/0/activate"):
        refused = await mina.post(path, BODIES.get(path, {}))
        assert (refused.status_code, refused.json()["code"]) == (403, "role_required"), path
    # Whether there is such a file is for admins to know.
    refused = await mina.delete("/api/knowledge/files/returns/bikes.md", note="Gone")
    assert (refused.status_code, refused.json()["code"]) == (403, "role_required")
    assert (await mina.get("/api/knowledge/versions")).json() == before
