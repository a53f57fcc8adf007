"""Every promise of the port `KnowledgeArchive`, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import FilesNotFound, InvalidInput, VersionNotFound
from domain.knowledge import (
    Changes,
    Document,
    KnowledgeEntry,
    Product,
    ReadingTerms,
    SourceFile,
    Wording,
    merged,
    without,
)
from domain.session import Language
from infrastructure.knowledge.files import ShopFiles
from infrastructure.store.knowledge import SqlKnowledge
from infrastructure.store.tables import knowledge_documents
from services.knowledge import FileHeld, Import, activate, files_of, import_files, remove_files

ENTRY = KnowledgeEntry(
    "returns:how",
    "https://shop.net/#how",
    {
        Language.ENGLISH: Wording("How 'long'?", "30 days\n- or 31", ("How long?",), ("return",)),
        Language.CHINESE: Wording("多久？", "三十天 🚲"),
    },
    Product("Ridge", "EUR", "2499.00", "https://shop.net/ridge.jpg"),
)
RETURNS = Document("returns.md", (ENTRY, replace(ENTRY, id="returns:where", product=None)))
DELIVERY = Document("a/delivery.md", (replace(ENTRY, id="delivery", url=""),))


@pytest.fixture
async def archive(database: AsyncEngine) -> SqlKnowledge:
    return SqlKnowledge(database)


async def kept(archive: SqlKnowledge, *documents: Document, based_on: int = 0) -> int:
    version = await archive.keep(documents, Changes(added=len(documents)), based_on=based_on, author="Ada", note="N")
    assert version is not None
    return version.number


def order(*names: str, text: str = "Some text.", replaces: bool = False) -> Import:
    files = [SourceFile(name, f"# {name}\n\n{text}".encode()) for name in names]
    return Import(files, ReadingTerms(), "Ada", "A note", replaces)


async def test_nothing_was_imported_at_first(archive: SqlKnowledge) -> None:
    assert (await archive.current(), await archive.documents(0), await archive.versions(limit=5)) == (0, (), [])


async def test_a_version_is_kept_as_it_is(archive: SqlKnowledge) -> None:
    assert await kept(archive, DELIVERY, RETURNS) == 1
    assert await archive.current() == 1
    assert await archive.documents(1) == (DELIVERY, RETURNS)
    (version,) = await archive.versions(limit=5)
    assert (version.number, version.author, version.note) == (1, "Ada", "N")
    assert (version.documents, version.entries, version.changes) == (2, 3, Changes(added=2))
    assert version.created_at > 1_700_000_000


async def test_a_version_that_is_based_on_an_older_one_is_not_kept(archive: SqlKnowledge) -> None:
    await kept(archive, RETURNS)
    assert await archive.keep([DELIVERY], Changes(), based_on=0, author="Ada", note="") is None
    assert (await archive.current(), await archive.documents(1)) == (1, (RETURNS,))


async def test_documents_that_say_the_same_are_kept_once(archive: SqlKnowledge, database: AsyncEngine) -> None:
    await kept(archive, RETURNS, DELIVERY)
    await kept(archive, RETURNS, replace(DELIVERY, name="moved.md"), based_on=1)
    async with database.connect() as connection:
        count = (await connection.execute(select(func.count()).select_from(knowledge_documents))).scalar_one()
    assert count == 2
    assert await archive.documents(2) == (replace(DELIVERY, name="moved.md"), RETURNS)


async def test_any_version_can_be_current_again(archive: SqlKnowledge) -> None:
    await kept(archive, RETURNS)
    await kept(archive, DELIVERY, based_on=1)
    await activate(archive, 1, author="Ada")
    assert await archive.current() == 1
    assert await kept(archive, RETURNS, DELIVERY, based_on=1) == 3
    await activate(archive, 0, author="Ada")
    assert await archive.current() == 0
    with pytest.raises(VersionNotFound):
        await activate(archive, 4, author="Ada")
    with pytest.raises(VersionNotFound):
        await archive.documents(4)
    assert [version.number for version in await archive.versions(limit=2)] == [3, 2]
    assert [version.number for version in await archive.versions(limit=5, before=2)] == [1]


async def test_an_import_adds_changes_and_leaves_and_with_replace_removes(archive: SqlKnowledge) -> None:
    first = await import_files(archive, ShopFiles(), order("a.md", "b.md"))
    assert first.changes == Changes(added=2)
    second = await import_files(archive, ShopFiles(), order("b.md", "c.md", text="Other text."))
    assert (second.number, second.changes) == (2, Changes(added=1, changed=1, unchanged=1))
    again = await import_files(archive, ShopFiles(), order("c.md", text="Other text."))
    assert (again.number, again.changes) == (3, Changes(unchanged=3))
    last = await import_files(archive, ShopFiles(), order("c.md", text="Other text.", replaces=True))
    assert (last.documents, last.changes) == (1, Changes(removed=2, unchanged=1))


async def test_an_import_with_a_fault_changes_nothing(archive: SqlKnowledge) -> None:
    await import_files(archive, ShopFiles(), order("a.md"))
    bad = order("b.md", "c.md")
    for files, said in (
        ((*bad.files, SourceFile("d.csv", b"question,answer\nx,\n")), "line 2"),
        ((*bad.files, bad.files[0]), "there twice"),
        ((SourceFile("a.html", b"<p>Text"), *bad.files), "gives the entry a"),
        ((), "must not be empty"),
    ):
        with pytest.raises(InvalidInput, match=said):
            await import_files(archive, ShopFiles(), replace(bad, files=files))
    with pytest.raises(InvalidInput, match="note"):
        await import_files(archive, ShopFiles(), replace(bad, note="x" * 501))
    assert (await archive.current(), len(await archive.versions(limit=9))) == (1, 1)


async def test_of_many_who_import_at_once_none_is_lost(archive: SqlKnowledge) -> None:
    names = ["a.md", "b.md", "c.md", "d.md"]
    await asyncio.gather(*(import_files(archive, ShopFiles(), order(name)) for name in names))
    assert [document.name for document in await archive.documents(await archive.current())] == names


async def test_files_are_taken_out_in_a_new_version(archive: SqlKnowledge) -> None:
    await import_files(archive, ShopFiles(), order("a.md", "help/退货.md", "c.md"))
    version = await remove_files(archive, ["help/退货.md", "a.md"], author="Jun", note=" Out of date ")
    assert (version.number, version.author, version.note) == (2, "Jun", "Out of date")
    assert (version.documents, version.entries, version.changes) == (1, 1, Changes(removed=2, unchanged=1))
    assert await files_of(archive, 2) == [FileHeld("c.md", 1)]
    assert [file.name for file in await files_of(archive, 1)] == ["a.md", "c.md", "help/退货.md"]
    await activate(archive, 1, author="Ada")
    back = await remove_files(archive, ["c.md"], author="Ada")
    assert (back.number, back.changes) == (3, Changes(removed=1, unchanged=2))


async def test_what_is_not_there_is_not_taken_out_and_nothing_else_is(archive: SqlKnowledge) -> None:
    await import_files(archive, ShopFiles(), order("a.md", "help/bikes.md"))
    await remove_files(archive, ["a.md"], author="Ada")
    with pytest.raises(FilesNotFound, match=r"no file a\.md .* no file bikes\.md .* Near names: help/bikes\.md\.$"):
        await remove_files(archive, ["help/bikes.md", "a.md", "bikes.md"], author="Ada")
    for names, note in (([], ""), (["help/bikes.md"], "x" * 501), (["help/bikes.md"], "\0")):
        with pytest.raises(InvalidInput):
            await remove_files(archive, names, author="Ada", note=note)
    assert (await archive.current(), len(await archive.versions(limit=9))) == (2, 2)


async def test_a_version_may_hold_nothing(archive: SqlKnowledge) -> None:
    await import_files(archive, ShopFiles(), order("a.md"))
    version = await remove_files(archive, ["a.md"], author="Ada")
    assert (version.number, version.documents, version.entries, version.changes) == (2, 0, 0, Changes(removed=1))
    assert (await archive.current(), await archive.documents(2), await files_of(archive, 2)) == (2, (), [])
    with pytest.raises(FilesNotFound):
        await remove_files(archive, ["a.md"], author="Ada")
    again = await import_files(archive, ShopFiles(), order("a.md"))
    assert (again.number, again.changes) == (3, Changes(added=1))
    await activate(archive, 2, author="Ada")
    assert await archive.current() == 2


async def test_of_many_who_remove_and_import_at_once_each_is_heard(archive: SqlKnowledge) -> None:
    await import_files(archive, ShopFiles(), order("a.md", "b.md"))
    await asyncio.gather(
        remove_files(archive, ["a.md"], author="Ada"),
        remove_files(archive, ["b.md"], author="Jun"),
        import_files(archive, ShopFiles(), order("c.md")),
    )
    assert [file.name for file in await files_of(archive, await archive.current())] == ["c.md"]
    both = (remove_files(archive, ["c.md"], author=name) for name in ("Ada", "Jun"))
    kinds = {type(outcome) for outcome in await asyncio.gather(*both, return_exceptions=True)}
    assert FilesNotFound in kinds
    assert (await archive.current(), len(kinds)) == (5, 2)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("retruns.md", "returns.md, a/Returns.md"),
        ("returns.md ", "returns.md, a/Returns.md"),
        ("RETURNS.md", "a/Returns.md, returns.md"),
        ("退款.md", "退货.md"),
        ("nothing-like-it.html", ""),
    ],
)
def test_near_names_are_told(name: str, near: str) -> None:
    documents = [replace(RETURNS, name=each) for each in ("a/Returns.md", "delivery.csv", "returns.md", "退货.md")]
    with pytest.raises(FilesNotFound) as failed:
        without(documents, ["delivery.csv", name])
    said = f"There is no file {name} in the current version." + (f" Near names: {near}." if near else "")
    assert (failed.value.detail, failed.value.extra) == (said, {"names": [name]})


def test_a_document_takes_the_place_of_its_name() -> None:
    other = replace(RETURNS, entries=RETURNS.entries[:1])
    documents, changes = merged((RETURNS, DELIVERY), (other,), replace=False)
    assert documents == (DELIVERY, other)
    assert changes == Changes(changed=1, unchanged=1)
