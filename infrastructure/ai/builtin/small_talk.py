"""What people say besides asking: greetings, thanks, goodbyes, and whether they talk to a machine."""

from __future__ import annotations

import re
from enum import StrEnum

from infrastructure.ai.retrieval.terms import normalised


class SmallTalk(StrEnum):
    """Kinds of it; each is the name of the phrase that answers it."""

    GREETING = "greeting"
    THANKS = "thanks"
    ACKNOWLEDGED = "acknowledged"
    GOODBYE = "goodbye"
    IDENTITY = "identity"
    UNCLEAR = "unclear"


# Longer than this it is not small talk alone, and the patterns below need not look at it.
_MAX_CHARACTERS = 80

_WHOLE_MESSAGE = {
    SmallTalk.GREETING: r"(hi+|hello|hey|hiya|howdy|greetings|good (morning|afternoon|evening|day))( there| everyone)?"
    r"|你好|您好|嗨|哈喽|哈啰|在吗|在不在|早上好|上午好|中午好|下午好|晚上好|你好在吗|您好在吗|有人在吗",
    SmallTalk.THANKS: r"(ok(ay)? |great |perfect |wonderful )?(thanks|thank you|thx|cheers|ty|many thanks)"
    r"( so much| very much| a lot| again| for (the|your) help)?|(that('s| is) )?(great|perfect|awesome|wonderful)"
    r"|(好的?)?(谢谢|多谢|感谢|谢啦|谢了)(你|您|啦|了)?|太好了|很好|[👍🙏😊❤🎉]+",
    SmallTalk.ACKNOWLEDGED: r"ok(ay)?|k|all ?right|fine|got it|i see|understood|(yes|no|yep|nope|sure)"
    r"|好|好的|嗯+|哦+|行|可以|明白了?|知道了|了解了?|不用了|是的?|不是",
    SmallTalk.GOODBYE: r"(good ?bye|bye( bye)?|see you( later)?|that('s| is| was) all"
    r"|have a (nice|good) (day|evening|one))"
    r"|再见|拜拜|没事了|没有了|没别的了|回见",
}
_WHOLE = {kind: re.compile(pattern) for kind, pattern in _WHOLE_MESSAGE.items()}

_IDENTITY = re.compile(
    r"\b(are you|is this|am i (talking|speaking|chatting|writing) (to|with))\b.{0,20}"
    r"\b(bot|robot|chatbot|machine|computer|ai|human|person|real|automated)\b|\bwho are you\b|\bwhat are you\b"
    r"|(你|您|这|对面).{0,4}是.{0,6}(机器人|真人|人工|智能|活人|ai)|你是谁|您是谁"
)

_SAYS_SOMETHING = re.compile(r"[^\W_]")
# A courtesy around the same thing, and the punctuation that people put anywhere.
_AROUND = re.compile(r"[\s!！.。,，~～?？:：)(;；…️]+")


def small_talk(text: str) -> SmallTalk | None:
    """The kind of small talk that the whole message is, if it is nothing else."""
    if len(text) <= _MAX_CHARACTERS:
        plain = _AROUND.sub(" ", normalised(text)).strip()
        for kind, pattern in _WHOLE.items():
            if pattern.fullmatch(plain) or pattern.fullmatch(plain.replace(" ", "")):
                return kind
        if _IDENTITY.search(plain):
            return SmallTalk.IDENTITY
    return None if _SAYS_SOMETHING.search(text) else SmallTalk.UNCLEAR


_YES = re.compile(
    r"(yes|yeah|yep|yup|sure|ok|okay|please|please do|of course|go ahead|that would be (great|nice)|do (it|that))"
    r"( please| thanks| thank you)?|(好|好的|好啊|是|是的|要|需要|可以|行|嗯|请|对|麻烦了|那就转吧)(谢谢|吧)?"
)


def says_yes(text: str) -> bool:
    """Whether the message is a plain yes."""
    return len(text) <= _MAX_CHARACTERS and bool(_YES.fullmatch(_AROUND.sub(" ", normalised(text)).strip()))
