"""What one message says to the rules: a wish for a person, an alarm, anger, that the same was asked before."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Protocol

from domain.regulator.folding import Folded, folded
from domain.regulator.need import Ear, Likely, Need, no_ear
from domain.regulator.phrasebook import Found
from domain.regulator.rules import Kind, Limits, Rules, Sense, Topic, taking_back
from domain.session import Severity

# As long as a message may be; what comes from elsewhere is not read beyond it.
MAX_CHARACTERS = 10_000


class Valence(Protocol):
    """How a text feels, from -1 (very bad) to 1 (very good); None where there is no telling (its language, say)."""

    def __call__(self, text: str) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Said:
    """What was found, in the customer's words."""

    phrase: str
    severity: Severity = Severity.NORMAL


@dataclass(frozen=True, slots=True)
class Message:
    """What a message says. `anger` is a weight: 0 none, 1 annoyed, `Limits.very_angry` furious. `repeated` are the
    words with which the customer says to have asked this before.
    """

    wish: Said | None = None
    alarm: Said | None = None
    anger: int = 0
    angry_words: str = ""
    repeated: Said | None = None


# A message that says more has said enough; each costs some microseconds.
_MOST_FOUND = 200


def read(text: str, rules: Rules, valence: Valence, ear: Ear = no_ear) -> Message:
    """Look at a message with the phrases of every language, as customers mix them, and listen to the sound of it."""
    if not text.strip():
        return Message()
    text = text[:MAX_CHARACTERS]
    message = folded(text, rules.typos)
    found = rules.phrases.find(message)[:_MOST_FOUND]
    limits, heard = rules.book.limits, cache(ear)
    likely = heard(text)
    counted = [each for each in _counted(message, found, rules) if not _doubted(message, each, heard, limits)]
    anger, angry_words = _anger(message, counted, rules, valence)
    wish, repeated = _first(message, counted, Kind.WISH), _first(message, counted, Kind.REPEATED)
    said = Message(wish, _alarm(message, counted), anger, angry_words, repeated)
    if likely and likely.likelihood >= limits.likely and not _settled(said, found, limits):
        return _heard(said, likely, message, limits)
    return said


def _doubted(message: Folded, found: Found[Sense], ear: Ear, limits: Limits) -> bool:
    """Whether a packaged phrase stands among words that sound like nothing ("my lawyer rides one, too").

    What else a long message tells does not matter: an alarm within a story is one.
    """
    if found.meaning.own or found.meaning.kind is Kind.REPEATED:
        return False
    around = [_nearby(message.original, found.start, found.end)]
    if len(message.original.encode()) <= _SHORT_BYTES:
        around.append(message.original)
    below = limits.doubtful * (_WISH_DOUBTED if found.meaning.topic is Topic.WISH else 1.0)
    return any(likely is not None and likely.likelihood < below for likely in map(ear, around))


# Who asks outright gets a person, unless it sounds like nothing at all ("are there people-free photos of it?"). Of some
# 16,000 messages of people who needed somebody five are lost by all these doubts; 207 others are spared a person.
_WISH_DOUBTED = 0.1

# A message that is no longer (in UTF-8, where a Chinese character counts as much as three letters, as it says) is heard
# as a whole too; a longer one may tell a story around what it is about.
_SHORT_BYTES = 150


def _nearby(text: str, start: int, end: int) -> str:
    """What stands around a phrase in its sentence."""
    before = _SENTENCE_ENDS.split(text[max(0, start - _NEARBY_CHARACTERS) : start])[-1]
    after = _SENTENCE_ENDS.split(text[end : end + _NEARBY_CHARACTERS], maxsplit=1)[0]
    return f"{before}{text[start:end]}{after}"


# Many write without punctuation, in Chinese with spaces instead; with 60 characters a story drowns the alarm in it.
_NEARBY_CHARACTERS = 20
_SENTENCE_ENDS = re.compile(r"[.!?。！？\n]+|(?<=[\u3400-\u9fff])\s+")


def _settled(said: Message, found: list[Found[Sense]], limits: Limits) -> bool:
    """Whether the phrases have said enough: a reason to call a person, or the shop's own exception."""
    if said.wish or said.alarm or said.anger >= limits.very_angry:
        return True
    return any(each.meaning.own and each.meaning.kind is Kind.EXCEPTION for each in found)


def _heard(said: Message, likely: Likely, message: Folded, limits: Limits) -> Message:
    match likely.need:
        case Need.WISH:
            return replace(said, wish=Said(message.original))
        case Need.ALARM:
            # Who asks for nobody and yet needs somebody cannot wait.
            return replace(said, alarm=Said(message.original, Severity.HIGH))
        case Need.ANGER:
            return replace(said, anger=limits.very_angry, angry_words=said.angry_words or message.original)


