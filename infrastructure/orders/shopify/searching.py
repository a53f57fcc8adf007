"""Shopify's search syntax (shopify.dev/docs/api/usage/search-syntax).

What a person wrote becomes a phrase, never an operator, a field or a wildcard.
"""

from __future__ import annotations

import re

from domain.order import plain_email, plain_number
from infrastructure.orders.shopify.shops import Shop

# Whatever could end a phrase or mean something within one. In a phrase the words count, not what stands between them.
_SPECIAL = re.compile(r"[\"\\*:()\s\x00-\x1f\x7f-\x9f]+")

# A word that may be the beginning of another: letters and digits, so that nothing in it means anything; no operator.
_WORD = re.compile(r"(?!(?:AND|OR|NOT)\Z)[^\W_]{2,}", re.IGNORECASE)


def says_something(text: str) -> bool:
    """Whether there is anything in `text` to look for; an empty phrase might find everything."""
    return any(character.isalnum() for character in text)


def phrase(text: str) -> str:
    """`text` in quotes, without what has a meaning in the syntax."""
    return f'"{_SPECIAL.sub(" ", text).strip()}"'


def pair_query(shop: Shop, number: str, email: str) -> str:
    """Orders with this number and this e-mail. Both, so that a wrong one is as quick as another."""
    return f"({_by_number(shop, number)}) AND email:{phrase(plain_email(email))}"


def text_query(shop: Shop, text: str) -> str:
    """Orders by number, e-mail or customer's name: those fields, and whatever Shopify looks in besides. Of a single
    word the beginning will do.
    """
    word = text.strip()
    beginning = f" OR {word}*" if _WORD.fullmatch(word) else ""
    return f"{_by_number(shop, text)} OR email:{phrase(text)} OR {phrase(text)}{beginning}"


def email_query(email: str) -> str:
    """The orders of an e-mail address."""
    return f"email:{phrase(plain_email(email))}"


def words_query(text: str) -> str:
    """Products on sale that hold each of the words; "" without any."""
    words = [word for word in _SPECIAL.sub(" ", text).split() if says_something(word)][:_MAX_WORDS]
    return " ".join(["status:active", *(phrase(word) for word in words)]) if words else ""


# More than any product's name has.
_MAX_WORDS = 12


def spellings(shop: Shop, number: str) -> set[str]:
    """What the number may be in this shop: as it was written and as shops write it, also with the shop's prefix where
    that was left out.
    """
    plain, prefix = plain_number(number), plain_number(shop.prefix)
    names = {number.strip().upper(), plain, f"#{plain}"}
    if prefix and plain.startswith(prefix):
        names.add(shop.prefix + plain.removeprefix(prefix))
    elif prefix and plain.isdecimal():
        names.add(shop.prefix + plain)
    return names


def _by_number(shop: Shop, number: str) -> str:
    """By name, as Shopify calls the number that customers see."""
    names = spellings(shop, number)
    # In one order, so that one question is remembered for many ways to write it.
    return " OR ".join(f"name:{each}" for each in sorted({phrase(name) for name in names if says_something(name)}))
