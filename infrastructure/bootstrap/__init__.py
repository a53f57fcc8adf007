"""Builds and closes what a process needs; also the home of the names that the spec gives to the realtime functions."""

from infrastructure.bootstrap.redis_sse import RedisSseManager, get_redis_sse_manager, init_redis_sse
from infrastructure.bootstrap.sse import (
    enqueue_sse_message,
    get_or_create_sse_queue,
    get_sse_queues,
    remove_sse_queue,
    reset,
    subscribe_sse_events,
)

__all__ = [
    "RedisSseManager",
    "enqueue_sse_message",
    "get_or_create_sse_queue",
    "get_redis_sse_manager",
    "get_sse_queues",
    "init_redis_sse",
    "remove_sse_queue",
    "reset",
    "subscribe_sse_events",
]
