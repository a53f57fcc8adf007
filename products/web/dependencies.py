"""What every handler may ask for, on either side."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from infrastructure.bootstrap.runtime import Runtime
from services.desk import Desk


async def runtime_of(request: Request) -> Runtime:
    """The adapters of this process."""
    runtime: Runtime = request.app.state.runtime
    return runtime


async def desk_of(request: Request) -> Desk:
    """What the use cases stand on."""
    desk: Desk = request.app.state.desk
    return desk


RuntimeHere = Annotated[Runtime, Depends(runtime_of)]
DeskHere = Annotated[Desk, Depends(desk_of)]
