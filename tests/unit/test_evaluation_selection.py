"""Which cases are played: the reporting split unless another, a file or a case is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import InvalidInput
from evaluation.case import Split
from evaluation.selection import Selection


def test_the_reporting_split_is_played_unless_another_is_asked_for() -> None:
    assert {case.split for case in Selection().cases()} == {Split.REPORTING}
    assert {case.split for case in Selection(split="tuning").cases()} == {Split.TUNING}
    assert {case.split for case in Selection(split="all").cases()} == set(Split)
    assert Selection().description == "built-in cases, reporting split"


def test_who_names_a_case_means_it_whichever_split_it_is_of() -> None:
    names = ["en-order-01", "r2-en-order-mira-brook"]
    chosen = Selection(ids=names).cases()
    assert sorted(case.id for case in chosen) == names
    assert {case.split for case in chosen} == set(Split)


def test_a_file_is_played_whole_or_by_its_splits(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    turns = '"turns": [{"say": "hi", "expect": {"kind": "small_talk"}}]'
    path.write_text(
        f'{{"id": "t", "split": "tuning", "category": "a", {turns}}}\n{{"id": "r", "split": "reporting", {turns}}}\n'
        f'{{"id": "b", {turns}}}\n'
    )
    assert [case.id for case in Selection([path]).cases()] == ["t", "r", "b"]
    assert [case.id for case in Selection([path], split="reporting").cases()] == ["r", "b"]
    assert [case.id for case in Selection([path], categories=["a"]).cases()] == ["t"]
    assert Selection([path], split="tuning", categories=["a"]).description == f"{path}, a, tuning split"


def test_nothing_to_play_is_an_error() -> None:
    with pytest.raises(InvalidInput, match="none has"):
        Selection(categories=["beauty"]).cases()
    with pytest.raises(InvalidInput, match="--split"):
        Selection(split="half").cases()
