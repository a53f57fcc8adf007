"""Which cases to play."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from domain.errors import InvalidInput
from evaluation.case import Case, Split
from evaluation.case_file import builtin_cases, read_cases

# Cases of either split.
ALL = "all"


@dataclass(frozen=True, slots=True)
class Selection:
    """The cases of `files`, or the built-in ones, of a split, of categories and with ids; empty means any.

    Without a `split` it is that for reporting; of files, or where ids are given, both: who names a case means it.
    """

    files: Sequence[Path] = ()
    split: str = ""
    categories: Sequence[str] = ()
    ids: Sequence[str] = ()

    def cases(self) -> list[Case]:
        """At least one; `InvalidInput` when there is none, or a file cannot be read."""
        if self.split not in ("", ALL, *Split):
            raise InvalidInput("--split", f"must be {', '.join(Split)} or {ALL}, not {self.split!r}")
        cases = read_cases(self.files) if self.files else builtin_cases()
        chosen = [case for case in cases if self._wants(case)]
        if not chosen:
            raise InvalidInput("cases", "none has this split, category and id")
        return chosen

    @property
    def description(self) -> str:
        """What was selected, in words."""
        words = [", ".join(map(str, self.files)) or "built-in cases", *self.categories, *self.ids]
        return ", ".join(words if self._split == ALL else [*words, f"{self._split} split"])

    @property
    def _split(self) -> str:
        return self.split or (ALL if self.files or self.ids else Split.REPORTING.value)

    def _wants(self, case: Case) -> bool:
        return (
            (self._split == ALL or case.split is None or case.split.value == self._split)
            and (not self.categories or case.category in self.categories)
            and (not self.ids or case.id in self.ids)
        )
