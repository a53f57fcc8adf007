"""The plan of a seed: what goes wrong, when, for how long. Made before the run; the same seed makes the same plan."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from tests.chaos.system.deployment import Kind, service_names, skewed_name

# Before the first fault and after the last one, so that there is something to compare with and time to recover.
WARM_UP_SECONDS = 4.0
CALM_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` at `at` seconds into the run, for `seconds`, to `target`; `amount` as the kind needs it."""

    kind: str
    at: float
    seconds: float = 0.0
    target: str = ""
    amount: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


# How long each lasts, from and to.
_REDIS = {
    "redis_stop": (2.5, 4.0),
    "redis_stall": (2.0, 5.0),
    "redis_restart": (0.0, 0.0),
    "redis_flush": (0.0, 0.0),
    "redis_client_kill": (0.0, 0.0),
}
_POSTGRESQL = {"postgresql_restart": (0.0, 0.0), "postgresql_crash": (0.0, 0.5)}
_SQLITE = {"sqlite_lock": (0.5, 2.5)}
_PROXY = {
    "proxy_cut": (0.0, 0.0),
    "proxy_delay": (1.0, 2.5),
    "proxy_black_hole": (1.0, 2.5),
    "proxy_half_close": (0.0, 0.0),
}
_SERVICE = {"kill": (0.1, 1.0), "freeze": (1.0, 3.0), "graceful_restart": (0.0, 0.0)}
_PEOPLE = {"two_takeovers": (0.0, 0.0), "takeover_mid_reply": (0.0, 0.0), "stalled_reader": (2.0, 5.0)}

_SHARED = frozenset({"redis", "postgresql", "sqlite"})

# While one of these lasts, and so long after, delays are measured: nothing else goes wrong then (mostly).
_MEASURED = frozenset({"redis_stop", "redis_stall"})
_OVERLAP_CHANCE = 0.15


def make_plan(seed: int, kind: Kind, seconds: float) -> list[Fault]:
    """Two tracks side by side: what all processes share, and single processes; and people's own mischief."""
    dice = random.Random(f"{seed}/{kind}/plan")
    begin, end = WARM_UP_SECONDS, seconds - CALM_SECONDS
    shared = list(_track(dice, begin, end, _shared_kinds(kind), service_names(kind), gap=(0.6, 1.6)))
    single = list(_track(dice, begin + 0.5, end, _SERVICE, service_names(kind), gap=(0.8, 2.5), each_target=True))
    measured = [(fault.at - 0.5, fault.at + fault.seconds + 0.5) for fault in shared if fault.kind in _MEASURED]
    single = [
        fault
        for fault in single
        if fault.kind == "kill"
        or dice.random() < _OVERLAP_CHANCE
        or not any(since < fault.at + fault.seconds + 2.5 and fault.at < until for since, until in measured)
    ]
    people = list(_track(dice, begin - 2, end, _PEOPLE, [""], gap=(0.5, 1.5)))
    return sorted([*shared, *single, *people, *_clock(dice, begin, end, kind)], key=lambda fault: fault.at)


def _shared_kinds(kind: Kind) -> dict[str, tuple[float, float]]:
    redis = {} if kind == "sqlite-no-redis" else _REDIS
    return {**redis, **(_POSTGRESQL if kind == "postgresql-redis" else _SQLITE), **_PROXY}


def _track(
    dice: random.Random,
    begin: float,
    end: float,
    kinds: dict[str, tuple[float, float]],
    targets: list[str],
    *,
    gap: tuple[float, float],
    each_target: bool = False,
) -> Iterator[Fault]:
    """One fault after the other; every kind comes once before any comes again."""
    at = begin
    pairs = [(kind, target) for kind in kinds for target in targets] if each_target else [(kind, "") for kind in kinds]
    while True:
        # Crashes first, where every process has to have one.
        dice.shuffle(pairs)
        if each_target and at == begin:
            pairs.sort(key=lambda pair: pair[0] != "kill")
        for kind, target in pairs:
            seconds = round(dice.uniform(*kinds[kind]), 2)
            if at + seconds > end:
                return
            # What all processes share has no target.
            aimed = "" if kind.partition("_")[0] in _SHARED else target or dice.choice(targets)
            yield Fault(kind, round(at, 2), seconds, aimed, round(dice.uniform(0.05, 0.4), 3))
            at += seconds + dice.uniform(*gap)


def _clock(dice: random.Random, begin: float, end: float, kind: Kind) -> Iterator[Fault]:
    at = begin + dice.uniform(0, 3)
    while at < end:
        hours = dice.choice([-3, -1, 1, 5, 0])
        yield Fault("clock_jump", round(at, 2), 0.0, skewed_name(kind), hours * 3600 + dice.uniform(-60, 60))
        at += dice.uniform(4, 10)
