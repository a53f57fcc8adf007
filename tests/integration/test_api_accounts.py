"""Signing in and out: guesses, refresh tokens, and what a service's log may say of all that."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from domain.agent import AgentRole
from infrastructure.auth.passwords import Argon2Passwords
from infrastructure.store.directory import SqlDirectory
from infrastructure.store.engine import open_engine
from infrastructure.store.migrate import migrate
from services.accounts import add_agent
from tests.servers.people import Json, open_customer
from tests.servers.service import Service

PASSWORD = "a-password-of-its-own"
ACCOUNTS = ("eva", "finn", "gina", "hugo")


@pytest.fixture(scope="module")
def real_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Both services without demo mode, with accounts of its own."""
    url = f"sqlite:///{tmp_path_factory.mktemp('accounts')}/baton.db"
    asyncio.run(_make_accounts(url))
    service = Service("serve", database_url=url, environment={"DEMO": "false", "LOG_LEVEL": "DEBUG"})
    try:
        service.start()
        yield service
    finally:
        service.close()


async def _make_accounts(url: str) -> None:
    engine, passwords = open_engine(url), Argon2Passwords()
    try:
        await migrate(engine)
        for username in ACCOUNTS:
            await add_agent(
                SqlDirectory(engine),
                passwords,
                username=username,
                name=username.title(),
                password=PASSWORD,
                role=AgentRole.AGENT,
            )
    finally:
        passwords.close()
        await engine.dispose()


async def test_without_demo_mode_there_is_nothing_of_the_demo(http: httpx.AsyncClient, real_service: Service) -> None:
    demo = await http.get(real_service.workbench_url + "/api/auth/demo")
    assert demo.json() == {"demo": False, "agents": []}
    for username, password in (("mina", "demo-mina-2468"), ("jun", "demo-jun-1357"), ("admin", "demo-admin-8642")):
        answer = await _login(http, real_service, username, password)
        assert (answer.status_code, answer.json()["code"]) == (401, "credentials_wrong")
    signed_in = (await _login(http, real_service, "eva")).json()
    listed = await http.get(real_service.workbench_url + "/api/agents", headers=_bearer(signed_in))
    assert [agent["name"] for agent in listed.json()["agents"]] == ["Eva", "Finn", "Gina", "Hugo"]


async def test_five_wrong_guesses_lock_an_account_for_a_time(http: httpx.AsyncClient, real_service: Service) -> None:
    for _ in range(4):
        answer = await _login(http, real_service, "finn", "a wrong password")
        assert (answer.status_code, answer.json()["code"]) == (401, "credentials_wrong")
    for password in ("a wrong password", PASSWORD, PASSWORD):
        answer = await _login(http, real_service, "finn", password)
        assert (answer.status_code, answer.json()["code"]) == (429, "locked_out")
        assert 880 < int(answer.headers["retry-after"]) <= 900
    assert (await _login(http, real_service, "eva")).status_code == 200
    unknown = [await _login(http, real_service, "nobody") for _ in range(6)]
    assert {answer.status_code for answer in unknown} == {401}

    await _let_time_pass(real_service, "finn")
    answer = await _login(http, real_service, "finn")
    assert answer.status_code == 200, answer.text


async def test_a_refresh_token_works_once(http: httpx.AsyncClient, real_service: Service) -> None:
    first = (await _login(http, real_service, "gina")).json()
    http.cookies.clear()
    second = await _refresh(http, real_service, first)
    assert second.status_code == 200
    assert second.json()["agent"] == first["agent"]
    http.cookies.clear()
    stolen = await _refresh(http, real_service, first)
    assert (stolen.status_code, stolen.json()["code"]) == (401, "token_invalid")
    # Somebody has used it twice: nobody's is good any more.
    assert (await _refresh(http, real_service, second.json())).status_code == 401


async def test_one_of_two_refreshes_at_once_succeeds(http: httpx.AsyncClient, real_service: Service) -> None:
    first = (await _login(http, real_service, "gina")).json()
    http.cookies.clear()
    answers = await asyncio.gather(*(_refresh(http, real_service, first) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 401]


async def test_the_cookie_refreshes_and_logging_out_ends_it(http: httpx.AsyncClient, real_service: Service) -> None:
    base = real_service.workbench_url
    first = (await _login(http, real_service, "hugo")).json()
    second = await http.post(base + "/api/auth/refresh")
    assert second.status_code == 200, second.text
    me = await http.get(base + "/api/auth/me", headers=_bearer(second.json()))
    assert me.json() == first["agent"]
    assert (await http.post(base + "/api/auth/logout", headers=_bearer(second.json()))).status_code == 204
    assert not http.cookies
    missing = await http.post(base + "/api/auth/refresh")
    assert (missing.status_code, missing.json()["code"]) == (401, "token_missing")
    assert (await _refresh(http, real_service, second.json())).status_code == 401


async def test_the_log_tells_no_secret(http: httpx.AsyncClient, real_service: Service) -> None:
    signed_in = (await _login(http, real_service, "eva")).json()
    await _login(http, real_service, "eva", "wrong-Pa55word-of-eva")
    customer = await open_customer(http, real_service.chatbot_url, customer_name="Mira Unsaid")
    headers = _bearer(signed_in)
    base = real_service.workbench_url
    assert (await customer.say("What I said is unsaid")).status_code == 200
    assert (await customer.post("/api/chat", {"message": "x" * 10_001, "unsaid": 1})).status_code == 422
    assert (await http.post(f"{base}/api/sessions/{customer.name}/takeover", headers=headers)).status_code == 200
    for path in ("messages", "notes"):
        url = f"{base}/api/sessions/{customer.name}/{path}"
        assert (await http.post(url, headers=headers, json={"content": "Unsaid too"})).status_code == 200
    ticket = (await customer.post(f"/api/sessions/{customer.name}/ticket")).json()["ticket"]
    async with http.stream(
        "GET", f"{customer.base}/api/sessions/{customer.name}/events", params={"token": ticket}
    ) as stream:
        assert stream.status_code == 200
    log = real_service.log.read_text("utf-8")
    assert "manual_takeover" in log
    secrets = [signed_in["access_token"], signed_in["refresh_token"], customer.token, ticket]
    for secret in (*secrets, PASSWORD, "wrong-Pa55word-of-eva", "unsaid", "Unsaid"):
        assert secret not in log


async def _login(http: httpx.AsyncClient, service: Service, username: str, password: str = PASSWORD) -> httpx.Response:
    return await http.post(service.workbench_url + "/api/auth/login", json={"username": username, "password": password})


async def _refresh(http: httpx.AsyncClient, service: Service, signed_in: Json) -> httpx.Response:
    return await http.post(
        service.workbench_url + "/api/auth/refresh", json={"refresh_token": signed_in["refresh_token"]}
    )


def _bearer(signed_in: Json) -> dict[str, str]:
    return {"Authorization": f"Bearer {signed_in['access_token']}"}


async def _let_time_pass(service: Service, username: str) -> None:
    """Let the quarter of an hour be over for an account."""
    engine = open_engine(service.database_url)
    try:
        async with engine.begin() as connection:
            await connection.exec_driver_sql(
                "UPDATE agents SET locked_until = locked_until - 900 WHERE username = ?", (username,)
            )
    finally:
        await engine.dispose()
