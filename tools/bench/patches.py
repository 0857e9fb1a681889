"""The time to read the patches of the nodes one by one, after their compliance, against lower bounds."""

from __future__ import annotations

import json
import statistics
from typing import TYPE_CHECKING

from rich.table import Table

from systems_manager_organization.aws.concurrency import MAX_WORKERS
from tools.bench.bounds import ASSUME_ROLE_RATE, TARGETS, Bounds, against_target
from tools.bench.compliance import Extent, collect
from tools.bench.server_process import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from tools.bench.bounds import Measurements
    from tools.bench.compliance import Run

RATIO, MEMORY = "patches one by one, over the bound", "patches one by one, MB of memory"
EXTENT = Extent(rounds=1)

_OPERATION = "DescribeInstancePatches"


def bounds_of_patches(run: Run, extent: Extent, bare_call: float) -> Bounds:
    """One call for each node that has a patch to list, and the role of its account once more.

    `bare_call`: processor seconds of one call. AWS publishes no rate of the operation.
    """
    accounts, calls = run.requests["AssumeRole"] / 2, run.requests[_OPERATION]
    return Bounds(
        latency=(accounts + calls) * extent.latency / MAX_WORKERS,
        rates=accounts / ASSUME_ROLE_RATE,
        processor=(accounts + calls) * bare_call,
    )


def bench_patches(console: Console, extent: Extent = EXTENT) -> Measurements:
    """Measure and print. Raises HarnessError when a patch is missing."""
    runs, bare = [], []
    for number in range(extent.rounds):
        with console.status(f"patches one by one, round {number + 1} of {extent.rounds}"):
            # Alternating, so that other load affects both.
            runs.append(collect(extent.accounts, extent.latency, patches=True))
            with serving(1, 0) as server:
                bare.append(float(json.loads(server.run_client("plain_boto3", "patches", extent.bare_calls))))
    bounds = bounds_of_patches(runs[0], extent, statistics.median(bare))
    seconds, peak = statistics.median(run.patch_seconds for run in runs), max(run.peak for run in runs)
    table = Table(f"patches one by one (median of {extent.rounds})", "", "target")
    for row in _rows(runs[0], bounds, seconds, peak):
        table.add_row(*row)
    console.print(table)
    console.print(
        f"{extent.accounts} accounts, a call for each node with patches that are missing; bare {_OPERATION}: "
        f"{statistics.median(bare) * 1000:.2f} ms of processor time."
    )
    return {RATIO: seconds / bounds.largest, MEMORY: peak}


def _rows(run: Run, bounds: Bounds, seconds: float, peak: float) -> Iterator[tuple[str, str, str]]:
    ratio = seconds / bounds.largest
    yield "seconds until the table is loaded", f"{seconds:.1f}", ""
    yield "patches", f"{run.result['patches']:.0f}", ""
    yield f"calls of {_OPERATION}", str(run.requests[_OPERATION]), ""
    yield "bound: latency", f"{bounds.latency:.1f}", ""
    yield "bound: published rates", f"{bounds.rates:.1f}", ""
    yield "bound: bare botocore calls", f"{bounds.processor:.1f}", ""
    bar = TARGETS[RATIO].bar
    yield "ratio to the largest bound", against_target(ratio, ratio <= bar, 2), f"{bar}"
    bar = TARGETS[MEMORY].bar
    yield "peak memory, MB", against_target(peak, peak < bar), f"under {bar}"
