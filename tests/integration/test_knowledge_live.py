"""A version that is imported is answered from in every process, without a restart, and nobody waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from domain.knowledge import KnowledgeEntry, ReadingTerms, SourceFile
from domain.session import Language
from infrastructure.bootstrap.knowledge import ServedKnowledge
from infrastructure.bootstrap.runtime import Runtime, open_runtime
from infrastructure.bootstrap.settings import Settings
from services.knowledge import Import, activate, import_files, remove_files
from tests.servers.redis_server import RedisServer

PATIENCE_SECONDS = 20.0
HAMSTER = b"# Pets\n\n## Can I bring my hamster?\n\nHamsters are welcome in the workshop.\n"


def settings(url: str, folder: Path, **others: object) -> Settings:
    given = {"use_redis_sse": False, "knowledge_poll_seconds": 0.1, **others}
    return Settings(_env_file=None, database_url=url, data_dir=folder, secret_key="x" * 40, **given)  # type: ignore[arg-type]


def order(content: bytes = HAMSTER) -> Import:
    return Import([SourceFile("pets.md", content)], ReadingTerms(), "Ada")


async def found(runtime: Runtime, question: str = "Can I bring my hamster?") -> list[str]:
    return [one.entry.id for one in await runtime.knowledge.find(question, Language.ENGLISH, limit=1) if one.passes]


async def until(what: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await what():  # noqa: ASYNC110 - it is another process that changes
            await asyncio.sleep(0.02)


async def test_two_processes_change_over_and_back(database_url: str, tmp_path: Path) -> None:
    given = settings(database_url, tmp_path, demo=True)
    async with open_runtime(given) as one, open_runtime(given) as other:
        assert (one.knowledge.version, await found(other)) == (0, [])
        assert await found(other, "Can I return my bike?") == ["returns"]

        await import_files(one.archive, one.files, order())
        for runtime in (one, other):
            await until(lambda runtime=runtime: _is(runtime, 1))  # type: ignore[misc]
            assert await found(runtime) == ["pets:can-i-bring-my-hamster"]
            assert await found(runtime, "Can I return my bike?") == []
            assert {entry.id for entry in runtime.knowledge.entries} == {"pets:can-i-bring-my-hamster"}

        await activate(one.archive, 0, author="Ada")
        await until(lambda: _is(other, 0))
        assert await found(other, "Can I return my bike?") == ["returns"]


async def test_what_is_asked_meanwhile_is_answered_from_what_was_there(sqlite_url: str, tmp_path: Path) -> None:
    async with open_runtime(settings(sqlite_url, tmp_path, knowledge_poll_seconds=60, demo=True)) as runtime:
        await import_files(runtime.archive, runtime.files, order())
        assert await found(runtime, "Can I return my bike?") == ["returns"]
        many = b"".join(
            b"## Heading %d\n\nSentence %d about hamsters and helmets.\n\n" % (n, n * 7) for n in range(3000)
        )
        await import_files(runtime.archive, runtime.files, order(b"# Many\n\n" + many))
        change = asyncio.create_task(runtime.knowledge.refresh())
        asked = 0
        while not change.done():
            assert await found(runtime, "Can I return my bike?") == ["returns"] or runtime.knowledge.version
            asked += 1
            await asyncio.sleep(0)
        await change
        assert asked > 1
        assert runtime.knowledge.version == 2
        assert len(runtime.knowledge.entries) > 100


async def test_redis_tells_the_others_at_once(sqlite_url: str, tmp_path: Path, redis_server: RedisServer) -> None:
    given = settings(sqlite_url, tmp_path, use_redis_sse=True, redis_url=redis_server.url, knowledge_poll_seconds=300)
    async with open_runtime(given) as one, open_runtime(given) as other:
        await until(lambda: _connected(one, other))
        await import_files(one.archive, one.files, order())
        assert other.knowledge.version == 0
        one.knowledge.announce()
        for runtime in (one, other):
            await until(lambda runtime=runtime: _is(runtime, 1))  # type: ignore[misc]


SHOPIFY = {"orders": "shopify", "shopify_shops": "UK=uk-shop.myshopify.com:shpat_1"}


@pytest.mark.parametrize(
    ("source", "shop", "before", "after", "warning"),
    [
        ("auto", {"demo": True}, "demo", 1, ""),
        ("auto", {}, "demo", 1, "knowledge_is_the_demo_shops"),
        # Nobody's own customers hear of another shop's bicycles.
        ("auto", SHOPIFY, "", 1, "knowledge_empty"),
        ("demo", {}, "demo", 0, "knowledge_is_the_demo_shops"),
        ("demo", {"demo": True}, "demo", 0, ""),
        ("database", {"demo": True}, "", 1, "knowledge_empty"),
    ],
)
async def test_where_the_entries_come_from(
    sqlite_url: str, tmp_path: Path, source: str, shop: dict[str, Any], before: str, after: int, warning: str
) -> None:
    given = settings(sqlite_url, tmp_path, knowledge_source=source, **shop)
    with capture_logs() as logs:
        async with open_runtime(given) as runtime:
            assert bool(runtime.knowledge.entries) == bool(before)
            assert runtime.knowledge.is_demo == bool(before)
            assert bool(await found(runtime, "Can I return my bike?")) == bool(before)
            await import_files(runtime.archive, runtime.files, order())
            await runtime.knowledge.refresh()
            assert runtime.knowledge.version == after
            assert runtime.knowledge.is_demo == (after == 0)
    warnings = [line["event"] for line in logs if line["log_level"] == "warning" and line["event"].startswith("know")]
    assert warnings == ([warning] if warning else [])
    async with open_runtime(given) as restarted:
        assert restarted.knowledge.version == after
        assert bool(await found(restarted)) == bool(after)


@pytest.mark.parametrize("shop", [{"demo": True}, {}, SHOPIFY], ids=["demo", "demo's orders", "own orders"])
async def test_when_the_last_file_is_taken_out_nothing_is_known(
    database_url: str, tmp_path: Path, shop: dict[str, Any]
) -> None:
    """Not even of the demo shop, whose entries had made way for the shop's own."""
    given = settings(database_url, tmp_path, **shop)
    async with open_runtime(given) as one, open_runtime(given) as other:
        await import_files(one.archive, one.files, order())
        await until(lambda: _is(other, 1))
        with capture_logs() as logs:
            await remove_files(one.archive, ["pets.md"], author="Ada")
            await until(lambda: _is(other, 2))
        assert "knowledge_empty" in [line["event"] for line in logs if line["log_level"] == "warning"]
        assert (other.knowledge.entries, other.knowledge.is_demo) == ((), False)
        for question in ("Can I bring my hamster?", "Can I return my bike?"):
            assert await found(other, question) == []
        await activate(one.archive, 1, author="Ada")
        await until(lambda: _is(other, 1))
        assert await found(other) == ["pets:can-i-bring-my-hamster"]
        await activate(one.archive, 2, author="Ada")
    async with open_runtime(given) as restarted:
        assert (restarted.knowledge.version, restarted.knowledge.entries, restarted.knowledge.is_demo) == (2, (), False)
        assert await found(restarted, "Can I return my bike?") == []


