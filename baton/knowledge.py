"""`baton knowledge`: import what the AI answers from, take files out, try it out, go back."""

from __future__ import annotations

import asyncio
import csv
import getpass
import io
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from domain.errors import FilesNotFound, FilesRefused, InvalidInput
from domain.knowledge import Match, ReadingTerms, SourceFile, Version
from domain.ports import KnowledgeArchive
from domain.session import Language
from infrastructure.bootstrap.database import open_database
from infrastructure.bootstrap.settings import Settings
from infrastructure.knowledge.files import ShopFiles
from infrastructure.knowledge.files.reader import ENDINGS, MAX_FILE_BYTES
from infrastructure.realtime.bus import MemoryBus
from infrastructure.realtime.hub import Hub
from infrastructure.store.knowledge import SqlKnowledge
from services import knowledge

if TYPE_CHECKING:
    from infrastructure.bootstrap.knowledge import ServedKnowledge

_Result = TypeVar("_Result")

# How many are printed unless asked for more; the first decides what the customer is told.
_SHOWN = 3


class LanguageChoice(StrEnum):
    """A language, or whatever each text's letters say."""

    AUTO = "auto"
    ENGLISH = "en"
    CHINESE = "zh"

    @property
    def language(self) -> Language | None:
        return None if self is LanguageChoice.AUTO else Language(self.value)


Languages = Annotated[LanguageChoice, typer.Option("--language", help="auto: as each text's letters say.")]


def commands(settings: Callable[[], Settings], run: Callable[[Coroutine[Any, Any, Any]], Any]) -> typer.Typer:
    """The commands; `settings` loads them and `run` runs work, both ending the process with one line at an error."""
    app = typer.Typer(help="What the AI answers from.", no_args_is_help=True)

    @app.command("import")
    def import_(
        paths: Annotated[list[Path], typer.Argument(help="Files (Markdown, CSV, HTML), or folders of them.")],
        language: Languages = LanguageChoice.AUTO,
        url_base: Annotated[str, typer.Option(help="Where the files stand on your site: https://…/help/")] = "",
        replace: Annotated[bool, typer.Option("--replace", help="Keep nothing that was imported before.")] = False,
        note: Annotated[str, typer.Option(help="What to remember of this version.")] = "",
    ) -> None:
        """Import files as a new version, all of them or none. Running services answer from it within seconds."""
        found = settings()

        async def work() -> None:
            files = await asyncio.to_thread(_files, paths)
            order = knowledge.Import(files, ReadingTerms(language.language, url_base), getpass.getuser(), note, replace)
            async with _archive(found) as archive:
                version = await knowledge.import_files(archive, ShopFiles(), order)
            _print_version(version)

        run(_explained(work()))

    @app.command()
    def remove(
        names: Annotated[list[str], typer.Argument(metavar="NAME...", help="As list --files names them.")],
        note: Annotated[str, typer.Option(help="What to remember of this version.")] = "",
    ) -> None:
        """Take files out, in a new version, all of them or none. Running services follow within seconds."""
        found = settings()

        async def work() -> None:
            async with _archive(found) as archive:
                try:
                    version = await knowledge.remove_files(archive, names, author=getpass.getuser(), note=note)
                except FilesNotFound as error:
                    typer.echo(f"baton: {error.detail} Nothing was changed.", err=True)
                    raise typer.Exit(1) from None
            _print_version(version)
            if not version.entries:
                typer.echo("Nothing is left: the AI says that it does not know, until something is imported.")

        run(work())

    @app.command("list")
    def list_(
        versions: Annotated[bool, typer.Option("--versions", help="The versions instead of the entries.")] = False,
        files: Annotated[bool, typer.Option("--files", help="The imported files instead of the entries.")] = False,
    ) -> None:
        """List what the AI answers from, the imported files, or the versions."""
        found = settings()

        async def work() -> None:
            async with _served(found) as (served, archive):
                if versions:
                    await _list_versions(archive)
                elif files:
                    await _list_files(archive)
                else:
                    _list_entries(served)

        run(work())

    @app.command()
    def rollback(number: Annotated[int, typer.Argument(min=0, help="0: as if nothing had been imported.")]) -> None:
        """Answer from another version. Running services follow within seconds."""
        found = settings()

        async def work() -> None:
            async with _archive(found) as archive:
                await knowledge.activate(archive, number, author=getpass.getuser())
            typer.echo(f"Version {number} is current." if number else "Nothing counts as imported.")

        run(work())

    @app.command()
    def test(
        question: Annotated[str, typer.Argument(help="What a customer might ask.")] = "",
        file: Annotated[Path | None, typer.Option(help="CSV with the columns question and expected (an id).")] = None,
        language: Languages = LanguageChoice.AUTO,
    ) -> None:
        """Show what would be found, and whether it is enough for an answer (✓)."""
        found = settings()

        async def work() -> None:
            if bool(question) == (file is not None):
                raise InvalidInput("test", "give a question, or --file")
            cases = await asyncio.to_thread(_cases, file) if file else []
            async with _served(found) as (served, _):
                if not file:
                    _print_matches(await knowledge.find(served, question, language=language.language, limit=_SHOWN))
                else:
                    await _print_hits(served, cases, language.language)

        run(work())

    return app


