"""What the AI has shown of an answer: kept under its lease only, and no change of hands goes past it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain import conversation, handoff
from domain.entry import Audience, Source
from domain.errors import SessionNotFound
from domain.packet import packet_of
from domain.session import Escalation, EscalationReason, Session, Severity, Speaking
from domain.step import ReplyLease
from infrastructure.store.store import SqlStore
from tests.integration.desk import ALICE, BOB, answers, asks, claimed, escalates, fresh, notes, saved, takes_over

FOUND = Escalation(EscalationReason.KEYWORD, Severity.HIGH, "fire", 1763605000.25, "alarm", 1)


async def _says(store: SqlStore, lease: ReplyLease, session: Session, text: str, reply_id: str = "r1") -> bool:
    return await store.speak(session.name, lease, reply_id=reply_id, text=text, seconds=60)


async def _asked(store: SqlStore) -> tuple[Session, ReplyLease]:
    session = await store.open(fresh())
    await saved(store, asks(session))
    return await claimed(store, session.name)


async def test_what_is_said_is_kept_until_the_answer(store: SqlStore) -> None:
    session, lease = await _asked(store)
    assert await _says(store, lease, session, "It is")
    assert await _says(store, lease, session, "It is on")
    now = await store.get(session.name)
    assert now.speaking == Speaking("r1", "It is on")
    assert now.updated_at == session.updated_at, "a list would show no change"
    answered = (await saved(store, answers(session, lease))).session
    assert answered.speaking is None
    assert (await store.get(session.name)).speaking is None
    assert not await _says(store, lease, session, "too late")


async def test_nobody_speaks_without_the_lease(store: SqlStore) -> None:
    session, lease = await _asked(store)
    assert await store.holds_reply(session.name, lease)
    for other in (replace(lease, owner="another"), replace(lease, epoch=7)):
        assert not await _says(store, other, session, "Hello")
        assert not await store.holds_reply(session.name, other)
    await saved(store, asks(session, "and another thing"))
    assert not await _says(store, lease, session, "Hello")
    assert not await store.holds_reply(session.name, lease)
    assert (await store.get(session.name)).speaking is None


async def test_nobody_speaks_after_a_takeover(store: SqlStore) -> None:
    session, lease = await _asked(store)
    await saved(store, takes_over(session))
    assert not await _says(store, lease, session, "Hello")
    assert not await store.holds_reply(session.name, lease)
    assert not await store.holds_reply("nobody", lease)


async def test_speaking_renews_the_lease(store: SqlStore) -> None:
    session = await store.open(fresh())
    await saved(store, asks(session))
    session, lease = await claimed(store, session.name, owner="one", seconds=0.0)
    assert await _says(store, lease, session, "It is")
    assert await store.claim_reply(session.name, owner="two", seconds=60) is None


async def test_a_change_of_hands_must_know_all_that_was_shown(store: SqlStore) -> None:
    session, lease = await _asked(store)
    assert await _says(store, lease, session, "It is")
    loaded = await store.get(session.name)
    assert await _says(store, lease, session, "It is on its way")

    for outdated in (session, loaded, replace(loaded, speaking=Speaking("r2", "It is on its way"))):
        assert await store.append(takes_over(outdated)) is None

    taken = await saved(store, takes_over(await store.get(session.name)))
    kept, change, _ = taken.entries
    assert (kept.content, kept.data) == ("It is on its way", {"reply_id": "r1", "interrupted": True})
    assert (kept.seq, change.seq, taken.session.speaking) == (2, 3, None)


async def test_messages_and_notes_do_not_mind_what_is_shown(store: SqlStore) -> None:
    session, lease = await _asked(store)
    assert await _says(store, lease, session, "It is")
    assert (await saved(store, notes(session))).session.speaking == Speaking("r1", "It is")
    assert (await saved(store, asks(session))).session.speaking == Speaking("r1", "It is")


async def test_what_was_shown_outlives_the_lease(store: SqlStore) -> None:
    session, lease = await _asked(store)
    assert await _says(store, lease, session, "It is")
    await store.drop_reply(session.name, owner=lease.owner)
    again, theirs = await claimed(store, session.name, owner="two")
    assert again.speaking == Speaking("r1", "It is")
    assert await _says(store, theirs, session, "Two days", "r2")
    assert (await store.get(session.name)).speaking == Speaking("r2", "Two days")


async def test_failures_are_the_ais_to_count(store: SqlStore) -> None:
    session, lease = await _asked(store)
    step = conversation.assistant_message(session, "I don't know.", lease=lease, data={}, failures=2)
    assert (await saved(store, step)).session.failures == 2
    # A step decided upon an older session does not take it back.
    assert (await saved(store, asks(session))).session.failures == 2
    now = await store.get(session.name)
    waiting = (await saved(store, escalates(now))).session
    assert waiting.failures == 2
    taken = (await saved(store, takes_over(waiting))).session
    assert taken.failures == 0


async def test_an_escalation_is_kept_with_its_rule(store: SqlStore) -> None:
    session = await store.open(fresh())
    waiting = (await saved(store, handoff.escalate(session, FOUND, source=Source.AI_CHATBOT))).session
    assert waiting.escalation == FOUND
    assert (await store.get(session.name)).escalation == FOUND


async def test_a_packet_lasts_until_the_ai_serves_again(store: SqlStore) -> None:
    session = await store.open(fresh())
    assert await store.packet(session.name) is None
    session = (await saved(store, asks(session, "Where is AM20451?"))).session
    said = await store.latest_entries(session.name, audience=Audience.AGENTS, limit=9)
    step = handoff.escalate(session, FOUND, source=Source.AI_CHATBOT, said=said)
    assert step.packet is not None
    packet = step.packet.as_json()

    waiting = (await saved(store, step)).session
    assert await store.packet(session.name) == packet
    taken = (await saved(store, takes_over(waiting))).session
    assert await store.packet(session.name) == packet
    passed = (await saved(store, handoff.transfer(taken, BOB, by=ALICE))).session
    assert await store.packet(session.name) == packet
    released = (await saved(store, handoff.release(passed, by=BOB))).session
    assert await store.packet(session.name) is None
    again = (await saved(store, takes_over(released))).session
    assert (await store.packet(session.name) or {})["epoch"] == again.epoch
    closed = (await saved(store, handoff.close(again, source=Source.AI_CHATBOT))).session
    assert await store.packet(session.name) is not None
    await saved(store, asks(closed))
    assert await store.packet(session.name) is None
    with pytest.raises(SessionNotFound):
        await store.packet("nobody")


async def test_a_better_packet_is_told_and_kept_in_one_step(store: SqlStore) -> None:
    session = await store.open(fresh())
    waiting = (await saved(store, escalates(session))).session
    better = packet_of(waiting, []).summarized("Wants “a refund”. 想退款", by="someone")
    appended = await saved(store, handoff.brief(waiting, better))
    assert await store.packet(session.name) == better.as_json()
    (told,) = appended.entries
    assert (told.audience, told.seq, told.epoch) == (Audience.AGENTS, waiting.last_seq + 1, waiting.epoch)
    assert told.data == {"code": "packet", "packet": better.as_json()}
    assert replace(appended.session, last_seq=0, updated_at=0.0) == replace(waiting, last_seq=0, updated_at=0.0)

    taken = (await saved(store, takes_over(appended.session))).session
    assert await store.append(handoff.brief(waiting, packet_of(waiting, []))) is None, "hands have changed"
    assert await store.packet(session.name) == better.as_json()
    assert await store.get(session.name) == taken
