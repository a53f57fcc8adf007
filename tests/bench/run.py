"""A run: every figure for every peer, one beside the other."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench import table
from tests.bench.databases import Databases
from tests.bench.figures import FIGURES
from tests.bench.generator import GeneratorFailed
from tests.bench.ground import Ground
from tests.bench.peers.peer import Peer
from tests.bench.plan import Plan
from tests.bench.results import Results
from tests.servers.server_process import ServerFailed


async def run(
    results: Results, plan: Plan, figures: Sequence[str], peers: Sequence[type[Peer]], profiles: Path | None = None
) -> None:
    """Measure, into `results`. A peer that fails at a figure has no number there, and a remark says why."""
    databases = Databases()
    try:
        for figure in figures:
            for peer in peers:
                begin = time.monotonic()
                try:
                    results.add(peer.name, await FIGURES[figure](Ground(peer, plan, databases, profiles)))
                except (GeneratorFailed, ServerFailed, TimeoutError) as error:
                    results.remarks.append(f"{peer.name}: {figure}: failed: {error or type(error).__name__}")
                table.say(f"measured {figure}: {peer.name} ({time.monotonic() - begin:.0f} s)")
    finally:
        databases.close()
