"""The handoff packet: what an agent who takes over needs to know at once, each line with the entries that it stands on.

Made by rules in the step that asks for a person, so it is there as soon as the agent is; an engine's summary may
replace the customer's own words later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import takewhile
from typing import Any

from domain.entry import MESSAGE_TYPES, Audience, Entry, EntryType, Role
from domain.language import written_language
from domain.offer import says_yes
from domain.order_number import ANY_SHOP
from domain.product_card import Card, Text, parsed
from domain.session import EscalationReason, Session


class AttemptKind(StrEnum):
    """What the AI did about it."""

    ANSWER = "answer"
    # It said that it does not know, or apologised.
    NO_ANSWER = "no_answer"
    LOOKUP = "lookup"
    INTERRUPTED = "interrupted"


class FactKind(StrEnum):
    """What can be known about a case without understanding it."""

    ORDER = "order"
    EMAIL = "email"
    PRODUCT = "product"
    LANGUAGE = "language"
    SENTIMENT = "sentiment"
    FAILURES = "failures"


@dataclass(frozen=True, slots=True)
class Summary:
    """What the customer wants. `by` is `RULES` for the customer's own words, else the engine that wrote it."""

    text: str
    seqs: tuple[int, ...]
    by: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing that was tried. `sources` are the titles of what an answer stood on, `tool` is the call (name,
    arguments, outcome) that a lookup was.
    """

    kind: AttemptKind
    text: str
    seq: int
    sources: tuple[str, ...] = ()
    tool: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """`value` as it was said: an order's number, an address, a language's code, how often the AI failed."""

    kind: FactKind
    value: str
    seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Packet:
    """`epoch` is that of the change of hands it was made for."""

    epoch: int
    summary: Summary
    tried: tuple[Attempt, ...]
    facts: tuple[Fact, ...]

    def as_json(self) -> dict[str, Any]:
        """The packet as it is kept and shown."""
        return {
            "epoch": self.epoch,
            "summary": {"text": self.summary.text, "seqs": list(self.summary.seqs), "by": self.summary.by},
            "tried": [
                {
                    "kind": one.kind.value,
                    "text": one.text,
                    "seq": one.seq,
                    "sources": list(one.sources),
                    "tool": None if one.tool is None else dict(one.tool),
                }
                for one in self.tried
            ],
            "facts": [{"kind": fact.kind.value, "value": fact.value, "seqs": list(fact.seqs)} for fact in self.facts],
        }

    def summarized(self, text: str, *, by: str) -> Packet:
        """The same with an engine's words for what the customer wants."""
        return replace(self, summary=replace(self.summary, text=_condensed(text, _MAX_SUMMARY), by=by))


RULES = "rules"

# The code of the entries that tell agents what an answer was looked up with (`domain.conversation` makes them).
LOOKUPS = "lookups"

# How much of a conversation a packet is made of; an agent who needs more reads the conversation.
PACKET_ENTRIES = 60

_MAX_SUMMARY = 400
_MAX_LINE = 160
_MAX_QUOTES = 3
_MAX_TRIED = 6
_MAX_FACTS_OF_A_KIND = 4


def packet_of(session: Session, entries: Sequence[Entry]) -> Packet:
    """The packet for the change of hands after which `session` is as it is here.

    `entries` are the last of its timeline before that, oldest first, with those for agents.
    """
    asked = [entry for entry in entries if entry.role is Role.USER and entry.type in MESSAGE_TYPES]
    tried = tuple(_tried(entries))
    facts = (*_named(entries), *_language(session, asked), *_mood(session), *_failures(tried))
    return Packet(session.epoch, _wish(asked), tried[-_MAX_TRIED:], facts)


def _wish(asked: Sequence[Entry]) -> Summary:
    """The last things that the customer said and that say something."""
    telling = [entry for entry in asked if not says_yes(entry.content)]
    quoted = (telling or list(asked))[-_MAX_QUOTES:]
    text = " / ".join(_condensed(entry.content, _MAX_LINE) for entry in quoted)
    return Summary(_condensed(text, _MAX_SUMMARY), tuple(entry.seq for entry in quoted), RULES)


