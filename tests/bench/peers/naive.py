"""The naive design as a peer: the same server, framework and Redis client as Baton's."""

from __future__ import annotations

import sys

import orjson

from tests.bench.load.stamps import BLANK
from tests.bench.load.streams import HOST
from tests.bench.peers.peer import Peer, Scene, delta, get, post_json, redis_publish
from tests.bench.peers.process import PeerProcess


class NaivePeer(Peer):
    """`naive_server.py` under uvicorn."""

    name = "naive"
    kind = "sse"
    ready = '"type": "connected"'

    def __init__(self, scene: Scene) -> None:
        self._redis = scene.redis
        self._server = PeerProcess(
            lambda _, port: [
                *(sys.executable, "-m", "uvicorn", "tests.bench.peers.naive_server:app"),
                *("--host", HOST, "--port", str(port), "--no-access-log", "--log-level", "warning"),
            ],
            environment={"REDIS_URL": scene.redis.url},
        )

    def start(self) -> None:
        self._server.start()

    def close(self) -> None:
        self._server.close()

    @property
    def pid(self) -> int:
        return self._server.pid

    @property
    def port(self) -> int:
        return self._server.port

    def stream_request(self, session: str) -> bytes:
        return get(f"/events/{session}")

    @property
    def publish_port(self) -> int:
        return self._redis.port

    def publication(self, session: str) -> bytes:
        return redis_publish(f"sse:session:{session}".encode(), orjson.dumps(delta(session, 1)))

    def post(self, session: str) -> bytes:
        return post_json("/chat", {"session_name": session, "message": f"{BLANK} and a few words more"})
