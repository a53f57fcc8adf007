"""The report and the comparison as HTML and JSON: whole, from nowhere else, and whatever was said is text."""

from __future__ import annotations

from html.parser import HTMLParser

import orjson

from domain.engine import ToolCall, Usage
from domain.session import Language
from evaluation.as_json import Run, run_json
from evaluation.case import Case, Expectation, Kind, Recorded, ScriptedTurn
from evaluation.comparing import compare, text_difference
from evaluation.comparison_page import comparison_page
from evaluation.figures import Prices, figures, grouped
from evaluation.page import run_page
from evaluation.played import Played, PlayedTurn, Reply
from evaluation.scoring import score

EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)> & \'"'
RUN = Run(f"engine {EVIL}", f"cases {EVIL}", "2026-11-21T12:00:00+00:00")


def test_what_was_said_is_text_and_never_markup() -> None:
    scored = [score(played())]
    shown = run_page(RUN, figures(scored), ({EVIL: figures(scored)}, {}), scored)
    page = Page(shown)
    assert page.tags.isdisjoint({"script", "img", "iframe", "link", "object", "base", "form", "a"})
    assert page.text.count('<script>alert("x")</script>') >= 5
    assert page.links == []


def test_every_failing_conversation_is_shown_in_full() -> None:
    failed, passed = score(played("failed")), score(played("passed", sources=("brook",)))
    text = Page(run_page(RUN, figures([failed, passed]), ({}, {}), [failed, passed])).text
    assert "Failing conversations (1)" in text
    assert "failed" in text
    assert "passed" not in text.split("Failing conversations (1)")[1]
    assert "cited fen, not brook" in text
    assert '"sources":["brook"]' in text
    assert "search (found)" in text


def test_the_json_holds_the_totals_and_every_turn() -> None:
    scored = [score(played())]
    total = figures(scored, Prices(1.0, 2.0))
    groups = grouped(scored, lambda case: case.played.case.category, Prices())
    found = orjson.loads(run_json(RUN, total, groups, groups, scored))
    assert list(found) == ["run", "totals", "by_category", "by_language", "conversations"]
    assert found["totals"]["wrong"] == 1
    assert found["totals"]["cost"] == 14e-6
    (conversation,) = found["conversations"]
    (turn,) = conversation["turns"]
    assert (turn["outcome"], turn["expect"]["kind"]) == ("wrong", "answer")
    assert turn["reply"]["usage"] == {"input_tokens": 4, "output_tokens": 5}
    assert turn["reply"]["first_token_ms"] == 12.5
    assert turn["reply"]["retrieved"] == ["fen"]


def test_a_comparison_marks_what_changed_and_only_that() -> None:
    comparison = compare(played())
    assert not comparison.same
    page = Page(comparison_page([comparison], then=f"then {EVIL}", now="now"))
    assert page.tags.isdisjoint({"script", "img"})
    assert page.inside["del"] == ["Mira"]
    assert page.inside["ins"] == ["Anna"]


def test_a_difference_of_texts_loses_nothing() -> None:
    pieces = list(text_difference("It costs 2,499 euros. 售价很高", "It costs 1,899 euros! 售价不高"))
    assert "".join(text for mark, text in pieces if mark in "=-") == "It costs 2,499 euros. 售价很高"
    assert "".join(text for mark, text in pieces if mark in "=+") == "It costs 1,899 euros! 售价不高"


def played(identity: str = "one", *, sources: tuple[str, ...] = ("fen",)) -> Played:
    expect = Expectation((Kind.ANSWER,), False, sources=("brook",))
    turn = ScriptedTurn((EVIL,), expect, recorded=Recorded(f"{EVIL} Mira", sources))
    reply = Reply(
        f"{EVIL} Anna",
        sources,
        tools=(ToolCall("search", {}, "found"),),
        usage=Usage(4, 5),
        first_token=0.0125,
        retrieved=("fen",),
    )
    return Played(Case(identity, Language.ENGLISH, EVIL, (turn,), note=EVIL), (PlayedTurn(turn, reply),))


class Page(HTMLParser):
    """What a browser would make of a page: its tags, its text, what it loads, and what is inside of marks."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.inside: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(content)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._open.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            return
        self.text += data
        for mark in ("del", "ins"):
            if mark in self._open:
                self.inside.setdefault(mark, []).append(data)
