"""CSV: a question and its answer in each row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from domain.knowledge import ReadingTerms
from domain.session import Language
from infrastructure.knowledge.files.page import Unreadable, absolute_url, one_line, printable

COLUMNS = ("question", "answer", "title", "url", "language", "tags")
_DELIMITERS = (",", ";", "\t", "|")
_LANGUAGES = {"en": Language.ENGLISH, "zh": Language.CHINESE}

# Several questions that one row answers, and several tags, are separated by this.
_SEPARATOR = "|"

# More are rather another file than one with mistakes.
_MAX_PROBLEMS = 20

# Longer cells are documents.
MAX_ANSWER_CHARACTERS = 8_000


class UnreadableRows(Exception):
    """Rows that cannot be read, as (line, problem)."""

    def __init__(self, problems: list[tuple[int, str]]) -> None:
        super().__init__(problems)
        self.problems = problems


class Row:
    """A question that is answered."""

    __slots__ = ("answer", "language", "line", "questions", "tags", "title", "url")

    def __init__(self, line: int, cells: Mapping[str, str], terms: ReadingTerms) -> None:
        self.line = line
        self.questions = _parts(cells["question"])
        self.answer = printable(cells["answer"]).strip()
        self.title = one_line(cells["title"])
        self.url = absolute_url(cells["url"], terms.url_base) if cells["url"].strip() else ""
        self.language = _LANGUAGES.get(cells["language"].strip().lower())
        self.tags = tuple(tag for part in _parts(cells["tags"]) for each in part.split(",") if (tag := each.strip()))


def read_rows(text: str, terms: ReadingTerms) -> list[Row]:
    """The rows; `Unreadable` when it is no such table, `UnreadableRows` when rows lack what they need."""
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise Unreadable("is empty")
    delimiter = max(_DELIMITERS, key=lambda each: sum(_known(name) for name in lines[first].split(each)))
    names = [_name(name) for name in next(csv.reader([lines[first]], delimiter=delimiter))]
    for needed in ("question", "answer"):
        if needed not in names:
            raise Unreadable(
                f"has no column {needed!r}; the first line names the columns ({', '.join(COLUMNS)})", first + 1
            )
    rows: list[Row] = []
    problems: list[tuple[int, str]] = []
    for line, cells in _cells(lines[first + 1 :], delimiter, first + 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(names):
            problems.append(
                (
                    line,
                    f"has {len(cells)} cells, but there are {len(names)} columns; quote cells that hold {delimiter!r}",
                )
            )
            continue
        named = dict.fromkeys(COLUMNS, "") | dict(zip(names, cells, strict=False))
        row = Row(line, named, terms)
        if problem := _problem(row, named):
            problems.append((line, problem))
        else:
            rows.append(row)
    if problems:
        raise UnreadableRows(problems[:_MAX_PROBLEMS])
    return rows


def _cells(lines: list[str], delimiter: str, first: int) -> Iterator[tuple[int, list[str]]]:
    """Each row's cells, and the line on which it begins."""
    reader = csv.reader(io.StringIO("\n".join(lines), newline=""), delimiter=delimiter, strict=True)
    begins = first
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            said = "a quoted cell does not end" if "end of data" in str(error) else str(error)
            raise Unreadable(f"is not CSV: {said}", begins) from error
        yield begins, cells
        begins = first + reader.line_num


def _problem(row: Row, cells: Mapping[str, str]) -> str | None:
    if not row.questions and not row.title:
        return "has neither a question nor a title"
    if not row.answer:
        return "has no answer"
    if len(row.answer) > MAX_ANSWER_CHARACTERS:
        return f"has an answer of more than {MAX_ANSWER_CHARACTERS} characters"
    if cells["url"].strip() and not row.url:
        return "url must be an http or https address (or a path, with a base for addresses)"
    if cells["language"].strip() and row.language is None:
        return f"language must be en or zh, not {cells['language'].strip()[:20]!r}"
    return None


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part for each in cell.split(_SEPARATOR) if (part := one_line(each)))


def _name(cell: str) -> str:
    return cell.strip().strip('"').strip().lower()


def _known(cell: str) -> bool:
    return _name(cell) in COLUMNS
