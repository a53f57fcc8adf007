"""The one way in which a session is changed: load, decide, save, announce."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from domain import conversation, handoff
from domain.entry import Source
from domain.errors import ClientMessageIdReused, Contended, SessionNotFound, TransitionForbidden, Unavailable
from domain.event import BROADCAST, Event, EventType, event_of
from domain.session import Session, Status
from domain.step import Appended, Step
from domain.view import queue_event
from services.desk import ATTEMPTS, Desk, carry_out
from tests.fakes.announcer import RecordingAnnouncer
from tests.fakes.desk import asks, opened
from tests.fakes.sessions import ALICE, BOB, WISH
from tests.fakes.store import MemoryStore


class OvertakenStore(MemoryStore):
    """A store in which somebody else is faster, as often as `overtake` has turns left."""

    def __init__(self, overtake: Callable[[MemoryStore], Awaitable[object]], times: int) -> None:
        super().__init__()
        self._overtake = overtake
        self.left = times

    async def append(self, step: Step) -> Appended | None:
        if self.left > 0:
            self.left -= 1
            left, self.left = self.left, 0
            await self._overtake(self)
            self.left = left
        return await super().append(step)


async def _changes_hands_twice(store: MemoryStore) -> None:
    """Somebody takes over and leaves again: the status is as before, the epoch is not."""
    session = await store.get("s_1")
    taken = await store.append(handoff.take_over(session, BOB))
    assert taken is not None
    assert await store.append(handoff.release(taken.session, by=BOB)) is not None


def _says_hello(session: Session) -> Step:
    return conversation.customer_message(session, "Hello", client_message_id="m1")


async def test_what_was_decided_is_saved_and_announced(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk
) -> None:
    await opened(store)
    appended = await carry_out(desk, "s_1", _says_hello)
    assert appended.session == store.session("s_1")
    assert appended.entries == store.timeline("s_1")
    assert announcer.told("s_1") == [event_of(entry) for entry in appended.entries]


async def test_nothing_is_announced_that_is_not_saved_yet(store: MemoryStore) -> None:
    class Witness(RecordingAnnouncer):
        def announce(self, target: str, event: Event) -> None:
            super().announce(target, event)
            if event.seq is not None:
                assert event.seq in [entry.seq for entry in store.timeline("s_1")]

    announcer = Witness()
    await opened(store)
    await carry_out(Desk(store, announcer), "s_1", lambda session: handoff.take_over(session, ALICE))
    assert announcer.types("s_1") == [EventType.STATUS_CHANGE, EventType.ASSIGNMENT]


async def test_a_decision_that_lost_the_race_is_made_anew(announcer: RecordingAnnouncer) -> None:
    store = OvertakenStore(_changes_hands_twice, times=2)
    await opened(store)
    seen: list[int] = []

    def decide(session: Session) -> Step:
        seen.append(session.epoch)
        return _says_hello(session)

    appended = await carry_out(Desk(store, announcer), "s_1", decide)

    assert seen == [1, 3, 5], "each time on the session as it is by then"
    assert appended.entries[0].epoch == 5
    assert [event.seq for event in announcer.told("s_1")] == [appended.entries[0].seq]


async def test_a_decision_that_is_no_longer_possible_is_refused(announcer: RecordingAnnouncer) -> None:
    async def bob_is_faster(store: MemoryStore) -> None:
        assert await store.append(handoff.take_over(await store.get("s_1"), BOB)) is not None

    store = OvertakenStore(bob_is_faster, times=1)
    await opened(store)
    with pytest.raises(TransitionForbidden) as refusal:
        await carry_out(Desk(store, announcer), "s_1", lambda session: handoff.take_over(session, ALICE))
    assert refusal.value.extra["agent_name"] == "Bob"
    assert announcer.announced == []


async def test_who_loses_every_time_gives_up(announcer: RecordingAnnouncer) -> None:
    store = OvertakenStore(_changes_hands_twice, times=ATTEMPTS)
    await opened(store)
    with pytest.raises(Contended):
        await carry_out(Desk(store, announcer), "s_1", _says_hello)
    assert store.left == 0
    assert announcer.announced == []
    assert (await carry_out(Desk(store, announcer), "s_1", _says_hello)).entries, "and may succeed next time"


async def test_a_message_is_saved_at_the_last_attempt(announcer: RecordingAnnouncer) -> None:
    store = OvertakenStore(_changes_hands_twice, times=ATTEMPTS - 1)
    await opened(store)
    assert (await carry_out(Desk(store, announcer), "s_1", _says_hello)).entries


async def test_a_repeated_message_is_not_announced_again(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk
) -> None:
    await opened(store, Status.PENDING_MANUAL)
    first = await carry_out(desk, "s_1", _says_hello)
    announced = list(announcer.announced)
    with capture_logs() as logs:
        again = await carry_out(desk, "s_1", _says_hello)
    assert again.replayed
    assert again.entries == first.entries
    assert announcer.announced == announced
    assert logs == []


async def test_what_fails_is_not_announced(store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk) -> None:
    with pytest.raises(SessionNotFound):
        await carry_out(desk, "s_1", _says_hello)
    await opened(store)
    await carry_out(desk, "s_1", _says_hello)
    announced = list(announcer.announced)
    with pytest.raises(ClientMessageIdReused):
        await carry_out(
            desk, "s_1", lambda session: conversation.customer_message(session, "Bye", client_message_id="m1")
        )
    store.down = True
    with pytest.raises(Unavailable):
        await carry_out(desk, "s_1", _says_hello)
    assert announcer.announced == announced


CHANGES: dict[str, tuple[Status, Callable[[Session], Step]]] = {
    "escalate": (
        Status.BOT_ACTIVE,
        lambda session: handoff.escalate(session, WISH, source=Source.AI_CHATBOT),
    ),
    "takeover": (Status.PENDING_MANUAL, lambda session: handoff.take_over(session, ALICE)),
    "transfer": (Status.MANUAL_LIVE, lambda session: handoff.transfer(session, BOB, by=ALICE)),
    "release": (Status.MANUAL_LIVE, lambda session: handoff.release(session, by=ALICE)),
    "close": (Status.BOT_ACTIVE, lambda session: handoff.close(session, source=Source.AI_CHATBOT)),
    "reopen": (Status.CLOSED, _says_hello),
}


@pytest.mark.parametrize("name", list(CHANGES))
async def test_agents_are_told_of_every_change_of_hands(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk, name: str
) -> None:
    status, decide = CHANGES[name]
    await opened(store, status)
    appended = await carry_out(desk, "s_1", decide)
    assert announcer.told(BROADCAST) == [queue_event(appended.session)]
    assert announcer.announced[-1][0] == BROADCAST, "after what it sums up"


@pytest.mark.parametrize(
    ("status", "told"),
    [(Status.BOT_ACTIVE, False), (Status.PENDING_MANUAL, True), (Status.MANUAL_LIVE, True)],
)
async def test_agents_are_told_of_messages_where_a_person_is_wanted(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk, status: Status, told: bool
) -> None:
    await opened(store, status)
    appended = await carry_out(desk, "s_1", _says_hello)
    assert announcer.told(BROADCAST) == ([queue_event(appended.session)] if told else [])


async def test_the_summary_is_stamped_with_what_it_sums_up(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk
) -> None:
    await opened(store, Status.PENDING_MANUAL)
    await asks(store, "one")
    await carry_out(desk, "s_1", _says_hello)
    (event,) = announcer.told(BROADCAST)
    assert event.payload["session"]["last_seq"] == len(store.timeline("s_1")) == 5
    assert event.payload["session"]["preview"] == "Hello"


async def test_a_note_is_announced_as_the_agents_own(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk
) -> None:
    await opened(store)
    await carry_out(desk, "s_1", lambda session: conversation.note(session, ALICE, "vip", client_message_id=None))
    (event,) = announcer.told("s_1")
    assert event.as_json()["audience"] == "agents"


async def test_a_step_that_only_moves_the_session_is_told_to_agents(
    store: MemoryStore, announcer: RecordingAnnouncer, desk: Desk
) -> None:
    await opened(store)
    await carry_out(desk, "s_1", lambda session: Step(session, replace(session, epoch=session.epoch + 1), ()))
    assert (announcer.types("s_1"), announcer.types(BROADCAST)) == ([], [EventType.QUEUE])
