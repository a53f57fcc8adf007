"""A listener's mailbox: in order, bounded, honest about what it could not hold."""

from __future__ import annotations

import asyncio

from infrastructure.realtime.mailbox import Mailbox
from infrastructure.realtime.wire import Delivery, delivery_of

# Long enough that a test which waits so long has failed.
LONG_SECONDS = 30.0


def numbered(seq: int) -> Delivery:
    return delivery_of({"type": "new_message", "seq": seq})


def box(capacity: int = 3) -> Mailbox:
    return Mailbox(("sse:session:s1",), capacity)


async def test_everything_is_taken_at_once_in_the_order_it_came() -> None:
    """A burst becomes one write to the client."""
    mailbox = box()
    for seq in (1, 2, 3):
        mailbox.offer([numbered(seq)])

    taken = await mailbox.take(LONG_SECONDS)

    assert [delivery.seq for delivery in taken.deliveries] == [1, 2, 3]
    assert not taken.overflowed


async def test_who_waits_is_woken() -> None:
    """No polling: the message itself wakes its reader."""
    mailbox = box()
    taking = asyncio.create_task(mailbox.take(None))
    await asyncio.sleep(0)
    assert not taking.done()

    mailbox.offer([numbered(1)])

    taken = await asyncio.wait_for(taking, LONG_SECONDS)
    assert [delivery.seq for delivery in taken.deliveries] == [1]


async def test_silence_is_told_and_ends_nothing() -> None:
    """The heartbeat's clock: after a silence the same mailbox goes on."""
    mailbox = box()

    for _ in range(3):
        taken = await mailbox.take(0.01)
        assert taken.deliveries == ()
        assert not taken.overflowed

    mailbox.offer([numbered(1)])
    assert len((await mailbox.take(0.01)).deliveries) == 1


async def test_a_silence_that_is_over_already_does_not_wait() -> None:
    """A reader whose heartbeat is due asks for zero or less."""
    taken = await asyncio.wait_for(box().take(-1.0), LONG_SECONDS)
    assert taken.deliveries == ()


async def test_too_much_becomes_one_mark() -> None:
    """Bounded: the reader is told to read the truth, and gets what comes from then on."""
    mailbox = box(capacity=3)
    for seq in range(1, 1_000):
        mailbox.offer([numbered(seq)])

    taken = await mailbox.take(LONG_SECONDS)
    assert taken.overflowed
    assert taken.deliveries == ()

    mailbox.offer([numbered(1_000)])
    taken = await mailbox.take(LONG_SECONDS)
    assert not taken.overflowed
    assert [delivery.seq for delivery in taken.deliveries] == [1_000]


async def test_exactly_its_capacity_fits() -> None:
    """Nobody is sent to the database without need."""
    mailbox = box(capacity=3)
    for seq in (1, 2, 3):
        mailbox.offer([numbered(seq)])

    assert not (await mailbox.take(LONG_SECONDS)).overflowed


async def test_a_mark_wakes_the_reader() -> None:
    """The sweep sends a reader to the database this way."""
    mailbox = box()
    taking = asyncio.create_task(mailbox.take(None))
    await asyncio.sleep(0)

    mailbox.overflow()

    assert (await asyncio.wait_for(taking, LONG_SECONDS)).overflowed


async def test_closing_wakes_the_reader_and_keeps_what_is_there() -> None:
    """What was in the box before the end can still be taken, nothing later can come in."""
    mailbox = box()
    taking = asyncio.create_task(mailbox.take(None))
    await asyncio.sleep(0)
    mailbox.close()
    assert (await asyncio.wait_for(taking, LONG_SECONDS)).deliveries == ()

    another = box()
    another.offer([numbered(1)])
    another.close()
    another.offer([numbered(2)])
    assert [delivery.seq for delivery in (await another.take(None)).deliveries] == [1]
    assert (await asyncio.wait_for(another.take(None), LONG_SECONDS)).deliveries == ()


async def test_it_remembers_the_highest_number_heard() -> None:
    """By this the sweep knows what to bring; whoever has yet to begin reading, or catches up by itself, needs none."""
    mailbox = box(capacity=3)
    mailbox.offer([numbered(1)])
    assert mailbox.heard is None

    mailbox.heard = 5
    mailbox.offer([numbered(7)])
    mailbox.offer([numbered(6)])
    assert mailbox.heard == 7

    mailbox.offer([numbered(8)])
    assert mailbox.heard is None
    assert (await mailbox.take(LONG_SECONDS)).overflowed


async def test_a_reader_that_was_cancelled_leaves_a_working_mailbox() -> None:
    """A cancelled wait neither swallows a message nor keeps a timer."""
    mailbox = box()
    taking = asyncio.create_task(mailbox.take(LONG_SECONDS))
    await asyncio.sleep(0)
    taking.cancel()
    await asyncio.gather(taking, return_exceptions=True)

    mailbox.offer([numbered(1)])

    assert [delivery.seq for delivery in (await mailbox.take(LONG_SECONDS)).deliveries] == [1]
