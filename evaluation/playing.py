"""Playing a case: a session is opened, the customer's messages are posted, the AI replies, as in production."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from domain.entry import Audience, Entry, EntryType, Role
from domain.errors import BatonError
from domain.session import Session, Status
from evaluation.case import Case, ScriptedTurn
from evaluation.ground import Ground
from evaluation.observing import Seen
from evaluation.played import Played, PlayedTurn, Reply
from services.conversation import open_session, post_customer_message

# A turn adds its messages, the reply and what a handoff says; more than that is nothing of ours.
_ENTRIES_A_TURN = 100


async def play_all(
    ground: Ground, cases: Sequence[Case], *, parallel: int = 1, done: Callable[[Played], None] = lambda _: None
) -> list[Played]:
    """Every case played, in the order of `cases`, however many are played at a time. `done` hears of each as it
    ends.
    """
    places = asyncio.Semaphore(parallel)

    async def one(case: Case) -> Played:
        async with places:
            played = await play(ground, case)
        done(played)
        return played

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(case)) for case in cases]
    except ExceptionGroup as failed:
        # What went wrong first is what the caller should hear of.
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]


async def play(ground: Ground, case: Case) -> Played:
    """One conversation, turn by turn; once a person is called, the turns that follow are the person's."""
    session = await open_session(ground.desk, language=case.language, customer=case.customer)
    turns: list[PlayedTurn] = []
    try:
        await _greet(ground, session.name)
        for turn in case.turns:
            session = await ground.desk.store.get(session.name)
            served = session.status is Status.BOT_ACTIVE
            turns.append(PlayedTurn(turn, await _turn(ground, session, turn) if served else None))
    finally:
        ground.watch.end(session.name)
    return Played(case, tuple(turns))


async def _greet(ground: Ground, session_name: str) -> None:
    """Let the engine make what it keeps for a session; `reply` makes what is missing, so it may fail."""
    try:
        await ground.engine.open(session_name)
    except Exception:  # noqa: BLE001 - an engine may fail in any way, and the first reply will say so
        return


async def _turn(ground: Ground, session: Session, turn: ScriptedTurn) -> Reply:
    retrieved = await ground.retrieve(turn.text, session.language)
    seen = ground.watch.begin(session.name)
    began = time.perf_counter()
    failure = ""
    try:
        for text in turn.say:
            await post_customer_message(ground.desk, session.name, text, client_message_id=None)
        await ground.answer(session.name)
    except BatonError as error:
        failure = error.code
    seconds = time.perf_counter() - began
    after = await ground.desk.store.get(session.name)
    entries = await ground.desk.store.entries_after(
        session.name, session.last_seq, audience=Audience.EVERYONE, limit=_ENTRIES_A_TURN
    )
    handoff = after.status is not Status.BOT_ACTIVE
    said = [entry for entry in entries if entry.type is EntryType.NEW_MESSAGE and entry.role is Role.ASSISTANT]
    return Reply(
        text="\n\n".join(entry.content for entry in said),
        sources=tuple(dict.fromkeys(cited for entry in said for cited in cited_by(entry))),
        confident=all(entry.data.get("confident", True) for entry in said),
        asks_back=seen.answer is not None and seen.answer.asks_back,
        handoff=handoff,
        reason=after.escalation.reason.value if after.escalation else "",
        tools=tuple(seen.tools),
        usage=seen.answer.usage if seen.answer else None,
        first_token=None if seen.first_delta is None else seen.first_delta - began,
        seconds=seconds,
        failure=failure or ("" if handoff else _failure(seen)),
        retrieved=retrieved,
    )


def cited_by(entry: Entry) -> tuple[str, ...]:
    """The ids of what an answer cites."""
    return tuple(str(citation["id"]) for citation in entry.data.get("citations", ()))


def _failure(seen: Seen) -> str:
    """Why nobody heard the engine's own answer; empty when somebody did."""
    if seen.answer is not None:
        return ""
    return seen.failure or "no answer in time"
