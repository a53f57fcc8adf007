"""socket.io with its Redis adapter, over WebSocket: one Node process (`socketio/server.mjs`)."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

from tests.bench.load.stamps import BLANK
from tests.bench.load.streams import websocket_request
from tests.bench.peers.peer import Peer, Scene, delta, post_json, redis_publish
from tests.bench.peers.process import PeerProcess

_FOLDER = Path(__file__).parent / "socketio"
_DOUBLE = struct.Struct(">d")


class SocketIoPeer(Peer):
    """A room for each session; whoever connects names its room."""

    name = "socketio"
    kind = "socketio"
    ready = '42["ready"]'

    def __init__(self, scene: Scene) -> None:
        self._redis = scene.redis
        self._server = PeerProcess(
            lambda _, port: [str(shutil.which("node")), str(_FOLDER / "server.mjs"), str(port), scene.redis.url]
        )

    @classmethod
    def missing(cls) -> str | None:
        """Why it cannot run here, or None."""
        if shutil.which("node") is None:
            return "Node is not installed"
        if not (_FOLDER / "node_modules").is_dir():
            return "its packages are not installed (--install)"
        return None

    @staticmethod
    def install() -> None:
        """Install its packages beside it, as its lock says."""
        if shutil.which("npm") is not None and not (_FOLDER / "node_modules").is_dir():
            subprocess.run(["npm", "ci", "--silent"], cwd=_FOLDER, check=True)

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
        return websocket_request(f"/socket.io/?EIO=4&transport=websocket&session={session}")

    @property
    def publish_port(self) -> int:
        return self._redis.port

    def publication(self, session: str) -> bytes:
        # What its adapter of another process sends for io.to(session).emit("event", …).
        packet = {"type": 2, "data": ["event", delta(session, 1)], "nsp": "/"}
        options = {"rooms": [session], "except": [], "flags": {}}
        return redis_publish(f"socket.io#/#{session}#".encode(), _packed(["bench0", packet, options]))

    def post(self, session: str) -> bytes:
        return post_json("/chat", {"session_name": session, "message": f"{BLANK} and a few words more"})


def _packed(value: object) -> bytes:
    """MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md), as much of it as these messages need."""
    match value:
        case dict():
            return bytes([0x80 | len(value)]) + b"".join(_packed(part) for pair in value.items() for part in pair)
        case list():
            return bytes([0x90 | len(value)]) + b"".join(map(_packed, value))
        case str():
            data = value.encode()
            return (bytes([0xA0 | len(data)]) if len(data) < 32 else b"\xd9" + bytes([len(data)])) + data
        case int():
            return bytes([value])
        case float():
            return b"\xcb" + _DOUBLE.pack(value)
    raise TypeError(value)
