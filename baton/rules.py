"""`baton rules`: is a rules file sound, and what would the rules make of a message?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from domain.engine import Turn, Utterance
from domain.entry import Role
from domain.errors import Misconfigured
from domain.regulator import RuleBook
from domain.session import Customer, Language
from infrastructure.bootstrap.regulator import build_regulator
from infrastructure.bootstrap.settings import Settings
from infrastructure.regulator import FileRegulator
from infrastructure.regulator.rules_file import DEFAULT_RULES


def commands(settings: Callable[[], Settings]) -> typer.Typer:
    """The commands; `settings` loads them, ending the process with one line at an error."""
    app = typer.Typer(help="When a person takes over.", no_args_is_help=True)

    @app.command()
    def check(
        file: Annotated[Path | None, typer.Argument(help="A rules file; the one in use unless given.")] = None,
    ) -> None:
        """Say whether a rules file is sound, and what is in it; the exit status is 1 when it is not."""
        regulator = _regulator(settings, file)
        typer.echo(f"{regulator.source}: sound.")
        for line in _contents(regulator.rules().book):
            typer.echo(f"  {line}")

    @app.command()
    def test(
        text: Annotated[str, typer.Argument(help="What a customer writes.")],
        file: Annotated[Path | None, typer.Option("--file", help="A rules file; the one in use unless given.")] = None,
    ) -> None:
        """Say what the rules would do about a message that begins a conversation."""
        said = Utterance(Role.USER, text, seq=1)
        turn = Turn("test", Language.ENGLISH, Customer(), (said,), unanswered=1)
        verdict = _regulator(settings, file).judge(turn)
        if verdict is None:
            typer.echo("The AI answers.")
        else:
            typer.echo(
                f"A person takes over: {verdict.reason}, severity {verdict.severity}, rule {verdict.rule}, "
                f"because of “{verdict.detail}”."
            )

    @app.command()
    def show() -> None:
        """Print the rules that come with Baton, to begin a file of one's own with."""
        typer.echo(DEFAULT_RULES.read_text("utf-8"), nl=False)

    return app


def _regulator(settings: Callable[[], Settings], file: Path | None) -> FileRegulator:
    try:
        return build_regulator(settings()) if file is None else FileRegulator(file, explicit=True)
    except Misconfigured as error:
        typer.echo(f"baton: {error.detail}", err=True)
        raise typer.Exit(1) from None


def _contents(book: RuleBook) -> list[str]:
    limits = book.limits
    lines = [
        f"rules: {', '.join(sorted(book.enabled)) or 'none'}",
        f"a person after {limits.failures} answers in a row that were none, or a question asked {limits.same_question} "
        "times",
        f"VIPs: {book.vip.when}, {len(book.vip.emails)} by e-mail, {len(book.vip.domains)} by domain",
    ]
    for language in book.languages:
        alarms = sum(len(alarm.phrases) for alarm in language.alarms)
        anger = len(language.mild_anger) + len(language.strong_anger)
        wishes = len(language.wishes) + len(language.mentions)
        again = len(language.repeated)
        lines.append(f"{language.name}: {wishes} wishes, {alarms} alarms, {anger} of anger, {again} of asking again")
    return lines
