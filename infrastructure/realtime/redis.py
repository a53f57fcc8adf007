"""The bus over Redis Pub/Sub: one connection a process, which publishes, listens and is watched.

RESP3 (Redis 6 and later) lets one connection send commands while it is subscribed: pushed messages and replies are of
different types (https://github.com/redis/redis-specifications/blob/master/protocol/RESP3.md). So there is one thing
that can fail, and one place that notices.

    outbox ──▶ _write ──▶ Redis ──▶ _read ──▶ confirmations, messages of other processes
                 ▲                    │
              _watch: a ping every quarter second; silence beyond patience ends the connection
    _run: connect, subscribe to all that is wanted, serve until something fails, wait a little, again
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
from collections import deque
from typing import Any, Literal

import hiredis
import structlog
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.maint_notifications import MaintNotificationsConfig

from infrastructure.realtime.bus import Receive, Recovered

log = structlog.get_logger("RedisSse")

# A healthy Redis on the same network answers within a few milliseconds; a connection attempt that takes longer than
# this will not help anybody who waits for a message.
CONNECT_SECONDS = 1.0
# Asked this often, a stalled Redis is in doubt (the sweep hurries) well before anybody waits a second for a message.
PING_SECONDS = 0.25
DOUBT_SECONDS = 0.45
# Longer than a pause of a loaded machine, so that the connection is not dropped for one.
PATIENCE_SECONDS = 3.0
# Back within two seconds of Redis' return, without hammering it.
RETRY_SECONDS = (0.05, 1.0)
# A burst of messages in one read; they are handed on together, before anything else gets its turn, which takes some
# milliseconds at most.
READ_BYTES = 65_536
# What may wait for a Redis that does not read: a second of heavy traffic. Beyond it, announcements are dropped.
OUTBOX_COMMANDS = 10_000

# Whoever comes back says so here, for what it said meanwhile nobody has heard.
RECOVERED_CHANNEL = "sse:recovered"

_NOTHING_MORE = object()

_ORIGIN = b'{"origin":"'
_ORIGIN_CHARACTERS = 16
_STAMP_LENGTH = len(_ORIGIN) + _ORIGIN_CHARACTERS + 1


class RedisBus:
    """Carries messages between processes over Redis; without Redis it drops them and keeps trying.

    A message on Redis is the JSON object as published with one key more, `origin`: which process it comes from, so that
    a process does not hear itself twice.
    """

    kind: Literal["redis"] = "redis"

    def __init__(self, url: str) -> None:
        self._url = url
        self._stamp = new_stamp()
        self._receive: Receive | None = None
        self._recovered: Recovered | None = None
        self._running: asyncio.Task[None] | None = None
        self._wanted: dict[str, None] = {RECOVERED_CHANNEL: None}
        self._confirmations: dict[str, deque[asyncio.Future[None]]] = {}
        self._outbox: deque[tuple[Any, ...]] = deque()
        self._something_to_send = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._connected = asyncio.Event()
        self._tried = asyncio.Event()
        self._heard = 0.0
        self._delay = RETRY_SECONDS[0]
        self._noted: bool | None = None

    @property
    def connected(self) -> bool:
        """Whether the connection stands and every channel is subscribed."""
        return self._connected.is_set()

    @property
    def prompt(self) -> bool:
        return self.connected and asyncio.get_running_loop().time() - self._heard < DOUBT_SECONDS

    def start(self, receive: Receive, recovered: Recovered) -> None:
        self._receive = receive
        self._recovered = recovered
        self._running = asyncio.create_task(self._run(), name="redis bus")

    async def wait_connected(self, seconds: float) -> bool:
        """Whether the connection stands; the first attempt is waited for, up to `seconds`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._tried.wait()
        return self.connected

    def publish(self, channel: str, data: bytes) -> None:
        if not self.connected or len(self._outbox) >= OUTBOX_COMMANDS:
            return
        self._send("PUBLISH", channel, stamped(data, self._stamp))

    def subscribe(self, channel: str) -> asyncio.Future[None] | None:
        self._wanted[channel] = None
        return self._subscribed(channel) if self.connected else None

    def unsubscribe(self, channel: str) -> None:
        self._wanted.pop(channel, None)
        if self.connected:
            self._send("UNSUBSCRIBE", channel)

    async def flush(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._idle.wait()

    def stop(self) -> None:
        """End the connection as soon as the event loop goes on; nothing is received from now on."""
        self._receive = None
        self._recovered = None
        if self._running is not None:
            self._running.cancel()

    async def close(self) -> None:
        self.stop()
        if self._running is not None:
            await asyncio.gather(self._running, return_exceptions=True)
            self._running = None

    async def _run(self) -> None:
        this = asyncio.current_task()
        while True:
            try:
                await self._serve()
            except Exception as error:  # noqa: BLE001 - whatever went wrong, the bus must come back
                if this is not None and this.cancelling():
                    # A group of tasks that fails in the instant in which it is cancelled only tells of the failure.
                    return
                self._note(connected=False, why=_first(error))
                self._tried.set()
            # Jitter: the processes of a desk do not all come back in the same instant.
            await asyncio.sleep(self._delay * random.uniform(0.5, 1.0))  # noqa: S311 - nothing secret
            self._delay = min(self._delay * 2, RETRY_SECONDS[1])

    async def _serve(self) -> None:
        """One connection, from its beginning to its end."""
        connection = _connection(self._url)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await connection.connect()  # type: ignore[no-untyped-call]
            self._heard = asyncio.get_running_loop().time()
            async with asyncio.TaskGroup() as work:
                work.create_task(self._read(connection), name="redis bus: read")
                work.create_task(self._write(connection), name="redis bus: write")
                work.create_task(self._join(), name="redis bus: join")
                # In the block, not a task: a group that fails while nothing runs in its block leaves its task marked
                # as being cancelled (before Python 3.13), which `_run` looks at.
                await self._watch()
        finally:
            self._connected.clear()
            self._forget()
            with contextlib.suppress(RedisError, OSError):
                await connection.disconnect(nowait=True)

    async def _join(self) -> None:
        """Subscribe to all that is wanted; only then is the bus in use."""
        asked: set[str] = set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            # Again, for what came to be wanted while the others were being confirmed.
            while missing := [channel for channel in self._wanted if channel not in asked]:
                asked.update(missing)
                await asyncio.gather(*(self._subscribed(channel) for channel in missing))
        self._connected.set()
        self._tried.set()
        for channel in asked.difference(self._wanted):
            self._send("UNSUBSCRIBE", channel)
        self._delay = RETRY_SECONDS[0]
        self._note(connected=True)
        self.publish(RECOVERED_CHANNEL, b"{}")
        self._in_doubt()

    def _subscribed(self, channel: str) -> asyncio.Future[None]:
        confirmation: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._confirmations.setdefault(channel, deque()).append(confirmation)
        self._send("SUBSCRIBE", channel)
        return confirmation

    def _send(self, *command: Any) -> None:
        self._outbox.append(command)
        self._idle.clear()
        self._something_to_send.set()

    async def _write(self, connection: AbstractConnection) -> None:
        while True:
            await self._something_to_send.wait()
            self._something_to_send.clear()
            commands = list(self._outbox)
            self._outbox.clear()
            async with asyncio.timeout(PATIENCE_SECONDS):
                await connection.send_packed_command(connection.pack_commands(commands), check_health=False)
            if not self._outbox:
                self._idle.set()

    async def _read(self, connection: AbstractConnection) -> None:
        loop = asyncio.get_running_loop()
        # What has come is read at once: asking redis-py for each reply costs several times what it takes to parse it.
        # It has read everything up to here itself, and reads nothing from here on.
        stream = connection._reader
        assert stream is not None  # noqa: S101 - it is connected
        replies = hiredis.Reader(replyError=RedisError, protocolError=RedisError, notEnoughData=_NOTHING_MORE)
        while data := await stream.read(READ_BYTES):
            self._heard = loop.time()
            replies.feed(data)
            heard: list[tuple[str, bytes]] = []
            while (reply := replies.gets(False)) is not _NOTHING_MORE:
                if isinstance(reply, Exception):
                    raise reply
                if isinstance(reply, hiredis.PushNotification):
                    self._pushed(reply, heard)
            if heard and self._receive is not None:
                self._receive(heard)
        raise ConnectionError("Redis closed the connection")

    def _pushed(self, push: list[Any], heard: list[tuple[str, bytes]]) -> None:
        kind = push[0]
        if kind == b"message":
            self._hear(push[1].decode(), push[2], heard)
        elif kind == b"subscribe":
            channel = push[1].decode()
            confirmations = self._confirmations.get(channel)
            if confirmations:
                _resolve(confirmations.popleft())
                if not confirmations:
                    del self._confirmations[channel]

    def _hear(self, channel: str, data: bytes, heard: list[tuple[str, bytes]]) -> None:
        if data.startswith(self._stamp):
            return
        if channel == RECOVERED_CHANNEL:
            self._in_doubt()
        else:
            heard.append((channel, without_stamp(data)))

    def _in_doubt(self) -> None:
        if self._recovered is not None:
            self._recovered()

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._send("PING")
            await asyncio.sleep(PING_SECONDS)
            if loop.time() - self._heard > PATIENCE_SECONDS:
                raise TimeoutError("Redis does not answer")

    def _forget(self) -> None:
        """What was on its way is lost; whoever waited for a confirmation goes on without."""
        self._outbox.clear()
        self._idle.set()
        for confirmations in self._confirmations.values():
            for confirmation in confirmations:
                _resolve(confirmation)
        self._confirmations.clear()

    def _note(self, *, connected: bool, why: BaseException | None = None) -> None:
        """Log each change once."""
        if connected == self._noted:
            return
        self._noted = connected
        if connected:
            log.info("[RedisSse] ✅ 连接成功", bus="redis", state="ok")
        else:
            log.warning("[RedisSse] ⚠️ 连接不可用，已降级", bus="redis", state="degraded", error=type(why).__name__)


def new_stamp() -> bytes:
    """How what one process publishes begins."""
    return _ORIGIN + secrets.token_hex(_ORIGIN_CHARACTERS // 2).encode() + b'"'


def stamped(data: bytes, stamp: bytes) -> bytes:
    """A JSON object (without white space) with the key `origin` before its own."""
    separator = b"" if data == b"{}" else b","
    return stamp + separator + data[1:]


def without_stamp(data: bytes) -> bytes:
    """The object as it was published; what others published without a stamp is left as it is."""
    if data.startswith(_ORIGIN) and data[_STAMP_LENGTH - 1 : _STAMP_LENGTH] == b'"':
        return b"{" + data[_STAMP_LENGTH:].removeprefix(b",")
    return data


def _connection(url: str) -> AbstractConnection:
    """A connection as the URL says (redis://, rediss://, unix://), without redis-py's own retries: `_run` retries."""
    pool = ConnectionPool.from_url(
        url,
        protocol=3,
        retry=Retry(NoBackoff(), 0),
        socket_connect_timeout=CONNECT_SECONDS,
        # Time limits are ours alone: redis-py's own for writing loses a cancellation that comes as the write ends
        # (`asyncio.wait_for` does before Python 3.12).
        socket_timeout=None,
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
    )
    connection: AbstractConnection = pool.make_connection()  # type: ignore[no-untyped-call]
    return connection


def _first(failure: BaseException) -> BaseException:
    """One failure to name: they come in groups because one ends the others."""
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    return failure


def _resolve(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
