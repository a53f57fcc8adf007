"""`baton`: run the services, migrate, add agents, find out what is wrong."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from typing import Annotated, Any, NoReturn, TypeVar

import typer
import uvloop

from baton import knowledge, rules
from baton.evaluate import evaluation
from domain.agent import AgentRole
from domain.errors import BatonError
from infrastructure.auth.passwords import Argon2Passwords
from infrastructure.bootstrap.database import open_database
from infrastructure.bootstrap.logging import configure_logging
from infrastructure.bootstrap.settings import Settings, load_settings
from infrastructure.bootstrap.urls import redacted_url
from infrastructure.store.directory import SqlDirectory
from infrastructure.store.migrate import current_revision
from services.accounts import add_agent

_Result = TypeVar("_Result")

app = typer.Typer(
    name="baton",
    help="Customer service in which an AI answers first and a person takes over without a seam.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
agents = typer.Typer(help="The agents' accounts.", no_args_is_help=True)
app.add_typer(agents, name="agent")
app.add_typer(evaluation, name="eval")


@app.command()
def serve(
    demo: Annotated[bool, typer.Option("--demo", help="Show the demo shop and make the demo agents.")] = False,
) -> None:
    """Run both services in one process."""
    if demo:
        os.environ["DEMO"] = "true"
    _run_services(chatbot=True, workbench=True)


@app.command()
def chatbot() -> None:
    """Run the customer's side alone."""
    _run_services(chatbot=True, workbench=False)


@app.command()
def workbench() -> None:
    """Run the agent's side alone."""
    _run_services(chatbot=False, workbench=True)


@app.command()
def migrate() -> None:
    """Bring the database's tables up to date."""
    settings = _settings()

    async def work() -> str | None:
        async with open_database(settings.model_copy(update={"auto_migrate": True})) as database:
            return await current_revision(database)

    revision = _run(work())
    typer.echo(f"{redacted_url(settings.database_url)} is at revision {revision}.")


@agents.command("add")
def agent_add(
    username: Annotated[str, typer.Argument(help="What the agent signs in with.")],
    name: Annotated[str, typer.Option(help="What customers see; the user name unless said.")] = "",
    role: Annotated[AgentRole, typer.Option(help="An admin may act for every agent.")] = AgentRole.AGENT,
    password: Annotated[
        str,
        typer.Option(
            prompt=True,
            hide_input=True,
            confirmation_prompt=True,
            envvar="BATON_PASSWORD",
            help="At least 10 characters; asked for unless given (or in BATON_PASSWORD).",
        ),
    ] = "",
) -> None:
    """Make an account."""
    settings = _settings()

    async def work() -> str:
        passwords = Argon2Passwords()
        try:
            async with open_database(settings) as database:
                agent = await add_agent(
                    SqlDirectory(database),
                    passwords,
                    username=username,
                    name=name or username,
                    password=password,
                    role=role,
                )
                return agent.id
        finally:
            passwords.close()

    agent_id = _run(work())
    typer.echo(f"{username} ({role.value}) can sign in now; id {agent_id}.")


@app.command()
def doctor() -> None:
    """Say what is wrong and how to mend it; the exit status is 1 when something is."""
    from baton.doctor import examine

    findings = asyncio.run(examine())
    for finding in findings:
        typer.echo(str(finding))
    if any(finding.is_wrong for finding in findings):
        raise typer.Exit(1)


def _run_services(*, chatbot: bool, workbench: bool) -> None:
    settings = _settings()
    # Here, so that the other commands need not wait for it.
    from baton.server import serve_services

    _run(serve_services(settings, chatbot=chatbot, workbench=workbench))


def _settings() -> Settings:
    try:
        settings = load_settings()
    except BatonError as error:
        _fail(error)
    configure_logging(settings.log_format, settings.log_level)
    return settings


def _run(work: Coroutine[Any, Any, _Result]) -> _Result:
    try:
        # uvicorn's own loop, where it is installed: the services run inside.
        return uvloop.run(work)
    except BatonError as error:
        _fail(error)


def _fail(error: BatonError) -> NoReturn:
    """One clear line, and a status that scripts can see."""
    typer.echo(f"baton: {error.detail}", err=True)
    raise typer.Exit(2)


# Down here, since it is made of what stands above.
app.add_typer(knowledge.commands(_settings, _run), name="knowledge")
app.add_typer(rules.commands(_settings), name="rules")
