"""Signing in, staying signed in, signing out, and the accounts themselves."""

from __future__ import annotations

import asyncio
import time

import pytest
from structlog.testing import capture_logs

from domain.agent import LOCK_SECONDS, MAX_FAILED_ATTEMPTS, AgentRole
from domain.errors import (
    AgentExists,
    CredentialsWrong,
    InvalidInput,
    LockedOut,
    TokenExpired,
    TokenInvalid,
    Unavailable,
)
from services.accounts import SignedIn, add_agent, current, refresh, sign_in, sign_out
from services.demo import DEMO_AGENTS, ensure_demo_agents
from tests.fakes.clock import Clock
from tests.fakes.directory import MemoryDirectory
from tests.fakes.proofs import PASSWORD, PlainPasswords, PlainTokens, account


@pytest.fixture
def directory() -> MemoryDirectory:
    return MemoryDirectory(account())


@pytest.fixture
def passwords() -> PlainPasswords:
    return PlainPasswords()


@pytest.fixture
def tokens() -> PlainTokens:
    return PlainTokens()


async def _sign_in(
    directory: MemoryDirectory,
    passwords: PlainPasswords,
    tokens: PlainTokens,
    password: str = PASSWORD,
    username: str = "mina",
) -> SignedIn:
    return await sign_in(directory, passwords, tokens, username=username, password=password)


# --- Signing in ---


@pytest.mark.parametrize("username", ["mina", " MINA ", "Mina"])
async def test_the_right_password_signs_in(
    directory: MemoryDirectory, passwords: PlainPasswords, tokens: PlainTokens, username: str
) -> None:
    signed_in = await _sign_in(directory, passwords, tokens, username=username)
    assert signed_in.agent == account()
    claims = tokens.read_agent(signed_in.access.token)
    assert (claims.id, claims.username, claims.role) == ("a_mina", "mina", AgentRole.AGENT)
    assert tokens.read_refresh(signed_in.refresh.token).agent_id == "a_mina"
    assert signed_in.refresh.expires_at > time.time()


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("mina", "wrong"),
        ("mina", ""),
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("mina\0", PASSWORD),
        ("\ud800", PASSWORD),
        ("m" * 1000, PASSWORD),
    ],
)
async def test_what_is_wrong_is_not_told_and_takes_as_long(
    directory: MemoryDirectory, passwords: PlainPasswords, tokens: PlainTokens, username: str, password: str
) -> None:
    with pytest.raises(CredentialsWrong) as refusal:
        await _sign_in(directory, passwords, tokens, username=username, password=password)
    assert passwords.checks == 1
    assert refusal.value.extra == {}


async def test_a_name_that_nobody_can_have_is_not_looked_for(passwords: PlainPasswords, tokens: PlainTokens) -> None:
    class Strict(MemoryDirectory):
        async def by_username(self, username: str) -> None:
            raise AssertionError("a database that keeps no NUL would fail")

    with pytest.raises(CredentialsWrong):
        await _sign_in(Strict(), passwords, tokens, username="mina\0")


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
async def test_a_disabled_account_looks_like_a_wrong_password(
    directory: MemoryDirectory, passwords: PlainPasswords, tokens: PlainTokens, password: str
) -> None:
    directory.change("a_mina", disabled=True)
    with pytest.raises(CredentialsWrong):
        await _sign_in(directory, passwords, tokens, password)
    assert passwords.checks == 1


async def test_five_failures_lock_the_account_for_a_while(
    directory: MemoryDirectory, passwords: PlainPasswords, tokens: PlainTokens
) -> None:
    for _ in range(MAX_FAILED_ATTEMPTS - 1):
        with pytest.raises(CredentialsWrong):
            await _sign_in(directory, passwords, tokens, "wrong")
    with pytest.raises(LockedOut) as refusal:
        await _sign_in(directory, passwords, tokens, "wrong")
    assert LOCK_SECONDS - 5 < refusal.value.retry_after <= LOCK_SECONDS
    checks = passwords.checks
    with pytest.raises(LockedOut):
        await _sign_in(directory, passwords, tokens, PASSWORD)
    assert passwords.checks == checks, "no work is done for it"

    directory.change("a_mina", locked_until=time.time() - 0.01)
    assert (await _sign_in(directory, passwords, tokens)).agent.id == "a_mina"


async def test_a_success_forgets_the_failures_before_it(
    directory: MemoryDirectory, passwords: PlainPasswords, tokens: PlainTokens
) -> None:
    for _ in range(3):
        for _ in range(MAX_FAILED_ATTEMPTS - 1):
            with pytest.raises(CredentialsWrong):
                await _sign_in(directory, passwords, tokens, "wrong")
        await _sign_in(directory, passwords, tokens)
    assert (await directory.get("a_mina")).failed_attempts == 0


