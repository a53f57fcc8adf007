"""A page's sections made into pieces of a size that is an answer: long ones parted, tiny ones joined."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from infrastructure.knowledge.files.page import MAX_TITLE_CHARACTERS, Page, Section

# What reads well in a chat; a section that is longer is parted between paragraphs, or else between sentences.
MAX_CHARACTERS = 900

# A section that says less is joined with its neighbours under the same heading, unless it answers a question.
MIN_CHARACTERS = 60

# A sentence is not cut, unless it is none.
_MAX_SENTENCE_CHARACTERS = 2_000

# How much more than its share a part may hold, as sentences do not end where one would like.
_SPARE = 1.15

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])")
_TITLE_JOINT = " › "


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a page. `heading` is the one that it stands under; empty at the page's beginning, whose address is the
    page's own. `part` counts the pieces of one section from 1; `question` is the heading if that asks one.
    """

    title: str
    heading: str
    anchor: str
    body: str
    part: int = 1
    question: str = ""


def chunks_of(page: Page) -> list[Chunk]:
    """The page's pieces, in its order."""
    chunks: list[Chunk] = []
    for number, section in enumerate(_joined(page.sections)):
        begins = number == 0 and len(section.headings) <= 1
        title = _title(page.title, section.headings)
        heading = section.headings[-1] if section.headings else ""
        question = heading if _asks(heading) else ""
        place = ("", "") if begins else (heading, section.anchor)
        chunks += [Chunk(title, *place, body, part, question) for part, body in enumerate(_parted(section.blocks), 1)]
    return chunks


def _title(page_title: str, headings: Sequence[str]) -> str:
    path = list(headings)
    if page_title and (not path or path[0].casefold() != page_title.casefold()):
        path.insert(0, page_title)
    title = _TITLE_JOINT.join(path)
    # The last heading says most.
    while len(title) > MAX_TITLE_CHARACTERS and len(path) > 1:
        path.pop(0)
        title = "… " + _TITLE_JOINT.join(path)
    return title if len(title) <= MAX_TITLE_CHARACTERS else title[: MAX_TITLE_CHARACTERS - 1] + "…"


def _asks(heading: str) -> bool:
    return heading.endswith(("?", "？"))


def _joined(sections: Sequence[Section]) -> Iterator[Section]:
    """Tiny sections of one parent become one section of that parent, with their headings in its text."""
    group: list[Section] = []
    for section in sections:
        if group and not _may_join(group, section):
            yield _one(group)
            group = []
        group.append(section)
    if group:
        yield _one(group)


def _may_join(group: Sequence[Section], section: Section) -> bool:
    if not _is_tiny(section) or len(section.headings) < 2:
        return False
    first = group[0]
    parent = section.headings[:-1]
    begins = first.headings == parent or (_is_tiny(first) and first.headings[:-1] == parent)
    size = sum(len(block) for each in (*group, section) for block in each.blocks)
    return begins and size <= MAX_CHARACTERS


def _is_tiny(section: Section) -> bool:
    heading = section.headings[-1] if section.headings else ""
    return not _asks(heading) and sum(map(len, section.blocks)) < MIN_CHARACTERS


def _one(group: Sequence[Section]) -> Section:
    if len(group) == 1:
        return group[0]
    parent = group[1].headings[:-1]
    blocks = [block for each in group for block in (each.blocks if each.headings == parent else _with_heading(each))]
    return Section(parent, group[0].anchor, tuple(blocks))


def _with_heading(section: Section) -> tuple[str, ...]:
    text = "\n".join(section.blocks)
    return (f"{section.headings[-1]}:{chr(10) if chr(10) in text else ' '}{text}",)


def _parted(blocks: Sequence[str]) -> Iterator[str]:
    """The blocks together, as many as fit; a block that alone is too long by its lines or sentences."""
    whole = sum(len(block) + 2 for block in blocks)
    # Parts of about the same size, rather than a last one of a few words.
    limit = int(whole / math.ceil(whole / MAX_CHARACTERS) * _SPARE)
    body = ""
    for block in blocks:
        for piece in _pieces(block, limit):
            joined = f"{body}\n\n{piece}" if body else piece
            if len(joined) > limit and body:
                yield body
                joined = piece
            body = joined
    if body:
        yield body


def _pieces(block: str, limit: int) -> Iterator[str]:
    if len(block) <= limit:
        yield block
        return
    joint = "\n" if "\n" in block else " "
    units = block.split("\n") if joint == "\n" else _sentences(block)
    piece = ""
    for unit in units:
        if len(unit) > limit and joint == "\n":
            if piece:
                yield piece
            yield from _pieces(unit, limit)
            piece = ""
            continue
        spaced = joint if joint == "\n" or not piece.endswith(("。", "！", "？", "；")) else ""
        joined = f"{piece}{spaced}{unit}" if piece else unit
        if len(joined) > limit and piece:
            yield piece
            joined = unit
        piece = joined
    if piece:
        yield piece


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE_END.split(text):
        for start in range(0, len(sentence), _MAX_SENTENCE_CHARACTERS):
            yield sentence[start : start + _MAX_SENTENCE_CHARACTERS]
