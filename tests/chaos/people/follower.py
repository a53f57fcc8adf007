"""Following one stream through everything: reconnects with Last-Event-ID, and writes every frame down."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from tests.chaos.histories import History
from tests.chaos.people.caller import Caller, Door, bearer
from tests.chaos.people.wire import Answer, Connection, Frame, WireBroken

# Two heartbeats of the services under test: a line that is silent for longer is dead.
SILENCE_SECONDS = 4.0
# How often to look whether a stream is open, and how many times longer than on an open one to wait in all.
_LOOK_SECONDS = 0.25
_PATIENCE = 4.0


class Follower:
    """One tab. `seen` is the last id on the wire; nothing else is remembered: the checker does the folding."""

    def __init__(self, caller: Caller, history: History, name: str, path: str, **about: Any) -> None:
        self._caller = caller
        self._history = history
        self._name = name
        self._path = path
        self._about = about
        self._connection: Connection | None = None
        self._news = asyncio.Event()
        self._deltas: dict[str, Any] | None = None
        self._heard = 0.0
        self._listening = False
        self.seen = 0
        self.has_begun = False
        self.latest: dict[str, dict[str, Any]] = {}
        self._running = asyncio.create_task(self._run(), name=f"follow {name}")

    async def until(self, seq: int, seconds: float) -> bool | None:
        """Whether everything up to `seq` has been told within `seconds` on an open stream; None when no stream was open
        for so long: a service that is down, or starts anew again and again, tells nobody anything.
        """
        loop = asyncio.get_running_loop()
        begin, listened = loop.time(), 0.0
        while self.seen < seq:
            before, listening = loop.time(), self._listening
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._next()
            if listening:
                listened += loop.time() - before
            if listened > seconds:
                return False
            if loop.time() - begin > _PATIENCE * seconds:
                return None
        return True

    async def until_type(self, kind: str, seconds: float) -> bool:
        """Whether an event of this type comes within `seconds`."""
        self.latest.pop(kind, None)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while kind not in self.latest:
                    await self._next()
        return kind in self.latest

    async def stop_reading(self, seconds: float) -> None:
        """Leave what comes unread for a while."""
        connection = self._connection
        if connection is None:
            return
        self._history.note("stalled", stream=self._name)
        connection.reading.clear()
        await asyncio.sleep(seconds)
        connection.reading.set()
        self._history.note("resumed", stream=self._name)

    async def close(self, why: str, **fields: Any) -> None:
        """Close the tab; `why` tells the checker how much the tab must have seen."""
        self._running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._running
        self._flush()
        self._history.note("closed", stream=self._name, why=why, **fields)

    async def _next(self) -> None:
        self._news.clear()
        await self._news.wait()

    async def _run(self) -> None:
        pause, refresh = 0.05, False
        while True:
            door = self._caller.dice.choice(self._caller.doors)
            try:
                refused = await self._connect(door, refresh)
                refresh = refused is not None and refused.status == 401
                if refused is None:
                    await self._read()
                    pause = 0.05
                else:
                    self._history.note("stream_refused", stream=self._name, via=door.name, status=refused.status)
            except (WireBroken, TimeoutError) as error:
                self._flush()
                self._history.note("broken", stream=self._name, via=door.name, why=f"{type(error).__name__} {error}")
            finally:
                self._hang_up()
            await asyncio.sleep(pause * self._caller.dice.uniform(0.5, 1.0))
            pause = min(pause * 2, 1.0)

    async def _connect(self, door: Door, refresh: bool) -> Answer | None:
        async with asyncio.timeout(SILENCE_SECONDS):
            token = await self._caller.token_of(door.address, refresh)
            self._connection = await Connection.open(door.address)
            cursor = self.seen if self.has_begun else None
            headers = bearer(token) | ({} if cursor is None else {"Last-Event-ID": str(cursor)})
            refused = await self._connection.begin("GET", self._path, headers)
            if refused is None:
                self._history.note("opened", stream=self._name, via=door.name, cursor=cursor, **self._about)
            return refused

    async def _read(self) -> None:
        assert self._connection is not None
        self._heard = asyncio.get_running_loop().time()
        watching = asyncio.create_task(self._watch(self._connection))
        self._listening = True
        try:
            async for frame in self._connection.frames():
                self._heard = asyncio.get_running_loop().time()
                self._take(frame)
        finally:
            self._listening = False
            watching.cancel()
        self._flush()
        self._history.note("ended", stream=self._name)

    async def _watch(self, connection: Connection) -> None:
        """Hang up when the line is dead; whoever does not read cannot tell."""
        loop = asyncio.get_running_loop()
        while loop.time() - self._heard < SILENCE_SECONDS:
            await asyncio.sleep(0.5)
            if not connection.reading.is_set():
                self._heard = loop.time()
        connection.close()

    def _take(self, frame: Frame) -> None:
        kind = frame.event["type"]
        if kind == "ai_delta":
            self._merge(frame.event["payload"])
        else:
            self._flush()
            self._history.note("frame", stream=self._name, id=frame.id, event=frame.event)
        if kind == "history":
            self.has_begun = True
        if frame.id is not None:
            self.seen = frame.id
        self.latest[kind] = frame.event
        self._news.set()

    def _merge(self, delta: dict[str, Any]) -> None:
        """Deltas that follow one another become one record: there are a hundred to an answer."""
        held = self._deltas
        if held is not None and held["reply"] == delta["reply_id"] and held["epoch"] == delta["epoch"]:
            held["count"] += 1
            held["until"] = self._history.now()
            return
        self._flush()
        self._deltas = {
            "reply": delta["reply_id"],
            "epoch": delta["epoch"],
            "count": 1,
            "since": self._history.now(),
            "until": self._history.now(),
        }

    def _flush(self) -> None:
        if self._deltas is not None:
            held, self._deltas = self._deltas, None
            self._history.note("deltas", stream=self._name, **held)

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
