"""`python -m tests.chaos.planted <command>`: Baton's own command line with one bug, for the checker to find.

PLANT says which. Each is a mistake that somebody could make, and each breaks a promise in a short run.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import insert

from domain import conversation
from domain.entry import Audience
from domain.event import Event
from domain.session import Assignee, Session
from domain.step import Step
from infrastructure.realtime.follow import SessionReader
from infrastructure.realtime.hub import Hub
from infrastructure.realtime.sweep import Sweep
from infrastructure.realtime.wire import Delivery
from infrastructure.store import appending
from infrastructure.store.tables import entries
from services.speech import Speech

# A bug that shows at every step would be found by any test; these show now and then.
_NOW_AND_THEN = 0.15


def drop_announce() -> None:
    """Some announcements go nowhere, and the sweep that would make up for it does not run."""
    _lose_announcements()

    async def nothing(_sweep: Sweep) -> None:
        return None

    _replace(Sweep, "once", nothing)


def reuse_seq() -> None:
    """Now and then a number is taken that has been given away: the entry replaces the one that had it."""
    values_of = appending.move_values

    def forgetful(step: Step) -> dict[str, Any]:
        values = values_of(step)
        is_plain = len(step.drafts) == 1 and step.reply is None and step.before.last_seq > 0
        return values | {"count": 0} if is_plain and random.random() < _NOW_AND_THEN else values

    _replace(appending, "move_values", forgetful)
    _replace(appending, "INSERT", insert(entries).prefix_with("OR REPLACE"))


def skip_gap_repair() -> None:
    """Announcements get lost, as they may, and a reader that notices passes on what came instead of what is missing."""
    _lose_announcements()
    frames_of = SessionReader._frames_of

    def hasty(reader: SessionReader, delivery: Delivery) -> bytes:
        if delivery.seq is not None and delivery.seq > reader._sent:
            return reader._pass(delivery, delivery.seq)
        return frames_of(reader, delivery)

    _replace(SessionReader, "_frames_of", hasty)


def ignore_state() -> None:
    """The AI's answer is kept whatever has become of the session meanwhile, and nobody asks while it is being made."""

    show = Speech.show

    async def always(speech: Speech, text: str) -> bool:
        await show(speech, text)
        return True

    values_of = appending.move_values
    conditions = {"status_before", "epoch_before", "message_id", "reply_owner", "reply_epoch"}

    def unconditional(step: Step) -> dict[str, Any]:
        values = values_of(step)
        return values if step.reply is None else {name: values[name] for name in values.keys() - conditions}

    _replace(Speech, "show", always)
    _replace(appending, "move_values", unconditional)
    statement = appending.MOVE_UNDER_LEASE._generate()
    # The first condition names the session; the others say under which state.
    statement._where_criteria = statement._where_criteria[:1]
    _replace(appending, "MOVE_UNDER_LEASE", statement)


def leak_note() -> None:
    """Notes are not marked as the agents' own."""
    note = conversation.note

    def unmarked(session: Session, agent: Assignee, text: str, *, client_message_id: str | None) -> Step:
        step = note(session, agent, text, client_message_id=client_message_id)
        return replace(step, drafts=tuple(replace(draft, audience=Audience.EVERYONE) for draft in step.drafts))

    _replace(conversation, "note", unmarked)


def _lose_announcements() -> None:
    announce = Hub.announce

    def losing(hub: Hub, target: str, event: Event) -> None:
        if event.seq is None or random.random() > _NOW_AND_THEN:
            announce(hub, target, event)

    _replace(Hub, "announce", losing)


def _replace(owner: object, name: str, value: object) -> None:
    """Put something else in the place of what is there; a name that is gone is no place for a bug any more."""
    getattr(owner, name)
    setattr(owner, name, value)


PLANTS: dict[str, Callable[[], None]] = {
    plant.__name__: plant for plant in (drop_announce, reuse_seq, skip_gap_repair, ignore_state, leak_note)
}


if __name__ == "__main__":
    PLANTS[os.environ["PLANT"]]()
    from baton.cli import app

    app()