@asynccontextmanager
async def _archive(settings: Settings) -> AsyncIterator[KnowledgeArchive]:
    async with open_database(settings) as database:
        yield SqlKnowledge(database)


@asynccontextmanager
async def _served(settings: Settings) -> AsyncIterator[tuple[ServedKnowledge, KnowledgeArchive]]:
    # Here, so that the other commands need not wait for it.
    from infrastructure.bootstrap.knowledge import open_knowledge

    async with _archive(settings) as archive:
        yield await open_knowledge(settings, archive, Hub(MemoryBus())), archive


async def _explained(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Every problem in a line of its own; the first is what the command ends with."""
    try:
        return await work
    except FilesRefused as error:
        for name, line, problem in error.problems[1:]:
            typer.echo(f"{name}{f':{line}' if line else ''}: {problem}", err=True)
        raise


def _files(paths: Sequence[Path]) -> list[SourceFile]:
    """The files, and those in the folders; named by their path within the folder."""
    files: list[SourceFile] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.is_file() and each.suffix.lower() in ENDINGS)
            visible = [
                each for each in inside if not any(part.startswith(".") for part in each.relative_to(path).parts)
            ]
            if not visible:
                raise InvalidInput(str(path), f"holds no file that ends with {', '.join(sorted(ENDINGS))}")
            files += [_file(each.relative_to(path).as_posix(), each) for each in visible]
        else:
            files.append(_file(path.name, path))
    return files


def _file(name: str, path: Path) -> SourceFile:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InvalidInput(str(path), f"has more than {MAX_FILE_BYTES // 1024 // 1024} MB")
        return SourceFile(name, path.read_bytes())
    except OSError as error:
        raise InvalidInput(str(path), f"cannot be read ({error.strerror})") from None


def _cases(file: Path) -> list[tuple[str, str]]:
    try:
        rows = csv.DictReader(io.StringIO(file.read_text("utf-8-sig"), newline=""))
        found = [(row.get("question") or "", row.get("expected") or row.get("expected id") or "") for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(str(file), f"cannot be read ({error})") from None
    if not found or not all(question.strip() and expected.strip() for question, expected in found):
        raise InvalidInput(str(file), "must have the columns question and expected, and both in every row")
    return found


def _list_entries(served: ServedKnowledge) -> None:
    for entry in served.entries:
        titles = " / ".join(f"{wording.title} [{language.value}]" for language, wording in entry.wordings.items())
        typer.echo(f"{entry.id}\t{titles}\t{entry.url}")
    source = (
        "the demo shop" if served.is_demo else f"version {served.version}" if served.version else "nothing imported"
    )
    typer.echo(f"{len(served.entries)} entries, {source}.")


async def _list_files(archive: KnowledgeArchive) -> None:
    number = await archive.current()
    for file in await knowledge.files_of(archive, number):
        typer.echo(f"{file.name}\t{file.entries} entries")
    if number == 0:
        typer.echo("No version is current.")


async def _list_versions(archive: KnowledgeArchive) -> None:
    current = await archive.current()
    for version in await archive.versions(limit=1000):
        changes = version.changes
        when = datetime.fromtimestamp(version.created_at, tz=UTC).astimezone().strftime("%Y-%m-%d %H:%M")
        mark = "*" if version.number == current else " "
        typer.echo(
            f"{mark} {version.number}\t{when}\t{version.author}\t{version.entries} entries\t+{changes.added} "
            f"~{changes.changed} -{changes.removed} ={changes.unchanged}\t{version.note}"
        )
    if current == 0:
        typer.echo("No version is current.")


def _print_version(version: Version) -> None:
    changes = version.changes
    typer.echo(
        f"Version {version.number}: {version.entries} entries of {version.documents} files "
        f"({changes.added} added, {changes.changed} changed, {changes.removed} removed, "
        f"{changes.unchanged} unchanged)."
    )


def _print_matches(matches: Sequence[Match]) -> None:
    for match in matches:
        title = next(iter(match.entry.wordings.values())).title
        mark = "✓" if match.passes else "✗"
        typer.echo(f"{mark} {match.entry.id}\t{title}\tscore {match.score:.2f}\tconfidence {match.confidence:.2f}")
    if not matches:
        typer.echo("Nothing was found.")


async def _print_hits(served: ServedKnowledge, cases: Sequence[tuple[str, str]], language: Language | None) -> None:
    first = among = 0
    for question, expected in cases:
        ids = [match.entry.id for match in await knowledge.find(served, question, language=language, limit=_SHOWN)]
        first += ids[:1] == [expected]
        among += expected in ids
        if expected not in ids:
            typer.echo(f"✗ {question}\texpected {expected}\tfound {', '.join(ids) or 'nothing'}")
    typer.echo(f"{len(cases)} questions: hit@1 {first / len(cases):.1%}, hit@{_SHOWN} {among / len(cases):.1%}.")
