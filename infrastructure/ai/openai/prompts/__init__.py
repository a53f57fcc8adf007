"""The prompts: files named `{kind}.v{version}.md` beside this module. One that was in use is never changed, it gets a
successor.

Each holds `$boundary`, the code of the blocks that a turn's text comes in (see `blocks.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from string import Template
from typing import Literal

from domain.errors import Misconfigured

NEWEST = "newest"

_FILE = re.compile(r"(?P<kind>[a-z]+)\.v(?P<version>\d+)\.md")


@dataclass(frozen=True, slots=True)
class Prompt:
    """`name` says which one it is, for logs and evaluations ("answer.v1")."""

    name: str
    text: str

    def filled(self, **values: str) -> str:
        """The text with its placeholders filled in."""
        return Template(self.text).substitute(values)


def load_prompt(kind: Literal["answer", "summary"], version: str = NEWEST) -> Prompt:
    """The prompt of this version ("v1"), or the newest one. `Misconfigured` when there is none such."""
    found = {
        int(match["version"]): file
        for file in resources.files(__package__).iterdir()
        if (match := _FILE.fullmatch(file.name)) and match["kind"] == kind
    }
    number = max(found) if version == NEWEST else int(version.removeprefix("v"))
    if number not in found:
        known = ", ".join(f"v{each}" for each in sorted(found))
        raise Misconfigured(f"There is no version {version} of the prompt {kind}; there are: {NEWEST}, {known}.")
    return Prompt(f"{kind}.v{number}", found[number].read_text("utf-8"))
