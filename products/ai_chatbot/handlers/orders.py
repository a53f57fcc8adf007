"""A customer's order."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from products.ai_chatbot.dependencies import CustomerSession
from products.web.dependencies import RuntimeHere
from products.web.openapi import problems
from products.web.orders import orders_out
from products.web.schemas import OrderOut
from services.orders import find_order

router = APIRouter(prefix="/api/orders", tags=["orders"])


@router.get(
    "/{number}", response_model=OrderOut, response_model_exclude_unset=True, responses=problems(401, 404, 422, 429, 503)
)
async def read(
    number: Annotated[str, Path(max_length=40, examples=["AM20451"])],
    email: Annotated[str, Query(min_length=3, max_length=254, examples=["mira@example.com"])],
    customer: CustomerSession,
    runtime: RuntimeHere,
) -> dict[str, Any]:
    """One order, by its number and its e-mail; the same 404 for one that does not exist and one that is not theirs.

    After too many wrong pairs 429, whatever the next one would be; `Retry-After` says how long.
    """
    order = await find_order(runtime.lookups, session_name=customer, number=number, email=email)
    (view,) = await orders_out(runtime.tracking, [order], for_agents=False)
    return view
