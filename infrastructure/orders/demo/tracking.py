"""Where the demo shop's parcels are: made up from its orders, the same every time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from domain.order import Order
from domain.tracking import Parcel, TrackingInfo, TrackingStatus
from infrastructure.orders.demo.order_book import load_orders


class DemoTracking:
    """Knows the parcels of the demo shop's orders (dated back from `today`), and no others."""

    def __init__(self, *, today: date | None = None) -> None:
        day = today or datetime.now(UTC).date()
        self._known = {order.tracking_number: _info(order, day) for order in load_orders(day) if order.tracking_number}

    async def track(self, parcels: Sequence[Parcel]) -> Mapping[Parcel, TrackingInfo]:
        return {parcel: self._known[parcel.number] for parcel in parcels if parcel.number in self._known}


# By an order's status: what its carrier said last, where, how many days after the order was placed, and how many days
# from today it is expected (None: it has arrived).
_LATEST = {
    "partly_shipped": (TrackingStatus.IN_TRANSIT, "First parcel left the sorting centre", "Fennel Bridge", 3, 2),
    "in_transit": (TrackingStatus.IN_TRANSIT, "Left the sorting centre", "Fennel Bridge", 3, 2),
    "out_for_delivery": (TrackingStatus.OUT_FOR_DELIVERY, "Loaded for delivery", "Larkway", 5, 0),
    "delivered": (TrackingStatus.DELIVERED, "Delivered to the recipient", "Moorgate", 6, None),
    "returned": (TrackingStatus.DELIVERED, "Return delivered to the shop", "Aldermoor", 20, None),
}


def _info(order: Order, today: date) -> TrackingInfo:
    status, event, place, days, ahead = _LATEST[order.status]
    # Never in the future, however lately it was placed.
    day = min(order.placed_on + timedelta(days=days), today - timedelta(days=1))
    return TrackingInfo(
        status,
        event,
        datetime.combine(day, time(9, 30), tzinfo=UTC).timestamp(),
        place,
        order.tracking_url,
        None if ahead is None else today + timedelta(days=ahead),
    )
