"""The rules as an admin writes them, and compiled for use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from domain.regulator.folding import Folded, fold_word
from domain.regulator.phrasebook import Phrasebook
from domain.regulator.template import InvalidPhrase, Lists, Script, Template, template
from domain.session import Severity


class Rule(StrEnum):
    """The rules' names, as verdicts and the rules file give them."""

    ASKS_FOR_PERSON = "asks_for_person"
    ALARM = "alarm"
    FAILURES = "failures"
    SAME_QUESTION = "same_question"
    SENTIMENT = "sentiment"
    VIP = "vip"


class VipMoment(StrEnum):
    """When a VIP gets a person: with the first message, or as soon as the AI has no answer."""

    AT_ONCE = "at_once"
    FIRST_FAILURE = "first_failure"


class Topic(StrEnum):
    """What phrases can be about."""

    WISH = "wishes"
    MENTION = "mentions"
    ALARM = "alarms"
    ANGER = "anger"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Negation:
    """What turns a phrase round. `before` stands before it, with nothing but at most `within` words of `between` in the
    middle (any words when `between` is empty; in Chinese, characters when it is empty); `void` says that a negation is
    none ("why don't"); `after` stands directly behind it ("转人工就不用了").
    """

    before: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    within: int = 5
    void: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alarm:
    """Words that call for a person whatever else is said."""

    name: str
    severity: Severity
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TopicRules:
    """What holds for all phrases of one topic: a phrase that overlaps an exception does not count."""

    exceptions: tuple[str, ...] = ()
    negation: Negation = Negation()


@dataclass(frozen=True, slots=True)
class LanguageRules:
    """One language's phrases. `wishes` say outright that a person is wanted; `mentions` name one in a request, and what
    takes back a wish takes back a mention too. Anger: mild weighs 1, strong is enough to escalate by itself. `repeated`
    says that the same was asked before. `own` are those phrases that the shop wrote itself: they are never doubted.
    """

    name: str
    script: Script = Script.WORDS
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    typos_of: tuple[str, ...] = ()
    wishes: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    mild_anger: tuple[str, ...] = ()
    strong_anger: tuple[str, ...] = ()
    aimed_at_us: tuple[str, ...] = ()
    courtesies: tuple[str, ...] = ()
    topics: Mapping[Topic, TopicRules] = field(default_factory=dict)
    repeated: tuple[str, ...] = ()
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Limits:
    """`failures`: answers in a row that were none; `same_question`: how often it is asked, the last time included;
    `similarity`: from which share of common words on two questions are the same; `angry_messages` of the customer's
    last `angry_window`; `very_angry`: the weight of anger in one message that is enough.

    `likely`: from which likelihood on a message calls for a person that no phrase is found in (1: never); `doubtful`:
    below which, by the words around it, a phrase that is found does not count (a tenth of it where it asks outright),
    unless the shop wrote it itself (0: all count).
    """

    failures: int = 3
    same_question: int = 3
    similarity: float = 0.7
    angry_messages: int = 2
    angry_window: int = 3
    very_angry: int = 3
    likely: float = 0.6
    doubtful: float = 0.2


@dataclass(frozen=True, slots=True)
class Vip:
    """Whom the shop counts as a VIP besides those it says so of, by e-mail or by its domain (small letters)."""

    when: VipMoment = VipMoment.FIRST_FAILURE
    emails: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Everything that the rules file says."""

    languages: tuple[LanguageRules, ...] = ()
    enabled: frozenset[Rule] = frozenset(Rule)
    severities: Mapping[Rule, Severity] = field(default_factory=dict)
    limits: Limits = Limits()
    vip: Vip = Vip()


class Kind(StrEnum):
    """What one phrase does."""

    WISH = "wish"
    ALARM = "alarm"
    MILD_ANGER = "mild anger"
    STRONG_ANGER = "strong anger"
    AIMED_AT_US = "aimed at us"
    REPEATED = "repeated"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class Sense:
    """What a phrase means where it is found."""

    kind: Kind
    topic: Topic
    language: str
    severity: Severity = Severity.NORMAL
    own: bool = False


class Rules:
    """A rule book, compiled; `InvalidPhrase` when a phrase of it is none."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        lists = {language.name: Lists(language.script, language.lists) for language in book.languages}
        self.phrases = Phrasebook(
            [each for language in book.languages for each in _phrases(language, lists[language.name])],
        )
        known = {word for language in book.languages for word in _words(language)}
        self.typos = {
            typo: word
            for language in book.languages
            for word in language.typos_of
            for typo in _typos(word)
            if typo not in known
        }
        self.courtesies = frozenset(word for language in book.languages for word in language.courtesies)
        self._negations = {
            (language.name, topic): _Negated(lists[language.name], rules.negation, language.name)
            for language in book.languages
            for topic, rules in language.topics.items()
        }

    def enabled(self, rule: Rule) -> bool:
        return rule in self.book.enabled

    def severity(self, rule: Rule) -> Severity:
        return self.book.severities.get(rule, Severity.NORMAL)

    def negated(self, message: Folded, start: int, end: int, sense: Sense) -> bool:
        """Whether what stands around that part of the message turns it round."""
        negations = (self._negations.get((sense.language, topic)) for topic in taking_back(sense.topic))
        return any(negation is not None and negation.holds(message, start, end) for negation in negations)


