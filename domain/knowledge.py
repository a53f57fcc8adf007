"""What a shop knows and an engine answers from: entries, each in one language or several."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePosixPath

from domain.errors import FilesNotFound, InvalidInput
from domain.session import Language


@dataclass(frozen=True, slots=True)
class Wording:
    """An entry in one language. `questions` are typical ways to ask for it, `tags` words that point to it; an entry
    that was imported may have neither.
    """

    title: str
    body: str
    questions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """What the shop sells, where an entry is about one product. `currency` and `price` as on an order."""

    name: str
    currency: str
    price: str
    image_url: str


@dataclass(frozen=True, slots=True)
class KnowledgeEntry:
    """One thing that the shop knows. `url` is where a customer can read it, or empty."""

    id: str
    url: str
    wordings: Mapping[Language, Wording]
    product: Product | None = None


# A version holds at most this many entries: every process keeps them in memory, and indexing takes
# about 3 ms each.
MAX_ENTRIES = 10_000

# What a note of an import may say about it.
MAX_NOTE_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to import. `name` is its path within what is imported, with slashes; by it a later import replaces it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ReadingTerms:
    """How files are read. Without a `language` each piece's own is told from its letters; relative addresses, and
    those of files that name none, begin with `url_base`.
    """

    language: Language | None = None
    url_base: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it was read: the entries that it holds, at least one. Two that say the same are equal."""

    name: str
    entries: tuple[KnowledgeEntry, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a version changed, in documents."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Version:
    """What the shop knew from `created_at` (Unix seconds) on. Numbers begin at 1; a version never changes."""

    number: int
    created_at: float
    author: str
    note: str
    changes: Changes
    documents: int
    entries: int


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that was found. `confidence` (0 to 1) is how likely it answers the question; `passes` says whether
    that is enough for an answer.
    """

    entry: KnowledgeEntry
    score: float
    confidence: float
    passes: bool


def merged(
    before: Sequence[Document], incoming: Sequence[Document], *, replace: bool
) -> tuple[tuple[Document, ...], Changes]:
    """The documents of the next version, by name, and what it changes.

    What comes in takes the place of what has its name; with `replace` nothing else stays. `InvalidInput` when two
    documents have one name or give one entry's id, and when there would be more than `MAX_ENTRIES`.
    """
    new = {document.name: document for document in incoming}
    if len(new) < len(incoming):
        name = next(name for name, count in Counter(document.name for document in incoming).items() if count > 1)
        raise InvalidInput(name, "is there twice; give the files different names")
    old = {document.name: document for document in before}
    after = new if replace else {**old, **new}
    documents = tuple(after[name] for name in sorted(after))
    _check_ids(documents)
    return documents, Changes(
        added=len(new.keys() - old.keys()),
        changed=sum(old[name] != new[name] for name in new.keys() & old.keys()),
        removed=len(old.keys() - after.keys()),
        unchanged=sum(old.get(name) == document for name, document in after.items()),
    )


def without(before: Sequence[Document], names: Collection[str]) -> tuple[tuple[Document, ...], Changes]:
    """The documents of the next version when those of these names are taken out, and what that changes; `FilesNotFound`
    when any of them is not there. There may be nothing left.
    """
    known = [document.name for document in before]
    missing = {name: _near(name, known) for name in names if name not in known}
    if missing:
        raise FilesNotFound(missing)
    documents = tuple(document for document in before if document.name not in names)
    return documents, Changes(removed=len(before) - len(documents), unchanged=len(documents))


def _near(name: str, known: Sequence[str]) -> list[str]:
    """Names that may have been meant: the same file in some folder first, then what is written alike."""
    file = PurePosixPath(name).name.casefold()
    same = [each for each in known if PurePosixPath(each).name.casefold() == file]
    alike = get_close_matches(name, known, n=_NEAR_NAMES)
    return list(dict.fromkeys([*same, *alike]))[:_NEAR_NAMES]


_NEAR_NAMES = 5


def _check_ids(documents: Sequence[Document]) -> None:
    owners: dict[str, str] = {}
    for document in documents:
        for entry in document.entries:
            owner = owners.setdefault(entry.id, document.name)
            if owner != document.name:
                raise InvalidInput(document.name, f"gives the entry {entry.id}, as {owner} does; rename one of them")
    if len(owners) > MAX_ENTRIES:
        raise InvalidInput("files", f"would make {len(owners)} entries; at most {MAX_ENTRIES} can be kept")


def language_of_text(text: str) -> Language | None:
    """The language of a text by its letters; None when it has too few to tell.

    A Chinese character says about as much as two and a half letters, and Chinese texts are full of foreign names.
    """
    chinese = len(_CHINESE.findall(text))
    letters = len(_LETTER.findall(text))
    if chinese * _LETTERS_PER_CHARACTER + letters < _TELLING_LETTERS:
        return None
    return Language.CHINESE if chinese * _LETTERS_PER_CHARACTER >= letters * _CHINESE_SHARE else Language.ENGLISH


_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LETTER = re.compile(r"[^\W\d_\u3400-\u9fff\uf900-\ufaff]")
_LETTERS_PER_CHARACTER = 2.5
_CHINESE_SHARE = 0.4
_TELLING_LETTERS = 5
