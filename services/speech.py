"""What is shown of an answer in the making: kept first, then announced, and no more of it once it is not wanted."""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass

from domain.entry import Source
from domain.errors import Unavailable
from domain.event import Event, EventType
from domain.session import Session
from domain.step import ReplyLease
from services.desk import Desk

# Text that is shown goes to the database first, and a silent engine's right to go on is looked up there, so often:
# eight times a second reads as typing, and a takeover stops the engine well within 200 ms.
PULSE_SECONDS = 0.125
# How often a lease is renewed when nothing new is shown, which would renew it.
RENEWAL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class ReplyTerms:
    """`owner` names the process; a lease lasts `lease_seconds`. An engine may be silent for `stall_seconds`, and take
    `limit_seconds` in all, before another one is asked.
    """

    owner: str
    lease_seconds: float
    limit_seconds: float
    stall_seconds: float = 10.0

    @property
    def pulse_seconds(self) -> float:
        """A third of the lease leaves time for two more tries before anybody else may take it."""
        return min(PULSE_SECONDS, self.lease_seconds / 3)


class Speech:
    """The text of one turn's answer as it grows, whoever makes it.

    What the customer was shown of an earlier attempt stays on the screen until there is something to take its place:
    the first text of the next one, under another `reply_id`, or the answer itself, under the same.
    """

    def __init__(self, desk: Desk, session: Session, lease: ReplyLease, terms: ReplyTerms) -> None:
        self._desk = desk
        self._name = session.name
        self._lease = lease
        self._terms = terms
        # Shown in a turn that was begun anew, perhaps by another process.
        self._begins_anew = session.speaking is not None
        self.reply_id = session.speaking.reply_id if session.speaking else uuid.uuid4().hex
        self._shown = ""
        self._renewed_at = _now()

    @property
    def begun(self) -> bool:
        """Whether something of this attempt is shown."""
        return self._shown != "" and not self._begins_anew

    def begin_anew(self) -> None:
        """The next text is the beginning of another attempt."""
        self._begins_anew = self._begins_anew or self._shown != ""

    async def show(self, text: str) -> bool:
        """Show the whole of `text`, of which the beginning may be shown already; False when no answer is wanted."""
        shown = "" if self._begins_anew else self._shown
        try:
            if text == shown or not text:
                return await self._still_wanted()
            reply_id = uuid.uuid4().hex if self._begins_anew else self.reply_id
            seconds = self._terms.lease_seconds
            if not await self._desk.store.speak(self._name, self._lease, reply_id=reply_id, text=text, seconds=seconds):
                return False
        except Unavailable:
            # The answer need not be thrown away for that: if it is no longer wanted, the store will refuse it. And
            # nothing is shown that is not kept.
            return True
        self._begins_anew, self._shown, self.reply_id, self._renewed_at = False, text, reply_id, _now()
        payload = {"reply_id": reply_id, "epoch": self._lease.epoch, "offset": len(shown), "text": text[len(shown) :]}
        self._desk.announcer.announce(
            self._name,
            Event(
                EventType.AI_DELTA,
                payload,
                timestamp=time.time(),
                source=Source.AI_CHATBOT,
                session_name=self._name,
            ),
        )
        return True

    async def _still_wanted(self) -> bool:
        if _now() - self._renewed_at < min(RENEWAL_SECONDS, self._terms.lease_seconds / 3):
            return await self._desk.store.holds_reply(self._name, self._lease)
        owner, seconds = self._terms.owner, self._terms.lease_seconds
        again = await self._desk.store.claim_reply(self._name, owner=owner, seconds=seconds)
        self._renewed_at = _now()
        return again is not None and again[1] == self._lease


def _now() -> float:
    return asyncio.get_running_loop().time()
