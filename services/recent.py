"""The sessions that a process changed last, to decide upon without reading them again."""

from __future__ import annotations

from collections import OrderedDict

from domain.session import Session

# About a kilobyte each: the conversations that are going on in one process, and not much memory.
CAPACITY = 4096


class Recent:
    """Sessions as they were last saved here.

    Others may have changed them since. That does no harm: a step decided upon an old state is not saved, and its
    refusal is not believed before the session has been read.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def get(self, name: str) -> Session | None:
        """The session as it was last saved here, if that was not too long ago."""
        return self._sessions.get(name)

    def keep(self, session: Session) -> None:
        """Remember a session that has just been saved, and forget the one that was saved longest ago."""
        self._sessions[session.name] = session
        self._sessions.move_to_end(session.name)
        if len(self._sessions) > self._capacity:
            self._sessions.popitem(last=False)
