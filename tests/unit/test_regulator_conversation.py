"""What a single message does not show: answers that were none, the same question again, anger, VIPs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.engine import Answer, Handover, Turn, Utterance
from domain.entry import Role
from domain.regulator import Rules, Verdict, judge, judge_answer
from domain.regulator.rules import Rule, VipMoment
from domain.session import Customer, EscalationReason, Language, Severity
from infrastructure.regulator.rules_file import DEFAULT_RULES, load_rules
from infrastructure.regulator.valence import EnglishValence

RULES = load_rules(DEFAULT_RULES)
VALENCE = EnglishValence()
UNKNOWN = Answer("I don't know.", confident=False)
VIP = Customer("Anna", "anna@example.com", vip=True)

PROBLEMS = (
    "my bike is broken and won't start",
    "The motor died on the way home, terrible noise, and now the display shows an error.",
    "the brake is bad and the chain broke again",
    "I'm sad that the bike arrived damaged",
    "the wrong colour was delivered, unfortunately the saddle is torn too",
    "I hate riding in the rain, is it dangerous for the battery?",
    "Sorry, stupid question: how do I charge it?",
    "the tyre is damaged and the light is dead, can you fix it?",
    "That's a ridiculously good price!",
    "my battery is dead, I lost my key and I am stuck in the cold",
    "自行车坏了，启动不了",
    "刹车有异响，屏幕也不亮",
    "垃圾桶放哪里",
    "收到的时候箱子破了，前叉弯了",
    "Mein Fahrrad ist kaputt und der Akku lädt nicht mehr",
    "le vélo est cassé et la batterie est morte",
    "la bici está rota y no arranca",
    "la bici è rotta e non parte",
)

FURIOUS = (
    "fuck you and your bike",
    "This is the worst company ever!!!",
    "You are useless, this is ridiculous and unacceptable",
    "I am absolutely furious",
    "What the hell, this is pathetic, I am sick of this!!",
    "你们太过分了，什么垃圾公司！！",
    "他妈的",
    "真是忍无可忍",
    "Das ist eine Frechheit, ich bin stinksauer, ein Saftladen!",
    "allez vous faire foutre",
    "hijos de puta",
    "vaffanculo",
)


@pytest.mark.parametrize("text", PROBLEMS)
def test_a_problem_is_not_anger(text: str) -> None:
    turn = _turn("hello", UNKNOWN.text, text, UNKNOWN.text, text, UNKNOWN.text, "and now?")
    assert _judged(_turn(text)) is None
    assert _judged(turn) is None


@pytest.mark.parametrize("text", FURIOUS)
def test_one_furious_message_is_enough(text: str) -> None:
    verdict = _judged(_turn(text))
    assert verdict is not None
    assert (verdict.reason, verdict.rule, verdict.seq) == (EscalationReason.SENTIMENT, "sentiment", 1)
    assert verdict.severity is Severity.HIGH
    assert verdict.detail


def test_praise_beside_wrath_is_irony_and_beside_a_word_of_it_is_meant() -> None:
    assert _judged(_turn("wow great service, really, I love it, you are pathetic and a joke!!")) is not None
    assert _judged(_turn("ridiculous how good this is, I love it, thank you so much")) is None


def test_who_is_angry_in_two_ways_is_furious_if_it_is_with_us() -> None:
    assert _judged(_turn("the last owner was pathetic and a joke")) is None
    assert _judged(_turn("your last answer was pathetic and a joke")) is not None
    assert _judged(_turn("这个坡真离谱，烦死了")) is None
    assert _judged(_turn("你们真离谱，烦死了")) is not None


def test_two_angry_messages_of_three_are_enough() -> None:
    assert _judged(_turn("this is ridiculous")) is None
    verdict = _judged(_turn("this is ridiculous", "Sorry.", "where is it then?", "I don't know.", "I'm fed up"))
    assert verdict is not None
    assert (verdict.reason, verdict.seq, verdict.detail) == (EscalationReason.SENTIMENT, 5, "fed up")
    calm = ("this is ridiculous", "Sorry.", "where is it?", "Here.", "ok", "Fine.", "how much?", "9 €.", "I'm fed up")
    assert _judged(_turn(*calm)) is None


def test_anger_before_a_colleague_spoke_is_settled() -> None:
    said = (
        Utterance(Role.USER, "this is ridiculous", 1),
        Utterance(Role.AGENT, "I have sorted it out.", 2, "Mina"),
        Utterance(Role.USER, "I was so annoyed", 3),
    )
    assert _judged(Turn("s", Language.ENGLISH, Customer(), said, unanswered=1)) is None


def test_the_third_answer_in_a_row_that_is_none_escalates() -> None:
    turn = _turn("what is the meaning of the blue light?")
    assert judge_answer(replace(turn, failures=1), UNKNOWN, RULES) is None
    verdict = judge_answer(replace(turn, failures=2), UNKNOWN, RULES)
    assert verdict is not None
    assert (verdict.reason, verdict.rule, verdict.seq) == (EscalationReason.FAIL_LOOP, "failures", 1)


@pytest.mark.parametrize(
    "answer",
    [
        Answer("It is 9 €."),
        Answer("Which one?", confident=False, asks_back=True),
        Answer("All right.", confident=False, handover=Handover(EscalationReason.USER_REQUEST, "yes")),
    ],
)
def test_what_is_no_failure_does_not_escalate(answer: Answer) -> None:
    assert judge_answer(replace(_turn("how much?"), failures=5, customer=VIP), answer, RULES) is None


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        ("Where is my order AM20451?", "where is my order", "So, where is my order?!"),
        ("how long does the delivery take", "How long does delivery take??", "how long does the delivery take"),
        ("多久能送到我家", "多久能送到我家？", "请问多久能送到我家"),
        ("Wann kommt mein Paket endlich an?", "wann kommt mein paket an", "Wann kommt mein Paket endlich an"),
    ],
)
def test_the_same_question_for_the_third_time(first: str, second: str, third: str) -> None:
    assert _judged(_turn(first, "Soon.", second)) is None
    verdict = _judged(_turn(first, "Soon.", second, "Soon.", third))
    assert verdict is not None
    assert (verdict.reason, verdict.rule, verdict.seq) == (EscalationReason.FAIL_LOOP, "same_question", 5)


@pytest.mark.parametrize(
    "said",
    [
        ("ok", "Good.", "ok", "Good.", "ok"),
        ("hello", "Hello!", "hello", "Hello!", "hello"),
        ("谢谢", "不客气", "谢谢", "不客气", "谢谢"),
        ("yes please", "Here.", "yes please", "Here.", "yes please"),
        ("AM20451", "And the e-mail?", "AM20451 anna@example.com", "Not found.", "AM20451 anna@example.com"),
        ("where is order AM20451", "Here.", "where is order AM20452", "Here.", "where is order AM20453"),
        ("how much is the Brook?", "9 €.", "how much is the Heath?", "8 €.", "how much is the Ridge?"),
    ],
)
def test_what_may_be_said_three_times(said: tuple[str, ...]) -> None:
    assert _judged(_turn(*said)) is None


@pytest.mark.parametrize(
    "text",
    [
        "third time. belt off. chain on. yes or no",
        "You still haven't told me how far apart they are",
        "I have asked you four times now, does it fold",
        "how many more times do I have to type this",
        "第三遍了，到底能还是不能",
        "你还是没告诉我多宽",
        "我都问了四遍了，到底多重",
    ],
)
def test_the_customer_may_say_that_it_was_asked_before(text: str) -> None:
    verdict = _judged(_turn("Does it fold?", "It weighs 17 kg.", text))
    assert verdict is not None
    assert (verdict.reason, verdict.rule, verdict.seq) == (EscalationReason.FAIL_LOOP, "same_question", 3)
    assert verdict.detail and verdict.detail in text
    assert _judged(_turn(text)) is None, "asked elsewhere: here the AI has yet to try"


@pytest.mark.parametrize(
    "text",
    [
        "this is the third time I've bought from you, love it",
        "it's the third time I charge it and the light stays red",
        "I keep asking myself whether the Fen is big enough",
        "how many times can I charge the battery",
        "这是我第三次在你们家买车了",
        "第三次充电了灯还是红的",
        "导航一直在绕圈子怎么办",
    ],
)
def test_a_number_of_times_is_not_always_of_asking(text: str) -> None:
    assert _judged(_turn("Hello", "Hi!", text)) is None


def test_asking_again_before_a_colleague_spoke_is_settled() -> None:
    turn = _turn(
        "Does it fold?", "It weighs 17 kg.", "Third time I'm asking!", "I see.", "Thanks, how long is the warranty"
    )
    agent = replace(turn.utterances[3], role=Role.AGENT)
    utterances = (*turn.utterances[:3], agent, *turn.utterances[4:])
    assert _judged(replace(turn, utterances=utterances)) is None


def test_a_burst_of_the_same_question_is_asked_once() -> None:
    said = tuple(Utterance(Role.USER, "where is my order?", seq) for seq in range(1, 6))
    assert _judged(Turn("s", Language.ENGLISH, Customer(), said, unanswered=5)) is None


def test_a_vip_gets_a_person_at_the_first_failure() -> None:
    turn = replace(_turn("what does the blue light mean?"), customer=VIP)
    assert _judged(turn) is None
    verdict = judge_answer(turn, UNKNOWN, RULES)
    assert verdict is not None
    assert (verdict.reason, verdict.rule, verdict.severity) == (EscalationReason.VIP, "vip", Severity.HIGH)


def test_a_vip_may_get_a_person_at_once_but_not_again_after_one() -> None:
    rules = _with_vip(when=VipMoment.AT_ONCE)
    turn = replace(_turn("how much is the Brook?"), customer=VIP)
    verdict = judge(turn, rules, VALENCE)
    assert verdict is not None
    assert verdict.reason is EscalationReason.VIP
    spoken = (Utterance(Role.AGENT, "Hello Anna", 0, "Mina"), *turn.utterances)
    assert judge(replace(turn, utterances=spoken), rules, VALENCE) is None


@pytest.mark.parametrize("email", ["Boss@Example.com", "somebody@vip.example"])
def test_a_vip_is_known_by_e_mail(email: str) -> None:
    rules = _with_vip(emails=frozenset({"boss@example.com"}), domains=frozenset({"vip.example"}))
    turn = replace(_turn("?"), customer=Customer(email=email))
    assert judge_answer(turn, UNKNOWN, rules) is not None
    assert judge_answer(replace(turn, customer=Customer(email="x@example.com")), UNKNOWN, rules) is None


def test_a_vips_wish_is_urgent() -> None:
    verdict = _judged(replace(_turn("a person, please"), customer=VIP))
    assert verdict is not None
    assert (verdict.reason, verdict.severity) == (EscalationReason.USER_REQUEST, Severity.HIGH)


def test_an_explicit_wish_wins_over_everything() -> None:
    question = "where is my order?"
    furious = "fuck you, the battery is on fire, get me a human"
    verdict = _judged(replace(_turn(question, "Soon.", question, "Soon.", furious), customer=VIP))
    assert verdict is not None
    assert (verdict.reason, verdict.rule) == (EscalationReason.USER_REQUEST, "asks_for_person")


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Rule.ASKS_FOR_PERSON, "human please"),
        (Rule.ALARM, "the battery is on fire"),
        (Rule.SENTIMENT, "fuck you"),
    ],
)
def test_a_rule_can_be_off(rule: Rule, text: str) -> None:
    rules = Rules(replace(RULES.book, enabled=RULES.book.enabled - {rule}))
    assert _judged(_turn(text)) is not None
    assert judge(_turn(text), rules, VALENCE) is None


def _with_vip(**changes: object) -> Rules:
    return Rules(replace(RULES.book, vip=replace(RULES.book.vip, **changes)))  # type: ignore[arg-type]


def _judged(turn: Turn) -> Verdict | None:
    return judge(turn, RULES, VALENCE)


def _turn(*said: str) -> Turn:
    """The customer and the AI in turns; the customer says the last."""
    roles = (Role.USER, Role.ASSISTANT)
    utterances = tuple(Utterance(roles[at % 2], text, at + 1) for at, text in enumerate(said))
    return Turn("s", Language.ENGLISH, Customer(), utterances, unanswered=1)
