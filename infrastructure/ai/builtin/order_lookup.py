"""Questions about an order: what the customer told of it, and what may be said about it.

Nothing is ever said about an order unless the customer gave its number and its e-mail address; text is only searched
for these two, so no wording of a message can change that.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from domain.engine import ToolCall, Turn
from domain.entry import Role
from domain.errors import BatonError, LookupsExhausted, OrderNotFound
from domain.order import Order, product_card
from domain.order_number import NumberForm
from domain.ports import Lookups
from infrastructure.ai.phrases import Phrases

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}"
)

# The customer asks for the whereabouts of something of theirs, rather than how such things are done in general.
_ASKS_FOR_OWN = re.compile(
    r"\bwhere(?:'s|’s| is| are)? (?:is )?my (?:\w+ ){0,2}?(?:order|parcel|package|shipment|delivery|purchase)\b"
    r"|\b(?:status|state) of (?:my|the|an|this) order\b|\b(?:my )?order status\b"
    r"|\b(?:check|look up|find|track|show)(?: me)?(?: on)? (?:my|an|this|the)"
    r" (?:order|parcel|package|shipment)(?! number)\b"
    r"|\bhas my (?:order|parcel|package|bike) (?:been )?(?:shipped|sent|left|dispatched)\b"
    r"|我的?(?:订单|快递|包裹|货)(?:现在|目前)?(?:到哪|在哪|到了吗|怎么样|什么状态|发货了吗|发了吗)"
    r"|查(?:一下|询|下|看)?(?:一下)?我?的?(?:订单|快递|包裹|物流)|订单(?:状态|查询|到哪|在哪)|(?:快递|包裹|货)到哪",
    re.IGNORECASE,
)
_ASKS_HOW = re.compile(r"\bhow (?:do|can|could|would|to)\b|怎么查|如何查|在哪里查|在哪查", re.IGNORECASE)

# "When will it arrive?" after an order was spoken of.
_ASKS_WHEN = re.compile(
    r"\bwhen (?:will|does|is|can) (?:it|they|that|i|the (?:parcel|package|bike|rest))\b|\bwhere is it\b|\bany news\b"
    r"|(?:什么时候|几时|哪天|多久).{0,3}(?:到|送)|到哪(?:里|儿)?了",
    re.IGNORECASE,
)
_RECENT_MESSAGES = 3

# What the customer was last told asked for the number, in our words or in a colleague's: then it may come alone.
_ASKED_FOR_NUMBER = re.compile(r"\border number\b|\border with this number\b|订单号", re.IGNORECASE)

# One message may ask for a few orders, not try out a list of numbers.
_MAX_ORDERS = 3

# More help nobody in a chat, and a message has to hold them.
_MAX_CARDS = 9


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What a customer told of an order; `email` is empty while it is not known."""

    numbers: tuple[str, ...]
    email: str


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """What may be said to a request, and what was looked up for it. `failed`: nobody could tell, so offer a person;
    `asks`: the customer has to tell something, or to look again at what they told.
    """

    text: str
    tools: tuple[ToolCall, ...] = ()
    failed: bool = False
    asks: bool = False


def order_request(turn: Turn, form: NumberForm) -> OrderRequest | None:
    """What the question asks about the customer's own orders, completed from what they said before; None if nothing.

    `form` is what the shop's numbers look like. The e-mail address may also be the one that the customer gave when the
    session began.
    """
    *earlier, (question, numbers, emails) = _told(turn, form)
    if not (_about_own_order(question, numbers, emails) or _goes_on(question, earlier)):
        return None
    for before in reversed(earlier):
        # Of several earlier orders the one that was named last.
        numbers = numbers or before.numbers[-1:]
        emails = emails or before.emails
    return OrderRequest(tuple(numbers[:_MAX_ORDERS]), emails[-1] if emails else turn.customer.email)


