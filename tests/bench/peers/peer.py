"""What every peer can do: run, and say how it is spoken to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import orjson

from tests.bench.load.stamps import BLANK
from tests.bench.load.streams import HOST, Kind
from tests.servers.redis_server import RedisServer


@dataclass(frozen=True, slots=True)
class Scene:
    """What a peer is started with. The database is filled; a peer that keeps nothing does not look at it."""

    redis: RedisServer
    database_url: str


class Peer(ABC):
    """One design of the same service, in one serving process (and what it needs besides)."""

    name: ClassVar[str]
    # How its streams speak, and what one has sent when it is open.
    kind: ClassVar[Kind]
    ready: ClassVar[str]

    @abstractmethod
    def __init__(self, scene: Scene) -> None: ...

    @classmethod
    def missing(cls) -> str | None:
        """Why it cannot run here; None when it can."""
        return None

    @abstractmethod
    def start(self) -> None:
        """Start what serves, and wait until the first request is answered."""

    def start_publisher(self) -> None:  # noqa: B027 - most have nothing to start
        """Start what else is needed to publish; nothing where Redis is enough."""

    @abstractmethod
    def close(self) -> None:
        """End every process."""

    @property
    @abstractmethod
    def pid(self) -> int:
        """The process (with its children) that holds the streams."""

    @property
    @abstractmethod
    def port(self) -> int:
        """Where streams are opened and messages posted."""

    @property
    @abstractmethod
    def publish_port(self) -> int:
        """Where another process of the desk publishes."""

    @abstractmethod
    def stream_request(self, session: str) -> bytes:
        """The request that opens a session's stream."""

    @abstractmethod
    def publication(self, session: str) -> bytes:
        """How it publishes something to a session that is not kept, with a blank for the stamp."""

    @abstractmethod
    def post(self, session: str) -> bytes:
        """How somebody posts a message to a session over HTTP, with a blank for the stamp."""


def get(path: str, headers: str = "") -> bytes:
    """A request for a stream."""
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept: text/event-stream\r\n{headers}\r\n".encode()


def post_json(path: str, body: object, headers: str = "") -> bytes:
    """A request with a JSON body."""
    data = orjson.dumps(body)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(data)}\r\n{headers}\r\n"
    )
    return head.encode() + data


def redis_publish(channel: bytes, message: bytes) -> bytes:
    """PUBLISH as Redis reads it."""
    return b"*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n" % (len(channel), channel, len(message), message)


def delta(session: str, epoch: int) -> dict[str, object]:
    """A piece of an AI's answer, as Baton's wire has it: what all peers carry."""
    return {
        "type": "ai_delta",
        "payload": {"reply_id": "r_bench", "epoch": epoch, "offset": 0, "text": f"{BLANK} and a few words more"},
        "timestamp": 1763605000.123,
        "source": "ai_chatbot",
        "session_name": session,
    }