def taking_back(topic: Topic) -> tuple[Topic, ...]:
    """The topics whose exceptions and negations hold for phrases of that one."""
    return (Topic.WISH, Topic.MENTION) if topic is Topic.MENTION else (topic,)


def _phrases(language: LanguageRules, lists: Lists) -> list[tuple[Template, Script, Sense]]:
    found: list[tuple[Template, Script, Sense]] = []

    def add(kind: Kind, topic: Topic, phrases: tuple[str, ...], severity: Severity = Severity.NORMAL) -> None:
        for phrase in phrases:
            sense = Sense(kind, topic, language.name, severity, own=phrase in language.own)
            compiled = _compiled(phrase, lists, language.name)
            if "" in compiled.firsts:
                raise InvalidPhrase(f"{language.name}: {phrase!r} must begin with a whole word")
            found.append((compiled, language.script, sense))

    add(Kind.WISH, Topic.WISH, language.wishes)
    add(Kind.WISH, Topic.MENTION, language.mentions)
    for alarm in language.alarms:
        add(Kind.ALARM, Topic.ALARM, alarm.phrases, alarm.severity)
    add(Kind.MILD_ANGER, Topic.ANGER, language.mild_anger)
    add(Kind.STRONG_ANGER, Topic.ANGER, language.strong_anger)
    add(Kind.AIMED_AT_US, Topic.ANGER, language.aimed_at_us)
    add(Kind.REPEATED, Topic.REPEATED, language.repeated)
    for topic, rules in language.topics.items():
        add(Kind.EXCEPTION, topic, rules.exceptions)
    return found


def _compiled(phrase: str, lists: Lists, language: str) -> Template:
    try:
        return template(phrase, lists)
    except InvalidPhrase as error:
        raise InvalidPhrase(f"{language}: {error}") from None


class _Negated:
    """A negation, compiled."""

    def __init__(self, lists: Lists, negation: Negation, language: str) -> None:
        self._lists = lists
        self._language = language
        between = self._either(negation.between)
        if not between:
            between = r"[^\W_]+ {0,3}" if lists.script is Script.WORDS else r"[\w ]"
        self._before = self._ending(negation.before, between, negation.within)
        self._void = self._ending(negation.void, between, negation.within)
        self._after = [_compiled(each, lists, language) for each in negation.after]

    def holds(self, message: Folded, start: int, end: int) -> bool:
        text = message.words if self._lists.script is Script.WORDS else message.text
        if any(after.match(text, end) for after in self._after):
            return True
        if self._before is None:
            return False
        clause = _CLAUSES.split(text[max(0, start - _LOOK_BACK) : start])[-1]
        if not self._before.search(clause):
            return False
        return self._void is None or not self._void.search(clause)

    def _either(self, phrases: tuple[str, ...]) -> str:
        expressions = [_compiled(each, self._lists, self._language).expression for each in phrases]
        return f"(?:{'|'.join(expressions)})" if expressions else ""

    def _ending(self, phrases: tuple[str, ...], between: str, within: int) -> re.Pattern[str] | None:
        """The phrases, then at most `within` words between, then the end."""
        if not phrases:
            return None
        begin = r"(?<!\w)" if self._lists.script is Script.WORDS else ""
        return re.compile(rf"{begin}{self._either(phrases)}(?:{between}){{0,{within}}}\Z")


# A negation stands close by; looking further back would only cost time.
_LOOK_BACK = 80
_CLAUSES = re.compile(r"[^\w ]")


def _words(language: LanguageRules) -> set[str]:
    """Every word of the rules: what one language misspells may be another's ("collegue")."""
    listed = [each for phrases in language.lists.values() for each in phrases]
    return {
        word for phrase in (*listed, *language.wishes, *language.mentions) for word in _WORD.findall(fold_word(phrase))
    }


_WORD = re.compile(r"[a-z]+")


def _typos(word: str) -> set[str]:
    """The word with one letter missing or two swapped; the first letter is seldom the wrong one."""
    missing = {word[:at] + word[at + 1 :] for at in range(1, len(word))}
    swapped = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(1, len(word) - 1)}
    return {typo for typo in missing | swapped if len(typo) >= _SHORTEST_TYPO} - {word}


# "peron" is meant as "person"; what is shorter may be a word of its own.
_SHORTEST_TYPO = 4
