"""Product cards in a message: `[PRODUCT]` f1 | … | f8 `[/PRODUCT]`, among plain text (spec/2, step 11).

Fields may be empty, extra pipes belong to the last one, nothing is escaped, a card may span lines. What is not a whole
card (never closed, too few fields) stays text: nobody loses words to a slip of a model.
`packages/client/src/products.ts` reads the same; `tests/vectors/product_cards.json` holds the two together.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

OPEN = "[PRODUCT]"
CLOSE = "[/PRODUCT]"
FIELDS = 8


@dataclass(frozen=True, slots=True)
class Text:
    """Words between cards, as they were written."""

    raw: str


@dataclass(frozen=True, slots=True)
class Card:
    """A card. `raw` is how it was written; the URLs are http or https, or empty."""

    raw: str
    image_url: str
    name: str
    quantity: str
    price: str
    status: str
    carrier: str
    tracking_number: str
    tracking_url: str


def parsed(message: str) -> tuple[Text | Card, ...]:
    """What the message holds, in order of appearance. The parts' `raw` joined are the message; no text is empty.

    Takes time in proportion to the message, whatever it holds.
    """
    parts: list[Text | Card] = []
    plain_from = search_from = 0
    while (close := message.find(CLOSE, search_from)) >= 0:
        # The nearest opening wins: one before it was never closed. One before an earlier closing mark was closed there.
        begin = message.rfind(OPEN, search_from, close)
        search_from = close + len(CLOSE)
        card = _card(message[begin:search_from]) if begin >= 0 else None
        if card is None:
            continue
        if begin > plain_from:
            parts.append(Text(message[plain_from:begin]))
        parts.append(card)
        plain_from = search_from
    if plain_from < len(message):
        parts.append(Text(message[plain_from:]))
    return tuple(parts)


def safe_url(text: str) -> str:
    """`text` when it is an address that may become a link or an image, else an empty string.

    http or https, a host, perhaps a port. Nobody's name stands before the host, as that is how one host is made to
    look like another; nothing in it is invisible.
    """
    url = text.strip(_SPACES)
    if not _ADDRESS.match(url) or any(unicodedata.category(character) in _INVISIBLE for character in url):
        return ""
    return url


# White space as JavaScript knows it, so that both languages trim alike (Python counts U+001C to U+001F, not U+FEFF).
_SPACES = "\t\n\v\f\r \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000\ufeff"
_RUN_OF_SPACES = re.compile(f"[{_SPACES}]+")

# Control characters, marks without width or that turn the direction of writing, halves of a surrogate pair.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})

# A host by name (in any script) or, in brackets, by number.
_ADDRESS = re.compile(
    rf"""(?xi: https? :// )
    (?: [^{_SPACES}/?\#@:\\\[\]<>"^|%`{{}}]+ | \[[0-9A-Fa-f:.]+\] )
    (?: :[0-9]{{1,5}} )?
    (?: [/?\#][^{_SPACES}]* )? \Z""",
    re.VERBOSE | re.ASCII,
)


def _card(raw: str) -> Card | None:
    fields = raw[len(OPEN) : -len(CLOSE)].split("|", FIELDS - 1)
    if len(fields) < FIELDS:
        return None
    image, name, quantity, price, status, carrier, number = map(_one_line, fields[:-1])
    return Card(raw, safe_url(image), name, quantity, price, status, carrier, number, safe_url(fields[-1]))


def _one_line(field: str) -> str:
    return _RUN_OF_SPACES.sub(" ", field.strip(_SPACES))
