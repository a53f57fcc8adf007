"""`baton eval`: play scripted conversations against an engine, record real ones, and play those again."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from domain.errors import BatonError, InvalidInput
from evaluation.as_json import Run, run_json
from evaluation.case import Case
from evaluation.case_file import read_cases
from evaluation.case_line import case_line
from evaluation.comparing import as_recorded, compare, comparison_text, recorded_with
from evaluation.comparison_page import comparison_page
from evaluation.figures import Figures, Prices, figures, grouped
from evaluation.page import run_page
from evaluation.played import Played
from evaluation.scoring import Scored, score
from evaluation.selection import Selection
from evaluation.table import failing, rows_of, summary, table
from evaluation.thresholds import parse_requirement
from infrastructure.bootstrap.database import open_database
from infrastructure.bootstrap.logging import configure_logging
from infrastructure.bootstrap.settings import Settings, load_settings
from infrastructure.store.store import SqlStore

_Result = TypeVar("_Result")

evaluation = typer.Typer(
    help="Play scripted conversations against an engine and say how good it is (docs/evaluation.md).",
    invoke_without_command=True,
)

_Engine = Annotated[str, typer.Option("--engine", help="The engine; the one in AI_ENGINE unless said.")]
_PromptVersion = Annotated[str, typer.Option("--prompt-version", help="The version of the prompts of openai, like v1.")]
_OwnShop = Annotated[
    bool, typer.Option("--own-shop", help="The knowledge and orders of the settings instead of the demo shop's.")
]
_Parallel = Annotated[int, typer.Option(min=1, max=100, help="How many conversations to play at a time.")]
_TurnSeconds = Annotated[float, typer.Option(min=0.1, help="How long the engine may take for one turn.")]


@evaluation.callback()
def run(
    context: typer.Context,
    cases: Annotated[
        list[Path] | None, typer.Option("--cases", help="A file of cases, one JSON line each; may be repeated.")
    ] = None,
    split: Annotated[
        str, typer.Option(help="tuning, reporting or all; of the built-in cases reporting unless said.")
    ] = "",
    category: Annotated[list[str] | None, typer.Option(help="Only this category; may be repeated.")] = None,
    case: Annotated[list[str] | None, typer.Option(help="Only the case with this id; may be repeated.")] = None,
    engine: _Engine = "",
    prompt_version: _PromptVersion = "",
    own_shop: _OwnShop = False,
    json: Annotated[Path | None, typer.Option(help="Write the figures and every turn to this file.")] = None,
    html: Annotated[Path, typer.Option(help="Write the report to this file.")] = Path("build/eval.html"),
    record: Annotated[
        Path | None, typer.Option(help="Write the cases with what they got to this file, for `baton eval replay`.")
    ] = None,
    parallel: _Parallel = 4,
    turn_seconds: _TurnSeconds = 60.0,
    require: Annotated[
        list[str] | None,
        typer.Option(help='A figure that must be reached, like "wrong_rate<=0.03"; may be repeated.'),
    ] = None,
    failures: Annotated[bool, typer.Option(help="Print the conversations that failed.")] = True,
) -> None:
    """Play the cases and report. The exit status is 1 when a figure of --require is not reached."""
    if context.invoked_subcommand is not None:
        return
    try:
        requirements = [parse_requirement(text) for text in require or ()]
        selection = Selection(cases or (), split, category or (), case or ())
        chosen = selection.cases()
    except BatonError as error:
        _fail(error)
    settings = _settings(engine, prompt_version)
    played, name = _run(_play(settings, chosen, _Terms(parallel, turn_seconds, own_shop)))
    scored = [score(one) for one in played]
    prices = _prices(settings)
    total = figures(scored, prices)
    categories = grouped(scored, lambda one: one.played.case.category, prices)
    languages = grouped(scored, lambda one: one.played.case.language.value, prices)
    what = Run(name, selection.description, datetime.now(UTC).isoformat(timespec="seconds"))
    _write(html, run_page(what, total, (categories, languages), scored).encode())
    if json is not None:
        _write(json, run_json(what, total, categories, languages, scored))
    if record is not None:
        _write(record, "".join(f"{case_line(as_recorded(one, name))}\n" for one in played).encode())
    _print(total, categories, languages, scored if failures else [])
    typer.echo(f"\nEvery failing conversation in full: {html}")
    missed = [problem for requirement in requirements if (problem := requirement.missed_by(total))]
    for problem in missed:
        typer.echo(f"baton: {problem}", err=True)
    if missed:
        raise typer.Exit(1)


@evaluation.command("record")
def record_(session_name: Annotated[str, typer.Argument(help="The session, as the workbench names it.")]) -> None:
    """Print a conversation of the database as a case, with what the AI answered then."""
    from evaluation.recording import record

    settings = _settings("", "")

    async def work() -> tuple[Case, int]:
        async with open_database(settings) as database:
            recording = await record(SqlStore(database), session_name)
            return recording.case, recording.left_out

    case, left_out = _run(work())
    if not case.turns:
        _fail(InvalidInput(session_name, "holds nothing that the AI answered"))
    typer.echo(case_line(case))
    if left_out:
        typer.echo(f"baton: {left_out} messages that were said to a person, or not answered, are left out.", err=True)


@evaluation.command("replay")
def replay(
    file: Annotated[Path, typer.Argument(help="What `baton eval record` printed; any number of lines.")],
    engine: _Engine = "",
    prompt_version: _PromptVersion = "",
    own_shop: _OwnShop = False,
    html: Annotated[Path, typer.Option(help="Write the comparison to this file.")] = Path("build/replay.html"),
    parallel: _Parallel = 4,
    turn_seconds: _TurnSeconds = 60.0,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with status 1 when anything differs.")] = False,
) -> None:
    """Play recorded conversations again, against another engine or prompt, and show what is different."""
    try:
        cases = read_cases([file])
        unrecorded = [case.id for case in cases if not any(turn.recorded for turn in case.turns)]
        if unrecorded:
            raise InvalidInput(str(file), f"records nothing in {unrecorded[0]!r}; make it with: baton eval record")
    except BatonError as error:
        _fail(error)
    played, name = _run(_play(_settings(engine, prompt_version), cases, _Terms(parallel, turn_seconds, own_shop)))
    comparisons = [compare(one) for one in played]
    now = f"{name}, {prompt_version}" if prompt_version else name
    _write(html, comparison_page(comparisons, then=recorded_with(cases), now=now).encode())
    if shown := comparison_text(comparisons):
        typer.echo(shown)
    differing = sum(not comparison.same for comparison in comparisons)
    typer.echo(f"\n{len(comparisons)} conversations, {differing} differ. Side by side: {html}")
    if strict and differing:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Terms:
    parallel: int
    turn_seconds: float
    own_shop: bool


async def _play(settings: Settings, cases: list[Case], terms: _Terms) -> tuple[list[Played], str]:
    # Here, so that the other commands need not wait for it.
    from evaluation.ground import open_ground
    from evaluation.playing import play_all

    finished = 0

    def done(_: Played) -> None:
        nonlocal finished
        finished += 1
        if sys.stderr.isatty():
            typer.echo(f"\r{finished} of {len(cases)} conversations", err=True, nl=finished == len(cases))

    async with open_ground(settings, turn_seconds=terms.turn_seconds, own_shop=terms.own_shop) as ground:
        return await play_all(ground, cases, parallel=terms.parallel, done=done), ground.engine.name


def _print(total: Figures, categories: dict[str, Figures], languages: dict[str, Figures], scored: list[Scored]) -> None:
    if shown := failing(scored):
        typer.echo(f"{shown}\n")
    typer.echo(table(rows_of(total, [categories, languages])))
    typer.echo(f"\n{summary(total)}")


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        _fail(InvalidInput(str(path), f"cannot be written: {error.strerror}"))


def _settings(engine: str, prompt_version: str) -> Settings:
    """The settings; no engine stands in for the one that is asked for."""
    os.environ.update({"AI_FALLBACK": "none", **({"AI_ENGINE": engine} if engine else {})})
    if prompt_version:
        os.environ["OPENAI_PROMPT_VERSION"] = prompt_version
    try:
        settings = load_settings()
    except BatonError as error:
        _fail(error)
    # A line for every message would bury the figures; which engine failed, and how, the report says.
    quiet = max(logging.ERROR, logging.getLevelNamesMapping()[settings.log_level])
    configure_logging(settings.log_format, logging.getLevelName(quiet))
    return settings


def _prices(settings: Settings) -> Prices:
    """What the tokens of the engine cost; nothing for one that needs none."""
    if settings.ai_engine != "openai":
        return Prices()
    return Prices(settings.openai_input_price, settings.openai_output_price)


def _run(work: Coroutine[Any, Any, _Result]) -> _Result:
    try:
        return asyncio.run(work)
    except BatonError as error:
        _fail(error)


def _fail(error: BatonError) -> NoReturn:
    """One clear line, and a status that scripts can see."""
    typer.echo(f"baton: {error.detail}", err=True)
    raise typer.Exit(2)
