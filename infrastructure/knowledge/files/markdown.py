"""Markdown (CommonMark with tables), with a front matter in YAML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from domain.knowledge import ReadingTerms
from domain.session import Language
from infrastructure.knowledge.files.page import (
    BREAK,
    Outline,
    Page,
    Unreadable,
    absolute_url,
    one_line,
    printable,
    row_line,
    slug_of,
)
from infrastructure.knowledge.files.web_page import text_of_html

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_MAX_FRONT_MATTER_CHARACTERS = 64 * 1024
# Longer ones nobody writes, and the parser takes the square of their length where every character could mean a link.
_MAX_PARAGRAPH_CHARACTERS = 20_000
# An item, a row of a table or a heading, as far as one line tells.
_BEGINS = re.compile(r"\s*(?:[-*+]\s|\d+[.)]\s|\||#)")
_KEYS = frozenset({"title", "url", "language", "tags", "questions"})
_LANGUAGES = {"en": Language.ENGLISH, "zh": Language.CHINESE}

# {#anchor} at a heading's end, as several generators of sites have it.
_OWN_ANCHOR = re.compile(r"\s*\{#([\w.:-]+)\}\s*$")

_CHINESE_BREAK = re.compile(
    r"(?<=[\u3000-\u303f\u3400-\u9fff\uff00-\uffef])\n(?=[\u3000-\u303f\u3400-\u9fff\uff00-\uffef])"
)
_HIDDEN = re.compile(r"<(/?)(script|style)\b", re.IGNORECASE)


def read_markdown(text: str, url: str, terms: ReadingTerms) -> Page:
    """The page; `url` is its address unless its front matter says another. `Unreadable` names the line."""
    front, text = _front_matter(text)
    own_url = absolute_url(str(front["url"]), terms.url_base) if "url" in front else url
    _check_paragraphs(text)
    outline = Outline()
    _fill(outline, MarkdownIt("commonmark").enable("table").parse(text), own_url or terms.url_base)
    return Page(
        title=one_line(str(front.get("title", ""))),
        url=own_url,
        sections=outline.sections(),
        language=_LANGUAGES[str(front["language"])] if "language" in front else None,
        tags=_lines(front.get("tags", ())),
        questions=_lines(front.get("questions", ())),
    )


def _front_matter(text: str) -> tuple[Mapping[str, str | list[str]], str]:
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, text
    if len(match[1]) > _MAX_FRONT_MATTER_CHARACTERS:
        raise Unreadable("the front matter is too long", 1)
    try:
        # The base loader makes texts, lists and mappings of anything, and nothing else.
        front = yaml.load(match[1], Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise Unreadable(f"the front matter is not YAML: {error.problem}", line) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise Unreadable("the front matter is not YAML", 1) from error
    front = front or {}
    if not isinstance(front, dict):
        raise Unreadable("the front matter must hold `name: value` lines", 1)
    lines = match[0].split("\n")
    known = {key: value for key, value in front.items() if key in _KEYS}
    for key, value in known.items():
        line = next((number for number, each in enumerate(lines, 1) if each.startswith(f"{key}:")), 1)
        _check(key, value, line)
    # What other programs keep there is theirs.
    return known, "\n" * match[0].count("\n") + text[match.end() :]


def _check(key: str, value: object, line: int) -> None:
    if key in ("tags", "questions"):
        if not isinstance(value, str) and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            raise Unreadable(f"{key} must be a list of texts", line)
    elif not isinstance(value, str):
        raise Unreadable(f"{key} must be a text", line)
    elif key == "language" and value not in _LANGUAGES:
        raise Unreadable(f"language must be en or zh, not {value!r}", line)
    elif key == "url" and not absolute_url(value, "https://base.invalid/"):
        raise Unreadable("url must be an http or https address, or a path", line)


def _check_paragraphs(text: str) -> None:
    length = 0
    for number, line in enumerate(text.split("\n"), 1):
        begins = not line.strip() or _BEGINS.match(line)
        length = len(line.strip()) if begins else length + len(line.strip())
        if length > _MAX_PARAGRAPH_CHARACTERS:
            raise Unreadable(f"a paragraph has more than {_MAX_PARAGRAPH_CHARACTERS} characters", number)


def _lines(value: str | Sequence[str]) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    return tuple(line for part in parts if (line := one_line(part)))


def _fill(outline: Outline, tokens: Sequence[Token], base: str) -> None:
    """The headings and blocks of a document. A list and a table are one block each, a line for each item or row."""
    lists: list[_List] = []
    anchors: Counter[str] = Counter()
    table: _Table | None = None
    heading = ""
    for token in tokens:
        match token.type:
            case "heading_open":
                heading = token.tag
            case "heading_close":
                heading = ""
            case "bullet_list_open" | "ordered_list_open":
                lists.append(_List(int(token.attrs.get("start", 1)) if token.type.startswith("ordered") else None))
            case "bullet_list_close" | "ordered_list_close":
                inner = lists.pop().lines
                if lists:
                    lists[-1].lines += [f"  {line}" for line in inner]
                else:
                    outline.block("\n".join(inner))
            case "list_item_open":
                lists[-1].begin_item()
            case "table_open":
                table = _Table()
            case "table_close" if table is not None:
                outline.block("\n".join(table.lines()))
                table = None
            case "tr_open" if table is not None:
                table.rows.append([])
            case "thead_close" if table is not None:
                table.head = table.rows.pop()
            case "inline" | "fence" | "code_block" | "html_block":
                text = _text(token, base)
                if heading and not lists:
                    found = _OWN_ANCHOR.search(text)
                    title = one_line(text[: found.start()] if found else text)
                    outline.heading(int(heading[1]), title, found[1] if found else _anchor(title, anchors))
                elif table is not None:
                    table.rows[-1].append(one_line(text))
                elif lists:
                    lists[-1].add(text)
                else:
                    outline.block(text)


class _List:
    """A list in the making; without `number` its items have dashes."""

    def __init__(self, number: int | None) -> None:
        self.lines: list[str] = []
        self._number = number
        self._mark = ""

    def begin_item(self) -> None:
        self._mark = "- " if self._number is None else f"{self._number}. "
        if self._number is not None:
            self._number += 1

    def add(self, text: str) -> None:
        if text.strip():
            first, *rest = text.strip().split("\n")
            self.lines += [f"{self._mark or '  '}{first}", *(f"  {line}" for line in rest)]
            self._mark = ""


class _Table:
    def __init__(self) -> None:
        self.head: list[str] = []
        self.rows: list[list[str]] = []

    def lines(self) -> list[str]:
        return [row_line(row, self.head) for row in self.rows]


def _anchor(title: str, seen: Counter[str]) -> str:
    slug = slug_of(title)
    seen[slug] += 1
    return slug if seen[slug] == 1 else f"{slug}-{seen[slug] - 1}"


def _text(token: Token, base: str) -> str:
    if token.type == "html_block":
        return text_of_html(token.content)
    if token.type != "inline":
        return printable(token.content.rstrip("\n"))
    return (
        printable(_CHINESE_BREAK.sub("", "".join(_pieces(token.children or (), base))))
        .replace("\n", " ")
        .replace(BREAK, "\n")
    )


def _pieces(children: Sequence[Token], base: str) -> Iterator[str]:
    """An inline's text. Line breaks of the source are line feeds, those that the author wants `BREAK`."""
    links: list[tuple[str, list[str]]] = []
    hidden = False
    for child in children:
        piece = ""
        match child.type:
            case "html_inline":
                if found := _HIDDEN.match(child.content):
                    hidden = not found[1]
                piece = BREAK if child.content.lower().startswith("<br") else ""
            case "link_open":
                links.append((str(child.attrs.get("href", "")), []))
                continue
            case "link_close" if links:
                href, said = links.pop()
                piece = _link("".join(said), absolute_url(href, base))
            case "softbreak":
                piece = "\n"
            case "hardbreak":
                piece = BREAK
            case "image":
                piece = child.content
            case "text" | "code_inline" if not hidden:
                piece = child.content.replace(BREAK, " ")
        if links:
            links[-1][1].append(piece)
        else:
            yield piece
    for _, said in links:
        yield from said


def _link(said: str, url: str) -> str:
    return said if not url or url in said else f"{said} ({url})"
