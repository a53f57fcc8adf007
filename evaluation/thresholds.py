"""What an evaluation must reach, as `--require` says it: "handoff_recall>=0.98", "leaks<=0"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.errors import InvalidInput
from evaluation.figures import NAMES, Figures

_REQUIREMENT = re.compile(r"\s*([a-z0-9_]+)\s*(>=|<=)\s*([0-9]+(?:\.[0-9]+)?)\s*")


@dataclass(frozen=True, slots=True)
class Requirement:
    """A figure, and the least (or, `at_most`, the greatest) value that it may have."""

    figure: str
    value: float
    at_most: bool

    def missed_by(self, total: Figures) -> str | None:
        """What is wrong, in words; None when it is met. A figure that there is none of meets nothing."""
        reached: float | None = getattr(total, self.figure)
        if reached is not None and (reached <= self.value if self.at_most else reached >= self.value):
            return None
        shown = "there is none" if reached is None else f"it is {reached:.4g}"
        return f"{self.figure} must be {'at most' if self.at_most else 'at least'} {self.value:g}; {shown}"


def parse_requirement(text: str) -> Requirement:
    """`InvalidInput` when it is none, or names no figure."""
    match = _REQUIREMENT.fullmatch(text)
    if match is None:
        raise InvalidInput("--require", f"must look like wrong_rate<=0.03, not {text!r}")
    figure, sign, value = match.groups()
    if figure not in NAMES:
        raise InvalidInput("--require", f"knows no figure {figure!r}; known are {', '.join(NAMES)}")
    return Requirement(figure, float(value), sign == "<=")
