"""The demo shop's knowledge: complete in both languages, consistent, and under its own names only."""

from __future__ import annotations

import re

from domain.session import Language
from infrastructure.knowledge.demo import load_entries

ENTRIES = load_entries()

# Chinese has 19 点 for 7 pm, and 95 折 for 5 % off.
TOLD_OTHERWISE = {"opening-hours", "express", "discount-codes"}


def test_there_are_enough_entries_with_ids_of_their_own() -> None:
    assert len(ENTRIES) >= 48
    assert len({entry.id for entry in ENTRIES}) == len(ENTRIES)


def test_every_entry_is_complete_in_every_language() -> None:
    for entry in ENTRIES:
        for language in Language:
            wording = entry.wordings[language]
            sentences = [part for part in re.split(r"(?<=[.!?])\s|(?<=[。！？])", wording.body) if part]
            assert 2 <= len(sentences) <= 6, (entry.id, language)
            assert wording.title
            assert len(wording.questions) >= 3, (entry.id, language)
            assert wording.tags
            written_in_chinese = bool(re.search("[\u4e00-\u9fff]", wording.body))
            assert written_in_chinese is (language is Language.CHINESE), entry.id


def test_addresses_belong_to_nobody() -> None:
    for entry in ENTRIES:
        assert entry.url.startswith("https://aldermoor.example/")
        for wording in entry.wordings.values():
            assert all(mail.endswith("@example.com") for mail in re.findall(r"\S+@[\w.]+\w", wording.body))


def test_models_tell_the_price_that_their_card_shows() -> None:
    models = [entry for entry in ENTRIES if entry.product]
    assert len(models) >= 6
    for entry in models:
        assert entry.product is not None
        for wording in entry.wordings.values():
            assert entry.product.price.removesuffix(".00") in wording.body, entry.id


def test_every_language_tells_the_same_figures() -> None:
    for entry in ENTRIES:
        figures = [set(re.findall(r"€?\d[\d,.]*\d", wording.body)) for wording in entry.wordings.values()]
        numbers = [{figure.strip("€") for figure in found} for found in figures]
        assert numbers[0] == numbers[1] or entry.id in TOLD_OTHERWISE, (entry.id, numbers)
