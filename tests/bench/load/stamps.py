"""The stamp: when a message was sent, in nanoseconds of the machine's monotonic clock, findable in any encoding.

Its width is fixed, so a message is prepared once as bytes and stamped without encoding it again.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Sequence

_MARK = b"tick:"
_DIGITS = 19
_WIDTH = len(_MARK) + _DIGITS
_STAMP = re.compile(rb"tick:(\d{19})")

# What a message holds where its stamp belongs.
BLANK = (_MARK + b"0" * _DIGITS).decode()


class Template:
    """A message with a place for the stamp."""

    def __init__(self, message: bytes) -> None:
        self._before, blank, self._after = message.partition(BLANK.encode())
        if not blank:
            raise ValueError("the message has no place for a stamp")

    def stamped(self, nanoseconds: int) -> bytes:
        """The message as sent at that time."""
        return b"%b%b%019d%b" % (self._before, _MARK, nanoseconds, self._after)


def now() -> int:
    """Nanoseconds of the clock that all processes share."""
    return time.perf_counter_ns()


class Finder:
    """Finds the stamps in one connection's bytes, also where a read cuts one in two."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def stamps(self, data: bytes) -> list[bytes]:
        """The stamps that `data` completes."""
        if self._rest:
            data = self._rest + data
            self._rest = b""
        found: list[bytes] = _STAMP.findall(data)
        # Most reads end with a message's end.
        if data[-1:] not in b"\n]":
            start = data.rfind(_MARK)
            whole = start < 0 or len(data) - start >= _WIDTH
            self._rest = data[1 - len(_MARK) :] if whole else data[start:]
        return found


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values do not exceed; NaN for none."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]
