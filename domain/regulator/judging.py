"""Whether a person is to take over: before an answer by what the customer said, after it by what came of it.

An explicit wish is the reason whatever else holds; then alarms, anger, the same question again, a VIP. What was said
before a colleague last spoke is settled and is not looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from domain.engine import Answer, Turn, Utterance
from domain.entry import Role
from domain.regulator.message import Message, Said, Valence, read
from domain.regulator.need import Ear, no_ear
from domain.regulator.repetition import times_asked
from domain.regulator.rules import Rule, Rules, VipMoment
from domain.regulator.verdict import MAX_DETAIL_CHARACTERS, Verdict
from domain.session import EscalationReason, Severity


def no_valence(text: str) -> None:
    """Where no lexicon is at hand."""


def judge(turn: Turn, rules: Rules, valence: Valence = no_valence, ear: Ear = no_ear) -> Verdict | None:
    """Whether what the customer said since the last answer calls for a person, and the engine need not be asked."""
    unanswered = _unanswered(turn)
    if not unanswered:
        return None

    def understood(text: str) -> Message:
        return read(text, rules, valence, ear)

    messages = [(said, understood(said.text)) for said in unanswered]
    alarm = _worst_alarm(messages) if rules.enabled(Rule.ALARM) else None
    if rules.enabled(Rule.ASKS_FOR_PERSON) and (wished := _wish(messages)):
        said, wish = wished
        severity = _raised(rules.severity(Rule.ASKS_FOR_PERSON), alarm[1].severity if alarm else Severity.LOW)
        return _verdict(EscalationReason.USER_REQUEST, severity, Rule.ASKS_FOR_PERSON, wish.phrase, said, turn, rules)
    if alarm:
        said, found = alarm
        return _verdict(EscalationReason.KEYWORD, found.severity, Rule.ALARM, found.phrase, said, turn, rules)
    return _from_the_conversation(turn, messages, rules, understood)


def judge_answer(turn: Turn, answer: Answer, rules: Rules) -> Verdict | None:
    """Whether an answer that was none calls for a person: a VIP's first, anybody's at the limit.

    A question asked back is no failure, nor is an answer that hands over by itself this rule's matter.
    """
    unanswered = _unanswered(turn)
    if not unanswered or answer.confident or answer.asks_back or answer.handover is not None:
        return None
    said = unanswered[-1]
    if rules.enabled(Rule.FAILURES) and turn.failures + 1 >= rules.book.limits.failures:
        severity = rules.severity(Rule.FAILURES)
        return _verdict(EscalationReason.FAIL_LOOP, severity, Rule.FAILURES, said.text, said, turn, rules)
    if rules.book.vip.when is VipMoment.FIRST_FAILURE and rules.enabled(Rule.VIP) and is_vip(turn, rules):
        return _verdict(EscalationReason.VIP, rules.severity(Rule.VIP), Rule.VIP, said.text, said, turn, rules)
    return None


def is_vip(turn: Turn, rules: Rules) -> bool:
    """Whether the shop says so, or the rules name the customer's e-mail or its domain."""
    email = turn.customer.email.strip().lower()
    vip = rules.book.vip
    return turn.customer.vip or (bool(email) and (email in vip.emails or email.rpartition("@")[2] in vip.domains))


def _from_the_conversation(
    turn: Turn,
    messages: Sequence[tuple[Utterance, Message]],
    rules: Rules,
    understood: Callable[[str], Message],
) -> Verdict | None:
    """Anger, the same question again, a VIP at once."""
    last = messages[-1][0]
    since = _since_a_colleague_spoke(turn)
    if rules.enabled(Rule.SENTIMENT) and (angry := _anger(since, messages, rules, understood)):
        said, words = angry
        severity = rules.severity(Rule.SENTIMENT)
        return _verdict(EscalationReason.SENTIMENT, severity, Rule.SENTIMENT, words, said, turn, rules)
    if rules.enabled(Rule.SAME_QUESTION) and (again := _asked_again(since, messages, rules)):
        said, words = again
        severity = rules.severity(Rule.SAME_QUESTION)
        return _verdict(EscalationReason.FAIL_LOOP, severity, Rule.SAME_QUESTION, words, said, turn, rules)
    at_once = rules.book.vip.when is VipMoment.AT_ONCE and rules.enabled(Rule.VIP) and is_vip(turn, rules)
    # Once a colleague has spoken they know this customer, and gave the conversation back on purpose.
    if at_once and len(since) == len(turn.utterances):
        return _verdict(EscalationReason.VIP, rules.severity(Rule.VIP), Rule.VIP, last.text, last, turn, rules)
    return None


