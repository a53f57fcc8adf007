"""The odds that an entry speaks as a question does, and what an index knows of what was told."""

from __future__ import annotations

import pytest

from domain.knowledge import KnowledgeEntry, Product, Wording
from domain.session import Language
from infrastructure.ai.retrieval.index import Index
from infrastructure.ai.retrieval.odds import Odds
from infrastructure.ai.retrieval.terms import spoken


def test_words_of_an_entry_speak_for_it_and_against_the_others() -> None:
    odds = Odds([{"how": 2.0, "long": 2.0}, {"how": 2.0, "much": 2.0}])
    long, much = odds.of({"how": 1.0, "much": 1.0})
    assert much > 0 > long


def test_words_that_all_say_decide_nothing() -> None:
    first, second = Odds([{"how": 2.0, "long": 2.0}, {"how": 2.0, "much": 2.0}]).of({"how": 1.0})
    assert first == pytest.approx(second)


def test_unknown_words_decide_nothing() -> None:
    odds = Odds([{"how": 2.0}, {"much": 1.0}])
    assert odds.of({"quantum": 1.0}).tolist() == [0.0, 0.0]


def test_a_word_of_a_long_entry_says_less() -> None:
    short, long = Odds([{"late": 1.0}, {"late": 1.0, "else": 100.0}]).of({"late": 1.0})
    assert short > long


def test_no_entries_have_no_odds() -> None:
    assert Odds([]).of({"how": 1.0}).tolist() == []


def test_filler_and_neighbours_are_spoken_too() -> None:
    assert spoken("How long?") == ["how", "long", "how long"]
    assert spoken("多久到") == ["多", "久", "到", "多 久", "久 到"]


def test_what_was_told_is_known_by_its_words() -> None:
    index = Index(
        Language.ENGLISH,
        [_entry("short", "Yes."), _entry("long", "Descale the machine every two months."), _PRODUCT],
    )
    told = "Yes. Descale the machine every two months. Shall I get a colleague for you?"
    assert [entry.id for entry in index.told_in(told)] == ["long"]
    assert [entry.id for entry in index.told_in("About the Moka Duo: it has two boilers.")] == ["duo"]
    assert index.without_products("the DUO, not duotone") == "the  , not duotone"


def _entry(name: str, body: str, product: Product | None = None) -> KnowledgeEntry:
    return KnowledgeEntry(name, "", {Language.ENGLISH: Wording(f"About {name}", body)}, product)


_PRODUCT = _entry("duo", "It has two boilers and weighs 16 kg.", Product("Moka Duo", "€", "1,190.00", ""))
