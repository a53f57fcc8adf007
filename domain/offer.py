"""The offer of a person: made with an apology, and accepted with a plain yes."""

from __future__ import annotations

import re

from domain.engine import Turn
from domain.entry import Role
from domain.session import Language

# Said when no engine has an answer: the customer is never left without one.
_APOLOGY = {
    Language.ENGLISH: "I'm sorry, I could not find an answer just now.",
    Language.CHINESE: "抱歉，我暂时无法回答这个问题。",
}
_OFFER = {
    Language.ENGLISH: " Shall I get a colleague for you?",
    Language.CHINESE: "需要我为您转接人工客服吗？",
}


def apology(language: Language, *, offering: bool) -> str:
    """The words for when there is no answer, `offering` a person if none has been asked for already."""
    return _APOLOGY[language] + (_OFFER[language] if offering else "")


# A plain yes is a few words.
_MAX_CHARACTERS = 60
_AROUND = re.compile(r"[\s!！.。,，、~～?？:：)(;；…️]+")
_SOMEBODY = r"(?:one|a colleague|a person|a human|someone|somebody|them)"
_NICE = r"(?:great|nice|good|lovely|helpful|perfect|fine|best|wonderful|brilliant|ideal|ok|okay)"
# What says yes; and what may stand beside it, which says nothing by itself.
_YES = (
    r"yes|yeah|yea|yep|yup|ya|y|sure|ok|okay|absolutely|definitely|certainly|of course|by all means|gladly|agreed"
    r"|go ahead|go on|go for it|please|please do|do so|do it|do that|why not|fine|alright|all right|perfect|good idea"
    r"|great|sounds (?:good|great|fine|perfect)|works for me"
    rf"|that(?: would|['’]?d) (?:be (?:very |really |so )?{_NICE}|help|work)"
    r"|i(?: would|['’]?d) (?:like|love|appreciate) (?:that|to|it)|if you (?:could|can|would)"
    rf"|(?:get|connect|transfer|call|fetch|bring|send|find) (?:me|me to )?(?: ?{_SOMEBODY})?"
    rf"|{_SOMEBODY} (?:please|would be {_NICE})"
    r"|ja|gerne|bitte|oui|volontiers|d['’]accord|s[ií]|vale|claro|sì|certo|va bene"
)
_BESIDE = (
    r"oh|well|then|thanks|thank you|pls|plz|asap|now|right now|quickly|if possible|to me|for me"
    r"|danke|merci|svp|por favor|gracias|grazie|per favore"
)
_CHINESE_YES = (
    r"好(?:的|啊|呀|吧|嘞|哒|滴)?|行(?:的|啊)?|是(?:的|啊)?|要的?|需要的?|可以(?:的|啊)?|嗯|请|对的?|成|中|当然|必须的?|同意|没问题"
    r"|ok的?|麻烦[您你]?|(?:直接|帮我|给我)?转接?(?:一下|人工|过去|给同事)?"
)
_CHINESE_BESIDE = r"谢谢[您你]?|谢了|多谢|吧|那|就|快点?|尽快|马上|了|啦|哈"
_PLAIN_YES = re.compile(
    rf"(?:(?:{_BESIDE}) )*(?:{_YES})(?: (?:{_YES}|{_BESIDE}))*"
    rf"|(?:(?:{_CHINESE_BESIDE}) ?)*(?:{_CHINESE_YES})(?: ?(?:{_CHINESE_YES}|{_CHINESE_BESIDE}))*"
)


def accepted_offer(turn: Turn) -> bool:
    """Whether the customer says yes to a person whom they were last offered (`Utterance.offers_person`)."""
    before = [said for said in turn.utterances if said.role is not Role.USER]
    return bool(before) and before[-1].offers_person and says_yes(turn.question)


def says_yes(text: str) -> bool:
    """Whether the message is a plain yes, however the customer's language has it: nothing else may be in it."""
    plain = _AROUND.sub(" ", text.casefold()).strip()
    return len(text) <= _MAX_CHARACTERS and _PLAIN_YES.fullmatch(plain) is not None
