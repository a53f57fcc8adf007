"""The people of the desk: user names, passwords, roles."""

from __future__ import annotations

import pytest

from domain.agent import (
    MAX_PASSWORD_CHARACTERS,
    MIN_PASSWORD_CHARACTERS,
    AgentRole,
    checked_password,
    checked_username,
    require_admin,
)
from domain.authority import AgentClaims, StreamHolder
from domain.errors import InvalidInput, RoleRequired
from domain.session import Assignee
from tests.fakes.proofs import account


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("mina", "mina"),
        ("  Mina ", "mina"),
        ("MINA@EXAMPLE.COM", "mina@example.com"),
        ("0a", "0a"),
        ("a_b.c@d+e-f", "a_b.c@d+e-f"),
        ("a" * 64, "a" * 64),
    ],
)
def test_a_user_name_is_kept_in_lower_case(given: str, kept: str) -> None:
    assert checked_username(given) == kept


@pytest.mark.parametrize("value", ["", " ", "a", "a" * 65, "mi na", "_mina", "@mina", "mína", "米娜", "mina\0", "a/b"])
def test_a_malformed_user_name_is_refused(value: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        checked_username(value)
    assert refusal.value.field == "username"


@pytest.mark.parametrize("value", ["x" * 10, "x" * 256, "正确的马电池订书钉啊啊", " leading and trailing "])
def test_a_password_stays_as_it_is(value: str) -> None:
    assert checked_password(value) == value


@pytest.mark.parametrize("value", ["", "x" * 9, "x" * 257])
def test_a_password_too_short_or_too_long_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        checked_password(value)
    assert refusal.value.field == "password"
    assert str(MIN_PASSWORD_CHARACTERS) in refusal.value.problem
    assert str(MAX_PASSWORD_CHARACTERS) in refusal.value.problem
    assert not value or value not in refusal.value.detail


def test_only_an_admin_is_an_admin() -> None:
    require_admin(account(role=AgentRole.ADMIN))
    with pytest.raises(RoleRequired) as refusal:
        require_admin(account(role=AgentRole.AGENT))
    assert refusal.value.extra == {"role": "admin"}


@pytest.mark.parametrize(("role", "is_admin"), [(AgentRole.ADMIN, True), (AgentRole.AGENT, False)])
def test_an_account_and_its_token_name_the_same_person(role: AgentRole, is_admin: bool) -> None:
    agent = account(role=role)
    claims = AgentClaims(agent.id, agent.username, agent.name, agent.role)
    assert agent.as_assignee() == claims.as_assignee() == Assignee("a_mina", "Mina")
    assert agent.is_admin is claims.is_admin is is_admin


def test_a_stream_is_an_agents_only_with_a_role() -> None:
    assert StreamHolder("a_mina", AgentRole.AGENT).is_agent
    assert not StreamHolder("s_1").is_agent
