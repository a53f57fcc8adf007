"""Each figure, as small as it can be, for Baton and for the naive peer: the numbers are sane, and what is written."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

import pytest

from tests.bench.databases import Databases
from tests.bench.figures import FIGURES
from tests.bench.ground import Ground
from tests.bench.load.stamps import BLANK, Finder, Template, percentile
from tests.bench.peers.baton import BatonPeer
from tests.bench.peers.naive import NaivePeer
from tests.bench.plan import SMOKE
from tests.bench.results import Measured, Results


@pytest.fixture(scope="module")
def databases() -> Iterator[Databases]:
    databases = Databases()
    try:
        yield databases
    finally:
        databases.close()


@pytest.mark.parametrize("name", FIGURES)
async def test_every_figure_of_baton_and_of_the_naive_peer_is_a_sane_number(name: str, databases: Databases) -> None:
    results = Results()
    for peer in (BatonPeer, NaivePeer):
        results.add(peer.name, await FIGURES[name](Ground(peer, SMOKE, databases)))

    assert results.figures
    assert results.remarks == []
    for figure in results.figures:
        # Growth is of what is kept, and the naive peer keeps nothing.
        assert set(figure.values) == ({"baton"} if name == "growth" else {"baton", "naive"}), figure
        for value in figure.values.values():
            assert math.isfinite(value), figure
            # What few streams hold may drown in what the process allocates anyway.
            assert value > 0 or figure.unit == "KiB", figure


def test_what_is_written_is_a_list_of_figures_with_null_for_whoever_was_skipped() -> None:
    results = Results()
    results.add("baton", [Measured("deliveries", "1/s", "higher", 30.0), Measured("cold start", "s", "lower", 2.0)])
    results.add("naive", [Measured("deliveries", "1/s", "higher", 10.0), Measured("cold start", "s", "lower", 1.0)])

    assert json.loads(json.dumps(results.as_json())) == [
        {
            "figure": "deliveries",
            "unit": "1/s",
            "better": "higher",
            "baton": 30.0,
            "naive": 10.0,
            "nchan": None,
            "socketio": None,
        },
        {
            "figure": "cold start",
            "unit": "s",
            "better": "lower",
            "baton": 2.0,
            "naive": 1.0,
            "nchan": None,
            "socketio": None,
        },
    ]
    assert [figure.ratio("naive") for figure in results.figures] == [3.0, 0.5]
    assert results.figures[0].ratio("nchan") is None


def test_a_stamp_is_found_once_wherever_reads_cut_the_bytes() -> None:
    template = Template(f'data: {{"text":"{BLANK} and more"}}\n\n'.encode())
    stream = b"".join(template.stamped(number) for number in (1, 2, 3))
    for cut in range(len(stream)):
        finder = Finder()
        found = finder.stamps(stream[:cut]) + finder.stamps(stream[cut:])
        assert [int(stamp) for stamp in found] == [1, 2, 3], cut


def test_a_percentile_is_a_value_that_was_seen() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([3.0, 1.0, 2.0], 0.99) == 3.0
    assert math.isnan(percentile([], 0.5))
