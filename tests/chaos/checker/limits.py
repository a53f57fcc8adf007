"""How fast it has to be, on a machine that is itself fast enough to tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tests.chaos.checker.delays import Delays, percentiles
from tests.chaos.checker.findings import Finding, Kind
from tests.chaos.histories import Record

AWAY_P99_MILLISECONDS = 1000
BACK_SECONDS = 2.0
# Fewer do not make a percentile.
_SAMPLES = 50
# What words go through until the other side sees them, while Redis is away: sender, two proxies, two services (each
# twice: the loop and its thread), the database, receiver. Each may wait as long for its turn as this process does.
_TURNS = 9


def check_limits(
    delays: Delays, histories: Iterable[tuple[str, Sequence[Record]]], *, own_lag_p99: float
) -> Iterator[Finding]:
    """What took too long. `own_lag_p99`: how late (in ms) this process' own timers were: the machine's part in it."""
    away = percentiles(delays.redis_away)
    if away["count"] >= _SAMPLES and away["p99"] > AWAY_P99_MILLISECONDS + _TURNS * own_lag_p99:
        yield Finding(Kind.SLOW, "all", "delays", f"while Redis is away: {away}")
    for who, records in histories:
        for record in records:
            if record["what"] == "redis_used" and record["seconds"] > BACK_SECONDS:
                yield Finding(Kind.SLOW, "all", who, f"Redis was used {record['seconds']} s after {record['after']}")
