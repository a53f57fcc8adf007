"""`python -m tests.chaos --seconds 90 --seed 7 --system all`; the exit status says whether every promise held."""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import uvloop

from tests.chaos.report import REPORT, tell, write
from tests.chaos.run import Order, carry_out, ordered, with_plant
from tests.chaos.system.deployment import KINDS, Kind

# The largest deployment gets the largest part of the time.
_PARTS: dict[Kind, float] = {"postgresql-redis": 0.4, "sqlite": 0.3, "sqlite-no-redis": 0.3}


def main() -> int:
    """Carry out what is asked for, one run after the other."""
    parser = argparse.ArgumentParser(prog="tests.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=90, help="of load and faults, over all systems")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000), help="repeats a plan")
    parser.add_argument("--system", choices=[*KINDS, "all"], default="all")
    parser.add_argument("--plant", help="a bug of planted.py (or none) in a brief run of the smallest system")
    parser.add_argument("--report", type=Path, default=REPORT)
    results = []
    asked = parser.parse_args()
    for order in _orders(asked):
        results.append(uvloop.run(carry_out(order)))
        tell(results[-1])
    write(asked.report, [result.report for result in results])
    return 1 if any(result.findings for result in results) else 0


def _orders(asked: argparse.Namespace) -> Iterator[Order]:
    if asked.plant is not None:
        yield with_plant("" if asked.plant == "none" else asked.plant, asked.seed)
    elif asked.system == "all":
        for kind, part in _PARTS.items():
            yield ordered(kind, asked.seed, asked.seconds * part)
    else:
        yield ordered(cast(Kind, asked.system), asked.seed, asked.seconds)


if __name__ == "__main__":
    sys.exit(main())
