"""The shop's knowledge: importing it, taking files out, its versions, trying it out, reading it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from domain.entry import checked_characters, checked_message
from domain.errors import Contended, InvalidInput
from domain.knowledge import (
    MAX_NOTE_CHARACTERS,
    Changes,
    Document,
    KnowledgeEntry,
    Match,
    ReadingTerms,
    SourceFile,
    Version,
    Wording,
    language_of_text,
    merged,
    without,
)
from domain.ports import FileReader, Knowledge, KnowledgeArchive
from domain.session import Language

log = structlog.get_logger("baton.knowledge")

# What the next version holds and changes, of what the one before holds.
_Change = Callable[[Sequence[Document]], tuple[tuple[Document, ...], Changes]]

# Of several who change it at once each decides anew upon what the other left; nobody needs as many tries as this.
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Import:
    """What to import, and who does so. With `replace` nothing of the version before stays."""

    files: Sequence[SourceFile]
    terms: ReadingTerms
    author: str
    note: str = ""
    replace: bool = False


@dataclass(frozen=True, slots=True)
class FileHeld:
    """A file of a version, and how many entries it gives."""

    name: str
    entries: int


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries, and how many there are on all pages."""

    entries: tuple[KnowledgeEntry, ...]
    total: int


async def import_files(archive: KnowledgeArchive, reader: FileReader, order: Import) -> Version:
    """The new version, which is current from now on; all of the files or, with an error, none."""
    note = _checked_note(order.note)
    if not order.files:
        raise InvalidInput("files", "must not be empty")
    incoming = await asyncio.to_thread(reader.read, order.files, order.terms)
    version = await _next_version(
        archive, partial(merged, incoming=incoming, replace=order.replace), author=order.author, note=note
    )
    log.info("knowledge_imported", **_kept(version))
    return version


async def remove_files(archive: KnowledgeArchive, names: Collection[str], *, author: str, note: str = "") -> Version:
    """The new version, without the files of these names; all of them or, with an error, none. It may hold nothing: then
    nothing is answered from, rather than what had been there before the first import.
    """
    checked = _checked_note(note)
    if not names:
        raise InvalidInput("files", "must not be empty")
    version = await _next_version(archive, partial(without, names=names), author=author, note=checked)
    log.info("knowledge_files_removed", **_kept(version), names=sorted(names))
    return version


async def files_of(archive: KnowledgeArchive, number: int) -> list[FileHeld]:
    """The files that a version holds, by name; `VersionNotFound`, except for 0."""
    return [FileHeld(document.name, len(document.entries)) for document in await archive.documents(number)]


async def activate(archive: KnowledgeArchive, number: int, *, author: str) -> None:
    """Make an earlier (or a later) version the current one."""
    await archive.activate(number)
    log.info("knowledge_activated", version=number, author=author)


async def find(knowledge: Knowledge, question: str, *, language: Language | None, limit: int) -> list[Match]:
    """What an answer to `question` would be drawn from; without a `language` that of the question's letters."""
    asked = checked_message(question, field="question")
    return await knowledge.find(asked, language or language_asked(asked), limit=limit)


def language_asked(question: str) -> Language:
    """The language in which a question wants its answer."""
    return language_of_text(question) or Language.ENGLISH


def search(knowledge: Knowledge, text: str, *, offset: int, limit: int) -> EntryPage:
    """Entries that hold every word of `text` (case does not count), in their order."""
    words = text.casefold().split()
    found = [entry for entry in knowledge.entries if _holds(entry, words)]
    return EntryPage(tuple(found[offset : offset + limit]), len(found))


def wording_for(entry: KnowledgeEntry, language: Language | None) -> tuple[Language, Wording]:
    """The entry in `language`, or in the one it has."""
    if language is not None and language in entry.wordings:
        return language, entry.wordings[language]
    return next(iter(entry.wordings.items()))


def _checked_note(text: str) -> str:
    note = text.strip()
    if len(note) > MAX_NOTE_CHARACTERS:
        raise InvalidInput("note", f"must be at most {MAX_NOTE_CHARACTERS} characters")
    return checked_characters(note, field="note")


async def _next_version(archive: KnowledgeArchive, change: _Change, *, author: str, note: str) -> Version:
    for _ in range(_TRIES):
        number = await archive.current()
        before = await archive.documents(number)
        documents, changes = await asyncio.to_thread(change, before)
        version = await archive.keep(documents, changes, based_on=number, author=author, note=note)
        if version is not None:
            return version
    raise Contended


def _kept(version: Version) -> dict[str, object]:
    return {
        "version": version.number,
        "author": version.author,
        "documents": version.documents,
        "entries": version.entries,
    }


def _holds(entry: KnowledgeEntry, words: Sequence[str]) -> bool:
    if not words:
        return True
    wordings = entry.wordings.values()
    texts = (entry.id, *(text for each in wordings for text in (each.title, each.body, *each.questions, *each.tags)))
    whole = "\n".join(texts).casefold()
    return all(word in whole for word in words)
