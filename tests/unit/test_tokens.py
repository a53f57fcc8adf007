"""Tokens: each kind reads as itself only, and nothing else reads at all."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.agent import Agent, AgentRole
from domain.authority import AGENT_STREAM, AgentClaims, Issued, RefreshClaims, StreamHolder
from domain.errors import Misconfigured, TokenExpired, TokenInvalid, WrongSession
from domain.ports import Tokens
from infrastructure.auth.tokens import MAX_TOKEN_CHARACTERS, JwtTokens, Lifetimes

SECRET = "a secret for the tests, long enough"
LIFETIMES = Lifetimes(customer=1000, access=100, refresh=500, ticket=30)
NOW = 1_763_605_000.25
AGENT = Agent("a_1", "wang", "小王 👋", AgentRole.AGENT, password_hash="not for tokens")

Read = Callable[[JwtTokens, str], object]
READERS: dict[str, Read] = {
    "customer": lambda tokens, token: tokens.read_customer(token),
    "access": lambda tokens, token: tokens.read_agent(token),
    "refresh": lambda tokens, token: tokens.read_refresh(token),
    "ticket": lambda tokens, token: tokens.read_ticket(token, "s_1"),
}
ISSUERS: dict[str, Callable[[JwtTokens], Issued]] = {
    "customer": lambda tokens: tokens.for_customer("s_1"),
    "access": lambda tokens: tokens.for_agent(AGENT),
    "refresh": lambda tokens: tokens.for_refresh(AGENT, "t_1"),
    "ticket": lambda tokens: tokens.for_stream("s_1", StreamHolder("s_1")),
}
SECONDS = {"customer": 1000.0, "access": 100.0, "refresh": 500.0, "ticket": 30.0}
# What each kind says at the least; good at NOW.
COMPLETE: dict[str, dict[str, object]] = {
    "customer": {"kind": "customer", "sub": "s_1", "exp": NOW + 9},
    "access": {"kind": "access", "sub": "a_1", "exp": NOW + 9, "username": "wang", "name": "小王", "role": "agent"},
    "refresh": {"kind": "refresh", "sub": "a_1", "exp": NOW + 9, "jti": "t_1"},
    "ticket": {"kind": "ticket", "sub": "s_1", "exp": NOW + 9, "holder": "a_1", "whose": "agent", "role": "agent"},
}


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(clock: Clock) -> JwtTokens:
    return JwtTokens(SECRET, LIFETIMES, clock)


def signed(claims: Mapping[str, object], secret: str = SECRET, algorithm: str = "HS256") -> str:
    """A token that says just this, without the checks that the library makes of claims when it encodes."""
    return jwt.api_jws.encode(json.dumps(claims).encode(), secret, algorithm=algorithm)


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_is_the_port(tokens: JwtTokens) -> None:
    port: Tokens = tokens
    assert port.read_customer(port.for_customer("session_123").token) == "session_123"


def test_agent_comes_back_as_issued(tokens: JwtTokens) -> None:
    assert tokens.read_agent(tokens.for_agent(AGENT).token) == AgentClaims("a_1", "wang", "小王 👋", AgentRole.AGENT)
    admin = replace(AGENT, role=AgentRole.ADMIN)
    assert tokens.read_agent(tokens.for_agent(admin).token).role is AgentRole.ADMIN


def test_refresh_comes_back_as_issued(tokens: JwtTokens) -> None:
    assert tokens.read_refresh(tokens.for_refresh(AGENT, "t_1").token) == RefreshClaims("a_1", "t_1")


@pytest.mark.parametrize(
    ("subject", "holder"),
    [
        ("s_1", StreamHolder("s_1")),
        ("s_1", StreamHolder("a_1", AgentRole.AGENT)),
        (AGENT_STREAM, StreamHolder("a_1", AgentRole.ADMIN)),
    ],
)
def test_ticket_comes_back_as_issued(tokens: JwtTokens, subject: str, holder: StreamHolder) -> None:
    assert tokens.read_ticket(tokens.for_stream(subject, holder).token, subject) == holder


def test_ticket_opens_its_own_stream_only(tokens: JwtTokens) -> None:
    ticket = tokens.for_stream("s_1", StreamHolder("a_1", AgentRole.AGENT)).token
    for other in ("s_2", AGENT_STREAM, ""):
        with pytest.raises(TokenInvalid):
            tokens.read_ticket(ticket, other)


@pytest.mark.parametrize("subject", ["s_2", AGENT_STREAM])
def test_customer_gets_no_ticket_for_a_stream_of_others(tokens: JwtTokens, subject: str) -> None:
    with pytest.raises(WrongSession):
        tokens.for_stream(subject, StreamHolder("s_1"))
    forged = signed({"kind": "ticket", "sub": subject, "exp": NOW + 9, "holder": "s_1", "whose": "customer"})
    with pytest.raises(TokenInvalid):
        tokens.read_ticket(forged, subject)


def test_ticket_of_a_customer_never_names_a_role(tokens: JwtTokens) -> None:
    mixed = signed({**COMPLETE["ticket"], "holder": "s_1", "whose": "customer", "role": "admin"})
    assert tokens.read_ticket(mixed, "s_1") == StreamHolder("s_1", None)


@pytest.mark.parametrize("issued", ISSUERS)
@pytest.mark.parametrize("asked", READERS)
def test_no_kind_passes_for_another(tokens: JwtTokens, issued: str, asked: str) -> None:
    token = ISSUERS[issued](tokens).token
    if issued == asked:
        READERS[asked](tokens, token)
    else:
        with pytest.raises(TokenInvalid):
            READERS[asked](tokens, token)


@pytest.mark.parametrize("kind", READERS)
def test_expires_to_the_moment(tokens: JwtTokens, clock: Clock, kind: str) -> None:
    issued = ISSUERS[kind](tokens)
    assert issued.expires_at == NOW + SECONDS[kind]
    clock.now = issued.expires_at - 0.001
    READERS[kind](tokens, issued.token)
    clock.now = issued.expires_at
    with pytest.raises(TokenExpired):
        READERS[kind](tokens, issued.token)


def test_expired_token_of_another_kind_is_invalid_rather_than_expired(tokens: JwtTokens, clock: Clock) -> None:
    token = tokens.for_agent(AGENT).token
    clock.now += 10_000
    with pytest.raises(TokenInvalid):
        tokens.read_customer(token)


def test_system_clock_is_the_default() -> None:
    tokens = JwtTokens(SECRET, LIFETIMES)
    assert tokens.read_customer(tokens.for_customer("s_1").token) == "s_1"
    with pytest.raises(TokenExpired):
        tokens.read_customer(signed({**COMPLETE["customer"], "exp": NOW}))


def test_tampered_payload(tokens: JwtTokens) -> None:
    header, payload, signature = tokens.for_customer("s_1").token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    claims["sub"] = "s_2"
    forged = f"{header}.{encoded(json.dumps(claims).encode())}.{signature}"
    with pytest.raises(TokenInvalid):
        tokens.read_customer(forged)


def test_signed_with_another_secret(tokens: JwtTokens) -> None:
    assert tokens.read_customer(signed(COMPLETE["customer"])) == "s_1"
    with pytest.raises(TokenInvalid):
        tokens.read_customer(signed(COMPLETE["customer"], "another secret for the tests, as long"))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_other_algorithm_with_the_same_secret(algorithm: str) -> None:
    secret = SECRET * 2
    tokens = JwtTokens(secret, LIFETIMES, Clock())
    with pytest.raises(TokenInvalid):
        tokens.read_customer(signed(COMPLETE["customer"], secret, algorithm))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", None, 1, [], {}])
@pytest.mark.parametrize("signature", ["", "AAAA"])
def test_unsigned(tokens: JwtTokens, algorithm: object, signature: str) -> None:
    header = encoded(json.dumps({"alg": algorithm, "typ": "JWT"}).encode())
    payload = encoded(json.dumps(COMPLETE["customer"]).encode())
    with pytest.raises(TokenInvalid):
        tokens.read_customer(f"{header}.{payload}.{signature}")


@pytest.mark.parametrize(("kind", "claim"), [(kind, claim) for kind, claims in COMPLETE.items() for claim in claims])
def test_claim_that_is_missing(tokens: JwtTokens, kind: str, claim: str) -> None:
    READERS[kind](tokens, signed(COMPLETE[kind]))
    with pytest.raises(TokenInvalid):
        READERS[kind](tokens, signed({key: value for key, value in COMPLETE[kind].items() if key != claim}))


@pytest.mark.parametrize(("kind", "claim"), [(kind, claim) for kind, claims in COMPLETE.items() for claim in claims])
@pytest.mark.parametrize("value", [None, "", True, [], {}])
def test_claim_of_the_wrong_type(tokens: JwtTokens, kind: str, claim: str, value: object) -> None:
    with pytest.raises(TokenInvalid):
        READERS[kind](tokens, signed({**COMPLETE[kind], claim: value}))


@pytest.mark.parametrize("claim", ["kind", "role", "whose"])
def test_claim_with_an_unknown_value(tokens: JwtTokens, claim: str) -> None:
    with pytest.raises(TokenInvalid):
        tokens.read_ticket(signed({**COMPLETE["ticket"], claim: "owner"}), "s_1")


@pytest.mark.parametrize("moment", ["NaN", "Infinity", "1e999", "1" + "0" * 400])
def test_expiry_that_is_no_moment(tokens: JwtTokens, moment: str) -> None:
    payload = f'{{"kind":"customer","sub":"s_1","exp":{moment}}}'.encode()
    with pytest.raises(TokenInvalid):
        tokens.read_customer(jwt.api_jws.encode(payload, SECRET, algorithm="HS256"))


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "Bearer x",
        "你好",
        "\ud800",
        "\x00",
        encoded(b"[]") + "." + encoded(b"[]") + ".AAAA",
        encoded(b"{}") + "." + encoded(b"{}") + ".AAAA",
        encoded(b"null") + "." + encoded(b"null") + ".",
        encoded(b"\xff\xfe") + "." + encoded(b"{}") + ".AAAA",
        encoded(b"[" * 3000) + "..",
        encoded(b'{"alg":"HS256","b64":false,"crit":["b64"]}') + "..AAAA",
        encoded(b'{"alg":"HS256","kid":7}') + "." + encoded(b"{}") + ".AAAA",
        encoded(b'{"alg":"HS256","x":' + b"1" * 2900 + b"}") + "." + encoded(b"{}") + ".AAAA",
    ],
)
@pytest.mark.parametrize("kind", READERS)
def test_garbage(tokens: JwtTokens, kind: str, garbage: str) -> None:
    with pytest.raises(TokenInvalid):
        READERS[kind](tokens, garbage)


@given(st.text(max_size=200), st.sampled_from(sorted(READERS)))
def test_any_text(text: str, kind: str) -> None:
    with pytest.raises(TokenInvalid):
        READERS[kind](JwtTokens(SECRET, LIFETIMES, Clock()), text)


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=40))
def test_any_header_payload_and_signature(header: bytes, payload: bytes, signature: bytes) -> None:
    with pytest.raises(TokenInvalid):
        JwtTokens(SECRET, LIFETIMES, Clock()).read_customer(".".join(map(encoded, (header, payload, signature))))


def test_too_long_even_when_signed(tokens: JwtTokens) -> None:
    def token(padding: int) -> str:
        return signed({**COMPLETE["customer"], "padding": "x" * padding})

    assert tokens.read_customer(token(2000)) == "s_1"
    too_long = token(MAX_TOKEN_CHARACTERS)
    assert len(too_long) > MAX_TOKEN_CHARACTERS
    with pytest.raises(TokenInvalid):
        tokens.read_customer(too_long)


@pytest.mark.parametrize("secret", ["", "x" * 31, "密" * 10])
def test_short_secret(secret: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        JwtTokens(secret, LIFETIMES)
    assert not secret or secret not in caught.value.detail


def test_secret_is_counted_in_bytes() -> None:
    JwtTokens("密" * 11, LIFETIMES)


def test_token_holds_nothing_of_the_password(tokens: JwtTokens) -> None:
    claims = jwt.decode(tokens.for_agent(AGENT).token, options={"verify_signature": False})
    assert set(claims) == {"kind", "sub", "iat", "exp", "username", "name", "role"}


def test_ticket_in_a_url_says_little_about_a_person(tokens: JwtTokens) -> None:
    ticket = tokens.for_stream("s_1", StreamHolder("a_1", AgentRole.AGENT)).token
    claims = jwt.decode(ticket, options={"verify_signature": False})
    assert set(claims) == {"kind", "sub", "iat", "exp", "holder", "whose", "role"}
