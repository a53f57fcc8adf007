"""Streams without HTTP: the frames of a reader, for a test to pull."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any

from domain.entry import Audience
from domain.ports import Store
from infrastructure.realtime.desk import DeskReader
from infrastructure.realtime.follow import SessionReader
from infrastructure.realtime.hub import Hub
from infrastructure.realtime.reader import Reader


async def follow(
    store: Store,
    hub: Hub,
    name: str,
    *,
    audience: Audience,
    heartbeat_seconds: float,
    cursor: int | None = None,
    until: Callable[[Mapping[str, Any]], bool] | None = None,
) -> AsyncGenerator[bytes, None]:
    """The frames of a `SessionReader`, for whoever wants to pull them."""
    reader = SessionReader(
        store, hub, name, audience=audience, heartbeat_seconds=heartbeat_seconds, cursor=cursor, until=until
    )
    async for frames in pulled(reader):
        yield frames


async def follow_desk(
    store: Store, hub: Hub, agent_id: str, *, heartbeat_seconds: float
) -> AsyncGenerator[bytes, None]:
    """The frames of a `DeskReader`, for whoever wants to pull them."""
    async for frames in pulled(DeskReader(store, hub, agent_id, heartbeat_seconds=heartbeat_seconds)):
        yield frames


# Frames that `pulled` holds before its reader waits.
_PULLED = 4


async def pulled(reader: Reader) -> AsyncGenerator[bytes, None]:
    """The frames of a reader, one or more at a time, until it ends."""
    frames: deque[bytes] = deque([await reader.begin()])
    filled = asyncio.Event()
    emptied: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def write(written: bytes) -> Awaitable[None] | None:
        nonlocal emptied
        frames.append(written)
        filled.set()
        if len(frames) < _PULLED:
            return None
        emptied = asyncio.get_running_loop().create_future()
        return emptied

    reader.attach(write, filled.set)
    try:
        while frames or not reader.closed:
            while frames:
                yield frames.popleft()
            if not emptied.done():
                emptied.set_result(None)
            if not reader.closed:
                filled.clear()
                await filled.wait()
    finally:
        reader.close()
