"""The lease of the AI's reply: every message is answered once or escalated, whoever crashes."""

from __future__ import annotations

import asyncio

from domain import handoff
from domain.session import Status
from infrastructure.store.store import SqlStore
from tests.integration.desk import ALICE, answers, asks, claimed, escalates, fresh, saved, takes_over


async def test_a_lease_is_given_to_one_owner_who_may_renew_it(store: SqlStore) -> None:
    session = await store.open(fresh())
    session = (await saved(store, asks(session))).session

    held, lease = await claimed(store, session.name, owner="one")

    assert held == session
    assert (lease.owner, lease.epoch, lease.answers_seq) == ("one", 0, 1)
    assert await store.claim_reply(session.name, owner="two", seconds=60) is None
    assert (await claimed(store, session.name, owner="one"))[1] == lease
    assert await store.get(session.name) == session, "a lease is no change that a list would show"


async def test_nobody_claims_where_nobody_waits_for_the_ai(store: SqlStore) -> None:
    session = await store.open(fresh())
    assert await store.claim_reply(session.name, owner="me", seconds=60) is None
    session = (await saved(store, asks(session))).session
    session = (await saved(store, takes_over(session))).session
    assert await store.claim_reply(session.name, owner="me", seconds=60) is None


async def test_an_answer_ends_the_wait_and_the_lease(store: SqlStore) -> None:
    session = await store.open(fresh())
    await saved(store, asks(session))
    session, lease = await claimed(store, session.name, owner="one")

    answered = await saved(store, answers(session, lease))

    assert (answered.session.asked_seq, answered.session.answered_seq) == (1, 1)
    assert not answered.session.waits_for_ai
    assert await store.append(answers(session, lease)) is None, "the lease is over"
    assert await store.claim_reply(session.name, owner="two", seconds=60) is None
    await saved(store, asks(session))
    await claimed(store, session.name, owner="two")


async def test_an_answer_is_refused_after_a_takeover(store: SqlStore) -> None:
    session = await store.open(fresh())
    await saved(store, asks(session))
    session, lease = await claimed(store, session.name)
    taken = (await saved(store, takes_over(session))).session

    assert await store.append(answers(session, lease)) is None

    # Nor after the agent has come and gone: the epoch is another.
    released = (await saved(store, handoff.release(taken, by=ALICE))).session
    assert await store.append(answers(session, lease)) is None
    assert await store.get(session.name) == released


async def test_an_answer_is_refused_when_the_customer_has_written_since(store: SqlStore) -> None:
    session = await store.open(fresh())
    await saved(store, asks(session))
    session, lease = await claimed(store, session.name)
    later = (await saved(store, asks(session, "and another thing"))).session

    assert await store.append(answers(session, lease)) is None

    assert await store.get(session.name) == later
    # The lease is still held: its owner claims again and answers all of it.
    assert await store.claim_reply(session.name, owner="two", seconds=60) is None
    session, lease = await claimed(store, session.name)
    assert lease.answers_seq == 2
    answered = (await saved(store, answers(session, lease))).session
    assert (answered.answered_seq, answered.waits_for_ai) == (2, False)


async def test_an_answer_of_one_who_does_not_hold_the_lease_is_refused(store: SqlStore) -> None:
    session = await store.open(fresh())
    await saved(store, asks(session))
    session, lease = await claimed(store, session.name, owner="one", seconds=0.05)
    await asyncio.sleep(0.2)
    session, theirs = await claimed(store, session.name, owner="two")

    assert await store.append(answers(session, lease)) is None

    assert (await saved(store, answers(session, theirs))).session.last_seq == 2


async def test_an_answer_comes_late_but_is_the_only_one(store: SqlStore) -> None:
    session = await store.open(fresh())
    await saved(store, asks(session))
    session, lease = await claimed(store, session.name, seconds=0.05)
    await asyncio.sleep(0.2)
    assert (await saved(store, answers(session, lease))).session.last_seq == 2


async def test_the_ai_escalates_under_its_lease(store: SqlStore) -> None:
    session = await store.open(fresh())
    await saved(store, asks(session))
    session, lease = await claimed(store, session.name)

    waiting = (await saved(store, escalates(session, reply=lease))).session

    assert (waiting.status, waiting.epoch) == (Status.PENDING_MANUAL, 1)
    assert (waiting.asked_seq, waiting.answered_seq) == (1, 1)


async def test_the_ai_does_not_escalate_what_it_has_not_read(store: SqlStore) -> None:
    session = await store.open(fresh())
    await saved(store, asks(session))
    session, lease = await claimed(store, session.name)
    await saved(store, asks(session, "never mind, solved"))
    assert await store.append(escalates(session, reply=lease)) is None


async def test_a_lease_given_back_is_free(store: SqlStore) -> None:
    session = await store.open(fresh())
    await saved(store, asks(session))
    session, lease = await claimed(store, session.name, owner="one")

    await store.drop_reply(session.name, owner="two")
    assert await store.claim_reply(session.name, owner="two", seconds=60) is None
    await store.drop_reply(session.name, owner="one")

    await claimed(store, session.name, owner="two")
    assert await store.append(answers(session, lease)) is None


async def test_a_change_of_hands_ends_the_lease(store: SqlStore) -> None:
    session = await store.open(fresh())
    await saved(store, asks(session))
    await claimed(store, session.name, owner="one")
    taken = (await saved(store, takes_over(await store.get(session.name)))).session
    released = (await saved(store, handoff.release(taken, by=ALICE))).session
    assert not released.waits_for_ai
    await saved(store, asks(released))
    await claimed(store, session.name, owner="two")


async def test_what_a_crash_left_over_is_found(store: SqlStore) -> None:
    waiting, covered, expired, answered, manual = [await store.open(fresh()) for _ in range(5)]
    for session in (waiting, covered, expired, answered, manual):
        await saved(store, asks(session))
    await claimed(store, covered.name)
    await claimed(store, expired.name, seconds=0.05)
    await saved(store, answers(*await claimed(store, answered.name)))
    await saved(store, takes_over(manual))

    assert await store.waiting_for_ai(idle_seconds=60) == []
    await asyncio.sleep(0.3)

    assert await store.waiting_for_ai(idle_seconds=0.2) == [waiting.name, expired.name]
    assert await store.waiting_for_ai(idle_seconds=0.2, limit=1) == [waiting.name]
    await store.drop_reply(covered.name, owner="me")
    assert await store.waiting_for_ai(idle_seconds=0.2) == [waiting.name, covered.name, expired.name]
    # Whoever wrote a moment ago is not idle.
    await saved(store, asks(waiting))
    assert await store.waiting_for_ai(idle_seconds=0.2) == [covered.name, expired.name]
