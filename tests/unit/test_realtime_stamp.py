"""The mark by which a process knows its own messages on Redis."""

from __future__ import annotations

import json

import orjson
import pytest

from infrastructure.realtime.redis import RedisBus, new_stamp, stamped, without_stamp

OBJECTS = [b"{}", b'{"type":"test"}', b'{"origin":"shop","a":1}', '{"content":"你好 \\" } {"}'.encode()]


@pytest.mark.parametrize("data", OBJECTS)
def test_a_stamped_object_is_one_key_richer(data: bytes) -> None:
    """Other programs read it as plain JSON."""
    pairs = json.loads(stamped(data, new_stamp()), object_pairs_hook=list)

    assert pairs[0][0] == "origin"
    assert pairs[1:] == json.loads(data, object_pairs_hook=list)


@pytest.mark.parametrize("data", OBJECTS)
def test_taking_the_stamp_off_gives_the_object_back(data: bytes) -> None:
    """Byte for byte: nobody here sees `origin`."""
    assert without_stamp(stamped(data, new_stamp())) == data


@pytest.mark.parametrize(
    "data",
    [*OBJECTS, b'{"origin":"', b'{"origin":"0123456789abcdef', b'{"origin":""}', b'{"origin":5}', b"garbage", b""],
)
def test_what_others_published_is_left_as_it_is(data: bytes) -> None:
    """A shop's own key `origin` is the shop's."""
    assert without_stamp(data) == data


def test_every_process_has_a_stamp_of_its_own() -> None:
    """Two with the same would be deaf to each other."""
    assert len({new_stamp() for _ in range(1_000)}) == 1_000


async def test_a_bus_that_is_away_drops_and_does_not_raise() -> None:
    """Before the first connection, and without one, publishing is nothing."""
    bus = RedisBus("redis://127.0.0.1:1/0")

    bus.publish("sse:broadcast", orjson.dumps({"type": "test"}))
    assert bus.subscribe("sse:broadcast") is None
    bus.unsubscribe("sse:broadcast")
    await bus.flush()
    await bus.close()

    assert not bus.prompt
