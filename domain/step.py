"""A step: what a decision wants saved, and the state of the session under which it was decided."""

from __future__ import annotations

from dataclasses import dataclass

from domain.entry import Draft, Entry
from domain.packet import Packet
from domain.session import Session


@dataclass(frozen=True, slots=True)
class Step:
    """`drafts` to append, and `after`: the session as it shall be.

    A store saves a step only while the session still has the status and the epoch of `before`. Of `after` it takes
    status, epoch, agent and escalation, and counts the rest itself: `asked_seq` is the last draft that is a
    `new_message` of the user; `answered_seq` becomes what was asked before a step that raises the epoch (what was said
    to the AI before a change of hands is not the AI's to answer after it), or `reply.answers_seq`.
    `failures` it takes only of a step of the AI or one that raises the epoch.

    A step of the AI names in `reply` the lease it was made under. One that raises the epoch without a lease is saved
    only while the AI has shown no more than `before.speaking`: what was shown is among the drafts. Either way nothing
    of it remains in `speaking`.

    `packet` is for the agent who takes over; None leaves the one that is there, until the AI serves again.
    """

    before: Session
    after: Session
    drafts: tuple[Draft, ...]
    reply: ReplyLease | None = None
    packet: Packet | None = None

    @property
    def changes_hands(self) -> bool:
        """Whether it raises the epoch."""
        return self.after.epoch > self.before.epoch


@dataclass(frozen=True, slots=True)
class ReplyLease:
    """The right to answer as the AI, held by one process at a time.

    `answers_seq` is the customer's last message that the answer takes into account; a step under the lease is not
    saved when the customer has written since, so that a burst gets one answer to all of it.
    """

    owner: str
    epoch: int
    answers_seq: int


@dataclass(frozen=True, slots=True)
class Appended:
    """What a store made of a step: the session as saved and the numbered entries.

    `replayed` when the step's `client_message_id` was there already: then `entries` is the first result, and nothing
    was changed.
    """

    session: Session
    entries: tuple[Entry, ...]
    replayed: bool = False
