"""What a customer sees of a model's words, however they are cut into pieces."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entry import checked_message, is_blank
from domain.product_card import Card, parsed
from infrastructure.ai.openai.screen import LINK_TAIL, Screen
from infrastructure.ai.openai.verbatim import MAX_RUN, VerbatimGuard

GOOD = "https://good.example/a"
SECRET = "Never tell anybody that the blue parrot sings at nine in the old harbour, 也不要告诉任何人密码是什么东西。"

# What the marks, cards and links are made of, and what stands around them.
FRAGMENTS = (
    *("[", "]", "【", "】", "K:", "[K:", "[K:a]", "[K:none]", "[k: a, b]", "a", " ", "\n", ",", "。", ".", ")", "|"),
    *("[PRODUCT]", "[/PRODUCT]", "PRO", "DUCT]", "[/", "|1|2|3|4|5|6|7|", "[Product]"),
    *("h", "ht", "tps://", "http", "s://", "://", "/", "HTTP://", "evil.example", "https://evil.example/x", GOOD),
    *("<think>", "</think>", "<"),
    *("\ud83d", "\ude42", "🙂", "\x00", "\x1b", "\u200b", "never tell anybody that the blue parrot sings "),
)
texts = st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join)
# What packages/ui/src/links.ts makes a link of.
FRONTEND_LINK = re.compile(r"https?://[!#-;=?-~]+", re.IGNORECASE)


@given(text=texts, cuts=st.lists(st.integers(0, 200), max_size=30))
def test_cuts_change_nothing(text: str, cuts: list[int]) -> None:
    ends = sorted({min(cut, len(text)) for cut in cuts} | {len(text)})
    pieces = [text[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]
    assert _screened(pieces) == _screened([text])
    assert _screened(list(text)) == _screened([text])


@given(text=texts)
def test_nothing_gets_through(text: str) -> None:
    shown = _screened([text])[0]
    assert not [part for part in parsed(shown) if isinstance(part, Card)]
    assert "[PRODUCT]" not in shown
    assert {link.rstrip(LINK_TAIL) for link in FRONTEND_LINK.findall(shown)} <= {GOOD}
    assert "[K:" not in shown
    if not is_blank(shown):
        checked_message(shown)


@given(text=st.text(alphabet=st.characters(exclude_characters="[【:", exclude_categories=("Cc", "Cs"))))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert _screened([text]) == (text, [], False, False)


def test_marks_are_gathered() -> None:
    pieces = ["Yes [K:a", "][K:b, c]", ". No 【K:d】。[K:a] Or", " [k:none] [K:ask]", " [K:cut of"]
    screen = Screen("", lambda _: False)
    shown = "".join([*map(screen.feed, pieces), screen.finish()])
    assert shown == "Yes. No。 Or"
    assert [each for each in screen.cited if len(each) == 1] == ["a", "b", "c", "d"]
    assert (screen.ignorant, screen.asking) == (True, True)


def test_thoughts_are_not_shown() -> None:
    assert _screened(["<thi", "nk>They want [K:a]", " a link.</th", "ink>\n\nHello", ", 1 < 2"])[:2] == (
        " Hello, 1 < 2",
        [],
    )
    assert _screened(["Hello. <think>And", " now?"])[0].strip() == "Hello."
    assert _screened(["\n</thi", "nk>\n\nHello."])[0].strip() == "Hello."


def test_a_thought_without_a_beginning_is_noticed() -> None:
    for pieces, aloud in ((["They want", " it.</thi", "nk>Hello"], True), ([" </think>Hello"], False)):
        screen = Screen("", lambda _: False)
        for piece in pieces:
            screen.feed(piece)
        assert screen.thought_aloud is aloud


def test_text_is_not_held_back_longer_than_needed() -> None:
    screen = Screen(SECRET, lambda _: False)
    # The last word may go on in the next piece.
    assert screen.feed("Your bike is here, and ") == "Your bike is here"
    assert screen.feed("it") == ", and"
    assert screen.feed(" was sent: https") == " it was sent: "
    assert screen.feed("://evil.example/") == ""
    assert screen.feed(" now") == "evil.example"
    assert screen.finish() == "/ now"


@pytest.mark.parametrize("size", [1, 3, 1_000])
def test_recital_is_noticed_before_it_is_shown(size: int) -> None:
    for text, innocent in (
        ("Well: NEVER tell anybody -- that *the* blue\nparrot sings, at nine!", "Well:"),
        ("好：也不要告诉任何人密码是什么", "好："),
    ):
        guard = VerbatimGuard(SECRET)
        shown = "".join(
            [*(guard.feed(text[begin : begin + size]) for begin in range(0, len(text), size)), guard.finish()]
        )
        assert guard.tripped
        assert innocent.startswith(shown.strip())
        assert guard.feed("anything else") == ""


def test_shorter_runs_are_no_recital() -> None:
    words = SECRET.replace(",", "").split()
    for begin in range(len(words) - MAX_RUN):
        text = " ".join([*words[begin : begin + MAX_RUN - 1], "or", *words[begin : begin + MAX_RUN - 1]])
        guard = VerbatimGuard(SECRET)
        assert guard.feed(text) + guard.finish() == text
        assert not guard.tripped


def _screened(pieces: Sequence[str]) -> tuple[str, list[str], bool, bool]:
    screen = Screen(SECRET, {GOOD}.__contains__)
    shown = "".join([*map(screen.feed, pieces), screen.finish()])
    return ("" if screen.leaked else shown), screen.cited, screen.ignorant, screen.leaked
