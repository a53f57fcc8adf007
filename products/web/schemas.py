"""What goes over HTTP, as OpenAPI describes it. The values come from `domain/view.py` and `domain/event.py`."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.entry import MAX_MESSAGE_CHARACTERS, Entry
from domain.event import event_of
from domain.order import Order, product_card
from domain.tracking import TrackingInfo

_EVENT_EXAMPLE: dict[str, Any] = {
    "type": "manual_message",
    "payload": {
        "role": "agent",
        "epoch": 3,
        "content": "Hello, this is Mina.",
        "agent_id": "a_1",
        "agent_name": "Mina",
    },
    "timestamp": 1763605000.123,
    "source": "agent_workbench",
    "session_name": "s_4fzyo82mvyr0lh3bpo",
    "seq": 42,
}

MESSAGE_DESCRIPTION = f"1 to {MAX_MESSAGE_CHARACTERS} characters, without control characters."


def _without_control_characters(value: str) -> str:
    if any(unicodedata.category(character) == "Cc" for character in value):
        raise ValueError("must not hold control characters")
    return value


# A line of text. No database keeps a NUL, and nobody's name holds a line feed.
Line = Annotated[str, AfterValidator(_without_control_characters)]


class Closed(BaseModel):
    """A body that may hold nothing but its fields."""

    model_config = ConfigDict(extra="forbid")


class EventOut(BaseModel):
    """An event as streams carry it (docs/api/protocol.md)."""

    model_config = ConfigDict(json_schema_extra={"example": _EVENT_EXAMPLE})

    type: str
    payload: dict[str, Any]
    timestamp: float = Field(description="Unix seconds.")
    source: Literal["ai_chatbot", "agent_workbench", "system"]
    session_name: str | None = None
    seq: int | None = Field(None, description="Its number on the timeline.")
    audience: Literal["agents"] | None = Field(None, description="`agents`: no customer sees it.")


class AssigneeOut(BaseModel):
    id: str
    name: str


class EscalationOut(BaseModel):
    reason: Literal["user_request", "keyword", "fail_loop", "sentiment", "vip", "manual"]
    at: float = Field(description="Unix seconds.")
    severity: Literal["low", "normal", "high"] | None = Field(None, description="Agents only.")
    detail: str | None = Field(None, description="Agents only.")
    rule: str | None = Field(None, description="Agents only: the regulator's rule; empty when none decided it.")
    seq: int | None = Field(None, description="Agents only: the entry that the rule found it in; 0 when none.")


class CustomerOut(BaseModel):
    name: str
    email: str


class SessionOut(BaseModel):
    """A session; `customer`, `preview`, and of the escalation severity and detail, are for agents only."""

    session_name: str
    status: Literal["bot_active", "pending_manual", "manual_live", "closed"]
    language: Literal["en", "zh"]
    epoch: int = Field(description="Raised by every change of hands.")
    last_seq: int
    created_at: float
    updated_at: float
    agent: AssigneeOut | None = None
    escalation: EscalationOut | None = None
    customer: CustomerOut | None = None
    preview: str | None = None


class HistoryOut(BaseModel):
    """A session and a page of its timeline, oldest first."""

    session: SessionOut
    messages: list[EventOut]
    has_more: bool = Field(description="Whether there are earlier entries: ask with `before` = the first `seq` here.")


class PostedOut(BaseModel):
    """A message that is kept."""

    message: EventOut
    session: SessionOut
    replayed: bool = Field(description="Whether this `client_message_id` had been kept before; then nothing changed.")


class ChangedOut(BaseModel):
    """A session after a change of hands, and the entries that say so."""

    session: SessionOut
    messages: list[EventOut]


class TicketOut(BaseModel):
    ticket: str = Field(description="For `?token=` of one stream.")
    expires_at: float


class TypingIn(Closed):
    active: bool = True


class OrderItemOut(BaseModel):
    name: str
    quantity: int
    price: str
    image_url: str


class TrackingOut(BaseModel):
    """Where a parcel is, as its carrier says."""

    status: Literal[
        "announced",
        "in_transit",
        "out_for_delivery",
        "ready_for_pickup",
        "delivered",
        "delivery_failed",
        "exception",
    ]
    event: str = Field(description="The carrier's last sentence; may be empty.")
    at: float | None = Field(description="Its time, Unix seconds.")
    place: str
    url: str = Field(description="A page that shows more; http or https, or empty.")
    expected_on: str | None = Field(description="The day on which it is expected.")


_ORDER_EXAMPLE: dict[str, Any] = {
    "number": "AM20451",
    "status": "in_transit",
    "placed_on": "2026-11-17",
    "currency": "€",
    "items": [
        {"name": "Chain Lock, 110 cm", "quantity": 1, "price": "79.00", "image_url": "https://shop.example/l.jpg"}
    ],
    "carrier": "Fennel Freight",
    "tracking_number": "FF261973069",
    "tracking_url": "https://shop.example/track/FF261973069",
    "cards": [
        "[PRODUCT]https://shop.example/l.jpg|Chain Lock, 110 cm|1|€79.00|in_transit|Fennel Freight|FF261973069|"
        "https://shop.example/track/FF261973069[/PRODUCT]"
    ],
    "tracking": {
        "status": "in_transit",
        "event": "Left the sorting centre",
        "at": 1763605000.0,
        "place": "Fennel Bridge",
        "url": "https://shop.example/track/FF261973069",
        "expected_on": "2026-11-23",
    },
}


class OrderOut(BaseModel):
    """An order; `email`, `customer_name` and `shop` for agents only."""

    model_config = ConfigDict(json_schema_extra={"example": _ORDER_EXAMPLE})

    number: str
    status: str
    placed_on: str
    currency: str
    items: list[OrderItemOut]
    carrier: str
    tracking_number: str
    tracking_url: str
    cards: list[str] = Field(description="A product card for each item, in the format that messages carry.")
    tracking: TrackingOut | None = Field(None, description="Where the parcel is; null while nobody knows.")
    email: str | None = None
    customer_name: str | None = None
    shop: str | None = Field(None, description="Which shop has it; empty where there is only one.")


class Problem(BaseModel):
    """RFC 9457. `code` is stable; other members depend on it."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": "Conflict",
                "status": 409,
                "code": "transition_forbidden",
                "detail": "A session that is manual_live does not allow takeover.",
                "session_status": "manual_live",
            }
        },
    )

    type: str
    title: str
    status: int
    code: str
    detail: str
    field: str | None = None


