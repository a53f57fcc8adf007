"""The port `KnowledgeArchive` over SQL."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.errors import VersionNotFound
from domain.knowledge import Changes, Document, KnowledgeEntry, Product, Version, Wording
from domain.session import Language
from infrastructure.store.clock import DatabaseClock
from infrastructure.store.tables import (
    knowledge_contents,
    knowledge_current,
    knowledge_documents,
    knowledge_versions,
)
from infrastructure.store.transactions import Transactions

# Well below every database's limit on parameters, and on the time of one statement.
_ROWS_PER_STATEMENT = 200


class SqlKnowledge:
    """Versions in the database of `engine`; its schema is there (see `migrate`)."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    async def current(self) -> int:
        async def read(connection: AsyncConnection) -> int:
            return int((await connection.execute(_CURRENT)).scalar_one())

        return await self._transactions.read(read)

    async def documents(self, number: int) -> tuple[Document, ...]:
        if number == 0:
            return ()

        async def read(connection: AsyncConnection) -> Sequence[Any]:
            rows = (await connection.execute(_DOCUMENTS.where(knowledge_contents.c.number == number))).all()
            if not rows:
                await _check_known(connection, number)
            return rows

        rows = await self._transactions.read(read)
        # Thousands of entries take tenths of a second, which is long for everybody else on the event loop.
        return await asyncio.to_thread(lambda: tuple(Document(row.name, _entries(row.entries)) for row in rows))

    async def keep(
        self, documents: Sequence[Document], changes: Changes, *, based_on: int, author: str, note: str
    ) -> Version | None:
        names, contents = await asyncio.to_thread(_digested, documents)

        async def write(connection: AsyncConnection) -> Version | None:
            # The row is locked by that, so whoever imports at the same time waits here, and then finds another number.
            still = update(knowledge_current).where(knowledge_current.c.number == based_on).values(number=based_on)
            if (await connection.execute(still)).rowcount == 0:
                return None
            number = int((await connection.execute(_LAST)).scalar_one()) + 1
            statement = insert(knowledge_versions).values(
                number=number,
                created_at=DatabaseClock(),
                author=author,
                note=note,
                documents=len(documents),
                entries=sum(len(document.entries) for document in documents),
                **asdict(changes),
            )
            row = (await connection.execute(statement.returning(*knowledge_versions.c))).one()
            await _keep_new(connection, contents)
            for start in range(0, len(names), _ROWS_PER_STATEMENT):
                rows = [{**each, "number": number} for each in names[start : start + _ROWS_PER_STATEMENT]]
                await connection.execute(insert(knowledge_contents), rows)
            await connection.execute(update(knowledge_current).values(number=number))
            return _version(row)

        return await self._transactions.write(write)

    async def versions(self, *, limit: int, before: int | None = None) -> list[Version]:
        statement = select(knowledge_versions).order_by(knowledge_versions.c.number.desc()).limit(limit)
        if before is not None:
            statement = statement.where(knowledge_versions.c.number < before)

        async def read(connection: AsyncConnection) -> Sequence[Row[Any]]:
            return (await connection.execute(statement)).all()

        return [_version(row) for row in await self._transactions.read(read)]

    async def activate(self, number: int) -> None:
        async def write(connection: AsyncConnection) -> None:
            if number != 0:
                await _check_known(connection, number)
            await connection.execute(update(knowledge_current).values(number=number))

        await self._transactions.write(write)


_DECODER = json.JSONDecoder()

_CURRENT = select(knowledge_current.c.number)
_LAST = select(func.coalesce(func.max(knowledge_versions.c.number), 0))
_DOCUMENTS = (
    select(knowledge_contents.c.name, knowledge_documents.c.entries)
    .join(knowledge_documents, knowledge_documents.c.digest == knowledge_contents.c.digest)
    .order_by(knowledge_contents.c.name)
)


async def _check_known(connection: AsyncConnection, number: int) -> None:
    known = select(knowledge_versions.c.number).where(knowledge_versions.c.number == number)
    if (await connection.execute(known)).scalar_one_or_none() is None:
        raise VersionNotFound(number)


async def _keep_new(connection: AsyncConnection, contents: dict[str, str]) -> None:
    """Those that no version holds yet."""
    digests = list(contents)
    for start in range(0, len(digests), _ROWS_PER_STATEMENT):
        some = digests[start : start + _ROWS_PER_STATEMENT]
        known = select(knowledge_documents.c.digest).where(knowledge_documents.c.digest.in_(some))
        kept = set((await connection.execute(known)).scalars())
        rows = [{"digest": digest, "entries": contents[digest]} for digest in some if digest not in kept]
        if rows:
            await connection.execute(insert(knowledge_documents), rows)


def _digested(documents: Sequence[Document]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """A row of the version for each document, and the texts of the documents by their digests."""
    names: list[dict[str, Any]] = []
    contents: dict[str, str] = {}
    for document in documents:
        text = _text(document)
        digest = hashlib.sha256(text.encode()).hexdigest()
        names.append({"name": document.name, "digest": digest})
        contents[digest] = text
    return names, contents


def _version(row: Row[Any]) -> Version:
    return Version(
        number=row.number,
        created_at=row.created_at,
        author=row.author,
        note=row.note,
        changes=Changes(row.added, row.changed, row.removed, row.unchanged),
        documents=row.documents,
        entries=row.entries,
    )


def _text(document: Document) -> str:
    return orjson.dumps([_object(entry) for entry in document.entries], option=orjson.OPT_SORT_KEYS).decode()


def _object(entry: KnowledgeEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.url,
        "wordings": {language.value: asdict(wording) for language, wording in entry.wordings.items()},
        "product": asdict(entry.product) if entry.product else None,
    }


def _entries(text: str) -> tuple[KnowledgeEntry, ...]:
    return tuple(
        KnowledgeEntry(
            id=found["id"],
            url=found["url"],
            wordings={
                Language(language): Wording(
                    wording["title"], wording["body"], tuple(wording["questions"]), tuple(wording["tags"])
                )
                for language, wording in found["wordings"].items()
            },
            product=Product(**found["product"]) if found["product"] else None,
        )
        for found in _objects(text)
    )


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The objects of a list in JSON, as `_text` writes it, one at a time: reading all of thousands in one call would
    hold up every other thread for a tenth of a second.
    """
    position = len("[")
    while position < len(text):
        found, end = _DECODER.raw_decode(text, position)
        yield found
        position = end + len(",")
