"""What the customer's side takes and gives."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from domain.session import Language
from products.web.schemas import MESSAGE_DESCRIPTION, Closed, EventOut, Line, SessionOut

CLIENT_MESSAGE_ID = "The sender's own id of the message: a retry with the same id changes nothing."


class OpenIn(Closed):
    language: Language = Language.ENGLISH
    customer_name: Line = Field("", max_length=100)
    customer_email: Line = Field("", max_length=254)


class OpenedOut(BaseModel):
    """A new session and the token that opens it, and nothing else."""

    session_name: str
    token: str
    expires_at: float
    session: SessionOut


class NewConversationIn(Closed):
    language: Language | None = Field(None, description="The language of the closed session, unless said.")


class ChatIn(Closed):
    message: str = Field(description=MESSAGE_DESCRIPTION, examples=["Where is my order AM20451?"])
    client_message_id: str | None = Field(None, description=CLIENT_MESSAGE_ID)
    session_name: str | None = Field(None, description="The caller's session; may be left out.")


class ChatAndWaitIn(ChatIn):
    wait: bool = Field(True, description="Answer when the AI has, not as soon as the message is kept.")


class ChatOut(BaseModel):
    """The message as kept and, when it was waited for, the AI's answer."""

    message: EventOut
    reply: EventOut | None = Field(description="Null when a person serves, when it was not waited for, or takes long.")
    session: SessionOut
    replayed: bool


class EscalateIn(Closed):
    session_name: str
    reason: Literal["user_request", "manual"] = "user_request"
    detail: str = Field("", max_length=500)


class ManualMessageIn(Closed):
    session_name: str
    role: Literal["user", "agent"]
    content: str = Field(description=MESSAGE_DESCRIPTION)
    client_message_id: str | None = Field(None, description=CLIENT_MESSAGE_ID)


class ManualTypingIn(Closed):
    session_name: str
    active: bool = True
