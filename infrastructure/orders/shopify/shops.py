"""Which shops there are, as an operator writes them: `UK=uk-shop.myshopify.com:token, other.myshopify.com:token`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.order import plain_number

# A host (with a port, perhaps), or a whole origin: http is for a shop that is simulated on this machine.
_SHOP = re.compile(
    r"(?:(?P<prefix>[^\s=:/]{1,20})=)?"
    r"(?:(?P<scheme>https?)://)?(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?)"
    r":(?P<token>[A-Za-z0-9_.-]*[A-Za-z_][A-Za-z0-9_.-]*)"
)
_HERE = ("127.0.0.1", "localhost")

SHAPE = "shops separated by commas, each prefix=shop.myshopify.com:token, or without prefix= if its numbers have none"


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop: `origin` is where its API is, `prefix` what its order numbers begin with ("" where with nothing)."""

    origin: str
    prefix: str
    token: str = field(repr=False)

    @property
    def name(self) -> str:
        """What people call it: "uk-shop"."""
        return self.origin.partition("://")[2].removesuffix(".myshopify.com")


def parse_shops(text: str) -> tuple[Shop, ...]:
    """The shops that `text` lists; `ValueError`, which does not repeat it, when it lists anything else."""
    shops = tuple(_shop(part.strip()) for part in text.split(",") if part.strip())
    if len({shop.origin for shop in shops}) < len(shops):
        raise ValueError(f"{SHAPE}; no shop twice")
    return shops


def shops_for(number: str, shops: Sequence[Shop]) -> tuple[Shop, ...]:
    """Those that may have an order of this number: the ones with the longest prefix that it begins with, else all."""
    plain = plain_number(number)
    lengths = {
        shop: len(prefix)
        for shop in shops
        if (prefix := plain_number(shop.prefix)) and plain.startswith(prefix) and plain != prefix
    }
    longest = max(lengths.values(), default=0)
    return tuple(shop for shop, length in lengths.items() if length == longest) or tuple(shops)


def _shop(text: str) -> Shop:
    match = _SHOP.fullmatch(text)
    if match is None:
        raise ValueError(SHAPE)
    scheme, host = match["scheme"] or "https", match["host"].lower()
    if scheme == "http" and host.partition(":")[0] not in _HERE:
        # The token would travel in the clear.
        raise ValueError(f"{SHAPE}; https, except on this machine")
    return Shop(f"{scheme}://{host}", match["prefix"] or "", match["token"])
