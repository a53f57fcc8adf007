"""`python -m tests.bench`: measure, print the table, write `build/bench.json`."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
from pathlib import Path

from tests.bench import machine, table
from tests.bench.figures import FIGURES, QUICK_FIGURES
from tests.bench.peers import PEERS
from tests.bench.peers.socket_io import SocketIoPeer
from tests.bench.plan import FULL, QUICK
from tests.bench.results import Results
from tests.bench.run import run


def main() -> None:
    arguments = _arguments()
    facts = machine.facts()
    machine.raise_file_limit()
    # Told to end, a run ends its servers first, as it does when it is interrupted.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if arguments.install:
        SocketIoPeer.install()
    wanted = [peer for peer in PEERS if not arguments.peer or peer.name in arguments.peer]
    skipped = {peer.name: why for peer in wanted if (why := peer.missing()) is not None}
    present = [peer for peer in wanted if peer.name not in skipped]
    figures = arguments.figure or (list(FIGURES) if arguments.full else list(QUICK_FIGURES))
    results = Results()
    try:
        asyncio.run(run(results, FULL if arguments.full else QUICK, figures, present, arguments.profile))
    finally:
        # Also what an interrupted run has found.
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(json.dumps(results.as_json(), indent=2, ensure_ascii=False) + "\n")
        table.show(results, facts=facts, command=_command(arguments), skipped=skipped)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure Baton beside its peers.")
    parser.add_argument("--full", action="store_true", help="longer, and with growing sessions and histories")
    parser.add_argument("--figure", action="append", choices=list(FIGURES), help="only this; may be repeated")
    parser.add_argument(
        "--peer", action="append", choices=[peer.name for peer in PEERS], help="only this; may be repeated"
    )
    parser.add_argument("--install", action="store_true", help="install the socket.io peer's packages beside it")
    parser.add_argument(
        "--profile", type=Path, metavar="FOLDER", help="sample the serving processes under load (py-spy)"
    )
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"), help="where the numbers go")
    return parser.parse_args()


def _command(arguments: argparse.Namespace) -> str:
    words = ["python -m tests.bench", *(["--full"] if arguments.full else [])]
    words += [f"--figure {name}" for name in arguments.figure or []]
    words += [f"--peer {name}" for name in arguments.peer or []]
    return " ".join(words)


if __name__ == "__main__":
    main()
