"""What people say besides asking: greetings, thanks, goodbyes, and whether they talk to a machine."""

from __future__ import annotations

import re
from enum import StrEnum

from infrastructure.ai.retrieval.terms import normalised


class SmallTalk(StrEnum):
    """Kinds; each is the name of the phrase that answers it. Of several in a message the first of these counts."""

    IDENTITY = "identity"
    INSULT = "insult"
    WELL_BEING = "well_being"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    GREETING = "greeting"
    ACKNOWLEDGED = "acknowledged"
    UNCLEAR = "unclear"


# Longer than this it is not small talk alone, and the patterns below need not look at it.
_MAX_CHARACTERS = 80

_PRAISE = r"(?:that'?s |that is |it'?s |you'?re |you are |this is |was |very |really |so |quite |pretty |super )*"
_GOOD = r"(?:great|perfect|awesome|wonderful|nice|cool|good|lovely|brilliant|amazing|excellent|helpful|fantastic|sweet)"

# Each clause of a message must be one of these as a whole, so that a question is never swallowed.
_CLAUSES = {
    SmallTalk.IDENTITY: r"(?:and |so |but )?who (?:are you|am i|is this|is that|'?s this)"
    r"(?: (?:talking|speaking|chatting|writing)(?: (?:to|with))?)?(?: here| now| please| exactly)?"
    r"|(?:and |so )?what are you(?: exactly)?|what'?s your name|do you have a name"
    r"|(?:are you|is this|am i (?:talking|speaking|chatting|writing) (?:to|with))"
    r"(?: (?:a|an|the|really|actually|just|some|kind|of|even))*"
    r" (?:(?:real|actual|live|human|automated|chat|ai|smart) )*"
    r"(?:bots?|robots?|chatbots?|machines?|computers?|ai|humans?|persons?|people|real|program|human being|assistant)"
    r"(?: or (?:an? )?(?:real |actual |human )?(?:bot|robot|chatbot|machine|computer|ai|human|person|what|not))?"
    r"(?: here)?"
    r"|(?:请问)?(?:你|您|这|对面)(?:到底|究竟)?是(?:不是)?(?:个|一个)?(?:机器人|真人|人工|智能|活人|ai|人|机器)"
    r"(?:客服|智能|助手)?(?:吗|么|吧|呢|啊|还是.{1,6})?"
    r"|(?:请问)?(?:你|您)(?:是谁|叫什么|叫什么名字|叫啥)(?:啊|呀|呢)?"
    r"|(?:请问)?(?:我)?(?:现在)?(?:在|是在)?(?:跟|和|同|与)谁(?:说话|聊天|聊|讲话|对话|沟通)(?:呢|啊|呀)?",
    SmallTalk.INSULT: r"(?:you(?:'re| are)? |this is |what an? |such an? )*(?:so |really |fucking |bloody |totally )*"
    r"(?:stupid|dumb|idiots?|useless|moron|rubbish|crap|shit|garbage|worthless|annoying|pathetic)(?: bot| machine"
    r"| thing)?"
    r"|(?:fuck|screw) (?:you|off|this)|shut up|(?:你|你们|真|太|这)*(?:是|个|真|太|好|很)*"
    r"(?:傻|笨|蠢|垃圾|废物|傻逼|白痴|智障|没用|弱智)(?:机器人|东西|玩意|客服)?(?:啊|了|死了)?|滚|闭嘴|去死",
    SmallTalk.WELL_BEING: r"(?:and )?how (?:are|r) (?:you|u|ya)(?: doing| today| feeling)*|how'?s it going"
    r"|how do you do"
    r"|what'?s up|sup|how is your day(?: going)?|how'?s your day|(?:你|您)(?:今天)?(?:好吗|过得(?:好吗|怎么样|咋样))"
    r"|今天(?:过得|心情)?(?:咋样|怎么样|好吗)|最近(?:怎么样|好吗|咋样)|吃了吗",
    SmallTalk.THANKS: rf"(?:ok(?:ay)? |{_GOOD} |and )*(?:thanks|thank you|thank u|thx|tks|cheers|ty|tysm"
    rf"|many thanks|much appreciated)"
    r"(?: (?:so much|very much|a lot|a bunch|a million|again|man|mate|guys|then|anyway|for (?:the|your|all) .{1,20}))*"
    rf"|(?:you(?:'ve| have)? been |i )?(?:appreciate it|very helpful)|{_PRAISE}{_GOOD}(?: answer| job| one| work"
    rf"| {_GOOD})?"
    r"|(?:that|this|it|you) (?:really )?(?:helped|helps|did help|works|worked)(?: me)?(?: a lot)?"
    r"|(?:好的?|那|行)?(?:太|非常|十分|真是)?(?:谢谢|多谢|感谢|谢啦|谢了|谢谢啦|感激|辛苦)(?:你|您|啦|了|哈|哦|呀|各位|你们|你的帮助|您的帮助)?"
    r"|(?:你|您)?(?:真|可|可真)?(?:帮(?:了)?(?:我)?(?:个)?大忙)了?|太(?:好|棒)了|很好|真好|不错|厉害|有帮助|很有用|[👍🙏😊❤🎉👌💪🥰😀😄]+",
    SmallTalk.GOODBYE: r"(?:ok(?:ay)? |well )?(?:good ?bye|bye(?: bye)?|cya|see (?:you|ya)(?: later| soon)?"
    r"|good ?night|take care)(?: then| for now)?"
    r"|that'?s all(?: for now)?|that (?:is|was|will be) all(?: for now)?|(?:have|enjoy) (?:a |your )?(?:nice |good "
    r"|great |lovely )*"
    r"(?:day|evening|one|weekend|night)|nothing else|再见|拜拜?啦?|拜了"
    r"|(?:祝(?:你|您|你们)?)?(?:周末|节日|假期)愉快|没事了|没有了|没别的了|没问题了"
    r"|回见|晚安|就这样吧?|先这样吧?",
    SmallTalk.GREETING: r"(?:hi+|hello+|hey+|hiya|howdy|greetings|yo|(?:a )?(?:very )?good (?:morning|afternoon"
    r"|evening|day)|morning|evening)"
    r"(?: (?:there|everyone|all|guys|team|again|to you|you|folks|bot))*|anyone (?:here|there)|is (?:anyone|anybody"
    r"|someone) there"
    r"|(?:你|您|大家|亲)好(?:呀|啊|哈|哦)?|嗨|嘿|哈喽|哈啰|哈罗|在吗|在么|在不在?"
    r"|有人吗|有人在吗|(?:大家)?(?:早|早上|上午|中午|下午|晚上)好(?:呀|啊|哈)?"
    r"|早安?",
    SmallTalk.ACKNOWLEDGED: rf"(?:(?:ok(?:ay)?|k|all ?right|alright|fine|got it|i see|understood|sure|yes|yep|yeah"
    rf"|no|nope|right|aha|ah|oh|hm+"
    rf"|makes sense|fair enough|noted|will do|no problem|no worries|{_GOOD}|then|so|well|i understand|got you"
    rf"|gotcha)(?: |$))+"
    r"|(?:ok |oh |and |i'?m |i am |so |very |my )*(?:sorry|apologies)(?: (?:about|for) (?:that|this|shouting|yelling"
    r"|the caps|swearing|my tone|being rude|the rude words|my language|bothering you|all the questions|the trouble))?"
    r"|(?:不好意思|抱歉|对不起)(?:啊|哈|了)?|(?:刚才|刚刚)?(?:我)?(?:的)?(?:语气|态度|说话)(?:有点|太)?(?:不好|冲|重|急)(?:了)?"
    r"|(?:好|好的|好吧|好滴|嗯|哦|噢|行|行吧|行了|可以|明白了?|知道了|懂了|了解了?|不用了|是的?|不是|收到|原来如此|这样啊)+",
}
_PATTERNS = {kind: re.compile(pattern) for kind, pattern in _CLAUSES.items()}

