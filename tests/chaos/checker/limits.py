"""How fast it has to be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tests.chaos.checker.delays import Delays, percentiles
from tests.chaos.checker.findings import Finding, Kind
from tests.chaos.histories import Record

AWAY_P99_MILLISECONDS = 1000
BACK_SECONDS = 2.0
# Fewer do not make a percentile.
_SAMPLES = 50


def check_limits(delays: Delays, histories: Iterable[tuple[str, Sequence[Record]]]) -> Iterator[Finding]:
    """What took too long."""
    away = percentiles(delays.redis_away)
    if away["count"] >= _SAMPLES and away["p99"] > AWAY_P99_MILLISECONDS:
        yield Finding(Kind.SLOW, "all", "delays", f"while Redis is away: {away}")
    for who, records in histories:
        for record in records:
            if record["what"] == "redis_used" and record["seconds"] > BACK_SECONDS:
                yield Finding(Kind.SLOW, "all", who, f"Redis was used {record['seconds']} s after {record['after']}")
