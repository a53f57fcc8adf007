"""How often a customer may be wrong about an order.

An order is shown to whoever has its number and its e-mail address. Neither is a secret by itself, so what keeps a
stranger out is that wrong pairs are counted: for each session, each number and each e-mail address, the last two
across all sessions, as a session costs nothing. Right pairs do not count.

Numbers are easy to guess, so a stranger can use up what a number has, and its owner would pay for it. So there is
something to spare: once a number's allowance has gone, each session has one try more at numbers of which that is so.
That takes a session for each such try, and ends and begins anew sooner, so a stranger shuts an owner out for minutes,
at the price of many sessions, and learns no more than those few tries tell.
"""

from __future__ import annotations

import hashlib
import re
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
        of_number = Allowance(f"order-number:{_of_number(number)}", self.tries, self.seconds)
        return (*self._of_session_and_email(session_name, email), of_number)

    def spare(self, session_name: str, number: str, email: str) -> tuple[Allowance, ...]:
        """What it is counted against instead when one of those has gone: all but the number's are the same."""
        return (
            *self._of_session_and_email(session_name, email),
            Allowance(f"order-spare-session:{session_name}", _SPARE_TRIES, self.session_seconds),
            Allowance(f"order-spare-number:{_of_number(number)}", self.tries, self.session_seconds),
        )

    def _of_session_and_email(self, session_name: str, email: str) -> tuple[Allowance, Allowance]:
        return (
            Allowance(f"order-session:{session_name}", self.session_tries, self.session_seconds),
            Allowance(f"order-email:{_digest(plain_email(email))}", self.tries, self.seconds),
        )


# An owner has the right pair at hand, and right tries do not count.
_SPARE_TRIES = 1


def _of_number(number: str) -> str:
    """By its digits: a shop may know one number with its prefix and without."""
    plain = plain_number(number)
    return _digest(re.sub(r"[^0-9]", "", plain) or plain)


def _digest(text: str) -> str:
    """Of one length, and no address stands in a table that need not hold one."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
