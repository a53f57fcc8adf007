"""What is between a file and its entries: a page of sections under headings."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from domain.session import Language

# A title stands under an answer, where nobody reads more.
MAX_TITLE_CHARACTERS = 200

_NOT_IN_SLUGS = re.compile(r"[^\w\- ]")
_SPACE = re.compile(r"\s+")

# Marks a line break that the author wants, among those of the source, while a text is put together.
BREAK = "\ue000"


class Unreadable(Exception):
    """A file cannot be read: `problem`, on `line` (from 1; 0 for the file as a whole)."""

    def __init__(self, problem: str, line: int = 0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under a heading, up to the next. `headings` is the path to it; `blocks` are paragraphs, lists and
    tables as text, a line for each item or row.
    """

    headings: tuple[str, ...]
    anchor: str
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A file that was read."""

    title: str
    url: str
    sections: tuple[Section, ...]
    language: Language | None = None
    tags: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(slots=True)
class Outline:
    """Sections in the making: headings and blocks in the order of the page."""

    _path: list[tuple[int, str]] = field(default_factory=list)
    _anchor: str = ""
    _blocks: list[str] = field(default_factory=list)
    _sections: list[Section] = field(default_factory=list)

    def heading(self, level: int, text: str, anchor: str) -> None:
        """A heading of this level (1 to 6); one without text is none."""
        if not text:
            return
        self._end_section()
        while self._path and self._path[-1][0] >= level:
            self._path.pop()
        self._path.append((level, text))
        self._anchor = anchor

    def block(self, text: str) -> None:
        """A paragraph, list or table."""
        if text.strip():
            self._blocks.append(text.strip())

    def sections(self) -> tuple[Section, ...]:
        """All of them; a heading with nothing under it makes none."""
        self._end_section()
        return tuple(self._sections)

    def _end_section(self) -> None:
        if self._blocks:
            headings = tuple(text for _, text in self._path)
            self._sections.append(Section(headings, self._anchor, tuple(self._blocks)))
        self._blocks = []


def one_line(text: str) -> str:
    """`text` with single spaces, and without control characters, which nobody sees and no message may hold."""
    return _SPACE.sub(" ", printable(text)).strip()


def printable(text: str) -> str:
    """`text` without control characters other than line breaks and tabs."""
    if text.isprintable():
        return text
    return "".join(each for each in text if each in "\n\t" or unicodedata.category(each) not in ("Cc", "Cs"))


def slug_of(text: str) -> str:
    """A heading as GitHub's anchors write it: lower case, hyphens for spaces, letters and digits of any script."""
    return _NOT_IN_SLUGS.sub("", text.lower()).strip().replace(" ", "-")


def absolute_url(url: str, base: str) -> str:
    """`url`, from `base` on when it is relative; empty when that is no http(s) address."""
    try:
        joined = urljoin(base, url.strip())
        parts = urlsplit(joined)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"[\s\x00-\x1f\x7f]", joined):
        return ""
    return joined


def row_line(cells: list[str], head: list[str]) -> str:
    """A table's row as a line that can be read alone: "Ridge: range 90 km; price €2,499"."""
    if not head or len(cells) < 2:
        return " | ".join(cell for cell in cells if cell)
    first, *rest = cells
    if len(cells) == 2:
        return f"{first}: {rest[0]}"
    named = [
        f"{name} {cell}".strip() for name, cell in zip([*head[1:], *[""] * len(cells)], rest, strict=False) if cell
    ]
    return f"{first}: {'; '.join(named)}"
