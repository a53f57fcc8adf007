"""The spec's face of the hub (spec/1, steps 2 and 3): enqueue to a target, subscribe to a target.

Within a running service both use the service's own hub. Elsewhere (a script, a shell) the first call builds one as
`USE_REDIS_SSE` and `REDIS_URL` say. Messages here are fleeting: what must not be lost is on a timeline.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import structlog

from infrastructure.bootstrap.redis_sse import forget_redis_sse, init_redis_sse
from infrastructure.realtime.bus import MemoryBus
from infrastructure.realtime.hub import Hub, channel_of
from infrastructure.realtime.mailbox import Mailbox
from infrastructure.realtime.wire import Delivery

log = structlog.get_logger(__name__)

# What a queue holds for a reader that does not come; beyond it the oldest message goes.
QUEUE_MESSAGES = 1_000

_FALSE = frozenset({"0", "false", "no", "off"})

_service_hub: Hub | None = None
_memory_hub: Hub | None = None
# The hub that fills the queues.
_filling: Hub | None = None
_queues: dict[str, _QueueMailbox] = {}


async def enqueue_sse_message(target: str, payload: Mapping[str, Any]) -> None:
    """Send a message to everybody who subscribes to `target` (a session's name, `agent:{id}`, `broadcast`).

    Over Redis when it is used and there, to this process's subscribers always; never raises because Redis is away.
    """
    if _service_hub is None and _redis_is_wanted():
        await init_redis_sse().connect()
    hub = _hub()
    hub.publish(channel_of(target), payload)
    await hub.bus.flush()


async def subscribe_sse_events(target: str) -> AsyncGenerator[dict[str, Any], None]:
    """Every message sent to `target` from the first `__anext__` on; every subscriber gets every message.

    Ask `__anext__` again only when it has answered: cancelling one (as `asyncio.wait_for` does at a timeout) ends a
    generator, and with it the subscription.
    """
    hub = _hub()
    mailbox = await hub.listen(target)
    try:
        while not mailbox.closed:
            taken = await mailbox.take(None)
            if taken.overflowed:
                log.warning("subscriber_too_slow", target=target)
            for delivery in taken.deliveries:
                yield delivery.copy()
    finally:
        hub.leave(mailbox)


def get_sse_queues() -> dict[str, asyncio.Queue[dict[str, Any]]]:
    """The queues by target, as `get_or_create_sse_queue` made them."""
    return {target: mailbox.queue for target, mailbox in _queues.items()}


def get_or_create_sse_queue(target: str) -> asyncio.Queue[dict[str, Any]]:
    """A queue that gets every message sent to `target` from now on, until it is removed."""
    if target not in _queues:
        mailbox = _QueueMailbox(target)
        _hub().admit(mailbox)
        _queues[target] = mailbox
    return _queues[target].queue


def remove_sse_queue(target: str) -> None:
    """Forget the queue of `target`, if there is one."""
    mailbox = _queues.pop(target, None)
    if mailbox is not None and _filling is not None:
        _filling.leave(mailbox)


def reset() -> None:
    """Forget every queue and every hub that was built here; a running service keeps its own."""
    global _memory_hub, _filling
    for target in list(_queues):
        remove_sse_queue(target)
    _filling = None
    if _memory_hub is not None:
        _memory_hub.end_streams()
        _memory_hub = None
    forget_redis_sse()


def use_hub(hub: Hub | None) -> None:
    """Make a service's hub the one that these functions use; None at its end."""
    global _service_hub
    _service_hub = hub
    if _queues:
        _hub()


class _QueueMailbox(Mailbox):
    """A mailbox that hands everything to a queue at once."""

    __slots__ = ("queue",)

    def __init__(self, target: str) -> None:
        super().__init__((channel_of(target),), QUEUE_MESSAGES)
        self.queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def offer(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            if self.queue.qsize() >= QUEUE_MESSAGES:
                self.queue.get_nowait()
            self.queue.put_nowait(delivery.copy())


def _hub() -> Hub:
    """The hub to use now. It may be another one than before: then it fills the queues from here on."""
    global _filling
    hub = _service_hub or (init_redis_sse().start() if _redis_is_wanted() else _hub_in_memory())
    if hub is not _filling:
        for mailbox in _queues.values():
            if _filling is not None:
                _filling.leave(mailbox)
            hub.admit(mailbox)
        _filling = hub
    return hub


def _hub_in_memory() -> Hub:
    global _memory_hub
    if _memory_hub is None:
        _memory_hub = Hub(MemoryBus(), mailbox_capacity=QUEUE_MESSAGES)
    return _memory_hub


def _redis_is_wanted() -> bool:
    return os.environ.get("USE_REDIS_SSE", "true").strip().lower() not in _FALSE
