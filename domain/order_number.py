"""How a shop numbers its orders, and where a text holds such a number. One rule for engines and for the packet.

A number is *named* where it is said to be one: by the shop's prefix ("AM20451"), by a '#', by what is called an order
("order no 1001", "单号：1001"). It is *alike* where only the moment says so: who was just asked for it writes "1001".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from domain.order import plain_number


@dataclass(frozen=True, slots=True)
class NumberForm:
    """`prefixes` are what the shop's numbers may begin with, as it writes them ("" where with nothing); None where
    nobody has told, so that any letters may. `digits` is how many follow; None where that differs.
    """

    prefixes: tuple[str, ...] | None = ("",)
    digits: int | None = None

    @property
    def example(self) -> str:
        """What a number looks like, for people: "AM12345", "UK1234 / #1234"."""
        count = self.digits or _USUAL_DIGITS
        shown = dict.fromkeys((prefix or "#") + _EXAMPLE[:count] for prefix in self.prefixes or ("",))
        return " / ".join(list(shown)[:_MAX_EXAMPLES])

    def named(self, text: str) -> list[str]:
        """The numbers that `text` names, each once, in order: as the shop writes them, or else in capitals."""
        return _each_once(_found(self, _legible(text)))

    def alike(self, text: str) -> list[str]:
        """Those, and what stands there as a number does that is the answer to a question for it; not prices, years,
        telephone numbers, sizes, postal codes or quantities, as far as their surroundings tell.
        """
        return _each_once(_found(self, _legible(text), alone=True))

    def without(self, text: str) -> str:
        """`text` with a space for each number that it names."""
        kept, at = [], 0
        for one in _found(self, text):
            kept.append(text[at : one.begin])
            at = one.end
        return " ".join([*kept, text[at:]])


# Of a shop about which nothing is known.
ANY_SHOP = NumberForm(prefixes=None)

_EXAMPLE = "123456789012"
_USUAL_DIGITS = 4
_MAX_EXAMPLES = 3

# With fewer digits it is a quantity, a size or a model, where nothing but the '#' or a label says otherwise.
_MIN_DIGITS = 4
_MIN_MARKED_DIGITS = 3
# With more it is a card's or a carrier's number; bare, already from where telephone numbers begin.
_MAX_DIGITS = 14
_MAX_BARE_DIGITS = 9


@dataclass(frozen=True, slots=True)
class _Found:
    """A number from `begin` to `end` of the text; `digits` counts them, `spelled` is how it was written."""

    begin: int
    end: int
    number: str
    digits: int
    spelled: str


# Letters and digits as shops put them together: "1001", "UK22080", "SO-2024-118", "1001-EU". What goes on before or
# after them is another kind of number: a price, a version, a part of an address.
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9_@.,+/$€£¥-])(?P<letters>[A-Za-z]{1,6}-?)?(?P<digits>[0-9]{1,20}(?:-[0-9]{1,20}){0,3})"
    r"(?P<suffix>-[A-Z]{1,4})?(?![A-Za-z0-9_@%€£$]|[.,:/-][0-9])"
)
_DATE = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{1,2}(?:-[0-9]{1,2})?|[0-9]{1,2}-[0-9]{1,2}-[0-9]{2,4}")
# What holds digits and is no place for an order's number.
_ELSEWHERE = re.compile(r"[\w.%+-]{1,64}@[\w.-]{1,255}|https?://\S+", re.ASCII | re.IGNORECASE)

# How far a number's surroundings are read.
_BEFORE = 60
_AFTER = 16

_HASH = re.compile(r"(?<![\w&/])#\s{0,2}\Z")
_OPENING = r"[\s:=#\"'“‘(（\[【-]{0,6}"
_LABELLED = re.compile(
    r"(?:\border\s{0,3}(?:(?:numbers?|nos?|num|nr|id|ref|reference)\b\.?|[:=#])|订单(?:编?号码?|\s{0,3}[:#])|(?<![递流运])单号)"
    rf"\s{{0,3}}(?:(?:is|was|are|it's)\b|是|为)?{_OPENING}\Z",
    re.IGNORECASE,
)
_CALLED = re.compile(rf"(?:\border(?:\s+(?:is|was|status))?\b|订单\s?(?:是|为)?){_OPENING}\Z", re.IGNORECASE)
# "I would like to order 1000 of them"; "a minimum order 1000".
_ORDERING = re.compile(
    r"\b(?:to|can|could|will|would|may|I|we|you|they|I'd|we'd|I'll|and|then|minimum|min|bulk)\s+order\W{0,6}\Z",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*(?:,|&|、|and|or|和|及|与|还有)\s*#?\s*", re.IGNORECASE)

_UNIT = re.compile(
    r"\s?(?:[×°%€$£¥]|[个件台辆只条双盒箱套份块元欧美镑年月日天周小分米厘公斤克瓦伏万千百次人])"
    r"|\s?(?:eur|euros?|usd|dollars?|gbp|pounds?|bucks|chf|cny|rmb|yuan|pcs|pieces|units|items|sets|pairs|of|x|mm|cm|m|km"
    r"|inch(?:es)?|ft|kg|g|lbs?|ml|l|w|watts?|wh|v|volts?|ah|mah|kwh|nm|lumens?|h|hours?|days?|weeks?|months?|years?"
    r"|minutes?|min|times|people|persons?)\b",
    re.IGNORECASE,
)

# Before a number that stands alone: nothing, the end of another sentence, or what leads to it.
_LEADS = re.compile(
    r"(?:\A|[\n.!?;,:，。！？；、(（\"'“]|\b(?:is|it's|its|was|number|no|nr|num|id|this|that|try|mean|meant|and|or|sorry|ok|okay"
    r"|yes|sure|hi|hello|here|parcel|package|purchase)\b|[是为号])\.?[\s#\"'“(]{0,3}\Z",
    re.IGNORECASE,
)
# It is said to be something else.
_ANOTHER_THING = re.compile(
    r"(?:\b(?:zip|post(?:al)?\s?code|plz|tele?(?:phone)?|phone|mobile|cell|call|fax|prices?|costs?|paid|pay|size|year|height"
    r"|weight|budget|street|road|avenue|floor|room|apartment|tracking|model|invoice|birthday|born)\b"
    r"|邮编|邮政编码|电话|手机|价格|价钱|尺码|尺寸|身高|体重|预算|运单|快递单|物流单|发票|型号)[^.!?;\n，。；！？]*\Z",
    re.IGNORECASE,
)
# A place after a postal code, or the rest of a telephone number; no other word begins with a capital in a sentence.
_GOES_ON = re.compile(
    r"[ \t]+(?:[A-ZÄÖÜ][a-zà-ÿ]+(?<!\bThank)(?<!\bThanks)(?<!\bPlease)\b|[0-9]|(?i:street|st|road|rd|avenue|ave)\b)"
)


def _legible(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _each_once(found: Iterator[_Found]) -> list[str]:
    return list(dict.fromkeys(one.number for one in found))


def _found(form: NumberForm, text: str, *, alone: bool = False) -> Iterator[_Found]:
    """What is named, and with `alone` what stands alone, in order."""
    known, rest = _known(form, _blanked(text))
    certain = {one.begin for one in known}
    before: _Found | None = None
    for one in sorted([*known, *_tokens(form, rest)], key=lambda one: one.begin):
        if one.begin in certain or _is_named(form, text, one) or (before is not None and _is_next(text, before, one)):
            yield one
            before = one
        elif alone and _stands_alone(text, one):
            yield one


def _known(form: NumberForm, text: str) -> tuple[list[_Found], str]:
    """What begins as only the shop's numbers do, and the text without it."""
    found: list[_Found] = []
    for prefix, pattern in _prefixed(form):
        for match in pattern.finditer(text):
            digits = match["digits"]
            found.append(_Found(match.start(), match.end(), f"{prefix}{digits}", _count(digits), match[0]))
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    return found, text


