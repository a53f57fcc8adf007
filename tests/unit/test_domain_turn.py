"""What an engine is given of a timeline, what a person promised in it, and what counts as a yes."""

from __future__ import annotations

import pytest

from domain.engine import Answer, Turn, Utterance
from domain.entry import Entry, EntryType, Role, Source
from domain.language import written_language
from domain.offer import accepted_offer, apology, says_yes
from domain.promise import promises_in
from domain.session import Assignee, Customer, Language
from domain.turn import failures_after, language_of, turn_of
from tests.fakes.sessions import ALICE, BOB, a_session


def said(seq: int, role: Role, content: str, *, by: Assignee | None = None) -> Entry:
    kind = EntryType.MANUAL_MESSAGE if role is Role.AGENT else EntryType.NEW_MESSAGE
    return Entry("s_1", seq, 1, kind, role, Source.AI_CHATBOT, float(seq), content, by)


def moved(seq: int, action: str) -> Entry:
    data = {"action": action, "status": "", "previous": ""}
    return Entry("s_1", seq, 1, EntryType.STATUS_CHANGE, Role.SYSTEM, Source.SYSTEM, float(seq), data=data)


# --- Promises ---


@pytest.mark.parametrize(
    "sentence",
    [
        "I'll send you a new battery tomorrow.",
        "We will refund the 129 euros.",
        "You will receive the invoice by e-mail.",
        "I am going to call the workshop.",
        "The refund will be on your account on Friday.",
        "A colleague will call you.",
        "我会给您补发一个电池。",
        "我们会在三天内退款。",
        "我马上为您安排换货。",
        "退款将在周五到账。",
    ],
)
def test_promises(sentence: str) -> None:
    (promise,) = promises_in([said(4, Role.AGENT, f"Hello! {sentence}", by=ALICE)])
    assert (promise.text, promise.seq, promise.author) == (sentence, 4, "Alice")


@pytest.mark.parametrize(
    "sentence",
    [
        "How can I help?",
        "Will you be at home?",
        "We will not refund this.",
        "We won't be able to help.",
        "You will need to send us a photo.",
        "The battery is charged.",
        "您好，请问有什么可以帮您？",
        "我们不会退款。",
        "这个我无法处理。",
    ],
)
def test_what_promises_nothing(sentence: str) -> None:
    assert promises_in([said(4, Role.AGENT, sentence, by=ALICE)]) == ()


def test_promises_are_those_of_the_agents_since_the_last_takeover() -> None:
    entries = [
        moved(1, "takeover"),
        said(2, Role.AGENT, "I will call you.", by=ALICE),
        moved(3, "release"),
        moved(4, "takeover"),
        said(5, Role.USER, "I will sue you."),
        said(6, Role.ASSISTANT, "I will get a colleague."),
        said(7, Role.AGENT, "Thanks.\nI'll refund it. You'll have it on Friday!", by=BOB),
        moved(8, "release"),
    ]
    assert [(promise.text, promise.seq, promise.author) for promise in promises_in(entries)] == [
        ("I'll refund it.", 7, "Bob"),
        ("You'll have it on Friday!", 7, "Bob"),
    ]


def test_the_ai_knows_what_the_person_said_and_promised() -> None:
    entries = [
        said(1, Role.USER, "My battery is broken"),
        moved(2, "takeover"),
        said(3, Role.AGENT, "I will send a new one.", by=ALICE),
        moved(4, "release"),
        said(5, Role.USER, "When does it come?"),
    ]
    turn = turn_of(a_session(asked_seq=5, answered_seq=1), entries)
    assert turn.utterances[1] == Utterance(Role.AGENT, "I will send a new one.", 3, "Alice")
    assert [promise.text for promise in turn.promises] == ["I will send a new one."]
    assert (turn.unanswered, turn.question) == (1, "When does it come?")


# --- The offer of a person ---


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "Yes, please!",
        "ok",
        "sure, go ahead",
        "please do",
        "Yes please, that would be great",
        "get me someone",
        "好",
        "好的",
        "好的，谢谢",
        "需要",
        "可以",
        "转吧",
        "嗯嗯",
        "要的，麻烦您了",
        "请转接",
        "I'd like that",
        "Sure!!",
        "go on then",
        "yes, connect me",
        "that'd be great",
        "if you could, yes",
        "好的，转吧",
        "那就麻烦您了",
        "行，转接一下",
        "ja, gerne",
        "oui merci",
    ],
)
def test_a_yes(text: str) -> None:
    assert says_yes(text)


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "no thanks",
        "yes but where is it",
        "ok and the other one?",
        "ok but first tell me the price",
        "sure thing is broken",
        "maybe later",
        "thanks",
        "ja, aber was kostet es",
        "不用了",
        "不需要",
        "可以退吗",
        "要多久",
        "好像是坏了",
        "好像不对",
        "what?",
        "",
        "👍?no",
        "yes " * 40,
    ],
)
def test_no_yes(text: str) -> None:
    assert not says_yes(text)


def test_a_yes_accepts_only_what_was_offered_last() -> None:
    offer = Utterance(Role.ASSISTANT, apology(Language.ENGLISH, offering=True), 2, offers_person=True)
    other = Utterance(Role.ASSISTANT, "Anything else?", 3)
    yes = Utterance(Role.USER, "yes", 4)

    def turn(*utterances: Utterance) -> Turn:
        return Turn("s_1", Language.ENGLISH, Customer(), utterances, 1)

    assert accepted_offer(turn(offer, yes))
    assert not accepted_offer(turn(offer, other, yes))
    assert not accepted_offer(turn(yes))


def test_an_apology_offers_a_person_or_not() -> None:
    for language in Language:
        with_offer, without = (apology(language, offering=offering) for offering in (True, False))
        assert with_offer.startswith(without)
        assert with_offer.endswith(("?", "？"))
        assert not without.endswith(("?", "？"))


# --- Language and failures ---


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (["AM20451", "订单呢"], Language.CHINESE),
        (["ana@example.com", "Where is it"], Language.ENGLISH),
        (["Wo ist mein Paket?"], Language.ENGLISH),
        (["12345"], None),
        ([], None),
    ],
)
def test_the_language_that_a_text_shows(texts: list[str], language: Language | None) -> None:
    for otherwise in Language:
        assert written_language(texts, otherwise=otherwise) is (language or otherwise)


def test_the_language_of_the_question_counts_first() -> None:
    turn = turn_of(
        a_session(asked_seq=3, answered_seq=1),
        [said(1, Role.USER, "你好"), said(3, Role.USER, "Do you speak English?")],
    )
    assert language_of(turn) is Language.ENGLISH


@pytest.mark.parametrize(
    ("answer", "failures"),
    [
        (Answer("Two days."), 0),
        (Answer("Which one?", asks_back=True), 2),
        (Answer("No idea.", confident=False), 3),
    ],
)
def test_failures_in_a_row(answer: Answer, failures: int) -> None:
    assert failures_after(Turn("s_1", Language.ENGLISH, Customer(), (), 0, failures=2), answer) == failures
