"""`.env.example` says what the settings say: every variable, its meaning and its default."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from dotenv import dotenv_values

from infrastructure.bootstrap.settings import Settings, load_settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.lower() in Settings.model_fields:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_lists_every_setting_in_order() -> None:
    assert list(dotenv_values(EXAMPLE)) == [name.upper() for name in Settings.model_fields]


def test_loads_as_the_defaults(tmp_path: Path) -> None:
    defaults = load_settings()
    (tmp_path / ".env").write_bytes(EXAMPLE.read_bytes())
    assert load_settings() == defaults


def test_each_default_is_read_from_the_file(tmp_path: Path) -> None:
    # Without the variable's own line, a value of the environment must show: else the test above proves nothing.
    lines = EXAMPLE.read_text("utf-8").splitlines()
    assert "LOG_LEVEL=INFO" in lines
    (tmp_path / ".env").write_text("\n".join(lines).replace("LOG_LEVEL=INFO", "LOG_LEVEL=ERROR"))
    assert load_settings().log_level == "ERROR"


def test_values_are_written_out() -> None:
    empty = {name for name, value in dotenv_values(EXAMPLE).items() if not value}
    coze = {f"COZE_{name}" for name in ("WORKFLOW_ID", "APP_ID", "OAUTH_CLIENT_ID", "OAUTH_PUBLIC_KEY_ID")}
    coze |= {"COZE_OAUTH_PRIVATE_KEY", "COZE_OAUTH_PRIVATE_KEY_FILE"}
    others = {"SECRET_KEY", "PUBLIC_ORIGINS", "OPENAI_API_KEY", "OPENAI_MODEL", "SHOPIFY_SHOPS", "TRACKING_API_KEY"}
    others |= {"REGULATOR_RULES"}
    assert empty == coze | others


def test_each_variable_follows_its_meaning() -> None:
    meanings: dict[str, str] = {}
    comment: list[str] = []
    for line in EXAMPLE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            comment.append(line.removeprefix("#").strip())
        elif "=" in line:
            meanings[line.partition("=")[0].lower()] = " ".join(comment)
            comment = []
        else:
            comment = []
    assert meanings == {name: field.description for name, field in Settings.model_fields.items()}