def _tokens(form: NumberForm, text: str) -> Iterator[_Found]:
    """What is put together as a number could be."""
    prefixes = form.prefixes or ()
    for match in _TOKEN.finditer(text):
        digits, letters = match["digits"], match["letters"] or ""
        count = _count(digits)
        if form.digits is None:
            fits = _MIN_MARKED_DIGITS <= count <= _MAX_DIGITS and not _DATE.fullmatch(match[0])
        else:
            fits = match[0] == digits and len(digits) == form.digits
        if fits:
            # Where all numbers begin alike, people leave that out.
            left_out = prefixes[0] if len(prefixes) == 1 and not letters else ""
            yield _Found(match.start(), match.end(), f"{left_out}{match[0].upper()}", count, match[0])


def _is_named(form: NumberForm, text: str, one: _Found) -> bool:
    left = text[max(0, one.begin - _BEFORE) : one.begin]
    if _HASH.search(left) or _LABELLED.search(left):
        return True
    if one.digits < _MIN_DIGITS:
        return False
    if form.prefixes is None and one.spelled[0].isalpha():
        return True
    is_amount = _UNIT.match(text, one.end, one.end + _AFTER) and not one.spelled[0].isalpha()
    return bool(_CALLED.search(left)) and not is_amount and not _ORDERING.search(left)


