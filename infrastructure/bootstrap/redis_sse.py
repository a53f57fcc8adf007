"""The spec's face of the Redis bus (spec/1, step 1): a manager that publishes to channels and subscribes to them.

A thin layer over `infrastructure.realtime`; what Baton itself needs goes through the hub.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from infrastructure.realtime.hub import Hub
from infrastructure.realtime.redis import CONNECT_SECONDS, RedisBus

DEFAULT_REDIS_URL = "redis://localhost:6379/0"

# A subscriber here has no timeline to catch up from, so it is given more room than a stream.
_MAILBOX_CAPACITY = 10_000


class RedisSseManager:
    """Publishes messages to Redis channels and subscribes to them; one connection for all of it.

    Without Redis nothing raises: messages reach this process's subscribers, and Redis is used as soon as it answers.
    """

    def __init__(self, redis_url: str | None = None, *, mailbox_capacity: int = _MAILBOX_CAPACITY) -> None:
        self._url = redis_url or os.environ.get("REDIS_URL") or DEFAULT_REDIS_URL
        self._capacity = mailbox_capacity
        self._loop: asyncio.AbstractEventLoop | None = None
        self._make_hub()

    @property
    def hub(self) -> Hub:
        """The hub that the manager feeds, from `start` on."""
        return self._hub

    def start(self) -> Hub:
        """The hub, running on this event loop; where there is none, it runs from the first call that has one on.

        Waits for nothing: Redis is used as soon as it answers.
        """
        loop = _running_loop()
        if loop is not None and self._loop is not loop:
            if self._loop is not None:
                # What ran on another loop ended with it.
                self._make_hub()
            self._loop = loop
            self._hub.start()
        return self._hub

    async def connect(self) -> bool:
        """Start, and wait a moment for the first answer of Redis; whether it is there."""
        self.start()
        return await self._bus.wait_connected(CONNECT_SECONDS)

    async def publish(self, channel: str, message: Mapping[str, Any]) -> None:
        """Publish to a channel; returns when the message has left the process."""
        await self.connect()
        self._hub.publish(channel, message)
        await self._bus.flush()

    async def subscribe(self, channel: str) -> AsyncGenerator[dict[str, Any], None]:
        """Every message published to the channel from the first `__anext__` on."""
        hub = self.start()
        mailbox = await hub.listen_on(channel)
        try:
            while not mailbox.closed:
                taken = await mailbox.take(None)
                for delivery in taken.deliveries:
                    yield delivery.copy()
        finally:
            hub.leave(mailbox)

    async def health_check(self) -> bool:
        """Whether Redis is there and answers."""
        return await self.connect() and self._bus.prompt

    def stop(self) -> None:
        """End every subscription at once, and the connection as soon as the event loop goes on."""
        self._hub.end_streams()
        if self._loop is _running_loop():
            self._bus.stop()
        self._make_hub()
        self._loop = None

    async def close(self) -> None:
        """End every subscription and the connection; it may be used again, which makes a new one."""
        bus, here = self._bus, self._loop is _running_loop()
        self.stop()
        if here:
            await bus.close()

    def _make_hub(self) -> None:
        self._bus = RedisBus(self._url)
        self._hub = Hub(self._bus, mailbox_capacity=self._capacity)


_manager: RedisSseManager | None = None


def init_redis_sse(redis_url: str | None = None) -> RedisSseManager:
    """The process's manager, made at the first call (from `REDIS_URL` when no URL is given)."""
    global _manager
    if _manager is None:
        _manager = RedisSseManager(redis_url)
    return _manager


def get_redis_sse_manager() -> RedisSseManager | None:
    """The process's manager, or None before `init_redis_sse`."""
    return _manager


def forget_redis_sse() -> None:
    """End the manager; the next `init_redis_sse` makes a new one."""
    global _manager
    if _manager is not None:
        _manager.stop()
    _manager = None


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
