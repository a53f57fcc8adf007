"""When the AI must step back: rules over what was said. (A first, small set: an explicit wish always wins.)

Two rules look at every message that still awaits an answer, in English and Chinese whatever the session's language:
`asks_for_person` (reason `user_request`) and `alarm` (reason `keyword`, severity high: danger, law, complaints).
When one burst holds both, the wish is the reason and the alarm the severity.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from domain.engine import Turn, Utterance
from domain.entry import Role
from domain.session import EscalationReason, Severity


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person is to take over, and why. `rule` names the rule, `seq` the entry that it matched."""

    reason: EscalationReason
    severity: Severity
    rule: str
    detail: str
    seq: int


def judge(turn: Turn) -> Verdict | None:
    """Whether what the customer said since the last answer asks for a person. `detail` is the phrase that matched."""
    wish = _first(turn, _asks_for_person)
    alarm = _first(turn, _alarms)
    if wish:
        said, phrase = wish
        severity = Severity.HIGH if alarm else Severity.NORMAL
        return Verdict(EscalationReason.USER_REQUEST, severity, "asks_for_person", phrase, said.seq)
    if alarm:
        said, phrase = alarm
        return Verdict(EscalationReason.KEYWORD, Severity.HIGH, "alarm", phrase, said.seq)
    return None


# --- Asking for a person, English ---

_KIND = (
    r"(?:real|actual|live|human|physical|proper|different|customer|service|support|sales|care|helpful|friendly"
    r"|competent|qualified|another)"
)
# Whom one can ask for in so many words.
_PERSON = (
    rf"(?:(?:{_KIND}\s+){{0,3}}(?:humans?|persons?|people|agents?|representatives?|reps?|advis[eo]rs?|operators?"
    r"|supervisors?|managers?|employees?|colleagues?|consultants?|assistants?|humanbeing)"
    r"|(?:a\s+)?(?:member\s+of|someone\s+from)\s+(?:the\s+|your\s+)?(?:staff|team|customer\s+service|support)"
    r"|customer\s+(?:service|support|care)(?!\s+(?:hours|number|phone|e-?mail|address|times?))|support\s+team|live\s+chat)"
)
# Whom one can only talk to: "I need someone to carry it" asks for nobody of ours.
_ANYONE = rf"(?:{_PERSON}|some(?:one|body)(?:\s+(?:real|human|else|there))?|any(?:one|body)(?:\s+(?:real|human|else))?)"
_ARTICLE = r"(?:(?:a|an|the|your|one\s+of\s+your|some|any)\s+)?"
# "an agent's", "human error", "person-sized" are about something else.
_NOT_COMPOUND = r"(?!['’]s|\s?-|\s+(?:error|weight|body|height|resources|rights))"

