"""Whether the message path grows with what the database holds. Concerns Baton alone: the peers hold nothing."""

from __future__ import annotations

from tests.bench.figures.kept import TITLES, posted
from tests.bench.figures.live import saturated
from tests.bench.ground import Ground, Running
from tests.bench.plan import Plan
from tests.bench.results import Measured


async def growth(ground: Ground) -> list[Measured]:
    """The same figures with more sessions, and with longer histories."""
    if not ground.keeps:
        return []
    found: list[Measured] = []
    for sessions in ground.plan.growth_sessions:
        found += await _with_sessions(ground, sessions)
    for history in ground.plan.growth_histories:
        found += await _with_history(ground, history)
    return found


async def _with_sessions(ground: Ground, sessions: int) -> list[Measured]:
    plan, suffix = ground.plan, f", {sessions:,} sessions kept"
    found: list[Measured] = []
    for system in TITLES:
        async with ground.running(sessions=sessions, system=system) as running:
            if system == "sqlite":
                # What is not kept does not touch the database: one of them is enough.
                found += await _live(plan, running, suffix)
                await running.generator.close_streams()
            found += await posted(plan, running, system, suffix)
    return found


async def _live(plan: Plan, running: Running, suffix: str) -> list[Measured]:
    used = running.sessions[: plan.streams]
    seconds = await running.generator.open_streams(used, at_once=len(used))
    await running.generator.publish_to(used)
    timed = await running.generator.at_rate(rate=plan.rate, seconds=plan.rate_seconds)
    return [
        Measured(f"connect {len(used):,} streams{suffix}", "s", "lower", seconds),
        *(Measured(f"publish to receive{suffix}, {share}", "ms", "lower", timed[share]) for share in ("p50", "p99")),
        *await saturated(plan, running, sessions=len(used), copies=1, suffix=suffix),
    ]


async def _with_history(ground: Ground, history: int) -> list[Measured]:
    plan, suffix = ground.plan, f", histories of {history:,}"
    found: list[Measured] = []
    for system in TITLES:
        async with ground.running(sessions=plan.growth_followed, history=history, system=system) as running:
            milliseconds = 1000 * await running.generator.open_streams(running.sessions)
            await running.generator.close_streams()
            name = f"connect {plan.growth_followed} streams, {TITLES[system]}{suffix}"
            found.append(Measured(name, "ms", "lower", milliseconds))
            found += await posted(plan, running, system, suffix)
    return found