async def test_many_guesses_at_once_get_no_more_tries_than_one_after_another(
    directory: MemoryDirectory, tokens: PlainTokens
) -> None:
    class OneAtATime(PlainPasswords):
        """Checking takes a while, so that all guesses are let in before the first has failed."""

        lock = asyncio.Lock()

        async def verify(self, password_hash: str, password: str) -> bool:
            async with self.lock:
                await asyncio.sleep(0.001)
                return await super().verify(password_hash, password)

    guesses = [f"wrong {number}" for number in range(30)] + [PASSWORD]
    passwords = OneAtATime()
    results = await asyncio.gather(
        *(_sign_in(directory, passwords, tokens, guess) for guess in guesses), return_exceptions=True
    )
    assert isinstance(results[-1], LockedOut), "the right one came after the lock"
    assert [type(result) for result in results if not isinstance(result, LockedOut | CredentialsWrong)] == []
    assert (await directory.get("a_mina")).locked_until > time.time(), "and the lock stays"


async def test_what_is_logged_of_a_sign_in_is_no_secret(
    directory: MemoryDirectory, passwords: PlainPasswords, tokens: PlainTokens
) -> None:
    with capture_logs() as logs:
        signed_in = await _sign_in(directory, passwords, tokens)
        with pytest.raises(CredentialsWrong):
            await _sign_in(directory, passwords, tokens, "a wrong one")
        await refresh(directory, tokens, token=signed_in.refresh.token)
        await sign_out(directory, "a_mina")
    assert [(line["event"], line["agent_id"]) for line in logs] == [
        ("sign_in", "a_mina"),
        ("sign_in_failed", "a_mina"),
        ("sign_out", "a_mina"),
    ]
    for secret in (PASSWORD, "a wrong one", signed_in.access.token, signed_in.refresh.token):
        assert secret not in str(logs)


async def test_without_a_database_nobody_signs_in(
    directory: MemoryDirectory, passwords: PlainPasswords, tokens: PlainTokens
) -> None:
    directory.down = True
    with pytest.raises(Unavailable):
        await _sign_in(directory, passwords, tokens)


# --- Staying signed in ---


async def test_a_refresh_token_works_once_and_brings_the_next(
    directory: MemoryDirectory, passwords: PlainPasswords, tokens: PlainTokens
) -> None:
    signed_in = await _sign_in(directory, passwords, tokens)
    for _ in range(3):
        renewed = await refresh(directory, tokens, token=signed_in.refresh.token)
        assert renewed.refresh.token != signed_in.refresh.token
        assert tokens.read_agent(renewed.access.token).id == "a_mina"
        signed_in = renewed


async def test_a_refresh_token_used_twice_ends_all_of_the_agents(
    directory: MemoryDirectory, passwords: PlainPasswords, tokens: PlainTokens
) -> None:
    await directory.add(account("a_jun", username="jun"))
    others = await _sign_in(directory, passwords, tokens, username="jun")
    stolen = await _sign_in(directory, passwords, tokens)
    elsewhere = await _sign_in(directory, passwords, tokens)
    thiefs = await refresh(directory, tokens, token=stolen.refresh.token)

    with pytest.raises(TokenInvalid):
        await refresh(directory, tokens, token=stolen.refresh.token)

    for signed_in in (thiefs, elsewhere):
        with pytest.raises(TokenInvalid):
            await refresh(directory, tokens, token=signed_in.refresh.token)
    assert await refresh(directory, tokens, token=others.refresh.token)
    assert await _sign_in(directory, passwords, tokens), "and whoever knows the password signs in again"


async def test_of_many_uses_at_once_at_most_one_succeeds(
    directory: MemoryDirectory, passwords: PlainPasswords, tokens: PlainTokens
) -> None:
    signed_in = await _sign_in(directory, passwords, tokens)
    uses = [refresh(directory, tokens, token=signed_in.refresh.token) for _ in range(10)]
    results = await asyncio.gather(*uses, return_exceptions=True)
    assert len([result for result in results if isinstance(result, SignedIn)]) == 1
    assert len([result for result in results if isinstance(result, TokenInvalid)]) == 9


async def test_only_a_refresh_token_refreshes(
    directory: MemoryDirectory, passwords: PlainPasswords, tokens: PlainTokens
) -> None:
    signed_in = await _sign_in(directory, passwords, tokens)
    for token in (signed_in.access.token, tokens.for_customer("s_1").token, "", "nonsense"):
        with pytest.raises(TokenInvalid):
            await refresh(directory, tokens, token=token)
    assert await refresh(directory, tokens, token=signed_in.refresh.token), "and nothing was ended by trying"


async def test_a_refresh_token_runs_out(passwords: PlainPasswords) -> None:
    clock = Clock()
    directory, tokens = MemoryDirectory(account(), clock=clock), PlainTokens(seconds=60, clock=clock)
    signed_in = await _sign_in(directory, passwords, tokens)
    clock.advance(61)
    with pytest.raises(TokenExpired):
        await refresh(directory, tokens, token=signed_in.refresh.token)


