"""What the proofs of who is calling say, once they have been read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.agent import AgentRole
from domain.session import Assignee

# The subject of a ticket for the agent's own stream. The colon keeps it apart from every session's name.
AGENT_STREAM: Final = "agent:events"


@dataclass(frozen=True, slots=True)
class Issued:
    """A token as handed out. `expires_at` is Unix seconds."""

    token: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class AgentClaims:
    """The agent whom an access token names, as they were when it was issued."""

    id: str
    username: str
    name: str
    role: AgentRole

    @property
    def is_admin(self) -> bool:
        return self.role is AgentRole.ADMIN

    def as_assignee(self) -> Assignee:
        """The agent as a session's timeline names them."""
        return Assignee(self.id, self.name)


@dataclass(frozen=True, slots=True)
class RefreshClaims:
    """Whose refresh token it is, and under which id the directory remembers it."""

    agent_id: str
    token_id: str


@dataclass(frozen=True, slots=True)
class StreamHolder:
    """Who may open the stream that a ticket is for.

    With a `role` an agent, `id` being theirs; without one the customer of the session named `id`.
    A ticket stands in a URL, so it says no more about a person than this.
    """

    id: str
    role: AgentRole | None = None

    @property
    def is_agent(self) -> bool:
        return self.role is not None
