"""The naive design, as the requirements' system had it: FastAPI, one Redis subscription (and so one connection) for
each client, and JSON decoded and encoded for each subscriber. Nothing is kept, checked or repaired.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from redis.asyncio import Redis

HEARTBEAT_SECONDS = 30.0

app = FastAPI()
# The client's own limit is 100: too few for a connection each.
redis = Redis.from_url(os.environ["REDIS_URL"], max_connections=100_000)


class Message(BaseModel):
    """What a customer says."""

    session_name: str
    message: str


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "healthy"}


@app.get("/events/{name}")
async def events(name: str) -> StreamingResponse:
    return StreamingResponse(_frames(name), media_type="text/event-stream")


@app.post("/chat")
async def chat(body: Message) -> dict[str, Any]:
    event = {
        "type": "manual_message",
        "payload": {"role": "user", "content": body.message},
        "timestamp": time.time(),
        "session_name": body.session_name,
    }
    await redis.publish(f"sse:session:{body.session_name}", json.dumps(event))
    return {"message": event}


async def _frames(name: str) -> AsyncIterator[str]:
    async with redis.pubsub() as subscription:
        await subscription.subscribe(f"sse:session:{name}")
        yield _frame({"type": "connected"})
        while True:
            message = await subscription.get_message(ignore_subscribe_messages=True, timeout=HEARTBEAT_SECONDS)
            if message is not None:
                yield _frame(json.loads(message["data"]))


def _frame(event: dict[str, Any]) -> str:
    return f"data: {json.dumps(event, ensure_ascii=False)}\n\n"