def _tried(entries: Iterable[Entry]) -> Iterator[Attempt]:
    for entry in entries:
        if entry.role is Role.ASSISTANT and entry.type is EntryType.NEW_MESSAGE:
            sources = tuple(str(cited.get("title", "")) for cited in entry.data.get("citations", ()))
            yield Attempt(_kind(entry.data), _condensed(_without_cards(entry.content), _MAX_LINE), entry.seq, sources)
        elif entry.type is EntryType.SYSTEM and entry.audience is Audience.AGENTS and entry.data.get("code") == LOOKUPS:
            for tool in entry.data.get("tools", ()):
                text = _condensed(_told(tool), _MAX_LINE)
                yield Attempt(AttemptKind.LOOKUP, text, entry.seq, tool=_bounded(tool))


def _kind(data: Mapping[str, Any]) -> AttemptKind:
    if data.get("interrupted"):
        return AttemptKind.INTERRUPTED
    return AttemptKind.ANSWER if data.get("confident", True) else AttemptKind.NO_ANSWER


def _told(tool: Mapping[str, Any]) -> str:
    arguments = ", ".join(f"{name}: {value}" for name, value in tool.get("arguments", {}).items())
    return f"{tool.get('name', '')} ({arguments}) → {tool.get('outcome', '')}"


def _bounded(tool: Mapping[str, Any]) -> dict[str, Any]:
    arguments = {str(name): _condensed(str(value), _MAX_LINE) for name, value in tool.get("arguments", {}).items()}
    return {
        "name": _condensed(str(tool.get("name", "")), _MAX_LINE),
        "arguments": arguments,
        "outcome": _condensed(str(tool.get("outcome", "")), _MAX_LINE),
    }


_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", re.ASCII)


def _named(entries: Iterable[Entry]) -> Iterator[Fact]:
    """What was named, each once, with the entries in which. An order and an address are the customer's to name: what
    looks like one in an answer may be a tracking number, or ours.
    """
    found: dict[tuple[FactKind, str], list[int]] = {}
    for entry in entries:
        if entry.type not in MESSAGE_TYPES:
            continue
        for kind, value in _names(entry):
            if kind is not FactKind.PRODUCT and entry.role is not Role.USER and (kind, value) not in found:
                continue
            seqs = found.setdefault((kind, value), [])
            if entry.seq not in seqs:
                seqs.append(entry.seq)
    for kind in (FactKind.ORDER, FactKind.EMAIL, FactKind.PRODUCT):
        named = [(value, seqs) for (its, value), seqs in found.items() if its is kind]
        # Of many, those that came up last.
        for value, seqs in sorted(named, key=lambda one: one[1][-1])[-_MAX_FACTS_OF_A_KIND:]:
            yield Fact(kind, value, tuple(seqs))


def _names(entry: Entry) -> Iterator[tuple[FactKind, str]]:
    # Cards hold links and tracking numbers, which look like much else.
    text = _without_cards(entry.content)
    for match in _EMAIL.finditer(text):
        yield FactKind.EMAIL, match.group().lower().rstrip(".")
    for number in ANY_SHOP.named(text):
        yield FactKind.ORDER, number
    for part in parsed(entry.content):
        if isinstance(part, Card) and part.name:
            yield FactKind.PRODUCT, _condensed(part.name, _MAX_LINE)


def _language(session: Session, asked: Sequence[Entry]) -> Iterator[Fact]:
    newest = list(reversed(asked))
    language = written_language((entry.content for entry in newest), otherwise=session.language)
    yield Fact(FactKind.LANGUAGE, language.value, tuple(entry.seq for entry in newest[:1]))


def _mood(session: Session) -> Iterator[Fact]:
    escalation = session.escalation
    if escalation is not None and escalation.reason is EscalationReason.SENTIMENT:
        yield Fact(FactKind.SENTIMENT, escalation.detail, (escalation.seq,) if escalation.seq else ())


def _failures(tried: Sequence[Attempt]) -> Iterator[Fact]:
    """How many of the last answers in a row were none."""
    answers = [one for one in reversed(tried) if one.kind in (AttemptKind.ANSWER, AttemptKind.NO_ANSWER)]
    failed = [one.seq for one in takewhile(lambda one: one.kind is AttemptKind.NO_ANSWER, answers)]
    if failed:
        yield Fact(FactKind.FAILURES, str(len(failed)), tuple(reversed(failed)))


def _without_cards(text: str) -> str:
    return " ".join(part.raw for part in parsed(text) if isinstance(part, Text))


def _condensed(text: str, limit: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"