async def order_answer(request: OrderRequest, session_name: str, lookups: Lookups, phrases: Phrases) -> OrderAnswer:
    """What may be said to the request: a question for what is missing, or the state of the orders with their cards."""
    example = lookups.numbers.example
    if not request.numbers:
        text = (phrases.ask_number if request.email else phrases.ask_both).format(example=example)
        return OrderAnswer(text, asks=True)
    if not request.email:
        return OrderAnswer(phrases.ask_email.format(number=", ".join(request.numbers)), asks=True)
    said: list[str] = []
    tools: list[ToolCall] = []
    failure: BatonError | None = None
    for number in request.numbers:
        try:
            order = await lookups.find(session_name, number, request.email)
            said.append(_described(order, phrases, cards=_MAX_CARDS // len(request.numbers)))
            tools.append(_call(number, "found"))
        except OrderNotFound:
            tools.append(_call(number, "not found"))
        except BatonError as error:
            # Asking on would end the same way.
            tools.append(_call(number, error.code))
            failure = error
            break
    found = len(said)
    if failure:
        said.append(_excuse(failure, phrases))
    elif found < len(request.numbers):
        said.append(phrases.not_found.format(example=example))
    return OrderAnswer("\n\n".join(said), tuple(tools), failed=failure is not None, asks=not (failure or found))


def _call(number: str, outcome: str) -> ToolCall:
    # Without the e-mail address: what was looked up is kept and shown to agents.
    return ToolCall("look_up_order", {"number": number}, outcome)


def _excuse(error: BatonError, phrases: Phrases) -> str:
    if isinstance(error, LookupsExhausted):
        return phrases.too_many_lookups.format(minutes=math.ceil(error.retry_after / 60))
    return phrases.orders_away


def _described(order: Order, phrases: Phrases, *, cards: int) -> str:
    status = phrases.statuses.get(order.status, order.status)
    sentences = [phrases.order_is.get(order.status, "{number}: " + status).format(number=order.number)]
    if order.tracking_number:
        sentences.append(phrases.shipped_by.format(carrier=order.carrier, tracking=order.tracking_number))
    lines = [phrases.joint.join(sentences)]
    lines += [product_card(order, item, status=status) for item in order.items[:cards]]
    left = max(0, len(order.items) - cards)
    if left or order.has_more_items:
        lines.append(phrases.more_items.format(count=f"{left}+" if order.has_more_items else left))
    return "\n".join(lines)


class _Told(NamedTuple):
    """A message of the customer's, and what it tells of an order."""

    text: str
    numbers: list[str]
    emails: list[str]


def _told(turn: Turn, form: NumberForm) -> list[_Told]:
    """The customer's messages, oldest first; those that an answer is due to are the last one together."""
    told: list[_Told] = []
    last_said = ""
    users = sum(said.role is Role.USER for said in turn.utterances)
    for said in turn.utterances:
        if said.role is not Role.USER:
            last_said = said.text
        elif len(told) < users - turn.unanswered:
            told.append(_read(said.text, last_said, form))
    return [*told, _read(turn.question, last_said, form)]


def _read(text: str, last_said: str, form: NumberForm) -> _Told:
    text = unicodedata.normalize("NFKC", text)
    emails = _EMAIL.findall(text)
    words = _words_around(text)
    is_expected = (
        bool(_ASKS_FOR_OWN.search(text))
        or (words <= _MAX_WORDS_AROUND and bool(emails))
        or (words <= _MAX_WORDS_OF_AN_ANSWER and bool(_ASKED_FOR_NUMBER.search(last_said)))
    )
    return _Told(text, form.alike(text) if is_expected else form.named(text), emails)


def _about_own_order(question: str, numbers: list[str], emails: list[str]) -> bool:
    own = bool(_ASKS_FOR_OWN.search(question))
    if _ASKS_HOW.search(question):
        # "How do I return AM20451?" is about returns; with the e-mail address too it is about the order.
        return bool(numbers and emails)
    return own or bool(numbers) or bool(emails and _words_around(question) <= _MAX_WORDS_AROUND)


def _goes_on(question: str, earlier: list[_Told]) -> bool:
    recent = earlier[-_RECENT_MESSAGES:]
    return bool(_ASKS_WHEN.search(question)) and any(before.numbers for before in recent)


def _words_around(text: str) -> int:
    """How many words there are besides e-mail addresses; Chinese counts two characters as one."""
    return len(re.findall(r"[A-Za-z]+|[\u3400-\u9fff]{2}", _EMAIL.sub(" ", text)))


# "The e-mail address of my order is …", "我下单的邮箱是…": little else is said.
_MAX_WORDS_AROUND = 8
# "Sorry, I only found it now, in the mail that you sent me last week: it is 1001".
_MAX_WORDS_OF_AN_ANSWER = 20