def _is_next(text: str, before: _Found, one: _Found) -> bool:
    """Whether it goes on a list of numbers: "orders #1001, 1002 and 1003"."""
    between = text[before.end : one.begin]
    return one.digits == before.digits and len(between) <= _AFTER and bool(_AND.fullmatch(between))


def _stands_alone(text: str, one: _Found) -> bool:
    if one.digits > _MAX_BARE_DIGITS or (one.digits == _MAX_BARE_DIGITS and one.spelled.startswith("0")):
        return False
    left = _blanked(text[max(0, one.begin - _BEFORE) : one.begin])
    if not _LEADS.search(left) or _ANOTHER_THING.search(left):
        return False
    end = one.end + _AFTER
    return not _UNIT.match(text, one.end, end) and not _GOES_ON.match(text, one.end, end)


@lru_cache(maxsize=32)
def _prefixed(form: NumberForm) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """A pattern for each prefix, the longest first. What stands between its parts does not count."""
    prefixes = sorted(filter(None, form.prefixes or ()), key=len, reverse=True)
    return tuple((prefix, _pattern(prefix, form.digits)) for prefix in prefixes)


def _pattern(prefix: str, digits: int | None) -> re.Pattern[str]:
    parts = re.findall(r"[^\W\d_]+|\d+", plain_number(prefix)) or [re.escape(prefix)]
    least = max(1, _MIN_MARKED_DIGITS - _count(prefix))
    number = f"[0-9]{{{digits}}}" if digits else rf"[0-9]{{{least},{_MAX_DIGITS}}}(?:-[0-9]{{1,{_MAX_DIGITS}}}){{0,2}}"
    letters = _SEPARATED.join(parts)
    # "I am 20451" names nothing, and neither does "so 2024": a word is not a prefix when it stands apart in small
    # letters, unless just so many digits follow as in a number.
    is_word = digits is None and plain_number(prefix).casefold() in _WORDS
    begins = rf"(?:{letters}{_SEPARATED}|(?i:{letters})[#-]{{0,2}})" if is_word else rf"(?i:{letters}){_SEPARATED}"
    return re.compile(rf"(?<!\bI )(?<![A-Za-z0-9])#?{begins}(?P<digits>{number})(?![A-Za-z0-9@]|[.,][0-9])")


_SEPARATED = r"[\s#-]{0,3}"
_WORDS = frozenset(
    {"a", "am", "an", "and", "as", "at", "be", "by", "do", "for", "go", "he", "i", "if", "in", "is", "it", "me", "my"}
    | {"no", "of", "on", "or", "pm", "so", "the", "to", "up", "us", "we"}
)


def _count(text: str) -> int:
    return sum(character.isdecimal() for character in text)


def _blanked(text: str) -> str:
    """The same, as long, with line breaks for e-mail addresses and links."""
    return _ELSEWHERE.sub(lambda match: "\n" * len(match[0]), text)
