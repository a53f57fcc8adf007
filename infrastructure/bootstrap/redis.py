"""Which bus a process uses, as its settings say."""

from __future__ import annotations

from infrastructure.bootstrap.settings import Settings
from infrastructure.realtime.bus import Bus, MemoryBus
from infrastructure.realtime.redis import RedisBus


def build_bus(settings: Settings) -> Bus:
    """Redis when it is wanted (whether it is there shows later, and may change), else memory."""
    return RedisBus(settings.redis_url) if settings.use_redis_sse else MemoryBus()
