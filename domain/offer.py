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
_AROUND = re.compile(r"[\s!！.。,，~～?？:：)(;；…️]+")
_GET = r"get (?:me )?(?:one|a colleague|a person|someone)"
_NICE = r"that would be (?:great|nice|good|lovely|helpful)"
_YES = re.compile(
    rf"(?:(?:oh |well )?(?:yes|yeah|yep|yup|sure|ok|okay|absolutely|definitely|of course|go ahead|do it|do that|{_GET}"
    rf"|why not|please(?: do)?|fine|all ?right|sounds good|{_NICE}|i(?: would|['’]d) (?:like|love) (?:that|to)))"
    rf"(?: (?:yes|please|pls|thanks|thank you|sure|go ahead|do(?: that| it)?|{_NICE}|{_GET}))*"
    r"|(?:好(?:的|啊|呀|吧)?|是的?|要的?|需要的?|可以的?|行|嗯+|请|对的?|麻烦[您你]?了?|转接?吧?|那就转吧|请转接?|帮我转接?(?:一下)?吧?)"
    r"(?: ?(?:谢谢[您你]?|吧|麻烦[您你]?了?|请?转接?吧?|需要|可以|请))*"
)


def accepted_offer(turn: Turn) -> bool:
    """Whether the customer says yes to a person whom they were last offered (`Utterance.offers_person`)."""
    before = [said for said in turn.utterances if said.role is not Role.USER]
    return bool(before) and before[-1].offers_person and says_yes(turn.question)


def says_yes(text: str) -> bool:
    """Whether the message is a plain yes, in one of the languages in which we offer something."""
    plain = _AROUND.sub(" ", text.casefold()).strip()
    return len(text) <= _MAX_CHARACTERS and _YES.fullmatch(plain) is not None
