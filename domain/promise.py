"""What a person promised a customer, for the AI to know after the person has left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.entry import Entry, EntryType, Role
from domain.session import Action


@dataclass(frozen=True, slots=True)
class Promise:
    """One sentence of an agent (`author` is their name) that commits us to something; `seq` is the entry it is from."""

    text: str
    seq: int
    author: str


# A sentence longer than this is cut: a promise is short, a pasted mail is none.
MAX_PROMISE_CHARACTERS = 300

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])|\n+")
_WHO = (
    r"(?:i|we|you|they|it|he|she|a (?:colleague|technician|courier)|someone"
    r"|the (?:refund|replacement|parcel|courier|money|invoice|part|technician|team|warehouse|workshop))"
)
_ENGLISH = re.compile(
    rf"\b{_WHO}(?:['’]ll| will| shall| can promise| promise| guarantee|(?: am| are| is|['’]m|['’]re|['’]s) going to)\b"
    # "You will need to …" asks something of the customer.
    r"(?! (?:need|have) to\b)",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"(?:我们?|本店|同事|客服|仓库|技术(?:人员|员)?|师傅|快递|退款|款项|新的?配件|配件|补发件?)"
    r"[^。！？，,]{0,12}?(?:会|将|负责|保证|承诺|答应|马上|立即|尽快|稍后|今天内|明天)"
    r"|(?:保证|承诺|答应您|一定会|稍后会|尽快为您|马上为您|给您(?:退款|补发|换货|安排))"
)
# A refusal is none, nor is a question.
_NONE = re.compile(r"\?\s*$|？\s*$|\b(?:will|shall) (?:not|never)\b|\bwon['’]t\b|不会|无法|不能")


def promises_in(entries: Sequence[Entry]) -> tuple[Promise, ...]:
    """What the agents promised since the last takeover among these entries (oldest first)."""
    since = max((entry.seq for entry in entries if _is_takeover(entry)), default=0)
    said = (entry for entry in entries if entry.role is Role.AGENT and entry.type is EntryType.MANUAL_MESSAGE)
    return tuple(
        Promise(sentence[:MAX_PROMISE_CHARACTERS], entry.seq, entry.author.name if entry.author else "")
        for entry in said
        if entry.seq > since
        for sentence in map(str.strip, _SENTENCE_END.split(entry.content))
        if _commits(sentence)
    )


def _commits(sentence: str) -> bool:
    return _NONE.search(sentence) is None and bool(_ENGLISH.search(sentence) or _CHINESE.search(sentence))


def _is_takeover(entry: Entry) -> bool:
    return entry.type is EntryType.STATUS_CHANGE and entry.data.get("action") == Action.TAKEOVER.value