_ENGLISH_WISH = re.compile(
    rf"\b(?:(?:talk|speak|chat|write|type)\s+(?:to|with)|call|reach|contact)\s+{_ARTICLE}{_PERSON}\b{_NOT_COMPOUND}(?!\s+by)"
    r"|\bcan\s+i\s+(?:call|phone|ring)\s+(?:someone|somebody)\b|\b(?:get|give|send|find)\s+me\s+(?:someone|somebody)\b"
    r"|\b(?:someone|somebody)\s+(?:real|human)\b"
    rf"|\b(?:talk|speak|chat)\s+(?:to|with)\s+{_ANYONE}\b{_NOT_COMPOUND}"
    rf"|\b(?:prefer|rather|keep|start)\s+(?:talking|speaking|chatting)\s+(?:to|with)\s+{_ARTICLE}{_ANYONE}\b"
    rf"|\b(?:want|need|like|prefer|get|give|find|send|bring|request|demand)\s+(?:me\s+|us\s+|for\s+)?"
    rf"(?:a|an|the|some|your)\s+{_PERSON}\b{_NOT_COMPOUND}(?!\s+(?:to\s+carry|sized|seat))"
    rf"|\b(?:connect|transfer|hand|forward|pass|switch|redirect|escalate)\s+(?:(?:me|us|this|it)\s+)?(?:over\s+|on\s+)?(?:to|with)"
    rf"\s+{_ARTICLE}{_ANYONE}\b|\bput\s+(?:me|us)\s+(?:through|in\s+touch|on)\b"
    rf"|\b(?:is\s+there|are\s+there|isn['’]?t\s+there)\s+{_ARTICLE}{_ANYONE}\s+(?:i\s+can|to|who\s+can|available|there)\b"
    rf"|\bcan\s+{_ARTICLE}(?:real\s+|human\s+|actual\s+)(?:person|agent|human|being)\s+(?:help|answer|look|call)\b"
    rf"|(?:^|[.!?,;\n]|\bbut)\s*(?:no[,.]?\s+)?{_ARTICLE}{_PERSON}(?:\s*,?\s*(?:please|pls|now|instead|asap))*\s*(?:$|[.!\n])"
    rf"|\b(?:human|agent|representative|operator|real\s+person|live\s+agent)\s*,?\s+(?:please|pls|now)\b"
    r"|\b(?:i\s+(?:want|would\s+like|['’]?d\s+like|need|wish)\s+to|let\s+me)\s+(?:complain|(?:make|file|lodge)\s+a\s+complaint)\b",
    re.IGNORECASE,
)
# What stands directly before a wish and turns it round: "I don't need to …", "am I …", "do I have to …".
_ENGLISH_DENIAL = re.compile(
    r"(?:(?:\b(?:do|does|did|would|will|should|need)n['’]?t|\b(?:do|does|did|would|will|should|need)\s+not|\bno\s+need|\bnot|\bnever"
    r"|\bwithout|\brather\s+not|\binstead\s+of"
    r"|(?<!how )(?<!where )\b(?:do|must|should|will|would)\s+(?:i|we|you)|\bhate|\bstop)"
    r"(?:\s+(?:really|even|actually|necessarily|yet|just|want|need|have|having|wish|like|prefer|to|be|get|a|an|any|i|we|you"
    r"|asking|ask|trying|make|me|for|rather))*)\s*$",
    re.IGNORECASE,
)

# --- Asking for a person, Chinese ---

# 人工 is also the first half of artificial intelligence and of labour costs.
_REN = (
    r"(?:人工(?!智能|智障|费|成本|合成|降解|草)(?:客服|服务|坐席|座席)?|真人(?:客服)?|活人|真的?人|客服人员|专员"
    r"|(?:你们)?(?:经理|主管|领导|负责人))"
)
_CHINESE_WISH = re.compile(
    rf"转(?:接|到|给|入|成|为)?(?:一下|下)?(?:[一个位名]{{0,2}})(?:{_REN}|客服)"
    rf"|(?:我?要|我?想要?|找|换|叫|联系|联络|接|请|呼叫|需要|来|给我|帮我找?|求|安排|有没?有?)(?:一下|下|到)?(?:[一个位名]{{0,2}})"
    rf"(?:你们的?)?{_REN}"
    rf"|(?:和|跟|与|同)(?:[一个位名]{{0,2}})(?:你们的?)?(?:{_REN}|客服)(?:聊|说|谈|讲|沟通|对话|联系|通话)"
    r"|(?:找|要|接|叫|联系|呼叫)(?:一下|下)?(?:[一个位名]{0,2})(?:你们的?)?客服(?!电话|邮箱|热线|时间|微信)"
    rf"|(?:^|[，。,.!！?？\s]){_REN}(?:吧|呢|啊|谢谢|在吗|，谢谢)?\s*(?:$|[，。,.!！?？\n])"
    r"|我(?:要|想)(?:进行|正式)?投诉|(?:跟|和)(?:个)?人(?:聊|说话|谈|沟通)|找个人(?:来|跟我|和我|帮我)|人工处理|人工介入|转人",
)
_CHINESE_DENIAL = re.compile(
    # 为什么不, 怎么不, 能不能, 可不可以 and 还不 ask for it all the same.
    r"(?:(?<!为什么)(?<!怎么)(?<!干嘛)(?<!为何)(?<!能)(?<!可)(?<!还)(?<!是)(?<!要)不(?:是|太|用|必|需|需要|想|要|想要|用去|需要再|打算|愿意)?"
    r"|别(?:再|给我)?|无需|无须|没必要|没有必要|没(?:有)?|先不|暂时不|是(?:不是|否)?)(?:再|去|给我|帮我|和|跟)?$"
)

# --- Alarms ---

