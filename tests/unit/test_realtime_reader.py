"""A reader of a stream: live while it keeps up, back to the truth when it does not, gone without a trace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from domain.errors import Unavailable
from domain.event import Event, EventType
from infrastructure.realtime.bus import MemoryBus
from infrastructure.realtime.hub import Hub
from infrastructure.realtime.reader import Reader
from infrastructure.realtime.wire import Delivery, delivery_of

PATIENCE_SECONDS = 30.0
NO_HEARTBEAT = 600.0
CAPACITY = 4


class Truth:
    """What the readers of a test read when something is missing."""

    def __init__(self) -> None:
        self.reads = 0
        self.fault: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def read(self) -> bytes:
        self.reads += 1
        await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        return b"<truth>"


class WordReader(Reader):
    """Writes what typing events say; the word `gap` means that something is missing, `end` that it was the last."""

    def __init__(self, hub: Hub, truth: Truth, *, heartbeat_seconds: float = NO_HEARTBEAT) -> None:
        super().__init__(hub, "a", heartbeat_seconds=heartbeat_seconds)
        self.truth = truth

    async def _first(self) -> bytes:
        return b"<first>"

    def _frames_of(self, delivery: Delivery) -> bytes:
        word = str(delivery.message["payload"]["word"])
        if word == "gap":
            self._fall_behind()
            return b""
        self._finished = word == "end"
        return word.encode()

    async def _missing(self) -> bytes:
        return await self.truth.read()


class Connection:
    """Where a reader writes: as full, or as broken, as the test says."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.ends = 0
        self.full: asyncio.Future[None] | None = None
        self.fault: Exception | None = None
        self.news = asyncio.Event()

    def write(self, frames: bytes) -> Awaitable[None] | None:
        if self.fault is not None:
            raise self.fault
        self.written.append(frames)
        self.news.set()
        return self.full

    def end(self) -> None:
        self.ends += 1

    async def until(self, written: list[bytes]) -> None:
        """Wait until just this was written."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while self.written != written:
                    self.news.clear()
                    await self.news.wait()
        except TimeoutError:
            raise AssertionError(f"written: {self.written}") from None


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    hub = Hub(MemoryBus(), mailbox_capacity=CAPACITY)
    yield hub
    await hub.close()


async def reading(
    hub: Hub, truth: Truth | None = None, heartbeat_seconds: float = NO_HEARTBEAT
) -> tuple[WordReader, Connection]:
    """A reader at work on a connection."""
    reader, connection = WordReader(hub, truth or Truth(), heartbeat_seconds=heartbeat_seconds), Connection()
    assert await reader.begin() == b"<first>"
    reader.attach(connection.write, connection.end)
    return reader, connection


async def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something holds that nobody announces."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():  # noqa: ASYNC110 - for what has no event
            await asyncio.sleep(0)


def say(hub: Hub, *words: str) -> None:
    for word in words:
        hub.announce("a", Event(EventType.TYPING, {"word": word}, timestamp=1.0))


def together(*words: str) -> list[Delivery]:
    """What came in one read of the bus."""
    return [delivery_of(Event(EventType.TYPING, {"word": word}, timestamp=1.0).as_json()) for word in words]


def fill(connection: Connection) -> asyncio.Future[None]:
    """The connection takes one more write, and then waits."""
    connection.full = asyncio.get_running_loop().create_future()
    return connection.full


async def test_a_reader_that_keeps_up_is_written_to_at_once(hub: Hub) -> None:
    """Within the call that announces: no task, no turn of the loop."""
    _, connection = await reading(hub)
    tasks = asyncio.all_tasks()

    say(hub, "one", "two")

    assert connection.written == [b"one", b"two"]
    assert asyncio.all_tasks() == tasks


async def test_what_comes_at_once_is_one_write(hub: Hub) -> None:
    reader, connection = await reading(hub)

    reader.offer(together("one", "two", "three"))
    reader.offer(together("four"))

    assert connection.written == [b"onetwothree", b"four"]


async def test_a_gap_in_what_comes_at_once_makes_it_read_the_truth_for_the_rest(hub: Hub) -> None:
    truth = Truth()
    reader, connection = await reading(hub, truth)

    reader.offer(together("one", "gap", "two"))

    await connection.until([b"one", b"<truth>"])
    assert truth.reads == 1
    reader.offer(together("three"))
    await connection.until([b"one", b"<truth>", b"three"])


async def test_nothing_follows_the_end_in_what_comes_at_once(hub: Hub) -> None:
    reader, connection = await reading(hub)

    reader.offer(together("one", "end", "two"))

    assert connection.written == [b"oneend"]
    assert (reader.closed, connection.ends) == (True, 1)


async def test_more_at_once_than_may_wait_makes_a_slow_reader_read_the_truth(hub: Hub) -> None:
    truth = Truth()
    reader, connection = await reading(hub, truth)
    full = fill(connection)
    reader.offer(together("one"))

    reader.offer(together(*["more"] * (CAPACITY + 1)))
    connection.full = None
    full.set_result(None)

    await connection.until([b"one", b"<truth>"])


async def test_what_comes_between_beginning_and_attaching_is_kept(hub: Hub) -> None:
    """The first frames are on their way meanwhile."""
    reader, connection = WordReader(hub, Truth()), Connection()
    await reader.begin()
    say(hub, "one", "two")

    reader.attach(connection.write, connection.end)
    say(hub, "three")

    await connection.until([b"onetwothree"])


async def test_a_full_connection_is_waited_for(hub: Hub) -> None:
    """What comes meanwhile follows in one write; then the reader is live again."""
    _, connection = await reading(hub)
    full = fill(connection)
    say(hub, "one", "two", "three")
    assert connection.written == [b"one"]

    connection.full = None
    full.set_result(None)

    await connection.until([b"one", b"twothree"])
    await asyncio.sleep(0)
    say(hub, "four")
    assert connection.written[-1] == b"four"


async def test_a_reader_that_is_too_slow_reads_the_truth(hub: Hub) -> None:
    """Its memory is bounded."""
    reader, connection = await reading(hub)
    full = fill(connection)
    say(hub, *(str(number) for number in range(CAPACITY + 2)))
    assert reader.heard is None

    connection.full = None
    full.set_result(None)

    await connection.until([b"0", b"<truth>"])


async def test_what_is_missed_while_the_truth_is_read_is_read_again(hub: Hub) -> None:
    """Regression: the second overflow came while the first was being repaired, and was forgotten."""
    truth = Truth()
    _, connection = await reading(hub, truth)
    truth.gate.clear()
    say(hub, "gap")
    await eventually(lambda: truth.reads > 0)

    say(hub, *(str(number) for number in range(CAPACITY + 1)))
    truth.gate.set()

    await connection.until([b"<truth>", b"<truth>"])


async def test_a_truth_that_is_away_is_asked_again_under_heartbeats(hub: Hub) -> None:
    """The client must not take a database that is down for a line that is dead."""
    truth = Truth()
    truth.fault = Unavailable("The database does not answer.")
    _, connection = await reading(hub, truth, heartbeat_seconds=0.05)
    say(hub, "gap")
    await eventually(lambda: truth.reads >= 3)

    truth.fault = None
    await eventually(lambda: b"<truth>" in connection.written)

    before = connection.written[: connection.written.index(b"<truth>")]
    assert len(before) >= 2
    assert all(b'"heartbeat"' in written for written in before)


async def test_a_truth_that_takes_long_is_waited_for_under_heartbeats(hub: Hub) -> None:
    """A database that stalls answers nothing for seconds; a line that carries nothing for so long looks dead."""
    truth = Truth()
    truth.gate.clear()
    _, connection = await reading(hub, truth, heartbeat_seconds=0.05)
    say(hub, "gap")

    await eventually(lambda: len(connection.written) >= 3)
    truth.gate.set()

    await eventually(lambda: b"<truth>" in connection.written)
    say(hub, "live")
    await eventually(lambda: b"live" in connection.written)
    assert truth.reads == 1


async def test_one_broken_connection_is_nobody_elses_trouble(hub: Hub) -> None:
    """Whatever a write raises: whoever announces does not see it, the others are told, the stream ends."""
    tasks = asyncio.all_tasks()
    for fault, logged in ((OSError("gone"), []), (RuntimeError("our own mistake"), ["stream_failed"])):
        broken, connection = await reading(hub)
        _, sound = await reading(hub)
        connection.fault = fault
        with capture_logs() as logs:
            say(hub, "one")
            say(hub, "two")
        assert [line["event"] for line in logs] == logged
        assert broken.closed
        assert connection.ends == 1
        assert sound.written == [b"one", b"two"]
    assert asyncio.all_tasks() == tasks


async def test_a_connection_that_breaks_while_it_is_full(hub: Hub) -> None:
    """The same, found by the reader's own task."""
    reader, connection = await reading(hub)
    full = fill(connection)
    say(hub, "one", "two")

    full.set_exception(ConnectionResetError())

    await eventually(lambda: reader.closed)
    assert connection.ends == 1
    assert hub.listeners("a") == frozenset()