def _asked_again(
    since: Sequence[Utterance], messages: Sequence[tuple[Utterance, Message]], rules: Rules
) -> tuple[Utterance, str] | None:
    """The message with which the same is asked once too often: by the customer's own words, or as we count.

    Who opens with "the third time I ask" asked elsewhere: here the AI has yet to try.
    """
    if any(said.role is Role.ASSISTANT for said in since):
        for said, message in messages:
            if message.repeated:
                return said, message.repeated.phrase
    limits, last = rules.book.limits, messages[-1][0]
    times = times_asked(since, rules.courtesies, limits.similarity)
    return (last, last.text) if times >= limits.same_question else None


def _unanswered(turn: Turn) -> list[Utterance]:
    said = [utterance for utterance in turn.utterances if utterance.role is Role.USER]
    return said[-turn.unanswered :] if turn.unanswered > 0 else []


def _since_a_colleague_spoke(turn: Turn) -> Sequence[Utterance]:
    """The conversation since, up to the customer's last message."""
    end = max((at for at, said in enumerate(turn.utterances, 1) if said.role is Role.USER), default=0)
    begin = max((at for at, said in enumerate(turn.utterances, 1) if said.role is Role.AGENT), default=0)
    return turn.utterances[begin:end]


def _wish(messages: Sequence[tuple[Utterance, Message]]) -> tuple[Utterance, Said] | None:
    return next(((said, message.wish) for said, message in messages if message.wish), None)


def _worst_alarm(messages: Sequence[tuple[Utterance, Message]]) -> tuple[Utterance, Said] | None:
    alarms = [(said, message.alarm) for said, message in messages if message.alarm]
    return max(alarms, key=lambda alarm: _ORDER.index(alarm[1].severity), default=None)


def _anger(
    since: Sequence[Utterance],
    messages: Sequence[tuple[Utterance, Message]],
    rules: Rules,
    understood: Callable[[str], Message],
) -> tuple[Utterance, str] | None:
    """The angry message that is one too many, and its words. Only what awaits an answer can be that."""
    limits = rules.book.limits
    known = {said.seq: message for said, message in messages}
    angry = [(said, message) for said, message in messages if message.anger]
    if not angry:
        return None
    worst = max(angry, key=lambda each: each[1].anger)
    if worst[1].anger >= limits.very_angry:
        return worst[0], worst[1].angry_words
    window = [said for said in since if said.role is Role.USER][-limits.angry_window :]
    times = sum((known.get(said.seq) or understood(said.text)).anger > 0 for said in window)
    return (angry[-1][0], angry[-1][1].angry_words) if times >= limits.angry_messages else None


_ORDER = (Severity.LOW, Severity.NORMAL, Severity.HIGH)


def _raised(severity: Severity, at_least: Severity) -> Severity:
    return max(severity, at_least, key=_ORDER.index)


def _verdict(
    reason: EscalationReason, severity: Severity, rule: Rule, detail: str, said: Utterance, turn: Turn, rules: Rules
) -> Verdict:
    if rules.enabled(Rule.VIP) and is_vip(turn, rules) and severity is not Severity.HIGH:
        severity = _ORDER[_ORDER.index(severity) + 1]
    return Verdict(reason, severity, rule.value, detail.strip()[:MAX_DETAIL_CHARACTERS], said.seq)
