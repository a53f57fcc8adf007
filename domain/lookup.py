"""How often a customer may be wrong about an order.

An order is shown to whoever has its number and its e-mail address. Neither is a secret by itself, so what keeps a
stranger out is that wrong pairs are counted: for each session, each number and each e-mail address, the last two
across all sessions, as a session costs nothing. Right pairs do not count.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from domain.order import plain_email, plain_number


@dataclass(frozen=True, slots=True)
class Allowance:
    """`limit` tries of `subject` within `seconds` of the first."""

    subject: str
    limit: int
    seconds: float


@dataclass(frozen=True, slots=True)
class LookupLimits:
    """Wrong tries: of one session, and at one number or with one e-mail address."""

    # A customer who mistypes needs two or three.
    session_tries: int = 5
    session_seconds: float = 15 * 60
    # Several people of one household may be wrong about one order; nobody is for a whole hour.
    tries: int = 10
    seconds: float = 60 * 60

    def allowances(self, session_name: str, number: str, email: str) -> tuple[Allowance, ...]:
        """What a try at this pair is counted against."""
        return (
            Allowance(f"order-session:{session_name}", self.session_tries, self.session_seconds),
            Allowance(f"order-number:{_digest(plain_number(number))}", self.tries, self.seconds),
            Allowance(f"order-email:{_digest(plain_email(email))}", self.tries, self.seconds),
        )


def _digest(text: str) -> str:
    """Of one length, and no address stands in a table that need not hold one."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
