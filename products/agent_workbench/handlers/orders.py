"""The shop's orders, for agents (spec/2, step 9)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from products.agent_workbench.dependencies import AgentHere
from products.agent_workbench.schemas import OrdersOut
from products.web.dependencies import RuntimeHere
from products.web.openapi import problems
from products.web.schemas import order_out
from services.orders import search_orders

router = APIRouter(prefix="/api/shopify/orders", tags=["orders"])


@router.get(
    "/global-search", response_model=OrdersOut, response_model_exclude_unset=True, responses=problems(401, 422, 503)
)
async def global_search(
    _: AgentHere,
    runtime: RuntimeHere,
    text: Annotated[str, Query(alias="q", min_length=1, max_length=200, examples=["AM20451"])],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> dict[str, Any]:
    """Orders by number, e-mail or customer's name."""
    orders = await search_orders(runtime.orders, text, limit=limit)
    return {"orders": [order_out(order, for_agents=True) for order in orders]}
