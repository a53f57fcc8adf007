"""Files of cases: what they may hold, and what is said of those that cannot be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from domain.errors import InvalidInput
from domain.session import Customer, Language
from evaluation.case import Case, Kind, Split
from evaluation.case_file import builtin_cases, parse_cases, read_cases
from evaluation.case_line import case_line
from infrastructure.knowledge.demo import load_entries

CASE = b'{"id": "a", "turns": [{"say": "hi", "expect": {"kind": "small_talk"}}]}'


def test_what_is_left_out_has_a_sensible_default() -> None:
    (case,) = parse_cases(b'{"turns": [{"say": "hi", "expect": {"kind": "small_talk"}}]}', "own.jsonl")
    assert (case.id, case.language, case.category, case.split) == ("own-1", Language.ENGLISH, "other", None)
    assert case.customer == Customer()
    (turn,) = case.turns
    assert turn.expect is not None
    assert turn.expect.kinds == (Kind.SMALL_TALK,)
    assert turn.expect.handoff is False


def test_everything_that_a_case_may_hold_is_read_and_written() -> None:
    line = (
        '{"id": "x", "language": "zh", "category": "mixed", "split": "tuning", '
        '"customer": {"name": "Mira", "email": "mira@example.com", "vip": true}, '
        '"turns": [{"say": ["在吗", "多少钱"], "follow_up": true, "expect": {"kind": ["answer", "unknown"], '
        '"sources": ["brook"], "all_sources": ["fen"], "contains": "1,899", "contains_any": ["a", "b"], '
        '"excludes": ["c"], "handoff": null}, "recorded": {"text": "1,899", "sources": ["fen"], "confident": false, '
        '"handoff": true, "engine": "builtin"}}], "note": "why"}'
    )
    (case,) = parse_cases(line.encode(), "own.jsonl")
    assert case.customer == Customer("Mira", "mira@example.com", vip=True)
    (turn,) = case.turns
    assert turn.expect is not None
    assert turn.text == "在吗\n多少钱"
    assert turn.expect.contains == ("1,899",)
    assert turn.expect.handoff is None
    assert parse_cases(case_line(case).encode(), "again.jsonl") == [case]


def test_of_several_kinds_one_may_be_a_handoff() -> None:
    line = b'{"turns": [{"say": "hm", "expect": {"kind": ["unknown", "handoff"]}}, '
    line += b'{"say": "help", "expect": {"kind": "handoff"}}]}'
    (case,) = parse_cases(line, "own.jsonl")
    assert [turn.expect.handoff for turn in case.turns if turn.expect] == [None, True]


def test_comments_and_empty_lines_are_skipped() -> None:
    assert len(parse_cases(b"// mine\n\n\xef\xbb\xbf" + CASE + b"\r\n", "own.jsonl")) == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "own.jsonl, line 2.*JSON"),
        (b"[]", "own.jsonl, line 2: must be a JSON object"),
        (b'{"turn": []}', 'line 2: has an unknown key "turn"; known are category, customer, id'),
        (b'{"turns": []}', 'line 2: "turns" must be a list'),
        (b'{"turns": ["hi"]}', "line 2, turn 1: must be a JSON object"),
        (b'{"turns": [{"say": " ", "expect": {"kind": "answer"}}]}', 'line 2, turn 1: "say" must be'),
        (b'{"turns": [{"say": "hi"}]}', 'line 2, turn 1: "expect" is missing'),
        (b'{"turns": [{"say": "hi", "expect": {}}]}', 'turn 1, expect: "kind" is missing: one of answer, unknown'),
        (b'{"turns": [{"say": "hi", "expect": {"kind": "reply"}}]}', "\"kind\" must be one of answer.*not 'reply'"),
        (b'{"turns": [{"say": "hi", "expect": {"kind": "answer", "source": "x"}}]}', 'unknown key "source"'),
        (b'{"turns": [{"say": "hi", "expect": {"kind": "answer", "sources": [1]}}]}', '"sources" must be a text or a'),
        (b'{"turns": [{"say": "hi", "expect": {"kind": "answer", "handoff": 1}}]}', '"handoff" must be true or false'),
        (b'{"turns": [{"say": "hi", "expect": {"kind": "order"}}]}', "an order is judged by its facts"),
        (b'{"language": "fr", "turns": [{"say": "hi", "expect": {"kind": "answer"}}]}', '"language" must be one of en'),
        (
            b'{"customer": {"mail": "x"}, "turns": [{"say": "hi", "expect": {"kind": "answer"}}]}',
            'customer.*key "mail"',
        ),
        (b'{"turns": [{"say": "hi", "expect": {"kind": "handoff", "handoff": null}}]}', '"handoff" must be true where'),
        (CASE, "case 'a': is there twice"),
    ],
)
def test_what_cannot_be_read_is_named_with_line_and_key(line: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_bytes(CASE + b"\n" + line + b"\n")
    with pytest.raises(InvalidInput) as error:
        read_cases([path])
    assert re.search(said, error.value.detail), error.value.detail


def test_an_empty_or_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="holds no case"):
        parse_cases(b"\n", "own.jsonl")
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_cases([tmp_path / "none.jsonl"])


def test_the_examples_of_the_documentation_are_cases() -> None:
    page = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text()
    block = page.split("```json\n")[1].split("```")[0]
    assert [case.id for case in parse_cases(block.encode(), "docs/evaluation.md")] == [
        "red-brook",
        "not-hers",
        "person",
    ]


def test_the_built_in_cases_are_many_in_both_languages_and_splits() -> None:
    cases = builtin_cases()
    assert len(cases) >= 240
    categories = {case.category for case in cases}
    assert len(categories) == 8
    for language in Language:
        for split in Split:
            chosen = [case for case in cases if case.language is language and case.split is split]
            assert len(chosen) >= 100
            assert {case.category for case in chosen} == categories


def test_the_built_in_cases_expect_what_the_demo_shop_knows() -> None:
    entries = {entry.id: entry for entry in load_entries()}
    for case in builtin_cases():
        for turn in case.turns:
            assert turn.expect is not None
            named = [*turn.expect.sources, *turn.expect.all_sources]
            assert [source for source in named if source not in entries] == [], case.id
            bodies = [wording.body for source in named for wording in entries[source].wordings.values()]
            for text in turn.expect.contains if named else ():
                assert any(_plain(text) in _plain(body) for body in bodies), (case.id, text)


def test_no_built_in_question_is_copied_from_an_entry() -> None:
    wordings = [wording for entry in load_entries() for wording in entry.wordings.values()]
    copied = [question for wording in wordings for question in wording.questions]
    asked = [turn.text for case in _cases_of(Split.REPORTING) for turn in case.turns]
    assert set(map(_plain, asked)) & set(map(_plain, copied)) == set()


def _cases_of(split: Split) -> list[Case]:
    return [case for case in builtin_cases() if case.split is split]


def _plain(text: str) -> str:
    return re.sub(r"(?<=\d),(?=\d{3})", "", " ".join(text.casefold().split()))
