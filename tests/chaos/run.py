"""One run on one kind of deployment: start, drive, break, settle, collect, check."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.checker.check import Evidence, check
from tests.chaos.checker.delays import measure, percentiles
from tests.chaos.checker.findings import Finding, Kind
from tests.chaos.checker.limits import check_limits
from tests.chaos.checker.timeline import unanswered
from tests.chaos.faults.injector import Injector
from tests.chaos.faults.plan import Fault, make_plan
from tests.chaos.histories import Histories, Record, read_histories
from tests.chaos.people.cast import Cast, Scale
from tests.chaos.system.database import read_database
from tests.chaos.system.deployment import Deployment, deployed
from tests.chaos.system.deployment import Kind as DeploymentKind
from tests.servers.service import ROOT

RUNS = ROOT / "build" / "chaos"

SCALES: dict[DeploymentKind, Scale] = {
    "postgresql-redis": Scale(customers=44, agents=9, visit_seconds=9.0),
    "sqlite": Scale(customers=30, agents=7, visit_seconds=9.0),
    "sqlite-no-redis": Scale(customers=30, agents=7, visit_seconds=9.0),
}

PLANT_SECONDS = 9.0

# A process that dies in the middle of an answer leaves a lease; the run should not have to wait ten seconds for it.
_ENVIRONMENT = {"REPLY_LEASE_SECONDS": "3"}


@dataclass(slots=True)
class Order:
    """What to run. Planted bugs bring their own `plan`, `module` and `environment`."""

    kind: DeploymentKind
    seed: int
    seconds: float
    scale: Scale
    folder: Path
    plan: list[Fault]
    settle_seconds: float = 30.0
    module: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it."""

    order: Order
    findings: list[Finding]
    report: dict[str, Any]


def ordered(kind: DeploymentKind, seed: int, seconds: float) -> Order:
    """A run with the seed's plan."""
    folder = RUNS / f"{kind}-{seed}"
    return Order(kind, seed, seconds, SCALES[kind], folder, make_plan(seed, kind, seconds))


def with_plant(plant: str, seed: int) -> Order:
    """A brief run with a planted bug (or none), and no fault but those of people: what is found is the bug's."""
    return Order(
        "sqlite-no-redis",
        seed,
        PLANT_SECONDS,
        Scale(customers=8, agents=4, visit_seconds=6.0, patience_seconds=3.0),
        RUNS / f"plant-{plant or 'none'}",
        [Fault("takeover_mid_reply", at) for at in (2.5, 3.5, 4.5, 5.5, 6.5)] + [Fault("two_takeovers", 5.0)],
        settle_seconds=4.0,
        module="tests.chaos.planted" if plant else None,
        environment={"PLANT": plant},
    )


async def carry_out(order: Order) -> Result:
    """The whole run. Its histories stay in the order's folder unless everything held."""
    shutil.rmtree(order.folder, ignore_errors=True)
    environment = {**_ENVIRONMENT, **order.environment}
    async with deployed(
        order.kind, agents=order.scale.agents, seed=order.seed, module=order.module, environment=environment
    ) as deployment:
        histories = Histories(order.folder)
        lags = asyncio.create_task(_watch_own_lag())
        told = await _drive(order, deployment, histories)
        lags.cancel()
        sessions, entries = await read_database(deployment.database_url)
        histories.close()
        for service in deployment.services:
            shutil.copy(service.log, order.folder / service.log.name)
    read = list(read_histories(order.folder))
    findings = check(Evidence(read, sessions, entries, told))
    delays = measure(read)
    own_lag = percentiles(_lags)
    findings += check_limits(delays, read, own_lag_p99=own_lag.get("p99", 0.0))
    report = _report(order, read, findings, sessions)
    report["delay_ms"] = {"healthy": percentiles(delays.healthy), "redis_away": percentiles(delays.redis_away)}
    report["harness_lag_ms"] = own_lag
    if findings:
        (order.folder / "findings.txt").write_text("\n".join(map(str, findings)) + "\n")
    else:
        shutil.rmtree(order.folder)
    return Result(order, findings, report)


async def _drive(order: Order, deployment: Deployment, histories: Histories) -> dict[str, list[Record] | None]:
    """Load and faults, then quiet; at the end the timelines as the API tells them."""
    cast = Cast(
        histories,
        order.seed,
        order.scale,
        chatbots=deployment.doors("chatbot"),
        workbenches=deployment.doors("workbench"),
        accounts=deployment.accounts,
    )
    cast.start(order.seconds)
    await Injector(deployment, cast, histories.of("faults")).carry_out(order.plan)
    for service in deployment.services:
        service.shift_clock(0.0)
    await cast.finish(max(0.0, order.seconds - histories.now()) + order.settle_seconds)
    await _all_answered(deployment.database_url, order.settle_seconds)
    await cast.settle(order.settle_seconds)
    tellers = cast.agents
    told = await asyncio.gather(
        *(tellers[number % len(tellers)].timeline(name) for number, name in enumerate(cast.sessions))
    )
    return dict(zip(cast.sessions, told, strict=True))


async def _all_answered(database_url: str, seconds: float) -> None:
    """Wait until the AI owes nobody an answer; the checker says so if it still does."""
    deadline = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < deadline:
        sessions, entries = await read_database(database_url)
        if not any(_waits(session, entries) for session in sessions if session["status"] == "bot_active"):
            return
        await asyncio.sleep(0.5)


def _waits(session: Record, entries: Sequence[Record]) -> bool:
    its = [entry for entry in entries if entry["session_name"] == session["name"]]
    return any(True for _ in unanswered(session, its))


_lags: list[float] = []


async def _watch_own_lag() -> None:
    """How late this process is itself: what it measures cannot be truer than that."""
    _lags.clear()
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        await asyncio.sleep(0.02)
        _lags.append(loop.time() - began - 0.02)


def _report(
    order: Order,
    histories: Sequence[tuple[str, Sequence[Record]]],
    findings: Sequence[Finding],
    sessions: Sequence[Record],
) -> dict[str, Any]:
    records = [record for _, its in histories for record in its]
    whats = Counter(record["what"] for record in records)
    kinds = Counter(finding.kind for finding in findings)
    return {
        "system": order.kind,
        "seed": order.seed,
        "seconds": order.seconds,
        "faults": dict(sorted(Counter(record["kind"] for record in records if record["what"] == "fault").items())),
        "sessions": len(sessions),
        "messages_acknowledged": whats["acked"],
        "attempts_repeated": sum(record["attempts"] - 1 for record in records if record["what"] == "acked"),
        "gave_up": whats["gave_up"],
        "streams_opened": whats["opened"],
        "frames": whats["frame"],
        "redis_used_again_s": max((r["seconds"] for r in records if r["what"] == "redis_used"), default=None),
        **{kind.value: kinds[kind] for kind in Kind},
    }
