"""How the process is: for load balancers and for people."""

from __future__ import annotations

from importlib.metadata import version
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from domain.errors import Unavailable
from products.web.dependencies import RuntimeHere

router = APIRouter(tags=["health"])

VERSION = version("baton")


class HealthOut(BaseModel):
    """`degraded`: everything works, but Redis is away, so that processes learn of each other from the database."""

    status: Literal["healthy", "degraded", "unhealthy"]
    database: Literal["ok", "down"]
    bus: Literal["ok", "degraded"]
    bus_kind: Literal["redis", "memory"]
    version: str


@router.get("/api/health", responses={503: {"model": HealthOut, "description": "The database does not answer."}})
@router.get("/workbench-api/health", include_in_schema=False)
async def health(response: Response, runtime: RuntimeHere) -> HealthOut:
    """Whether the database and the bus are there. Needs no token and tells no secret."""
    bus = runtime.hub.bus
    bus_is_ok = bus.kind == "memory" or bus.prompt
    try:
        await runtime.store.now()
    except Unavailable:
        response.status_code = 503
        return _said("unhealthy", "down", bus_is_ok, bus.kind)
    return _said("healthy" if bus_is_ok else "degraded", "ok", bus_is_ok, bus.kind)


def _said(
    status: Literal["healthy", "degraded", "unhealthy"],
    database: Literal["ok", "down"],
    bus_is_ok: bool,
    bus_kind: Literal["redis", "memory"],
) -> HealthOut:
    return HealthOut(
        status=status, database=database, bus="ok" if bus_is_ok else "degraded", bus_kind=bus_kind, version=VERSION
    )