def _counted(message: Folded, found: list[Found[Sense]], rules: Rules) -> list[Found[Sense]]:
    """What was found, without what an exception or a negation takes back."""
    exceptions = [each for each in found if each.meaning.kind is Kind.EXCEPTION]
    standing: list[Found[Sense]] = []
    turned_round: list[Found[Sense]] = []
    for each in found:
        if each.meaning.kind is Kind.EXCEPTION or any(_takes_back(exception, each) for exception in exceptions):
            continue
        negated = rules.negated(message, each.start, each.end, each.meaning)
        (turned_round if negated else standing).append(each)
    return [each for each in standing if not any(_turns_round(other, each) for other in turned_round)]


def _takes_back(exception: Found[Sense], phrase: Found[Sense]) -> bool:
    # A wish that read right through the exception has seen more than the exception did.
    if phrase.meaning.topic is Topic.WISH and phrase.start < exception.start and exception.end <= phrase.end:
        return False
    return exception.meaning.topic in taking_back(phrase.meaning.topic) and _overlap(exception, phrase)


def _turns_round(negated: Found[Sense], phrase: Found[Sense]) -> bool:
    """A mention within a wish that is turned round is turned round as well, and so are words that are a wish in
    another language, too.
    """
    if negated.meaning.topic is not Topic.WISH or phrase.meaning.kind is not Kind.WISH:
        return False
    other = phrase.meaning.topic is Topic.MENTION or phrase.meaning.language != negated.meaning.language
    return other and _overlap(negated, phrase)


def _overlap(one: Found[Sense], other: Found[Sense]) -> bool:
    return one.start < other.end and other.start < one.end


def _first(message: Folded, counted: list[Found[Sense]], kind: Kind) -> Said | None:
    first = next((each for each in counted if each.meaning.kind is kind), None)
    return None if first is None else Said(message.quoted(first.start, first.end))


_RANK = {Severity.LOW: 0, Severity.NORMAL: 1, Severity.HIGH: 2}


def _alarm(message: Folded, counted: list[Found[Sense]]) -> Said | None:
    alarms = [each for each in counted if each.meaning.kind is Kind.ALARM]
    if not alarms:
        return None
    worst = max(alarms, key=lambda each: _RANK[each.meaning.severity])
    return Said(message.quoted(worst.start, worst.end), worst.meaning.severity)


# By VADER's authors, a text is negative below -0.05 and positive above 0.05; these are well beyond either.
_VERY_BAD = -0.75
_GOOD = 0.3
# Once may be about a thing; who says "you" and is angry in two ways is angry with us.
_SAID_TWICE = 2
# The lexicon looks at words one by one, and a message's mood shows at once.
_VALENCE_CHARACTERS = 600

_SHOUTED = re.compile(r"!\s?!|！\s?！|[?？]\s?!|\b[A-Z]{3,}\b[^a-z]{0,3}\b[A-Z]{3,}\b[^a-z]{0,3}\b[A-Z]{3,}\b")


def _anger(message: Folded, counted: list[Found[Sense]], rules: Rules, valence: Valence) -> tuple[int, str]:
    """The weight of anger, and its words. A report of a problem is negative, too; anger has words of its own."""
    strong = _distinct(message, counted, Kind.STRONG_ANGER)
    mild = _distinct(message, counted, Kind.MILD_ANGER)
    aimed = any(each.meaning.kind is Kind.AIMED_AT_US for each in counted)
    if not (strong or mild or aimed):
        return 0, ""
    mood = valence(message.original[:_VALENCE_CHARACTERS])
    shouted = _SHOUTED.search(message.original) is not None
    # Good words beside one mild phrase are meant; beside wrath they are irony ("great service, really, a joke!!").
    if mood is not None and mood >= _GOOD and not strong and len(mild) + shouted <= 1:
        return 0, ""
    weight = rules.book.limits.very_angry * bool(strong) + len(mild)
    if aimed and (len(mild) >= _SAID_TWICE or (mood is not None and mood <= _VERY_BAD)):
        weight += 1
    if weight and shouted:
        weight += 1
    return weight, ", ".join([*strong, *mild]) or message.original


def _distinct(message: Folded, counted: list[Found[Sense]], kind: Kind) -> list[str]:
    """The phrases of a kind, each once; one within another does not count twice."""
    phrases: list[str] = []
    last_end = 0
    for each in counted:
        if each.meaning.kind is kind and each.start >= last_end:
            last_end = each.end
            phrase = message.quoted(each.start, each.end)
            if phrase not in phrases:
                phrases.append(phrase)
    return phrases
