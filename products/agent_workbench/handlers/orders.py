"""The shop's orders, for agents (spec/2, step 9)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from domain.errors import InvalidInput
from products.agent_workbench.dependencies import AgentHere
from products.agent_workbench.schemas import OrdersOut
from products.web.dependencies import RuntimeHere
from products.web.openapi import problems
from products.web.orders import orders_out
from services.orders import orders_of, search_orders

router = APIRouter(prefix="/api/shopify/orders", tags=["orders"])


@router.get(
    "/global-search", response_model=OrdersOut, response_model_exclude_unset=True, responses=problems(401, 422, 503)
)
async def global_search(
    _: AgentHere,
    runtime: RuntimeHere,
    text: Annotated[str | None, Query(alias="q", min_length=1, max_length=200, examples=["AM20451"])] = None,
    email: Annotated[str | None, Query(min_length=3, max_length=254, examples=["mira@example.com"])] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> dict[str, Any]:
    """Orders by number, e-mail or customer's name (`q`), or by just this e-mail (`email`), the newest first.

    Of several shops, those of the ones that answer; 503 when none does.
    """
    if text is not None and email is None:
        orders = await search_orders(runtime.orders, text, limit=limit)
    elif email is not None and text is None:
        orders = await orders_of(runtime.orders, email, limit=limit)
    else:
        raise InvalidInput("q", "must be given, or email, and not both")
    return {"orders": await orders_out(runtime.tracking, orders, for_agents=True)}