_SAYS_SOMETHING = re.compile(r"[^\W_]")
_CLAUSE_END = re.compile(r"[!！.。,，~～?？:：)(;；…\n]+| - ")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def small_talk(text: str) -> SmallTalk | None:
    """The kind of small talk that the whole message is, if it is nothing else."""
    if len(text) <= _MAX_CHARACTERS:
        kinds = [_kind(clause) for clause in _clauses(text)]
        if kinds and None not in kinds:
            return next(kind for kind in SmallTalk if kind in kinds)
    return None if _SAYS_SOMETHING.search(text) else SmallTalk.UNCLEAR


def _clauses(text: str) -> list[str]:
    plain = normalised(text).replace("\ufe0f", "")
    ends = re.split(r"\s+", plain) if _CHINESE.search(plain) else [plain]
    return [" ".join(clause.split()) for part in ends for clause in _CLAUSE_END.split(part) if clause.strip()]


def _kind(clause: str) -> SmallTalk | None:
    """The kind of a clause, or of its first half where people leave out the comma ("thx that helped")."""
    if kind := _kind_of_one(clause):
        return kind
    halves = [(clause[: half.start()], clause[half.end() :]) for half in _HALF.finditer(clause)]
    return next((kind for one, two in halves if (kind := _kind_of_one(one)) and _kind_of_one(two)), None)


_HALF = re.compile(r"(?<=\S) |(?<=[\u3400-\u9fff])(?=[\u3400-\u9fff])")


def _kind_of_one(clause: str) -> SmallTalk | None:
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.fullmatch(clause)), None)
