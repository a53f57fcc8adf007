"""Messages that are posted over HTTP. Baton keeps each before it answers; the peers pass it on and forget it."""

from __future__ import annotations

from dataclasses import replace

from tests.bench.databases import System
from tests.bench.ground import Ground, Running
from tests.bench.plan import Plan
from tests.bench.results import Measured

TITLES: dict[System, str] = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


async def kept(ground: Ground) -> list[Measured]:
    """From POST to receive on both databases; a peer without one has the same numbers beside each."""
    plan = ground.plan
    systems: tuple[System, ...] = ("sqlite", "postgresql") if ground.keeps else ("sqlite",)
    found: list[Measured] = []
    for system in systems:
        async with ground.running(sessions=plan.streams, system=system) as running:
            found += await posted(plan, running, system)
    if ground.keeps:
        return found
    return [
        replace(measured, figure=measured.figure.replace(TITLES["sqlite"], title))
        for title in TITLES.values()
        for measured in found
    ]


async def posted(plan: Plan, running: Running, system: System, suffix: str = "") -> list[Measured]:
    """One after the other on `posters` streams, then at a fixed rate over them."""
    used = running.sessions[: plan.posters]
    await running.generator.open_streams(used)
    await running.generator.post_to(used)
    async with running.profiled(f"post-{system}", plan.load_seconds):
        before = running.cpu_seconds()
        busy = await running.generator.post(warm_seconds=plan.warm_seconds, seconds=plan.load_seconds)
        computed = running.cpu_seconds() - before
    timed = await running.generator.at_rate(rate=plan.post_rate, seconds=plan.rate_seconds)
    title = TITLES[system]
    remark = f"{busy['lost']:,.0f} streams stopped receiving" if busy["lost"] else ""
    paced = f"POST to receive, {title}, {plan.post_rate:,.0f}/s{suffix}"
    return [
        Measured(f"POST to receive, {title}, {len(used)} at once{suffix}", "1/s", "higher", busy["rate"], remark),
        Measured(f"CPU per message posted, {title}{suffix}", "µs", "lower", computed / max(1, busy["total"]) * 1e6),
        *(Measured(f"{paced}, {share}", "ms", "lower", timed[share]) for share in ("p50", "p99")),
    ]
