"""Deciding upon a remembered session: nothing is read again, and nothing goes wrong when it has changed meanwhile."""

from __future__ import annotations

import pytest

from domain import handoff
from domain.entry import EntryType
from domain.errors import TransitionForbidden
from domain.session import Session
from services.conversation import post_customer_message
from services.desk import Desk
from services.handoff import release, take_over
from services.recent import Recent
from tests.fakes.announcer import RecordingAnnouncer
from tests.fakes.desk import opened
from tests.fakes.sessions import ALICE, BOB, a_session
from tests.fakes.store import MemoryStore


class CountingStore(MemoryStore):
    """A store that counts how often a session is read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0

    async def get(self, name: str) -> Session:
        self.reads += 1
        return await super().get(name)


@pytest.fixture
def store() -> CountingStore:
    return CountingStore()


async def _desks(store: MemoryStore) -> tuple[Desk, Desk, str]:
    """Two processes that both remember one session."""
    here, there = Desk(store, RecordingAnnouncer()), Desk(store, RecordingAnnouncer())
    session = await opened(store)
    for desk in (here, there):
        await post_customer_message(desk, session.name, "Hello", client_message_id=None)
    return here, there, session.name


async def test_the_second_message_reads_nothing(store: CountingStore) -> None:
    here, _, name = await _desks(store)
    store.reads = 0
    appended = await post_customer_message(here, name, "And this", client_message_id=None)
    assert (store.reads, appended.entries[-1].seq) == (0, 3)


async def test_what_another_process_changed_is_noticed(store: CountingStore) -> None:
    here, there, name = await _desks(store)
    await take_over(there, name, BOB)
    appended = await post_customer_message(here, name, "Is anybody there?", client_message_id=None)
    assert appended.entries[-1].type is EntryType.MANUAL_MESSAGE
    assert appended.session.agent == BOB


async def test_a_refusal_is_not_believed_before_the_session_was_read(store: CountingStore) -> None:
    here, there, name = await _desks(store)
    await take_over(here, name, ALICE)
    await release(there, name, by=ALICE, may_override=False)
    # Here it is remembered as Alice's, which forbids a takeover.
    assert (await take_over(here, name, BOB)).session.agent == BOB


async def test_a_refusal_that_is_still_right_is_raised(store: CountingStore) -> None:
    here, _, name = await _desks(store)
    await take_over(here, name, ALICE)
    with pytest.raises(TransitionForbidden):
        await take_over(here, name, BOB)


def test_the_session_saved_longest_ago_is_forgotten() -> None:
    recent = Recent(capacity=2)
    for name in ("s_1", "s_2", "s_1", "s_3"):
        recent.keep(a_session(name=name))
    assert recent.get("s_2") is None
    assert recent.get("s_1") is not None
    assert recent.get("s_3") is not None


def test_the_last_state_is_remembered() -> None:
    recent = Recent()
    session = a_session()
    recent.keep(session)
    recent.keep(handoff.take_over(session, ALICE).after)
    remembered = recent.get(session.name)
    assert remembered is not None
    assert remembered.agent == ALICE
