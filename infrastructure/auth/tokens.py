"""The proofs of who is calling, as JSON Web Tokens signed with one secret."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import jwt

from domain.agent import Agent, AgentRole
from domain.authority import AgentClaims, Issued, RefreshClaims, StreamHolder
from domain.errors import Misconfigured, TokenExpired, TokenInvalid, WrongSession

# RFC 7518, 3.2: a key for HS256 has at least as many bits as its hash.
MIN_SECRET_BYTES = 32

# Ours are below 1 KB; nothing longer is worth decoding.
MAX_TOKEN_CHARACTERS = 4096

# The conversations that are going on in one process; half a kilobyte each.
REMEMBERED_TOKENS = 4096

# The one algorithm that is issued and accepted, so that a token cannot choose how it is checked.
_ALGORITHM = "HS256"

# Whole numbers above this are no longer exact as floats; JSON can also write NaN and infinity.
_END_OF_TIME = 2**53


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long each kind of token is good for, in seconds."""

    customer: float
    access: float
    refresh: float
    ticket: float


class JwtTokens:
    """Issues and reads tokens (`domain.ports.Tokens`).

    Every token says its kind, and reading asks for one, so that none passes for another. A token has expired in the
    very moment of its `expires_at`: there is no leeway, as processes that share a secret are taken to share the time
    to within what seconds-long tickets allow.
    """

    def __init__(self, secret: str, lifetimes: Lifetimes, clock: Callable[[], float] = time.time) -> None:
        """`clock` tells Unix seconds. `Misconfigured` for a secret of less than `MIN_SECRET_BYTES` in UTF-8."""
        if len(secret.encode()) < MIN_SECRET_BYTES:
            raise Misconfigured(f"The secret that signs tokens must have at least {MIN_SECRET_BYTES} bytes.")
        self._secret = secret
        self._lifetimes = lifetimes
        self._clock = clock
        # A signature that was ours once stays ours; whoever writes sends the same token with every message.
        self._signed = lru_cache(maxsize=REMEMBERED_TOKENS)(self._decoded)

    def for_customer(self, session_name: str) -> Issued:
        return self._issue(_Kind.CUSTOMER, session_name, self._lifetimes.customer)

    def for_agent(self, agent: Agent) -> Issued:
        return self._issue(
            _Kind.ACCESS,
            agent.id,
            self._lifetimes.access,
            username=agent.username,
            name=agent.name,
            role=agent.role.value,
        )

    def for_refresh(self, agent: Agent, token_id: str) -> Issued:
        return self._issue(_Kind.REFRESH, agent.id, self._lifetimes.refresh, jti=token_id)

    def for_stream(self, subject: str, holder: StreamHolder) -> Issued:
        if not _may_hold(subject, holder):
            raise WrongSession
        role = {} if holder.role is None else {"role": holder.role.value}
        whose = _Whose.AGENT if holder.is_agent else _Whose.CUSTOMER
        return self._issue(_Kind.TICKET, subject, self._lifetimes.ticket, holder=holder.id, whose=whose.value, **role)

    def read_customer(self, token: str) -> str:
        return _text(self._read(token, _Kind.CUSTOMER), "sub")

    def read_agent(self, token: str) -> AgentClaims:
        claims = self._read(token, _Kind.ACCESS)
        return AgentClaims(
            id=_text(claims, "sub"),
            username=_text(claims, "username"),
            name=_text(claims, "name"),
            role=_role(claims),
        )

    def read_refresh(self, token: str) -> RefreshClaims:
        claims = self._read(token, _Kind.REFRESH)
        return RefreshClaims(agent_id=_text(claims, "sub"), token_id=_text(claims, "jti"))

    def read_ticket(self, token: str, subject: str) -> StreamHolder:
        claims = self._read(token, _Kind.TICKET)
        is_agent = _text(claims, "whose") == _Whose.AGENT
        holder = StreamHolder(_text(claims, "holder"), _role(claims) if is_agent else None)
        if _text(claims, "sub") != subject or not _may_hold(subject, holder):
            raise TokenInvalid
        return holder

    def _issue(self, kind: _Kind, subject: str, seconds: float, **claims: str) -> Issued:
        now = self._clock()
        expires_at = now + seconds
        payload = {"kind": kind.value, "sub": subject, "iat": now, "exp": expires_at, **claims}
        return Issued(jwt.encode(payload, self._secret, algorithm=_ALGORITHM), expires_at)

    def _read(self, token: str, kind: _Kind) -> Mapping[str, Any]:
        """What the token says: signed by us, of this kind, and not expired, checked in this order."""
        # PyJWT encodes what it is given, and a lone surrogate cannot be encoded; no token has either.
        if len(token) > MAX_TOKEN_CHARACTERS or not token.isascii():
            raise TokenInvalid
        claims = self._signed(token)
        if claims.get("kind") != kind:
            raise TokenInvalid
        if self._clock() >= _moment(claims, "exp"):
            raise TokenExpired
        return claims

    def _decoded(self, token: str) -> Mapping[str, Any]:
        try:
            # The times are ours to check, by our clock.
            options = jwt.types.Options(verify_exp=False, verify_iat=False, verify_nbf=False, require=["exp", "sub"])
            return jwt.decode(token, self._secret, algorithms=[_ALGORITHM], options=options)
        # The header is parsed before the signature is known to be ours: brackets nested deep enough exhaust the parser,
        # which not every version of PyJWT sees to.
        except (jwt.PyJWTError, RecursionError):
            raise TokenInvalid from None


class _Kind(StrEnum):
    CUSTOMER = "customer"
    ACCESS = "access"
    REFRESH = "refresh"
    TICKET = "ticket"


class _Whose(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"


def _may_hold(subject: str, holder: StreamHolder) -> bool:
    """A customer follows their own session only; what an agent may follow is not for a token to decide."""
    return holder.is_agent or holder.id == subject


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise TokenInvalid
    return value


def _role(claims: Mapping[str, Any]) -> AgentRole:
    try:
        return AgentRole(_text(claims, "role"))
    except ValueError:
        raise TokenInvalid from None


def _moment(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _END_OF_TIME:
        raise TokenInvalid
    return value
