"""Reads and checks a rules file (TOML, docs/regulator.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Set
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from domain.errors import Misconfigured
from domain.regulator import RuleBook, Rules
from domain.regulator.rules import (
    Alarm,
    LanguageRules,
    Limits,
    Negation,
    Rule,
    Topic,
    TopicRules,
    Vip,
    VipMoment,
)
from domain.regulator.template import InvalidPhrase, Script
from domain.session import Severity

DEFAULT_RULES = Path(__file__).with_name("regulator.toml")

# Twenty times the rules that come with Baton; whatever is larger is another file.
MAX_BYTES = 2_000_000

_Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
_Phrases = tuple[_Phrase, ...]


def load_rules(path: Path) -> Rules:
    """The file's rules; `Misconfigured` names the file, the key and what is wrong with it."""
    merged = _tables(path)
    try:
        file = _File.model_validate(merged)
    except ValidationError as error:
        complaints = [_complaint(each["loc"], each["msg"]) for each in error.errors(include_url=False)]
        raise Misconfigured(f"{path}: {' '.join(complaints)}") from None
    try:
        return Rules(file.book())
    except InvalidPhrase as error:
        raise Misconfigured(f"{path}: languages.{error}.") from None


@cache
def _packaged_phrases() -> frozenset[str]:
    """What stands between quotation marks in the packaged file: phrases that the shop did not write itself."""
    return frozenset(_strings(tomllib.loads(DEFAULT_RULES.read_text("utf-8"))))


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value.strip()
        case dict():
            yield from (text for each in value.values() for text in _strings(each))
        case list():
            yield from (text for each in value for text in _strings(each))


def _tables(path: Path) -> dict[str, Any]:
    """What the file says; with `extends = "default"`, what the packaged rules say and the file adds to."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Misconfigured(f"{path}: larger than {MAX_BYTES} bytes.")
        tables = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise Misconfigured(f"{path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise Misconfigured(f"{path}: is not text in UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{path}: is not TOML: {error}.") from None
    match tables.pop("extends", None):
        case None:
            return tables
        case "default":
            return _merged(tomllib.loads(DEFAULT_RULES.read_text("utf-8")), tables)
        case other:
            raise Misconfigured(f'{path}: extends = {other!r} cannot work; allowed: "default", or leave it out.')


def _merged(base: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are merged, lists appended to; anything else, and the list of enabled rules, is replaced."""
    merged = dict(base)
    for key, value in more.items():
        known = merged.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            merged[key] = _merged(known, value)
        elif isinstance(known, list) and isinstance(value, list) and key != "enabled":
            merged[key] = [*known, *value]
        else:
            merged[key] = value
    return merged


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _Negation(_Table):
    before: _Phrases = ()
    between: _Phrases = ()
    within: int = Field(5, ge=0, le=10)
    void: _Phrases = ()
    after: _Phrases = ()


class _TopicTerms(_Table):
    exceptions: _Phrases = ()
    negation: _Negation = _Negation()

    def rules(self) -> TopicRules:
        return TopicRules(self.exceptions, Negation(**self.negation.model_dump()))


class _Phrased(_TopicTerms):
    phrases: _Phrases = ()


class _Alarm(_Table):
    name: _Phrase
    severity: Severity
    phrases: _Phrases


class _Anger(_TopicTerms):
    mild: _Phrases = ()
    strong: _Phrases = ()
    aimed_at_us: _Phrases = ()


class _Language(_Table):
    script: Script = Script.WORDS
    lists: dict[str, _Phrases] = {}
    typos_of: _Phrases = ()
    courtesies: _Phrases = ()
    wishes: _Phrased = _Phrased()
    mentions: _Phrased = _Phrased()
    alarms: tuple[_Alarm, ...] = ()
    alarm_terms: _TopicTerms = _TopicTerms()
    anger: _Anger = _Anger()
    repeated: _Phrased = _Phrased()

    def rules(self, name: str, packaged: Set[str]) -> LanguageRules:
        written = (*self.wishes.phrases, *self.mentions.phrases, *self.repeated.phrases)
        written += tuple(phrase for alarm in self.alarms for phrase in alarm.phrases)
        written += (*self.anger.mild, *self.anger.strong, *self.anger.aimed_at_us)
        written += tuple(
            phrase
            for terms in (self.wishes, self.mentions, self.alarm_terms, self.anger, self.repeated)
            for phrase in terms.exceptions
        )
        return LanguageRules(
            name,
            self.script,
            self.lists,
            self.typos_of,
            self.wishes.phrases,
            self.mentions.phrases,
            tuple(Alarm(each.name, each.severity, each.phrases) for each in self.alarms),
            self.anger.mild,
            self.anger.strong,
            self.anger.aimed_at_us,
            self.courtesies,
            {
                Topic.WISH: self.wishes.rules(),
                Topic.MENTION: self.mentions.rules(),
                Topic.ALARM: self.alarm_terms.rules(),
                Topic.ANGER: self.anger.rules(),
                Topic.REPEATED: self.repeated.rules(),
            },
            self.repeated.phrases,
            frozenset(written) - packaged,
        )


class _Limits(_Table):
    failures: int = Field(3, ge=1, le=100)
    same_question: int = Field(3, ge=2, le=100)
    similarity: float = Field(0.7, gt=0, le=1)
    angry_messages: int = Field(2, ge=1, le=20)
    angry_window: int = Field(3, ge=1, le=20)
    very_angry: int = Field(3, ge=1, le=20)
    likely: float = Field(0.6, gt=0, le=1)
    doubtful: float = Field(0.2, ge=0, lt=1)


class _Vip(_Table):
    when: VipMoment = VipMoment.FIRST_FAILURE
    emails: _Phrases = ()
    domains: _Phrases = ()


class _File(_Table):
    enabled: tuple[Rule, ...] = tuple(Rule)
    severities: dict[Literal["asks_for_person", "failures", "same_question", "sentiment", "vip"], Severity] = {}
    limits: _Limits = _Limits()
    vip: _Vip = _Vip()
    languages: dict[str, _Language] = {}

    def book(self) -> RuleBook:
        packaged = _packaged_phrases()
        return RuleBook(
            tuple(language.rules(name, packaged) for name, language in self.languages.items()),
            frozenset(self.enabled),
            {Rule(name): severity for name, severity in self.severities.items()},
            Limits(**self.limits.model_dump()),
            Vip(
                self.vip.when,
                frozenset(email.lower() for email in self.vip.emails),
                frozenset(domain.lower().removeprefix("@") for domain in self.vip.domains),
            ),
        )


def _complaint(place: tuple[int | str, ...], message: str) -> str:
    key = ".".join(str(part) for part in place)
    return f"{key}: {message[:1].lower()}{message[1:]}."
