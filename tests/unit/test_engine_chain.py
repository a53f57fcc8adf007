"""Which engines the settings make, and in which order they are asked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from domain.errors import Misconfigured
from infrastructure.ai.retrieval.knowledge_base import KnowledgeBase
from infrastructure.bootstrap.engines import EngineParts, build_engines
from infrastructure.bootstrap.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.lower() in Settings.model_fields:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def _names() -> list[str]:
    # What engines are given is used when they are asked, not when they are made.
    database = create_async_engine("sqlite+aiosqlite://")
    parts = EngineParts(load_settings(), KnowledgeBase([]), database, lookups=None, catalogue=None)  # type: ignore[arg-type]
    return [engine.name for engine in build_engines(parts)]


def test_the_builtin_engine_has_nobody_to_stand_in() -> None:
    assert _names() == ["builtin"]


@pytest.mark.parametrize(
    ("fallback", "chain"),
    [
        (None, ["openai", "builtin"]),
        ("none", ["openai"]),
        ("openai", ["openai"]),
        ("builtin,openai,builtin", ["openai", "builtin"]),
    ],
)
def test_others_have(monkeypatch: pytest.MonkeyPatch, fallback: str | None, chain: list[str]) -> None:
    monkeypatch.setenv("AI_ENGINE", "openai")
    monkeypatch.setenv("OPENAI_API_KEY", "a key for the tests")
    monkeypatch.setenv("OPENAI_MODEL", "a model")
    if fallback is not None:
        monkeypatch.setenv("AI_FALLBACK", fallback)
    assert _names() == chain


def test_one_that_lacks_a_setting_is_said_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_FALLBACK", "openai")
    with pytest.raises(Misconfigured, match="OPENAI_API_KEY"):
        _names()
