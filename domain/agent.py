"""The people of the desk: who they are and what they may do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import InvalidInput, RoleRequired
from domain.session import Assignee


class AgentRole(StrEnum):
    """What an agent may do; an admin may do everything that an agent may."""

    ADMIN = "admin"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Agent:
    """An account. Times are Unix seconds; `locked_until` is 0 when it is not locked."""

    id: str
    username: str
    name: str
    role: AgentRole
    password_hash: str
    disabled: bool = False
    failed_attempts: int = 0
    locked_until: float = 0.0
    created_at: float = 0.0

    @property
    def is_admin(self) -> bool:
        return self.role is AgentRole.ADMIN

    def as_assignee(self) -> Assignee:
        """The agent as a session's timeline names them."""
        return Assignee(self.id, self.name)


# Five guesses are enough for a person who mistypes; fifteen minutes make guessing hopeless and stay bearable.
MAX_FAILED_ATTEMPTS = 5
LOCK_SECONDS = 15 * 60

# NIST SP 800-63B (2024), 3.1.1: at least 8 characters for a password that is not the only factor; we ask for 10.
MIN_PASSWORD_CHARACTERS = 10
# argon2 takes more, but a request should not be able to make it hash megabytes.
MAX_PASSWORD_CHARACTERS = 256

_USERNAME = re.compile(r"[a-z0-9][a-z0-9_.@+-]{1,63}")


def checked_username(value: str) -> str:
    """`value` in lower case when it is well-formed (2 to 64 of a-z 0-9 _ . @ + -), else `InvalidInput`."""
    lowered = value.strip().lower()
    if _USERNAME.fullmatch(lowered) is None:
        raise InvalidInput("username", "must be 2 to 64 letters, digits, '_', '.', '@', '+' or '-'")
    return lowered


def checked_password(value: str) -> str:
    """`value` itself when it is long enough and not too long, else `InvalidInput`."""
    if not MIN_PASSWORD_CHARACTERS <= len(value) <= MAX_PASSWORD_CHARACTERS:
        raise InvalidInput("password", f"must have {MIN_PASSWORD_CHARACTERS} to {MAX_PASSWORD_CHARACTERS} characters")
    return value


def require_admin(agent: Agent) -> None:
    """`RoleRequired` unless the agent is an admin."""
    if not agent.is_admin:
        raise RoleRequired(AgentRole.ADMIN)
