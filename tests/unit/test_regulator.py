"""When a person is wanted: what is a wish, what is an alarm, and what only looks like one."""

from __future__ import annotations

import time

import pytest

from domain.engine import Turn, Utterance
from domain.entry import Role
from domain.regulator import Verdict, judge
from domain.session import Customer, EscalationReason, Language, Severity
from infrastructure.regulator.rules_file import DEFAULT_RULES, load_rules

RULES = load_rules(DEFAULT_RULES)

WISHES = (
    "I want to talk to a person",
    "talk to a human",
    "human agent please",
    "Human, please!",
    "a person, please",
    "agent",
    "Real person",
    "can I speak to someone?",
    "Could I please speak with a real person",
    "I'd like to speak to a representative",
    "representative",
    "REPRESENTATIVE!!",
    "get me a human",
    "give me a real human being please",
    "I need a human",
    "I need an agent now",
    "let me speak to your manager",
    "please connect me to an agent",
    "transfer me to customer service",
    "put me through to support",
    "can you put me through?",
    "I would rather talk to somebody",
    "is there someone I can talk to?",
    "Is there a real person there?",
    "No, I don't want a bot. I want a human.",
    "I don't want a bot but a human",
    "Why can't I talk to a human?",
    "you are useless, customer service please",
    "how do I talk to a person",
    "can a real person help me?",
    "can someone real answer me",
    "this bot is useless, get me someone",
    "connect to human",
    "please hand me over to a colleague",
    "can I call someone",
    "I want to complain",
    "I would like to make a complaint",
    "my bike is late\nhuman please",
    "转人工",
    "转人工客服",
    "请帮我转接人工",
    "人工客服",
    "人工",
    "人工服务",
    "找真人",
    "我要找真人",
    "我要人工",
    "我要投诉",
    "我想投诉你们",
    "能不能转人工",
    "为什么不转人工",
    "怎么还不给我转人工客服",
    "不要机器人，我要人工客服",
    "我不要机器人我要人工",
    "叫你们经理来",
    "我想和真人说话",
    "可以跟客服沟通吗",
    "联系人工客服",
    "有没有人工",
    "换个真人来",
    "转接客服",
    "我想跟人聊",
    "别让机器人回我了，找个人来",
)

NO_WISHES = (
    "I don't need a human",
    "I do not want to talk to a person",
    "no need to speak to someone",
    "I'd rather not talk to a representative",
    "is this a person or a bot?",
    "are you a human?",
    "are you a real person?",
    "am I talking to a real person?",
    "Do I need to speak to someone to return the bike?",
    "How heavy a person can it carry?",
    "Can two people ride the Barrow?",
    "I spoke to an agent yesterday and it was fine",
    "what does your estate agent discount mean",
    "the bike is for one person",
    "Is the agentless setup supported?",
    "humane conditions in the factory?",
    "where is my order AM20451?",
    "how do I contact customer service by e-mail",
    "can I connect it to my phone",
    "is there someone in Hamburg who repairs bikes?",
    "what are your customer service hours?",
    "I am a representative of nobody, how much is the Brook?",
    "不需要人工",
    "不用转人工",
    "不要转人工",
    "别转人工",
    "我不想找人工客服",
    "没必要转人工",
    "你是人工还是机器人？",
    "你是真人吗",
    "你是人工客服吗",
    "人工智能是什么",
    "人工费多少钱",
    "客服电话是多少",
    "客服几点下班",
    "Brook 多少钱",
)

ALARMS = (
    "the battery is on fire",
    "There is smoke coming from the charger",
    "the battery exploded in my kitchen",
    "it smells like burning",
    "I was injured when the brake failed",
    "I will call my lawyer",
    "see you in court",
    "I'm going to sue you",
    "this is fraud",
    "this is my third complaint",
    "I got an electric shock",
    "电池起火了",
    "充电器冒烟",
    "我骑车受伤了",
    "我会找律师",
    "我要去消费者协会",
    "我会打12315",
    "你们是骗子",
    "电池鼓包了",
)

