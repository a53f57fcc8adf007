"""Where a parcel is, as its carrier says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class TrackingStatus(StrEnum):
    ANNOUNCED = "announced"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    DELIVERED = "delivered"
    DELIVERY_FAILED = "delivery_failed"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a carrier knows a parcel by. `carrier` is its name as the shop writes it; `number` is not empty."""

    carrier: str
    number: str


@dataclass(frozen=True, slots=True)
class TrackingInfo:
    """The latest of a parcel. `event` is the carrier's own sentence, `at` its time (Unix seconds), `place` where;
    `url` shows more of it. What is not known is empty or None.
    """

    status: TrackingStatus
    event: str = ""
    at: float | None = None
    place: str = ""
    url: str = ""
    expected_on: date | None = None