async def test_signing_out_ends_every_refresh_token(
    directory: MemoryDirectory, passwords: PlainPasswords, tokens: PlainTokens
) -> None:
    here = await _sign_in(directory, passwords, tokens)
    there = await _sign_in(directory, passwords, tokens)
    await sign_out(directory, "a_mina")
    for signed_in in (here, there):
        with pytest.raises(TokenInvalid):
            await refresh(directory, tokens, token=signed_in.refresh.token)


async def test_a_disabled_account_is_signed_out(
    directory: MemoryDirectory, passwords: PlainPasswords, tokens: PlainTokens
) -> None:
    signed_in = await _sign_in(directory, passwords, tokens)
    directory.change("a_mina", disabled=True)
    with pytest.raises(TokenInvalid):
        await refresh(directory, tokens, token=signed_in.refresh.token)
    with pytest.raises(TokenInvalid):
        await current(directory, "a_mina")


async def test_an_account_as_it_is_now(directory: MemoryDirectory) -> None:
    directory.change("a_mina", role=AgentRole.ADMIN)
    assert (await current(directory, "a_mina")).is_admin
    with pytest.raises(TokenInvalid):
        await current(directory, "a_nobody")


# --- Accounts ---


async def test_a_new_account_can_sign_in(
    directory: MemoryDirectory, passwords: PlainPasswords, tokens: PlainTokens
) -> None:
    agent = await add_agent(
        directory,
        passwords,
        username=" Jun@Example.com ",
        name=" 俊 ",
        password="long enough",
        role=AgentRole.ADMIN,
    )
    assert (agent.username, agent.name, agent.role) == ("jun@example.com", "俊", AgentRole.ADMIN)
    assert agent.created_at == pytest.approx(time.time(), abs=5)
    assert "long enough" not in (agent.id, agent.password_hash)
    signed_in = await _sign_in(directory, passwords, tokens, "long enough", "JUN@example.com")
    assert signed_in.agent == agent


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("username", {"username": "j"}),
        ("username", {"username": "j n"}),
        ("name", {"name": "  "}),
        ("name", {"name": "a\0"}),
        ("password", {"password": "too short"}),
        ("password", {"password": "x" * 257}),
    ],
)
async def test_a_malformed_account_is_not_made(
    directory: MemoryDirectory, passwords: PlainPasswords, field: str, changes: dict[str, str]
) -> None:
    given = {"username": "jun", "name": "Jun", "password": "long enough"} | changes
    with pytest.raises(InvalidInput) as refusal:
        await add_agent(directory, passwords, **given, role=AgentRole.AGENT)
    assert refusal.value.field == field
    assert await directory.all() == [account()]


async def test_a_user_name_is_given_once(directory: MemoryDirectory, passwords: PlainPasswords) -> None:
    with pytest.raises(AgentExists) as refusal:
        await add_agent(
            directory, passwords, username="MINA", name="Other", password="long enough", role=AgentRole.ADMIN
        )
    assert refusal.value.extra == {"username": "mina"}
    assert await directory.all() == [account()]


async def test_what_is_logged_of_a_new_account_is_no_secret(passwords: PlainPasswords) -> None:
    with capture_logs() as logs:
        await add_agent(
            MemoryDirectory(), passwords, username="jun", name="Jun", password="long enough", role=AgentRole.AGENT
        )
    assert [line["event"] for line in logs] == ["agent_added"]
    assert "long enough" not in str(logs)


# --- The demo desk ---


async def test_the_demo_agents_are_made_once(passwords: PlainPasswords, tokens: PlainTokens) -> None:
    directory = MemoryDirectory()
    await ensure_demo_agents(directory, passwords)
    agents = await directory.all()
    await ensure_demo_agents(directory, passwords)
    assert await directory.all() == agents
    assert len(agents) == len(DEMO_AGENTS) == 3
    for demo in DEMO_AGENTS:
        signed_in = await _sign_in(directory, passwords, tokens, demo.password, demo.username)
        assert (signed_in.agent.name, signed_in.agent.role) == (demo.name, demo.role)
    assert any(demo.role is AgentRole.ADMIN for demo in DEMO_AGENTS)


async def test_many_processes_may_make_them_at_once(passwords: PlainPasswords) -> None:
    directory = MemoryDirectory()
    await asyncio.gather(*(ensure_demo_agents(directory, passwords) for _ in range(5)))
    assert sorted(agent.username for agent in await directory.all()) == ["admin", "jun", "mina"]


async def test_an_account_that_is_there_stays_as_it_is(directory: MemoryDirectory, passwords: PlainPasswords) -> None:
    await ensure_demo_agents(directory, passwords)
    assert await directory.get("a_mina") == account(), "somebody gave it another password"
    assert len(await directory.all()) == 3
