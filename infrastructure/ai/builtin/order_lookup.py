"""Questions about an order: what the customer told of it, and what may be said about it.

Nothing is ever said about an order unless the customer gave its number and its e-mail address; text is only searched
for these two, so no wording of a message can change that.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from domain.engine import ToolCall, Turn
from domain.entry import Role
from domain.errors import BatonError, LookupsExhausted, OrderNotFound
from domain.order import Order, product_card
from infrastructure.ai.builtin.phrases import Phrases

# "AM20451", "#am-20451", "AM 20451", but not "I am 20451".
_NUMBER = re.compile(r"(?<!\bI )(?<![A-Za-z0-9])AM[\s#-]{0,3}(\d{5})(?![0-9A-Za-z])", re.IGNORECASE)
# Without the letters only where it is said to be an order: "order 20451", "订单号是20451", "#20451".
_BARE_NUMBER = re.compile(
    r"(?:\border(?: (?:number|no\.?|id))?(?: is)?[\s:#]{0,3}|订单号?(?:是|为)?[\s:：#]{0,3}|(?<!\w)#)(\d{5})(?!\d)",
    re.IGNORECASE,
)
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

# One message may ask for a few orders, not try out a list of numbers.
_MAX_ORDERS = 3


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What a customer told of an order; `email` is empty while it is not known."""

    numbers: tuple[str, ...]
    email: str


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """What may be said to a request, and what was looked up for it. `failed`: nobody could tell, so offer a person."""

    text: str
    tools: tuple[ToolCall, ...] = ()
    failed: bool = False


# Finds the order with a number and an e-mail address, as `Lookups.find` does for a session.
Find = Callable[[str, str], Awaitable[Order]]


def order_request(turn: Turn) -> OrderRequest | None:
    """What the question asks about the customer's own orders, completed from what they said before; None if nothing.

    The e-mail address may also be the one that the customer gave when the session began.
    """
    said = [_plain(utterance.text) for utterance in turn.utterances if utterance.role is Role.USER]
    earlier = said[: len(said) - turn.unanswered]
    question = _plain(turn.question)
    numbers, emails = _numbers(question), _emails(question)
    if not (_about_own_order(question, numbers, emails) or _goes_on(question, earlier)):
        return None
    for text in reversed(earlier):
        # Of several earlier orders the one that was named last.
        numbers = numbers or _numbers(text)[-1:]
        emails = emails or _emails(text)
    return OrderRequest(tuple(numbers[:_MAX_ORDERS]), emails[-1] if emails else turn.customer.email)


async def order_answer(request: OrderRequest, find: Find, phrases: Phrases) -> OrderAnswer:
    """What may be said to the request: a question for what is missing, or the state of the orders with their cards."""
    if not request.numbers:
        return OrderAnswer(phrases.ask_number if request.email else phrases.ask_both)
    if not request.email:
        return OrderAnswer(phrases.ask_email.format(number=", ".join(request.numbers)))
    said: list[str] = []
    tools: list[ToolCall] = []
    failure: BatonError | None = None
    for number in request.numbers:
        try:
            said.append(_described(await find(number, request.email), phrases))
            tools.append(_call(number, "found"))
        except OrderNotFound:
            tools.append(_call(number, "not found"))
        except BatonError as error:
            # Asking on would end the same way.
            tools.append(_call(number, error.code))
            failure = error
            break
    if failure:
        said.append(_excuse(failure, phrases))
    elif len(said) < len(request.numbers):
        said.append(phrases.not_found)
    return OrderAnswer("\n\n".join(said), tuple(tools), failed=failure is not None)


def _call(number: str, outcome: str) -> ToolCall:
    # Without the e-mail address: what was looked up is kept and shown to agents.
    return ToolCall("look_up_order", {"number": number}, outcome)


def _excuse(error: BatonError, phrases: Phrases) -> str:
    if isinstance(error, LookupsExhausted):
        return phrases.too_many_lookups.format(minutes=math.ceil(error.retry_after / 60))
    return phrases.orders_away


def _described(order: Order, phrases: Phrases) -> str:
    status = phrases.statuses.get(order.status, order.status)
    sentences = [phrases.order_is.get(order.status, "{number}: " + status).format(number=order.number)]
    if order.tracking_number:
        sentences.append(phrases.shipped_by.format(carrier=order.carrier, tracking=order.tracking_number))
    cards = [product_card(order, item, status=status) for item in order.items]
    return "\n".join([phrases.joint.join(sentences), *cards])


def _about_own_order(question: str, numbers: list[str], emails: list[str]) -> bool:
    own = bool(_ASKS_FOR_OWN.search(question))
    if _ASKS_HOW.search(question):
        # "How do I return AM20451?" is about returns; with the e-mail address too it is about the order.
        return bool(numbers and emails)
    return own or bool(numbers) or bool(emails and _little_else(question))


def _goes_on(question: str, earlier: list[str]) -> bool:
    recent = earlier[-_RECENT_MESSAGES:]
    return bool(_ASKS_WHEN.search(question)) and any(_numbers(text) for text in recent)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _numbers(text: str) -> list[str]:
    digits = [match.group(1) for pattern in (_NUMBER, _BARE_NUMBER) for match in pattern.finditer(text)]
    return [f"AM{each}" for each in dict.fromkeys(digits)]


def _emails(text: str) -> list[str]:
    return _EMAIL.findall(text)


def _little_else(text: str) -> bool:
    """Whether an e-mail address is all that the message says, with a few words around it at most."""
    rest = _EMAIL.sub(" ", text)
    return len(re.findall(r"[A-Za-z]+|[\u3400-\u9fff]{2}", rest)) <= _MAX_WORDS_AROUND


# "The e-mail address of my order is …", "我下单的邮箱是…"
_MAX_WORDS_AROUND = 8
