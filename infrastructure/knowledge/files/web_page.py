"""HTML pages: what they say under their headings, without navigation, scripts and footers.

Read as a stream of tags, never as a tree: a page that nests a million elements costs no more than its length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Literal

from domain.knowledge import ReadingTerms
from domain.session import Language
from infrastructure.knowledge.files.page import (
    BREAK,
    Outline,
    Page,
    Section,
    absolute_url,
    one_line,
    printable,
    row_line,
)

# What is for moving about, for machines or for filling in, and not for reading.
_LEFT_OUT = frozenset(
    {"aside", "button", "canvas", "dialog", "footer", "form", "iframe", "nav", "noscript", "object", "script", "select"}
    | {"style", "svg", "template", "textarea"}
)
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
# These end a block and begin another one.
_BLOCKS = frozenset(
    {"address", "article", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption"}
    | {"figure", "header", "hr", "li", "main", "ol", "p", "pre", "section", "summary", "table", "ul"}
)
_CELLS = frozenset({"tr", "td", "th"})
# Of these a question makes a heading: pages of frequent questions are made of them.
_QUESTIONS = frozenset({"summary", "dt"})
_MAIN = frozenset({"main", "article"})

_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{1,40})", re.IGNORECASE)
# A declaration that counts stands at the beginning (https://html.spec.whatwg.org/#charset: the first 1024 bytes).
_DECLARED_WITHIN = 1024


def declared_encoding(content: bytes) -> str | None:
    """The encoding that the page says it has."""
    match = _DECLARED.search(content[:_DECLARED_WITHIN])
    return match[1].decode("ascii") if match else None


def read_web_page(text: str, url: str, terms: ReadingTerms) -> Page:
    """The page; its canonical link, if it has one, is its address."""
    reader = _Reader()
    reader.feed(_bounded(text))
    reader.close()
    canonical = absolute_url(reader.canonical, url or terms.url_base) if reader.canonical else ""
    sections = reader.sections()
    # A page's <title> names the shop as well, and its first heading does not.
    title = "" if sections and sections[0].headings else one_line(reader.title)
    return Page(title=title, url=canonical or url, sections=sections, language=_language(reader.language))


def text_of_html(text: str) -> str:
    """What a fragment says."""
    reader = _Reader()
    reader.feed(_bounded(text))
    reader.close()
    return "\n".join(block for section in reader.sections() for block in (*section.headings, *section.blocks))


def _bounded(text: str) -> str:
    """`text` without what nothing closes. Python's parser looks for the end of each anew, which takes the square of
    their number (https://github.com/python/cpython/issues/135462).
    """
    comment = text.find("<!--", text.rfind("-->") + 1)
    if comment >= 0:
        text = text[:comment]
    text = text.replace("<![", "<!")
    last = text.rfind(">") + 1
    return text[:last] + text[last:].replace("<", "&lt;")


def _language(declared: str) -> Language | None:
    code = declared.strip().lower()[:2]
    return {"en": Language.ENGLISH, "zh": Language.CHINESE}.get(code)


class _Region:
    """Whether the reader is within an element: counts only tags of that name, so nesting costs nothing."""

    def __init__(self) -> None:
        self._tag = ""
        self._depth = 0

    @property
    def inside(self) -> bool:
        return self._depth > 0

    def enter(self, tag: str) -> None:
        if not self.inside:
            self._tag, self._depth = tag, 1

    def start(self, tag: str) -> None:
        if self.inside and tag == self._tag:
            self._depth += 1

    def end(self, tag: str) -> None:
        if self.inside and tag == self._tag:
            self._depth -= 1


@dataclass(frozen=True, slots=True)
class _Item:
    """A heading (of `level` 1 to 6) or a block (0), and where on the page it stands."""

    place: Literal["main", "header", "body"]
    level: int
    text: str
    anchor: str = ""


class _Reader(HTMLParser):
    """Takes in a page's tags one after another."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.canonical = ""
        self.language = ""
        self._items: list[_Item] = []
        self._left_out, self._main, self._header = _Region(), _Region(), _Region()
        self._text: list[str] = []
        self._in_title = self._in_pre = False
        self._heading = self._anchor = ""
        # The next number of each list that is open; 0 for one with dashes.
        self._lists: list[int] = []
        self._mark = ""
        self._list_lines: list[str] = []
        self._table = _Table()

    def sections(self) -> tuple[Section, ...]:
        """What the page says: its main part if it marks one, else all but its header, else that."""
        self._end_block()
        self._end_list()
        self._end_table()
        for place in ("main", "body", "header"):
            outline = Outline()
            for item in self._items:
                if item.place == place and item.level:
                    outline.heading(item.level, item.text, item.anchor)
                elif item.place == place:
                    outline.block(item.text)
            if sections := outline.sections():
                return sections
        return ()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._left_out.start(tag)
        if tag in _LEFT_OUT:
            self._left_out.enter(tag)
        if self._left_out.inside:
            return
        values = {name: value or "" for name, value in reversed(attrs)}
        if tag == "html":
            self.language = values.get("lang", "")
        elif tag == "title":
            self._in_title = not self.title
        elif tag == "link" and "canonical" in values.get("rel", "").lower().split():
            self.canonical = self.canonical or values.get("href", "")
        if tag in _BLOCKS or tag in _HEADINGS or tag in _CELLS:
            self._end_block()
        self._main.start(tag)
        self._header.start(tag)
        if tag in _MAIN or values.get("role") == "main":
            self._main.enter(tag)
        elif tag == "header":
            self._header.enter(tag)
        self._begin(tag, values)

    def handle_endtag(self, tag: str) -> None:
        if self._left_out.inside:
            self._left_out.end(tag)
            return
        if tag == "title":
            self._in_title = False
        elif tag in _BLOCKS or tag in _HEADINGS or tag in _CELLS:
            self._end(tag)
        self._main.end(tag)
        self._header.end(tag)

    def handle_data(self, data: str) -> None:
        if self._left_out.inside:
            return
        if self._in_title:
            self.title += data
        else:
            self._text.append(data)

    def _begin(self, tag: str, values: dict[str, str]) -> None:
        if tag in _HEADINGS or tag in _QUESTIONS:
            self._heading, self._anchor = tag, values.get("id", "")
        elif self._heading and tag == "a":
            self._anchor = self._anchor or values.get("id", "") or values.get("name", "")
        elif tag in ("ul", "ol"):
            self._lists.append(1 if tag == "ol" else 0)
        elif tag == "li":
            self._begin_item()
        elif tag == "br":
            self._text.append(BREAK)
        elif tag == "pre":
            self._in_pre = True
        elif tag == "img":
            self._text.append(values.get("alt", ""))
        elif tag == "table":
            self._end_table()
            self._table.begin()
        elif tag == "tr":
            self._table.end_row()
        elif tag == "th":
            self._table.has_head_cell = True

    def _end(self, tag: str) -> None:
        if tag in ("td", "th") and self._table.is_open:
            self._table.row.append(one_line(self._taken()))
            return
        self._end_block()
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
            if not self._lists:
                self._end_list()
        elif tag == "pre":
            self._in_pre = False
        elif tag == "tr":
            self._table.end_row()
        elif tag == "table":
            self._end_table()

    def _end_block(self) -> None:
        """What was said since the block began is one."""
        text = self._taken()
        heading, self._heading = self._heading, ""
        if not text.strip():
            return
        title = one_line(text)
        if heading in _HEADINGS or (heading and title.endswith(("?", "？"))):
            self._end_list()
            self._add(int(heading[1]) if heading in _HEADINGS else 6, title, self._anchor)
        elif self._lists:
            lines = text.split("\n")
            indent = "  " * (len(self._lists) - 1)
            self._list_lines += [
                f"{indent}{self._mark if not number else '  '}{each}" for number, each in enumerate(lines)
            ]
            self._mark = "  "
        elif self._table.is_open:
            self._table.row.append(title)
        else:
            self._add(0, text)

    def _begin_item(self) -> None:
        if not self._lists:
            self._lists.append(0)
        self._mark = f"{self._lists[-1]}. " if self._lists[-1] else "- "
        if self._lists[-1]:
            self._lists[-1] += 1

    def _end_list(self) -> None:
        if self._list_lines:
            self._add(0, "\n".join(self._list_lines))
        self._list_lines = []

    def _end_table(self) -> None:
        if lines := self._table.end():
            self._add(0, "\n".join(lines))

    def _taken(self) -> str:
        whole = printable("".join(self._text).replace("\xa0", " "))
        self._text = []
        if self._in_pre:
            return whole.strip("\n")
        lines = (one_line(line) for line in whole.split(BREAK))
        return "\n".join(line for line in lines if line)

    def _add(self, level: int, text: str, anchor: str = "") -> None:
        place: Literal["main", "header", "body"] = "body"
        if self._main.inside:
            place = "main"
        elif self._header.inside:
            place = "header"
        self._items.append(_Item(place, level, text, anchor))


class _Table:
    """A table in the making. Of tables within tables, which lay out old pages, each is one of its own."""

    def __init__(self) -> None:
        self.is_open = False
        self.begin()
        self.is_open = False

    def begin(self) -> None:
        self.is_open = True
        self.row: list[str] = []
        self.has_head_cell = False
        self._head: list[str] = []
        self._lines: list[str] = []

    def end_row(self) -> None:
        if self.has_head_cell and not self._head and not self._lines:
            self._head = self.row
        elif any(self.row):
            self._lines.append(row_line(self.row, self._head))
        self.row, self.has_head_cell = [], False

    def end(self) -> list[str]:
        self.end_row()
        lines = [line for line in self._lines if line]
        self.begin()
        self.is_open = False
        return lines
