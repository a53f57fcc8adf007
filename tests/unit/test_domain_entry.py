"""What can be said, what identifies it, and when it is the same message again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entry import (
    MAX_MESSAGE_CHARACTERS,
    Audience,
    Draft,
    Entry,
    EntryType,
    Role,
    Source,
    checked_client_message_id,
    checked_message,
)
from domain.errors import InvalidInput
from tests.fakes.sessions import ALICE, BOB


@pytest.mark.parametrize(
    "text",
    [
        "Hello",
        "我的订单在哪里？",
        "مرحبا، أين طلبي؟",
        "\u202eright to left\u202c",
        "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽",
        "e\u0301 and é",
        "two\nlines\r\nand\ta tab",
        "<script>alert(1)</script> & 'quotes' \"twice\" \\ % _",
        "𝒳𐍈",
        "\ufffd \ufffe",
        ".",
        "\u200bx",
        "\u2801",
    ],
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert checked_message(text) == text


def test_white_space_around_it_goes() -> None:
    assert checked_message("  \n\t Hello \u3000\u00a0\u2028\n") == "Hello"
    assert checked_message("\n a\n\n  b \n") == "a\n\n  b", "and only around it"


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\n\t\r ", "\u3000", "\u00a0\u2003\u2028\u2029", "\x1f\x85"),
        # Of no width, or blank by another name.
        *("\u200b", " \u200b\u200c\u200d\u2060\ufeff\n", "\u202e\u202c", "\u00ad", "\U000e0041"),
        *("\u2800", "\u3164\u115f\uffa0", "\ufe0f", "\u034f", "\U000e0100"),
    ],
)
def test_what_does_not_show_is_nothing(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        checked_message(text)
    assert (refusal.value.field, refusal.value.problem) == ("message", "must not be empty")


@pytest.mark.parametrize("character", ["x", "问", "🚲", "\U0010ffff"])
def test_the_limit_counts_characters_whatever_they_take_to_store(character: str) -> None:
    assert MAX_MESSAGE_CHARACTERS == 10_000
    longest = character * 10_000
    assert checked_message(longest) == longest
    with pytest.raises(InvalidInput) as refusal:
        checked_message(longest + character, field="content")
    assert refusal.value.field == "content"
    assert "10000" in refusal.value.problem


@pytest.mark.parametrize("code", [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)])
def test_control_characters_are_refused_and_named(code: int) -> None:
    with pytest.raises(InvalidInput) as refusal:
        checked_message(f"a{chr(code)}b")
    assert f"U+{code:04X}" in refusal.value.problem


@pytest.mark.parametrize("surrogate", ["\ud800", "\udbff", "\udc00", "\udfff"])
@pytest.mark.parametrize("form", ["{}", "a{}", "{}b", "a{}b"])
def test_lone_surrogates_are_refused(surrogate: str, form: str) -> None:
    with pytest.raises(InvalidInput):
        checked_message(form.format(surrogate))


@given(st.text(st.characters()))
def test_what_is_let_through_can_be_stored_and_said_again(text: str) -> None:
    try:
        checked = checked_message(text)
    except InvalidInput:
        return
    assert checked.encode().decode() == checked
    assert "\0" not in checked
    assert checked_message(checked) == checked


@pytest.mark.parametrize("value", ["a", "0", "3f2c1d7e-1111-4222-8333-444455556666", "a:b.c-d_E", "x" * 100])
def test_a_well_formed_id_stays_as_it_is(value: str) -> None:
    assert checked_client_message_id(value) == value


@pytest.mark.parametrize("value", ["", " ", "a b", "a\n", "a/b", "ü", "号", "x" * 101, "\0", "١"])
def test_a_malformed_id_is_refused(value: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        checked_client_message_id(value)
    assert refusal.value.field == "client_message_id"


def _kept(draft: Draft) -> Entry:
    return Entry(
        "s_1",
        1,
        1,
        draft.type,
        draft.role,
        draft.source,
        1.0,
        draft.content,
        draft.author,
        draft.audience,
        draft.data,
        draft.client_message_id,
    )


SAID = Draft(EntryType.MANUAL_MESSAGE, Role.AGENT, Source.AGENT_WORKBENCH, "Hi", ALICE, client_message_id="m1")


def test_the_same_message_is_known_again() -> None:
    assert SAID.same_message(_kept(SAID))


@pytest.mark.parametrize(
    "other",
    [
        replace(SAID, content="Hi!"),
        replace(SAID, author=BOB),
        replace(SAID, author=None),
        replace(SAID, role=Role.USER),
        replace(SAID, audience=Audience.AGENTS),
    ],
)
def test_another_text_speaker_or_audience_is_another_message(other: Draft) -> None:
    assert not other.same_message(_kept(SAID))
    assert not SAID.same_message(_kept(other))


def test_who_serves_by_now_does_not_make_it_another_message() -> None:
    # Sent to the AI, sent again when a person had taken over.
    first = Draft(EntryType.NEW_MESSAGE, Role.USER, Source.AI_CHATBOT, "Hello", client_message_id="m1")
    assert replace(first, type=EntryType.MANUAL_MESSAGE).same_message(_kept(first))


def test_who_may_see_an_entry() -> None:
    for_all, for_agents = _kept(SAID), replace(_kept(SAID), audience=Audience.AGENTS)
    assert for_all.visible_to(Audience.EVERYONE)
    assert for_all.visible_to(Audience.AGENTS)
    assert for_agents.visible_to(Audience.AGENTS)
    assert not for_agents.visible_to(Audience.EVERYONE)