async def test_nobody_waits_for_an_index_longer_than_said(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = settings(sqlite_url, tmp_path, knowledge_poll_seconds=60, demo=True)
    async with open_runtime(given) as runtime:
        knowledge = runtime.knowledge
        assert isinstance(knowledge, ServedKnowledge)
        assert await knowledge.caught_up(seconds=0.1)
        may_end = asyncio.Event()
        index = knowledge.base.replace

        async def slow(entries: Sequence[KnowledgeEntry]) -> None:
            await may_end.wait()
            await index(entries)

        monkeypatch.setattr(knowledge.base, "replace", slow)
        await import_files(runtime.archive, runtime.files, order())
        knowledge.announce()
        assert not await knowledge.caught_up(seconds=0.1)
        assert (knowledge.version, await found(runtime, "Can I return my bike?")) == (0, ["returns"])

        waiting = asyncio.create_task(knowledge.caught_up(seconds=PATIENCE_SECONDS))
        may_end.set()
        assert await waiting
        assert (knowledge.version, await found(runtime)) == (1, ["pets:can-i-bring-my-hamster"])


async def _is(runtime: Runtime, version: int) -> bool:
    return runtime.knowledge.version == version


async def _connected(*runtimes: Runtime) -> bool:
    return all(runtime.hub.bus.prompt for runtime in runtimes)
