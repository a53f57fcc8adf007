"""`baton eval` as a command: what it writes, what it says, and its exit status."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
import structlog
from typer.testing import CliRunner

from baton.cli import app

# A little under what docs/evaluation.md reports for the built-in engine on conversations that it was not tuned with.
FLOORS = (
    "hit_at_3>=0.96",
    "wrong_rate<=0.03",
    "handoff_recall>=0.96",
    "handoff_precision>=0.87",
    "containment>=0.95",
    "leaks<=0",
    "failed<=0",
)


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The command sets these two variables, and logging; what it leaves behind is no other test's business."""
    monkeypatch.setenv("AI_ENGINE", "builtin")
    monkeypatch.setenv("AI_FALLBACK", "none")
    root = logging.getLogger()
    handlers, level = root.handlers.copy(), root.level
    yield
    root.handlers[:] = [handler for handler in root.handlers if handler in handlers]
    root.setLevel(level)
    structlog.reset_defaults()


def test_the_built_in_engine_keeps_what_it_reaches_on_the_reporting_split(tmp_path: Path) -> None:
    """Floors, a little under what docs/evaluation.md reports: they guard against regressions, they are no aims."""
    json, html = tmp_path / "eval.json", tmp_path / "eval.html"
    floors = [argument for floor in FLOORS for argument in ("--require", floor)]
    result = CliRunner().invoke(app, ["eval", "--json", str(json), "--html", str(html), *floors])
    assert result.exit_code == 0, result.output
    totals = orjson.loads(json.read_bytes())["totals"]
    assert totals["conversations"] >= 200
    assert html.read_text().startswith("<!doctype html>")


def test_recorded_conversations_are_played_again(tmp_path: Path) -> None:
    turn = {"say": "How much is the Brook?", "recorded": {"text": "Nothing.", "engine": "old"}}
    path, html = tmp_path / "recorded.jsonl", tmp_path / "replay.html"
    path.write_bytes(orjson.dumps({"turns": [turn]}))
    result = CliRunner().invoke(app, ["eval", "replay", str(path), "--html", str(html), "--strict"])
    assert result.exit_code == 1, result.output
    assert "then: Nothing." in result.output
    assert "1 conversations, 1 differ" in result.output
    assert "<del>Nothing" in html.read_text()


def test_what_was_played_can_be_recorded_and_played_again_without_a_difference(tmp_path: Path) -> None:
    recorded, html = tmp_path / "recorded.jsonl", tmp_path / "page.html"
    arguments = ["eval", "--split", "tuning", "--category", "order", "--html", str(html), "--record", str(recorded)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert len(recorded.read_text().splitlines()) >= 10
    again = CliRunner().invoke(app, ["eval", "replay", str(recorded), "--html", str(html), "--strict"])
    assert again.exit_code == 0, again.output
    assert " 0 differ" in again.output


def test_only_a_recording_can_be_played_again(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text('{"turns": [{"say": "How much is the Brook?", "expect": {"kind": "unknown"}}]}\n')
    result = CliRunner().invoke(app, ["eval", "replay", str(path)])
    assert result.exit_code == 2
    assert "records nothing" in result.output


def test_a_figure_that_is_not_reached_is_an_exit_status(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text('{"turns": [{"say": "How much is the Brook?", "expect": {"kind": "unknown"}}]}\n')
    arguments = ["eval", "--cases", str(path), "--html", str(tmp_path / "eval.html"), "--require", "wrong_rate<=0.03"]
    failed = CliRunner().invoke(app, arguments)
    assert failed.exit_code == 1
    assert "wrong_rate must be at most 0.03; it is 1" in failed.output


def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text("{}\n")
    result = CliRunner().invoke(app, ["eval", "--cases", str(path)])
    assert result.exit_code == 2
    assert "own.jsonl, line 1" in result.output
