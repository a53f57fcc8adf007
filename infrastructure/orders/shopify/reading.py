"""Shopify's words into ours. What Shopify leaves out is empty; what is not of its shape is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.order import Offer, Order, OrderItem
from domain.product_card import safe_url

Node = Mapping[str, Any]


def order_of(node: Node, *, shop: str) -> Order:
    """An order; `ValueError` when a part that every order has is missing."""
    try:
        lines = _ordered(node["lineItems"]["nodes"])
        parcels = [each for each in node.get("fulfillments") or () if each.get("status") not in _GIVEN_UP]
        tracking = _tracking(parcels)
        return Order(
            number=str(node["name"]).removeprefix("#"),
            email=node.get("email") or "",
            customer_name=_name(node),
            placed_on=_date(node["createdAt"]),
            status=_status(node, lines, parcels),
            currency=_symbol(_money(lines[0])["currencyCode"]) if lines else "",
            items=tuple(_item(line) for line in lines),
            carrier=tracking.get("company") or "",
            tracking_number=tracking.get("number") or "",
            tracking_url=safe_url(tracking.get("url") or ""),
            shop=shop,
            has_more_items=bool((node["lineItems"].get("pageInfo") or {}).get("hasNextPage")),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not an order of Shopify's shape") from error


def offer_of(node: Node) -> Offer:
    """A product; `ValueError` as above."""
    try:
        money = node["priceRangeV2"]["minVariantPrice"]
        preview = (node.get("featuredMedia") or {}).get("preview") or {}
        return Offer(
            name=str(node["title"]),
            currency=_symbol(money["currencyCode"]),
            price=_amount(money),
            image_url=safe_url((preview.get("image") or {}).get("url") or ""),
            url=safe_url(node.get("onlineStoreUrl") or ""),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a product of Shopify's shape") from error


# Parcels that were never sent, or whose sending was taken back.
_GIVEN_UP = frozenset({"CANCELLED", "ERROR", "FAILURE"})

# How far a parcel has come; the order is as far as the last of them.
_PARCEL = {
    "DELIVERED": "delivered",
    "PICKED_UP": "delivered",
    "OUT_FOR_DELIVERY": "out_for_delivery",
    "READY_FOR_PICKUP": "ready_for_pickup",
    "ATTEMPTED_DELIVERY": "in_transit",
    "DELAYED": "in_transit",
    "IN_TRANSIT": "in_transit",
    "CARRIER_PICKED_UP": "in_transit",
    "NOT_DELIVERED": "in_transit",
    "FULFILLED": "in_transit",
    "MARKED_AS_FULFILLED": "in_transit",
    "SUBMITTED": "packed",
    "CONFIRMED": "packed",
    "LABEL_PURCHASED": "packed",
    "LABEL_PRINTED": "packed",
}
_STAGES = ("packed", "in_transit", "out_for_delivery", "ready_for_pickup", "delivered")

_NOT_SENT = frozenset(
    {"UNFULFILLED", "OPEN", "IN_PROGRESS", "PENDING_FULFILLMENT", "ON_HOLD", "SCHEDULED"}
    | {"RESTOCKED", "REQUEST_DECLINED"}
)


def _status(node: Node, lines: Iterable[Node], parcels: Iterable[Node]) -> str:
    if node.get("cancelledAt"):
        return "cancelled"
    if node.get("displayFinancialStatus") == "REFUNDED":
        # All of it: whatever was sent or came back before, this is what there is to say.
        return "refunded"
    if node.get("returnStatus") == "RETURNED":
        return "returned"
    display = str(node.get("displayFulfillmentStatus") or "UNFULFILLED")
    if display == "PARTIALLY_FULFILLED":
        return "partly_shipped"
    if display in _NOT_SENT:
        return "processing"
    if display == "FULFILLMENT_NOT_REQUIRED" or not any(line.get("requiresShipping", True) for line in lines):
        # A service, a download, a voucher: there is nothing to send.
        return "delivered"
    if display != "FULFILLED":
        # What Shopify may add one day is shown as it is.
        return display.lower()
    stages = [_PARCEL.get(str(each.get("displayStatus")), "in_transit") for each in parcels]
    return min(stages, key=_STAGES.index, default="in_transit")


def _tracking(parcels: Iterable[Node]) -> Node:
    """Of the parcel that was sent last and has a number."""
    found = [info for each in parcels for info in each.get("trackingInfo") or () if info.get("number")]
    return found[-1] if found else {}


def _name(node: Node) -> str:
    customer, billing = node.get("customer") or {}, node.get("billingAddress") or {}
    return customer.get("displayName") or billing.get("name") or ""


def _ordered(lines: list[Node]) -> list[Node]:
    """Without the lines that were taken out of the order or refunded, unless all of them were."""
    return [line for line in lines if _quantity(line)] or lines


def _quantity(line: Node) -> int:
    """How many pieces are still ordered."""
    return int(line.get("currentQuantity", line["quantity"]))


def _item(line: Node) -> OrderItem:
    return OrderItem(
        name=str(line["name"]),
        quantity=_quantity(line) or int(line["quantity"]),
        price=_amount(_money(line)),
        image_url=safe_url((line.get("image") or {}).get("url") or ""),
    )


def _money(line: Node) -> Node:
    """What one piece cost, in the currency that the customer saw."""
    money: Node = line["originalUnitPriceSet"]["presentmentMoney"]
    return money


def _date(moment: str) -> date:
    return datetime.fromisoformat(moment).date()


# What stands before a price; other currencies by their code ("CHF 79.00").
_SYMBOLS = {
    "EUR": "€",
    "GBP": "£",
    "USD": "$",
    "CNY": "¥",
    "JPY": "JP¥",
    "CAD": "CA$",
    "AUD": "A$",
    "INR": "₹",
    "KRW": "₩",
}
# ISO 4217: currencies without hundredths.
_WHOLE = frozenset({"JPY", "KRW", "VND", "CLP", "ISK"})


def _symbol(currency: str) -> str:
    return _SYMBOLS.get(currency, f"{currency} ")


def _amount(money: Node) -> str:
    try:
        amount = Decimal(money["amount"])
    except InvalidOperation as error:
        raise ValueError("not an amount of money") from error
    return f"{amount:,.{0 if money['currencyCode'] in _WHOLE else 2}f}"