async def test_a_truth_that_fails_for_good_ends_the_stream(hub: Hub) -> None:
    """The client comes again, and is told why; here it is logged."""
    truth = Truth()
    truth.fault = RuntimeError("our own mistake")
    reader, connection = await reading(hub, truth)
    with capture_logs() as logs:
        say(hub, "gap")
        await eventually(lambda: reader.closed)
    assert [line["event"] for line in logs] == ["stream_failed"]
    assert connection.ends == 1


@pytest.mark.parametrize("at_once", [True, False])
async def test_the_last_frame_ends_the_stream(hub: Hub, at_once: bool) -> None:
    """Live, or after a wait; and nothing follows it."""
    reader, connection = await reading(hub)
    if not at_once:
        full = fill(connection)
        say(hub, "one")
        connection.full = None
        full.set_result(None)

    say(hub, "end", "late")

    await eventually(lambda: reader.closed)
    assert connection.ends == 1
    assert connection.written[-1] == b"end"


async def test_closing_leaves_nothing(hub: Hub) -> None:
    """From every state, and again."""
    tasks = asyncio.all_tasks()
    for words in ((), ("one",), ("one", "two"), ("gap",)):
        truth = Truth()
        truth.gate.clear()
        reader, connection = await reading(hub, truth)
        fill(connection)
        say(hub, *words)
        await asyncio.sleep(0)

        reader.close()
        reader.close()
        say(hub, "late")

        assert connection.ends == 1
        assert b"late" not in b"".join(connection.written)
        assert hub.listeners("a") == frozenset()
        await eventually(lambda: asyncio.all_tasks() == tasks)


async def test_what_ended_before_it_was_attached_is_told_so(hub: Hub) -> None:
    """The process began to stop while the first frames were on their way."""
    reader, connection = WordReader(hub, Truth()), Connection()
    await reader.begin()
    hub.end_streams()

    reader.attach(connection.write, connection.end)

    assert connection.ends == 1
    assert connection.written == []
