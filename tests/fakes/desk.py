"""A desk in memory, sessions brought into the state that a test begins with, and waiting for what is to happen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from domain import conversation, handoff
from domain.entry import Audience, Entry, EntryType, Role, Source
from domain.handoff import ESCALATION
from domain.session import Assignee, Customer, Language, Session, Status
from domain.step import Appended, Step
from services.reply import ReplyTerms
from tests.fakes.sessions import ALICE, WISH
from tests.fakes.store import MemoryStore

# On which the AI answers: the lease is looked after every 10 ms; it runs out when a test moves the clock.
TERMS = ReplyTerms(owner="me", lease_seconds=0.03, limit_seconds=10)


async def opened(
    store: MemoryStore,
    status: Status = Status.BOT_ACTIVE,
    *,
    name: str = "s_1",
    agent: Assignee = ALICE,
    language: Language = Language.ENGLISH,
) -> Session:
    """A session that went the shortest way into this state."""
    fresh = Session(name, Status.BOT_ACTIVE, language, 1, 0, 0.0, 0.0, Customer("Ana", "ana@example.com"))
    session = await store.open(fresh)
    if status is Status.PENDING_MANUAL:
        return (await saved(store, handoff.escalate(session, WISH, source=Source.AI_CHATBOT))).session
    if status is Status.MANUAL_LIVE:
        return (await saved(store, handoff.take_over(session, agent))).session
    if status is Status.CLOSED:
        return (await saved(store, handoff.close(session, source=Source.AI_CHATBOT))).session
    return session


async def asks(store: MemoryStore, text: str = "Where is my order?", *, name: str = "s_1") -> Appended:
    """The customer writes, and nobody is told."""
    return await saved(store, conversation.customer_message(await store.get(name), text, client_message_id=None))


async def taken_over(store: MemoryStore, agent: Assignee = ALICE, *, name: str = "s_1") -> Appended:
    """An agent takes over, and nobody is told."""
    return await saved(store, handoff.take_over(await store.get(name), agent))


async def saved(store: MemoryStore, step: Step) -> Appended:
    """What the store makes of a step that it must not refuse."""
    appended = await store.append(step)
    assert appended is not None
    return appended


def answers(store: MemoryStore, name: str = "s_1") -> list[Entry]:
    """What the AI has said."""
    return [entry for entry in store.timeline(name) if entry.role is Role.ASSISTANT]


def failed_engines(store: MemoryStore, name: str = "s_1") -> list[str]:
    """The engines of which agents, and nobody else, are told that they failed before an answer."""
    told = [entry for entry in store.timeline(name) if "failed" in entry.data]
    assert all(entry.audience is Audience.AGENTS for entry in told)
    return [engine for entry in told for engine in entry.data["failed"]]


def grounds(entries: Iterable[Entry]) -> Mapping[str, Any]:
    """What agents, and nobody else, are told of the escalation among these entries."""
    (told,) = (entry for entry in entries if entry.data.get("code") == ESCALATION)
    assert (told.type, told.audience) == (EntryType.SYSTEM, Audience.AGENTS)
    return told.data


async def until(condition: Callable[[], object], *, seconds: float = 5.0) -> None:
    """Come back once the condition holds; TimeoutError when it does not in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what it waits for has no event
            await asyncio.sleep(0.001)
