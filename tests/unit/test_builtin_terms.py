"""How what customers type becomes comparable: spellings, and what numbers speak of."""

from __future__ import annotations

import pytest

from domain.session import Language
from infrastructure.ai.retrieval.terms import is_matter, normalised, terms_of


@pytest.mark.parametrize(
    ("typed", "plain"),
    [("ZÜRICH", "zurich"), ("Kärcher’s", "karcher's"), ("這個後輪壞了嗎", "这个后轮坏了吗"), ("ＡＢ１", "ab1")],
)
def test_one_spelling_for_many(typed: str, plain: str) -> None:
    assert normalised(typed) == plain


@pytest.mark.parametrize(
    ("language", "text", "matters"),
    [
        (Language.ENGLISH, "im 177", {"~size"}),
        (Language.ENGLISH, "my brother, 5'8", {"~size"}),
        (Language.ENGLISH, "he's 125 kilos", {"~load"}),
        (Language.ENGLISH, "€177 and 180 km", set()),
        (Language.CHINESE, "我163", {"~尺寸"}),
        (Language.CHINESE, "骑了180公里", set()),
    ],
)
def test_heights_and_weights_say_what_they_are_about(language: Language, text: str, matters: set[str]) -> None:
    said = {matter for word in terms_of(language, ()).read(text) for matter in word.matters if is_matter(matter)}
    assert said & {"~size", "~load", "~尺寸", "~承重"} == matters


def test_phrases_are_known_without_their_apostrophe() -> None:
    read = terms_of(Language.ENGLISH, ()).read
    assert "~nopower" in {matter for word in read("it wont start") for matter in word.matters}
