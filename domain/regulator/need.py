"""What a message calls for by the sound of it: what a model has learned from many, beside the phrases of the rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Need(StrEnum):
    """Why a person would be needed."""

    WISH = "wish"
    ALARM = "alarm"
    ANGER = "anger"


@dataclass(frozen=True, slots=True)
class Likely:
    """How likely (0 to 1) a message calls for a person, and for which reason rather than the others."""

    need: Need
    likelihood: float


class Ear(Protocol):
    """Hears what a message calls for; None where there is no telling."""

    def __call__(self, text: str) -> Likely | None: ...


def no_ear(text: str) -> None:
    """Where no model is at hand."""
