"""The figures of an evaluation (docs/evaluation.md defines each), in total and for every group."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields

from evaluation.case import Kind
from evaluation.scoring import Outcome, Scored, ScoredTurn

# What the AI itself said to the customer, rather than a person being called or nothing being said.
_REPLIES = frozenset(
    {
        Outcome.RIGHT,
        Outcome.WRONG,
        Outcome.UNKNOWN_RIGHT,
        Outcome.UNKNOWN_WRONG,
        Outcome.ASKED_RIGHT,
        Outcome.ASKED_WRONG,
        Outcome.HANDOFF_MISSED,
    }
)

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens cost, in whatever currency the reader thinks in."""

    input: float = 0.0
    output: float = 0.0


NOTHING = Prices()


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of conversations and turns, shares from 0 to 1 (None where there is nothing to divide by), times in
    milliseconds.
    """

    conversations: int
    passed: int
    turns: int
    right: int
    wrong: int
    unknown_right: int
    unknown_wrong: int
    asked_right: int
    asked_wrong: int
    failed: int
    not_reached: int
    leaks: int
    wrong_rate: float | None
    containment: float | None
    handoff_wanted: int
    handoff_precision: float | None
    handoff_recall: float | None
    questions: int
    hit_at_1: float | None
    hit_at_3: float | None
    first_token_p50: float | None
    first_token_p95: float | None
    turn_p95: float | None
    input_tokens: int
    output_tokens: int
    cost: float


# What a threshold may name.
NAMES = tuple(field.name for field in fields(Figures))


def figures(scored: Sequence[Scored], prices: Prices = NOTHING) -> Figures:
    """The figures of these conversations."""
    turns = [turn for case in scored for turn in case.turns]
    counts = Counter(turn.outcome for turn in turns)
    usages = [turn.reply.usage for turn in turns if turn.reply and turn.reply.usage]
    input_tokens = sum(usage.input_tokens for usage in usages)
    output_tokens = sum(usage.output_tokens for usage in usages)
    first_tokens = [turn.reply.first_token for turn in turns if turn.reply and turn.reply.first_token is not None]
    found = [hit for turn in turns if (hit := _found_at(turn)) is not None]
    handed = [case for case in scored if case.handed_at is not None and not case.handoff_was_open]
    wanted = [case for case in scored if case.wanted_at is not None]
    rightly = sum(case.handed_over_rightly for case in handed)
    unwanted = [case for case in scored if case.wanted_at is None and not case.handoff_was_open]
    return Figures(
        conversations=len(scored),
        passed=sum(case.passed for case in scored),
        turns=sum(turn.reply is not None for turn in turns),
        right=counts[Outcome.RIGHT],
        wrong=counts[Outcome.WRONG],
        unknown_right=counts[Outcome.UNKNOWN_RIGHT],
        unknown_wrong=counts[Outcome.UNKNOWN_WRONG],
        asked_right=counts[Outcome.ASKED_RIGHT],
        asked_wrong=counts[Outcome.ASKED_WRONG],
        failed=counts[Outcome.FAILED],
        not_reached=counts[Outcome.NOT_REACHED],
        leaks=sum(len(turn.leaks) for turn in turns),
        wrong_rate=_share(counts[Outcome.WRONG], sum(counts[outcome] for outcome in _REPLIES)),
        containment=_share(sum(case.handed_at is None for case in unwanted), len(unwanted)),
        handoff_wanted=len(wanted),
        handoff_precision=_share(rightly, len(handed)),
        handoff_recall=_share(rightly, len(wanted)),
        questions=len(found),
        hit_at_1=_share(sum(place == 1 for place in found), len(found)),
        hit_at_3=_share(sum(place > 0 for place in found), len(found)),
        first_token_p50=_milliseconds(first_tokens, 0.5),
        first_token_p95=_milliseconds(first_tokens, 0.95),
        turn_p95=_milliseconds([turn.reply.seconds for turn in turns if turn.reply], 0.95),
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cost=(input_tokens * prices.input + output_tokens * prices.output) / _MILLION,
    )


def grouped(scored: Sequence[Scored], key: Callable[[Scored], str], prices: Prices) -> dict[str, Figures]:
    """The figures of each group, in the order in which the groups first appear."""
    groups: dict[str, list[Scored]] = {}
    for case in scored:
        groups.setdefault(key(case), []).append(case)
    return {name: figures(cases, prices) for name, cases in groups.items()}


def _found_at(turn: ScoredTurn) -> int | None:
    """At which place (from 1) the retrieval has a right entry, 0 when not among the first three; None when the turn
    asks for no entry, cannot be understood alone, or nothing was searched.
    """
    expect = turn.turn.expect
    if expect is None or Kind.ANSWER not in expect.kinds or turn.turn.follow_up:
        return None
    right = {*expect.sources, *expect.all_sources}
    if not right or turn.reply is None or turn.reply.retrieved is None:
        return None
    return next((place for place, entry in enumerate(turn.reply.retrieved, start=1) if entry in right), 0)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _milliseconds(seconds: Iterable[float], share: float) -> float | None:
    ordered = sorted(seconds)
    if not ordered:
        return None
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] * 1000
