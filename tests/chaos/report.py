"""What a person and a machine read of a run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.chaos.checker.findings import Kind
from tests.chaos.run import Result
from tests.servers.service import ROOT

REPORT = ROOT / "build" / "chaos.json"

_SUMS = ("sessions", "messages_acknowledged", "attempts_repeated", "gave_up", "streams_opened", "frames")
# A few tell what is wrong; the file has all.
_SHOWN_FINDINGS = 10


def tell(result: Result) -> None:
    """The outcome of one run."""
    report = result.report
    verdict = "held" if not result.findings else "BROKEN"
    print(f"{report['system']}, seed {report['seed']}, {report['seconds']:.0f} s: {verdict}")
    print("  faults:  " + ", ".join(f"{kind} {count}" for kind, count in report["faults"].items()))
    print("  load:    " + ", ".join(f"{name} {report[name]}" for name in _SUMS))
    print("  broken:  " + ", ".join(f"{kind} {report[kind]}" for kind in Kind))
    for state, found in report["delay_ms"].items():
        print(f"  delay while {state} (ms): {found}")
    print(f"  Redis used again after (s): {report['redis_used_again_s']}; own lag (ms): {report['harness_lag_ms']}")
    for finding in result.findings[:_SHOWN_FINDINGS]:
        print(f"  ✗ {finding}")
    if result.findings:
        print(f"  histories: {result.order.folder.relative_to(ROOT)}")


def write(path: Path, reports: Sequence[dict[str, Any]]) -> None:
    """For machines: the sums, the worst delays, and each run."""
    faults: Counter[str] = Counter()
    for report in reports:
        faults.update(report["faults"])
    whole = {
        "seed": reports[0]["seed"],
        "faults": dict(sorted(faults.items())),
        **{name: sum(report[name] for report in reports) for name in (*_SUMS, *Kind)},
        "delay_ms": {state: _worst(reports, state) for state in ("healthy", "redis_away")},
        "runs": list(reports),
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n")


def _worst(reports: Sequence[dict[str, Any]], state: str) -> dict[str, float]:
    found = [report["delay_ms"][state] for report in reports]
    whole: dict[str, float] = {"count": sum(each["count"] for each in found)}
    for name in ("p50", "p90", "p99", "max"):
        values = [each[name] for each in found if name in each]
        if values:
            whole[name] = max(values)
    return whole