_ENGLISH_ALARM = re.compile(
    r"\b(?:(?:on|caught|catch(?:es|ing)?|set\s+on)\s+fire|fire(?!\s*-?\s*(?:proof|safe|safety|red|resistant|up|away|extinguisher))"
    r"|flames?|smok(?:e|es|ed|ing)(?!\s+(?:detector|gr[ea]y|blue|black))"
    r"|explo(?:de[sd]?|ding|sions?)|burn(?:s|ed|t|ing)?(?!\s+(?:calories|fat|off|question))|melt(?:s|ed|ing)|overheat(?:s|ed|ing)?"
    r"|injur(?:y|ies|ed)|hospital|ambulance|bleeding|electrocuted|electric\s+shock|broke\s+my\s+(?:arm|leg|wrist|nose|hand|foot)"
    r"|got\s+hurt|was\s+hurt|(?:battery|cell)\s+(?:is\s+)?swollen|swollen\s+battery"
    r"|lawyers?|attorneys?|solicitors?|sue|suing|lawsuit|legal\s+(?:action|steps|proceedings)|(?:to|in|small\s+claims)\s+court"
    r"|trading\s+standards|ombudsman|consumer\s+(?:protection|rights|association)|chargeback|fraud|scam(?:mers?|med)?"
    r"|complain(?:t|ts|ing)?)\b",
    re.IGNORECASE,
)
_ENGLISH_ALL_CLEAR = re.compile(
    r"(?:\b(?:no|not|non|never|without|nobody|no\s+one|(?:is|was|did|does|has|have)n['’]?t)(?:\s+(?:a|any|been|is|was|get|got|has|on))*)"
    r"[\s-]*$",
    re.IGNORECASE,
)
_CHINESE_ALARM = re.compile(
    r"起火|着火|失火|冒烟|爆炸|自燃|烧伤|烫伤|烧焦|烧起来|烧着|融化|受伤|触电|漏电|鼓包|流血|骨折|住院|送医|医院|车祸"
    r"|律师|起诉|法院|告你们|打官司|法律(?:途径|手段|责任|诉讼)|消费者协会|消协|12315|市场监管|报警|诈骗|骗子|欺诈|投诉|举报|曝光"
)
_CHINESE_ALL_CLEAR = re.compile(r"(?:没有?|不会|并未|未|没人|无人|防|会不会|不想|不要|不)(?:再|被|有|人)?$")

# A denial is a few words; looking further back would only cost time.
_LOOK_BACK = 60
_CLAUSE_END = re.compile(r"[,.;:!?\n，。；：！？、]|\bbut\b|但是?|而是", re.IGNORECASE)


def _asks_for_person(text: str) -> str | None:
    return _undenied(text, _ENGLISH_WISH, _ENGLISH_DENIAL) or _undenied(text, _CHINESE_WISH, _CHINESE_DENIAL)


def _alarms(text: str) -> str | None:
    return _undenied(text, _ENGLISH_ALARM, _ENGLISH_ALL_CLEAR) or _undenied(text, _CHINESE_ALARM, _CHINESE_ALL_CLEAR)


def _first(turn: Turn, rule: Callable[[str], str | None]) -> tuple[Utterance, str] | None:
    """The first unanswered message that the rule finds something in, and what it found."""
    said = [utterance for utterance in turn.utterances if utterance.role is Role.USER]
    for utterance in said[len(said) - turn.unanswered :]:
        if phrase := rule(_with_single_spaces(utterance.text)):
            return utterance, phrase
    return None


def _undenied(text: str, pattern: re.Pattern[str], denial: re.Pattern[str]) -> str | None:
    """What the pattern finds in the text, unless the words directly before it, in the same clause, turn it round."""
    for match in pattern.finditer(text):
        before = _CLAUSE_END.split(text[max(0, match.start() - _LOOK_BACK) : match.start()])[-1]
        if denial.search(before) is None:
            return match.group().strip(_AROUND)
    return None


# What a match may hold around the phrase itself.
_AROUND = " \n.,;:!?，。；：！？"


def _with_single_spaces(text: str) -> str:
    """The text with one space or line feed for many: thousands of them would make the patterns slow."""
    return _SPACES.sub(lambda match: "\n" if "\n" in match.group() else " ", text)


_SPACES = re.compile(r"\s+")