def events_out(entries: tuple[Entry, ...] | list[Entry]) -> list[dict[str, Any]]:
    """Entries as their events."""
    return [event_of(entry).as_json() for entry in entries]


def order_out(order: Order, tracking: TrackingInfo | None, *, for_agents: bool) -> dict[str, Any]:
    """An order as JSON, with where its parcel is."""
    view: dict[str, Any] = {
        "number": order.number,
        "status": order.status,
        "placed_on": order.placed_on.isoformat(),
        "currency": order.currency,
        "items": [
            {"name": item.name, "quantity": item.quantity, "price": item.price, "image_url": item.image_url}
            for item in order.items
        ],
        "carrier": order.carrier,
        "tracking_number": order.tracking_number,
        "tracking_url": order.tracking_url,
        "cards": [product_card(order, item, status=order.status) for item in order.items],
        "tracking": None if tracking is None else _tracking_out(tracking),
    }
    if for_agents:
        view |= {"email": order.email, "customer_name": order.customer_name, "shop": order.shop}
    return view


def _tracking_out(tracking: TrackingInfo) -> dict[str, Any]:
    return {
        "status": tracking.status.value,
        "event": tracking.event,
        "at": tracking.at,
        "place": tracking.place,
        "url": tracking.url,
        "expected_on": None if tracking.expected_on is None else tracking.expected_on.isoformat(),
    }
