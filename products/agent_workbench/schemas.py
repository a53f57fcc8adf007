"""What the agent's side takes and gives."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from domain.agent import MAX_PASSWORD_CHARACTERS, AgentRole
from products.web.schemas import MESSAGE_DESCRIPTION, Closed, HistoryOut, Line, OrderOut, SessionOut


class LoginIn(Closed):
    username: Line = Field(max_length=64, examples=["mina"])
    password: str = Field(max_length=MAX_PASSWORD_CHARACTERS)


class RefreshIn(Closed):
    refresh_token: str | None = Field(None, max_length=4096, description="Left out: the cookie's.")


class AgentOut(BaseModel):
    id: str
    name: str
    role: AgentRole


class AccountOut(AgentOut):
    username: str


class SignedInOut(BaseModel):
    """The refresh token also comes as an HttpOnly cookie; it works once."""

    access_token: str
    expires_at: float
    refresh_token: str
    agent: AccountOut


class DemoAgentOut(BaseModel):
    username: str
    password: str
    name: str
    role: AgentRole


class DemoOut(BaseModel):
    """In demo mode, accounts with published passwords; otherwise none."""

    demo: bool
    agents: list[DemoAgentOut]


class AgentsOut(BaseModel):
    agents: list[AgentOut]


class SessionsOut(BaseModel):
    sessions: list[SessionOut]
    total: int
    next: str | None = Field(description="`cursor` of the next page; null on the last.")


class SummaryOut(BaseModel):
    text: str
    seqs: list[int] = Field(description="The entries that it stands on.")
    by: str = Field(description="`rules`: the customer's own words; else the engine that wrote it.")


class ToolOut(BaseModel):
    name: str
    arguments: dict[str, str]
    outcome: str


class AttemptOut(BaseModel):
    kind: Literal["answer", "no_answer", "lookup", "interrupted"]
    text: str
    seq: int
    sources: list[str] = Field(description="The titles of what the answer stood on.")
    tool: ToolOut | None = Field(None, description="What was called, for a lookup.")


class FactOut(BaseModel):
    kind: Literal["order", "email", "product", "language", "sentiment", "failures"]
    value: str
    seqs: list[int]


class PacketOut(BaseModel):
    """What the agent who takes over needs to know."""

    epoch: int = Field(description="Of the change of hands that it was made for.")
    summary: SummaryOut
    tried: list[AttemptOut]
    facts: list[FactOut]


class BriefedHistoryOut(HistoryOut):
    packet: PacketOut | None = Field(None, description="Since a person was asked for, until the AI serves again.")


class MessageIn(Closed):
    content: str = Field(description=MESSAGE_DESCRIPTION)
    client_message_id: str | None = Field(
        None, description="The sender's own id of the message: a retry with the same id changes nothing."
    )


class TransferIn(Closed):
    agent_id: Line = Field(min_length=1, max_length=64)


class OrdersOut(BaseModel):
    orders: list[OrderOut]
