"""What the checker finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tests.chaos.histories import Record

Event = Record


class Kind(StrEnum):
    """The promises, by how each is broken."""

    LOST = "lost"
    DOUBLED = "doubled"
    OUT_OF_ORDER = "out_of_order"
    BOT_OVER_PERSON = "bot_over_person"
    LEAKED = "leaked"
    FORBIDDEN = "forbidden"
    WRONG_VIEW = "wrong_view"
    UNANSWERED = "unanswered"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise: in which session, according to whom (a person, a stream, `timeline`), and what exactly."""

    kind: Kind
    session: str
    witness: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.session} ({self.witness}): {self.detail}"
