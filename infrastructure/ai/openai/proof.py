"""Whether a customer themselves gave what a model wants to look up. The model's word for it does not count."""

from __future__ import annotations

import re
import unicodedata

from domain.engine import Turn
from domain.entry import Role

_SEPARATORS = r"[\s#-]{0,3}"
_SHOP_PREFIX = re.compile(r"^[A-Za-z]+")
# "AM20451" was given by whoever wrote "order 20451": the letters are the shop's. Fewer digits stand in any message.
_MIN_DIGITS = 4


def customer_gave(turn: Turn, number: str, email: str) -> bool:
    """Whether the order number and the e-mail address both stand in what the customer wrote in this conversation; the
    address may also be the one that the session holds. Case and the separators of a number do not count.
    """
    said = [_plain(each.text) for each in turn.utterances if each.role is Role.USER]
    number, email = _plain(number), _plain(email)
    return _gave_number(said, number) and _gave_email([*said, _plain(turn.customer.email)], email)


def _gave_number(said: list[str], number: str) -> bool:
    characters = re.sub(r"[\s#-]", "", number)
    digits = _SHOP_PREFIX.sub("", characters)
    forms = {characters, digits} if digits.isdecimal() and len(digits) >= _MIN_DIGITS else {characters}
    return any(_holds(said, _SEPARATORS.join(map(re.escape, form)), "0-9a-z") for form in forms if form)


def _gave_email(said: list[str], email: str) -> bool:
    # A dot after the address ends a sentence, unless the name of the domain goes on after it.
    return "@" in email and _holds(said, re.escape(email) + r"(?!\.[0-9a-z])", r"0-9a-z_%+-", before=".")


def _holds(said: list[str], pattern: str, word: str, *, before: str = "") -> bool:
    whole = re.compile(f"(?<![{word}{before}]){pattern}(?![{word}])")
    return any(whole.search(text) for text in said)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
