"""What the tests of the use cases ask for: a desk in memory."""

from __future__ import annotations

import pytest

from services.desk import Desk
from tests.fakes.announcer import RecordingAnnouncer
from tests.fakes.clock import Clock
from tests.fakes.store import MemoryStore


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> MemoryStore:
    return MemoryStore(clock)


@pytest.fixture
def announcer() -> RecordingAnnouncer:
    return RecordingAnnouncer()


@pytest.fixture
def desk(store: MemoryStore, announcer: RecordingAnnouncer) -> Desk:
    return Desk(store, announcer)
