"""What every use case stands on, and the one way in which each of them changes a session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from domain.errors import BatonError, Contended
from domain.event import BROADCAST, event_of
from domain.ports import Announcer, Store
from domain.session import Session, Status
from domain.step import Appended, Step
from domain.view import queue_event
from services.log import log_entry
from services.recent import Recent

# Each attempt is lost only to somebody else's change of hands; a session sees a handful of those in its life.
ATTEMPTS = 8

# The states in which agents watch every message; the rest of the list follows with the sweep.
_WATCHED = frozenset({Status.PENDING_MANUAL, Status.MANUAL_LIVE})


@dataclass(frozen=True, slots=True)
class Desk:
    """The store that keeps what happens, the announcer that hurries it along, and what this process remembers."""

    store: Store
    announcer: Announcer
    recent: Recent = field(default_factory=Recent)


async def carry_out(desk: Desk, name: str, decide: Callable[[Session], Step]) -> Appended:
    """Load the session, decide, save, announce; again from the start when the session moved on in between.

    Raises what `decide` raises, `SessionNotFound`, `ClientMessageIdReused`, `Unavailable`, and `Contended` when
    others were faster every time.
    """
    for attempt in range(ATTEMPTS):
        remembered = desk.recent.get(name) if attempt == 0 else None
        try:
            step = decide(remembered or await desk.store.get(name))
        except BatonError:
            if remembered is None:
                raise
            # What forbids it may be over by now.
            continue
        appended = await desk.store.append(step)
        if appended is not None:
            desk.recent.keep(appended.session)
            tell(desk, step, appended)
            return appended
    raise Contended


def tell(desk: Desk, step: Step, appended: Appended) -> None:
    """Announce and log what was kept; nothing when it had been kept before."""
    if appended.replayed:
        return
    session = appended.session
    for entry in appended.entries:
        desk.announcer.announce(session.name, event_of(entry))
        log_entry(entry, session)
    if session.status in _WATCHED or step.after.epoch != step.before.epoch:
        desk.announcer.announce(BROADCAST, queue_event(session))
