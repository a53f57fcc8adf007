"""What is too fleeting to keep: from another process over Redis to the streams of one serving process."""

from __future__ import annotations

from tests.bench.ground import Ground, Running
from tests.bench.plan import Plan
from tests.bench.results import Measured

# nginx answers the requests of one connection one after the other; Redis needs no more than one.
_CONNECTIONS = {"nchan": 8}

# A generator as busy as this is what was measured.
_GENERATOR_LIMIT = 0.9

# A session that all follow has so many times a stream's window on its way.
_MESSAGES_TO_ONE = 4


async def latency(ground: Ground) -> list[Measured]:
    """From publishing to receiving, at a rate that leaves everybody time."""
    plan = ground.plan
    async with ground.running(sessions=plan.streams) as running:
        await running.generator.open_streams(running.sessions)
        await running.generator.publish_to(running.sessions, connections=_connections(ground))
        await running.generator.at_rate(rate=plan.rate, seconds=plan.warm_seconds)
        found = await running.generator.at_rate(rate=plan.rate, seconds=plan.rate_seconds)
    name = f"publish to receive, {plan.rate:,.0f}/s over {plan.streams:,} sessions"
    return [Measured(f"{name}, {share}", "ms", "lower", found[share]) for share in ("p50", "p99")]


async def deliveries(ground: Ground) -> list[Measured]:
    """As many as one serving process delivers: one stream each, and all streams on one session."""
    plan = ground.plan
    found: list[Measured] = []
    for sessions, copies in ((plan.streams, 1), (1, plan.streams)):
        async with ground.running(sessions=sessions) as running:
            await running.generator.open_streams([name for name in running.sessions for _ in range(copies)])
            await running.generator.publish_to(running.sessions, copies=copies, connections=_connections(ground))
            found += await saturated(plan, running, sessions=sessions, copies=copies)
    return found


async def saturated(plan: Plan, running: Running, *, sessions: int, copies: int, suffix: str = "") -> list[Measured]:
    """Deliveries a second to open streams, `copies` on each session, published as fast as they are received."""
    async with running.profiled(f"deliveries-{sessions}x{copies}", plan.load_seconds):
        before = running.cpu_seconds()
        found = await running.generator.closed_loop(
            copies=copies,
            window=plan.window * copies * (sessions if sessions > 1 else _MESSAGES_TO_ONE),
            warm_seconds=plan.warm_seconds,
            seconds=plan.load_seconds,
        )
        computed = running.cpu_seconds() - before
    remarks = []
    if found["generator_load"] > _GENERATOR_LIMIT:
        remarks.append("at least; the load generator was as busy as it can be")
    if found["lost"]:
        remarks.append(f"{found['lost']:,.0f} deliveries never arrived")
    of = f"{sessions:,} {'session' if sessions == 1 else 'sessions'} × {copies:,}{suffix}"
    return [
        Measured(f"deliveries, {of}", "1/s", "higher", found["rate"], "; ".join(remarks)),
        Measured(f"CPU per delivery, {of}", "µs", "lower", computed / found["total"] * 1e6),
    ]


def _connections(ground: Ground) -> int:
    return _CONNECTIONS.get(ground.peer.name, 1)