NO_ALARMS = (
    "I fired up the app and it works",
    "Is the carton fireproof?",
    "nobody was injured, all is well",
    "there was no fire",
    "the issue is solved",
    "I love the courtyard in your shop",
    "is it non-smoking",
    "where do I find the suede saddle",
    "没有受伤，车也没事",
    "电池不会起火吧",
    "没起火",
    "律动灯怎么开",
    "不想投诉，只是问问",
    "Do you sell a fire red bike?",
    "Is there a smoke grey frame?",
)


@pytest.mark.parametrize("text", WISHES)
def test_wish_for_a_person_is_seen(text: str) -> None:
    verdict = judge(_turn(text), RULES)
    assert verdict is not None, text
    assert verdict.reason is EscalationReason.USER_REQUEST
    assert verdict.severity is Severity.NORMAL or "投诉" in text or "compl" in text
    assert verdict.detail
    assert verdict.detail in text.replace("\n", " ")


@pytest.mark.parametrize("text", NO_WISHES)
def test_what_only_looks_like_a_wish_is_not(text: str) -> None:
    assert judge(_turn(text), RULES) is None


@pytest.mark.parametrize("text", ALARMS)
def test_alarm_is_seen(text: str) -> None:
    verdict = judge(_turn(text), RULES)
    assert verdict is not None, text
    assert (verdict.reason, verdict.severity) == (EscalationReason.KEYWORD, Severity.HIGH)


@pytest.mark.parametrize("text", NO_ALARMS)
def test_what_only_looks_like_an_alarm_is_not(text: str) -> None:
    assert judge(_turn(text), RULES) is None


def test_wish_and_alarm_together_are_an_urgent_wish() -> None:
    verdict = judge(_turn("The battery is on fire! Get me a human"), RULES)
    assert verdict == Verdict(EscalationReason.USER_REQUEST, Severity.HIGH, "asks_for_person", "Get me a human", seq=1)


def test_only_unanswered_messages_count() -> None:
    said = (
        Utterance(Role.USER, "human please", 1),
        Utterance(Role.AGENT, "Here I am. Would you like to talk to a person again?", 2),
        Utterance(Role.USER, "thanks, how much is the Brook?", 3),
    )
    assert judge(Turn("s", Language.ENGLISH, Customer(), said, unanswered=1), RULES) is None
    verdict = judge(Turn("s", Language.ENGLISH, Customer(), said, unanswered=2), RULES)
    assert verdict is not None
    assert verdict.seq == 1


def test_every_message_of_a_burst_is_looked_at() -> None:
    said = tuple(Utterance(Role.USER, text, seq) for seq, text in enumerate(("hello?", "转人工", "anyone?"), start=4))
    verdict = judge(Turn("s", Language.ENGLISH, Customer(), said, unanswered=3), RULES)
    assert verdict is not None
    assert (verdict.seq, verdict.detail) == (5, "转人工")


def test_nothing_unanswered_is_no_wish() -> None:
    said = (Utterance(Role.USER, "human please", 1),)
    assert judge(Turn("s", Language.ENGLISH, Customer(), said, unanswered=0), RULES) is None


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000,
        " " * 9_990 + "human",
        "\n" * 9_990 + "human",
        "talk to a " * 1_000,
        "human " * 1_600,
        "real live human " * 600,
        "no, " * 2_500,
        "don't " * 1_600,
        "不" * 10_000,
        "转" * 10_000,
        "我要找一下" * 2_000,
        "i want to talk to a real live human " * 270,
        "don't want a human " * 500,
        "can someone from your team please " * 300,
        "fire battery smoke " * 500,
        "you are so useless " * 500,
        "- " * 5_000,
        "'" * 10_000,
        "\u0301" * 10_000,
        "\u200b" * 10_000,
        "ß" * 10_000,
        "跟人工客服沟通" * 1_400,
        "不要不要" * 2_500,
        "können sie mich mit einem Menschen " * 280,
        "parler à un vrai humain réel " * 340,
    ],
)
def test_longest_messages_are_judged_quickly(text: str) -> None:
    before = time.process_time()
    judge(_turn(text), RULES)
    assert time.process_time() - before < 0.5


def _turn(text: str) -> Turn:
    return Turn("s", Language.ENGLISH, Customer(), (Utterance(Role.USER, text, 1),), unanswered=1)
