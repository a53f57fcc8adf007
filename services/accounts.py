"""Signing in and out, and the accounts themselves."""

from __future__ import annotations

import math
import time
import uuid
from dataclasses import dataclass, replace

import structlog

from domain.agent import LOCK_SECONDS, MAX_FAILED_ATTEMPTS, Agent, AgentRole, checked_password, checked_username
from domain.authority import Issued
from domain.entry import checked_message
from domain.errors import AgentNotFound, CredentialsWrong, InvalidInput, LockedOut, TokenInvalid
from domain.ports import Directory, Passwords, Tokens

log = structlog.get_logger("baton.accounts")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a sign-in gives: who it is, a short-lived access token and a refresh token that works once."""

    agent: Agent
    access: Issued
    refresh: Issued


async def sign_in(
    directory: Directory, passwords: Passwords, tokens: Tokens, *, username: str, password: str
) -> SignedIn:
    """`CredentialsWrong` alike for a wrong name, a wrong password and a disabled account; `LockedOut` after
    `MAX_FAILED_ATTEMPTS` failures in a row, whether the password is right by then or not.
    """
    agent = await _account(directory, username)
    if agent is None:
        await passwords.verify_nothing(password)
        raise CredentialsWrong
    _refuse_locked(agent)
    right = await passwords.verify(agent.password_hash, password)
    # As the account is by now: who tries many passwords at once shall not have the last of them tried under the lock.
    agent = await directory.get(agent.id)
    _refuse_locked(agent)
    if not right or agent.disabled:
        failed = await directory.record_failure(agent.id, limit=MAX_FAILED_ATTEMPTS, lock_seconds=LOCK_SECONDS)
        log.warning("sign_in_failed", agent_id=agent.id)
        _refuse_locked(failed)
        raise CredentialsWrong
    await directory.record_success(agent.id)
    log.info("sign_in", agent_id=agent.id)
    return await _signed_in(directory, tokens, agent)


async def refresh(directory: Directory, tokens: Tokens, *, token: str) -> SignedIn:
    """A new pair for a refresh token, which is used up by that.

    One that was used before has been stolen, or is being used by a thief: every refresh token of the agent ends.
    """
    claims = tokens.read_refresh(token)
    if not await directory.use_refresh(claims.token_id):
        await directory.revoke_refresh(claims.agent_id)
        log.warning("refresh_token_reused", agent_id=claims.agent_id)
        raise TokenInvalid("This refresh token has been used or ended; sign in again.")
    return await _signed_in(directory, tokens, await current(directory, claims.agent_id))


async def sign_out(directory: Directory, agent_id: str) -> None:
    """End every refresh token of the agent; access tokens run out by themselves within minutes."""
    await directory.revoke_refresh(agent_id)
    log.info("sign_out", agent_id=agent_id)


async def current(directory: Directory, agent_id: str) -> Agent:
    """The account as it is now; `TokenInvalid` when it is gone or disabled."""
    try:
        agent = await directory.get(agent_id)
    except AgentNotFound:
        raise TokenInvalid("This account does not exist any more.") from None
    if agent.disabled:
        raise TokenInvalid("This account is disabled.")
    return agent


async def add_agent(
    directory: Directory, passwords: Passwords, *, username: str, name: str, password: str, role: AgentRole
) -> Agent:
    """A new account; `AgentExists` when the user name is taken."""
    agent = Agent(
        id=f"a_{uuid.uuid4().hex[:12]}",
        username=checked_username(username),
        name=checked_message(name, field="name"),
        role=role,
        password_hash="",
        created_at=time.time(),
    )
    agent = replace(agent, password_hash=await passwords.hash(checked_password(password)))
    await directory.add(agent)
    log.info("agent_added", agent_id=agent.id, role=role.value)
    return agent


async def _account(directory: Directory, username: str) -> Agent | None:
    try:
        return await directory.by_username(checked_username(username))
    except InvalidInput:
        # Nobody can have such a name, and some of them no database takes.
        return None


async def _signed_in(directory: Directory, tokens: Tokens, agent: Agent) -> SignedIn:
    token_id = uuid.uuid4().hex
    issued = tokens.for_refresh(agent, token_id)
    await directory.keep_refresh(token_id, agent_id=agent.id, expires_at=issued.expires_at)
    return SignedIn(agent, tokens.for_agent(agent), issued)


def _refuse_locked(agent: Agent) -> None:
    remaining = agent.locked_until - time.time()
    if remaining > 0:
        raise LockedOut(retry_after=math.ceil(remaining))
