"""The port `FileReader`: Markdown, CSV and HTML, by the ending of a file's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from domain.errors import FilesRefused
from domain.knowledge import (
    MAX_ENTRIES,
    Document,
    KnowledgeEntry,
    ReadingTerms,
    SourceFile,
    Wording,
    language_of_text,
)
from domain.session import Language
from infrastructure.knowledge.files.chunking import chunks_of
from infrastructure.knowledge.files.decoding import decoded
from infrastructure.knowledge.files.markdown import read_markdown
from infrastructure.knowledge.files.page import Page, Unreadable, absolute_url, slug_of
from infrastructure.knowledge.files.question_table import Row, UnreadableRows, read_rows
from infrastructure.knowledge.files.web_page import declared_encoding, read_web_page

MARKDOWN = frozenset({".md", ".markdown"})
TABLES = frozenset({".csv", ".tsv"})
WEB_PAGES = frozenset({".html", ".htm"})
ENDINGS = MARKDOWN | TABLES | WEB_PAGES

# A shop's whole handbook has a few; more is rather a picture or a backup.
MAX_FILE_BYTES = 50 * 1024 * 1024

_MAX_NAME_CHARACTERS = 200
_MAX_SLUG_CHARACTERS = 80
# Files that stand for their folder.
_INDEXES = frozenset({"index", "readme"})
_MAX_PROBLEMS = 50


class ShopFiles:
    """Reads a shop's files."""

    def read(self, files: Sequence[SourceFile], terms: ReadingTerms) -> tuple[Document, ...]:
        """A document for each; `FilesRefused` with what is wrong in all of them."""
        documents: list[Document] = []
        problems: list[tuple[str, int, str]] = []
        for file in files:
            try:
                documents.append(_document(file, terms))
            except Unreadable as error:
                problems.append((_shown(file.name), error.line, error.problem))
            except UnreadableRows as error:
                problems += [(_shown(file.name), line, problem) for line, problem in error.problems]
        if problems:
            raise FilesRefused(problems[:_MAX_PROBLEMS])
        return tuple(documents)


def _document(file: SourceFile, terms: ReadingTerms) -> Document:
    path = _checked_path(file.name)
    if len(file.content) > MAX_FILE_BYTES:
        raise Unreadable(f"has more than {MAX_FILE_BYTES // 1024 // 1024} MB")
    ending = path.suffix.lower()
    if ending in TABLES:
        entries = _unique(_row_entries(path, read_rows(decoded(file.content), terms), terms))
    else:
        url = _url(path, terms.url_base)
        if ending in MARKDOWN:
            page = read_markdown(decoded(file.content), url, terms)
        else:
            page = read_web_page(decoded(file.content, declared_encoding(file.content)), url, terms)
        entries = _unique(_page_entries(path, page, terms))
    if not entries:
        raise Unreadable("holds no text that could be answered from")
    if len(entries) > MAX_ENTRIES:
        raise Unreadable(f"would make {len(entries)} entries; at most {MAX_ENTRIES} can be kept")
    return Document(file.name, entries)


def _checked_path(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if not name or len(name) > _MAX_NAME_CHARACTERS or not name.isprintable():
        raise Unreadable(f"the name must have 1 to {_MAX_NAME_CHARACTERS} printable characters")
    if path.is_absolute() or ".." in path.parts or "\\" in name or str(path) != name:
        raise Unreadable("the name must be a path within what is imported, with slashes")
    if path.suffix.lower() not in ENDINGS:
        raise Unreadable(f"is not of a kind that can be read: the name must end with {', '.join(sorted(ENDINGS))}")
    return path


def _page_entries(path: PurePosixPath, page: Page, terms: ReadingTerms) -> Iterable[KnowledgeEntry]:
    name = _id_of(path)
    chunks = chunks_of(page)
    default = page.language or terms.language
    spoken = language_of_text("\n".join(chunk.body for chunk in chunks)) or Language.ENGLISH
    asked = page.questions
    for chunk in chunks:
        title = chunk.title or path.stem
        language = default or language_of_text(f"{title}\n{chunk.body}") or spoken
        slug = slug_of(chunk.anchor or chunk.heading)[:_MAX_SLUG_CHARACTERS]
        entry_id = f"{name}:{slug}" if slug else name
        questions = (*asked, chunk.question) if chunk.question else asked
        # What the file as a whole answers, its beginning answers.
        asked = ()
        yield KnowledgeEntry(
            id=entry_id if chunk.part == 1 else f"{entry_id}.{chunk.part}",
            url=f"{page.url.partition('#')[0]}#{chunk.anchor}" if page.url and chunk.anchor else page.url,
            wordings={language: Wording(title, chunk.body, questions, page.tags)},
        )


def _row_entries(path: PurePosixPath, rows: Sequence[Row], terms: ReadingTerms) -> Iterable[KnowledgeEntry]:
    name = _id_of(path)
    for row in rows:
        title = row.title or row.questions[0]
        language = row.language or terms.language or language_of_text(f"{title}\n{row.answer}") or Language.ENGLISH
        yield KnowledgeEntry(
            id=f"{name}:{slug_of(title)[:_MAX_SLUG_CHARACTERS] or row.line}",
            url=row.url,
            wordings={language: Wording(title, row.answer, row.questions, row.tags)},
        )


def _unique(entries: Iterable[KnowledgeEntry]) -> tuple[KnowledgeEntry, ...]:
    """With a number after the ids that come again."""
    unique: dict[str, KnowledgeEntry] = {}
    for entry in entries:
        entry_id, number = entry.id, 1
        while entry_id in unique:
            number += 1
            entry_id = f"{entry.id}-{number}"
        unique[entry_id] = (
            entry if entry_id == entry.id else KnowledgeEntry(entry_id, entry.url, entry.wordings, entry.product)
        )
    return tuple(unique.values())


def _id_of(path: PurePosixPath) -> str:
    """The file's part of its entries' ids: "shop/Returns.md" is shop.returns."""
    parts = [*path.parts[:-1], path.stem]
    slugs = [slug_of(part.replace(".", "-"))[:_MAX_SLUG_CHARACTERS] for part in parts]
    return ".".join(filter(None, slugs)) or "file"


def _url(path: PurePosixPath, base: str) -> str:
    """Where the file stands on the shop's site, if it stands below `base` as it does here."""
    if not base:
        return ""
    address = path if path.suffix.lower() in WEB_PAGES else path.with_suffix("")
    address = address.parent if path.stem.lower() in _INDEXES else address
    whole = "" if str(address) == "." else str(address)
    return absolute_url(re.sub(r"\s", "%20", whole), base if base.endswith("/") else f"{base}/")


def _shown(name: str) -> str:
    return name[:_MAX_NAME_CHARACTERS].encode("utf-8", "replace").decode() or "file"
