"""Better handoff packets: made anew of the whole conversation and with an engine's summary, in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog

from domain import handoff
from domain.engine import Turn
from domain.entry import Audience, EntryType, Role
from domain.errors import BatonError
from domain.packet import Packet, packet_of
from domain.session import Session
from domain.step import Appended
from domain.turn import turn_of
from services.desk import ATTEMPTS, Desk, tell
from services.engines import Engines
from services.handoff import said_so_far

log = structlog.get_logger("baton.briefing")

# The agent reads the packet that the rules made meanwhile; a summary that comes later than this comes too late.
SUMMARY_SECONDS = 20.0


class Briefing:
    """One process's part in it: a task for each change of hands that brought a packet."""

    def __init__(self, desk: Desk, engines: Engines, *, summary_seconds: float = SUMMARY_SECONDS) -> None:
        self._desk = desk
        self._engines = engines
        self._seconds = summary_seconds
        self._running: set[asyncio.Task[None]] = set()

    def improve(self, appended: Appended) -> None:
        """See to it that the packet that this change of hands brought, if it did, becomes as good as it can."""
        if appended.replayed or not any(entry.type is EntryType.STATUS_CHANGE for entry in appended.entries):
            return
        task = asyncio.create_task(self._improve(appended), name=f"packet {appended.session.name}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Stop; the packets stay as they are."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _improve(self, appended: Appended) -> None:
        session = appended.session
        try:
            await self._replace(session, before=appended.entries[-1].seq)
        except BatonError as error:
            log.warning("packet_not_improved", session_name=session.name, error=error.code)
        except Exception as error:  # noqa: BLE001 - the packet that is there is good enough
            log.warning("packet_not_improved", session_name=session.name, error=type(error).__name__)

    async def _replace(self, session: Session, *, before: int) -> None:
        store = self._desk.store
        current = await store.packet(session.name)
        if current is None or current["epoch"] != session.epoch:
            return
        # By now with what was said between reading and saving, and with the AI's last words.
        entries = await said_so_far(self._desk, session.name, before=before)
        packet = packet_of(session, entries)
        turn = turn_of(session, [entry for entry in entries if entry.visible_to(Audience.EVERYONE)])
        for summary, by in await self._summaries(_asked(turn)):
            packet = packet.summarized(summary, by=by)
        if packet.as_json() != current:
            await self._keep(session.name, current, packet)

    async def _keep(self, name: str, current: Mapping[str, Any], packet: Packet) -> None:
        """Keep the better packet and tell of it, unless the session has another one than `current` by now."""
        store = self._desk.store
        for _ in range(ATTEMPTS):
            # In this order: a packet goes and comes with a change of hands only, and a step from before one is refused.
            session = await store.get(name)
            if await store.packet(name) != current:
                return
            step = handoff.brief(session, packet)
            appended = await store.append(step)
            if appended is not None:
                tell(self._desk, step, appended)
                return

    async def _summaries(self, turn: Turn) -> list[tuple[str, str]]:
        """The summary of the engine that answers and its name; none where it has none, or not in time."""
        engine = self._engines.first
        try:
            async with asyncio.timeout(self._seconds):
                summary = await engine.summarize(turn)
        except Exception as error:  # noqa: BLE001 - an engine may fail in any way
            log.warning(
                "summary_failed", session_name=turn.session_name, engine=engine.name, error=type(error).__name__
            )
            return []
        return [(summary, engine.name)] if summary and summary.strip() else []


def _asked(turn: Turn) -> Turn:
    """The turn as before the change of hands, which leaves nothing unanswered."""
    spoken = [utterance.role for utterance in turn.utterances]
    answered = max((place for place, role in enumerate(spoken) if role is not Role.USER), default=-1)
    return replace(turn, unanswered=len(spoken) - 1 - answered)
