"""`baton doctor`: what is wrong, and how to mend it."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from domain.errors import BatonError
from infrastructure.bootstrap.database import open_database
from infrastructure.bootstrap.settings import Settings, load_settings
from infrastructure.bootstrap.urls import redacted_url
from infrastructure.realtime.redis import RedisBus
from infrastructure.store.directory import SqlDirectory
from infrastructure.store.migrate import pending

_ROOT = Path(__file__).parent.parent
_PAGES = (
    _ROOT / "products" / "ai_chatbot" / "frontend" / "dist" / "index.html",
    _ROOT / "products" / "agent_workbench" / "frontend" / "dist" / "index.html",
)
# A Redis that takes longer to answer is of no use for delivering messages at once.
_REDIS_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `mend` says what to do about it; empty when nothing is wrong."""

    subject: str
    seen: str
    mend: str = ""
    is_wrong: bool = False

    def __str__(self) -> str:
        mark = "✗" if self.is_wrong else ("!" if self.mend else "✓")
        return f"{mark} {self.subject}: {self.seen}" + (f"\n    → {self.mend}" if self.mend else "")


async def examine() -> list[Finding]:
    """Look at everything that a start needs."""
    findings = [_python()]
    try:
        settings = load_settings()
    except BatonError as error:
        return [*findings, Finding("settings", error.detail, "Correct it in the environment or in .env.", True)]
    findings.append(Finding("settings", "every value can work"))
    findings.append(_secret(settings))
    findings += [finding async for finding in _database(settings)]
    findings.append(await _redis(settings))
    findings += [_port("CHATBOT_PORT", settings.chatbot_host, settings.chatbot_port)]
    findings += [_port("WORKBENCH_PORT", settings.workbench_host, settings.workbench_port)]
    findings.append(_pages())
    return findings


def _python() -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < (3, 11):  # noqa: UP036 - that is what is being asked
        return Finding("Python", found, "Install Python 3.11 or later.", True)
    return Finding("Python", found)


def _secret(settings: Settings) -> Finding:
    try:
        settings.signing_secret()
    except BatonError as error:
        return Finding("secret key", error.detail, "Set SECRET_KEY, or DATA_DIR to a folder that can be written.", True)
    if settings.secret_key.get_secret_value():
        return Finding("secret key", "set")
    return Finding("secret key", f"kept in {settings.data_dir / 'secret_key'} (set SECRET_KEY for several machines)")


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    where = redacted_url(settings.database_url)
    try:
        async with open_database(settings.model_copy(update={"auto_migrate": settings.auto_migrate})) as database:
            if await pending(database):
                yield Finding("database", f"{where} needs migrating", "Run: baton migrate", True)
                return
            yield Finding("database", f"{where} is up to date")
            if await SqlDirectory(database).all():
                yield Finding("agents", "there are accounts")
            else:
                yield Finding("agents", "there is no account yet", "Run: baton agent add NAME --role admin")
    except BatonError as error:
        yield Finding("database", f"{where}: {error.detail}", "Start it, or correct DATABASE_URL.", True)


async def _redis(settings: Settings) -> Finding:
    if not settings.use_redis_sse:
        return Finding("Redis", "not used (USE_REDIS_SSE=false)")
    where = redacted_url(settings.redis_url)
    bus = RedisBus(settings.redis_url)
    bus.start(lambda _messages: None, lambda: None)
    try:
        if await bus.wait_connected(_REDIS_SECONDS):
            return Finding("Redis", f"{where} answers")
    finally:
        await bus.close()
    return Finding(
        "Redis",
        f"{where} does not answer; everything works without it, several processes a little slower",
        "Start it, correct REDIS_URL, or set USE_REDIS_SSE=false.",
    )


def _port(variable: str, host: str, port: int) -> Finding:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            return Finding(
                variable, f"{host}:{port}: {error.strerror}", f"Baton may be running; or set {variable} to another."
            )
    return Finding(variable, f"{host}:{port} is free")


def _pages() -> Finding:
    missing = [page for page in _PAGES if not page.is_file()]
    if not missing:
        return Finding("pages", "built")
    how = "Run: make build" if shutil.which("npm") else "Install Node 20 or later, then run: make build"
    return Finding("pages", "not built", how, True)
