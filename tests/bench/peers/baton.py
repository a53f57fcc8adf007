"""Baton itself: `baton chatbot` as its users run it, with tokens, replay and gap repair in place."""

from __future__ import annotations

import orjson

from infrastructure.auth.tokens import JwtTokens, Lifetimes
from infrastructure.realtime.hub import channel_of
from tests.bench.databases import EPOCH
from tests.bench.load.stamps import BLANK
from tests.bench.peers.peer import Peer, Scene, delta, get, post_json, redis_publish
from tests.servers.service import SECRET, Service

_TOKENS = JwtTokens(SECRET, Lifetimes(customer=86400, access=900, refresh=86400, ticket=30))


class BatonPeer(Peer):
    """The chatbot's process. Sessions are in a person's hands, so no AI answers while it is measured."""

    name = "baton"
    kind = "sse"
    ready = '"type":"history"'

    def __init__(self, scene: Scene) -> None:
        self._redis = scene.redis
        self._service = Service(
            "chatbot", database_url=scene.database_url, redis_url=scene.redis.url, environment={"DEMO": "false"}
        )

    def start(self) -> None:
        self._service.start()

    def close(self) -> None:
        # At once: nothing of it is needed any more.
        self._service.kill()
        self._service.close()

    @property
    def pid(self) -> int:
        return self._service.process.pid

    @property
    def port(self) -> int:
        return int(self._service.chatbot_url.rpartition(":")[2])

    def stream_request(self, session: str) -> bytes:
        return get(f"/api/sessions/{session}/events", _authorization(session))

    @property
    def publish_port(self) -> int:
        return self._redis.port

    def publication(self, session: str) -> bytes:
        # As RedisBus stamps what another process says.
        message = {"origin": "bench", **delta(session, EPOCH)}
        return redis_publish(channel_of(session).encode(), orjson.dumps(message))

    def post(self, session: str) -> bytes:
        body = {"session_name": session, "role": "user", "content": f"{BLANK} and a few words more"}
        return post_json("/api/manual/messages", body, _authorization(session))


def _authorization(session: str) -> str:
    return f"Authorization: Bearer {_TOKENS.for_customer(session).token}\r\n"
