"""The time to collect patch compliance from 2,500 accounts and 4 Regions, against lower bounds and alternatives."""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from browser.chromium import BrowserError
from harness import HarnessError
from systems_manager_organization.aws.concurrency import MAX_WORKERS
from systems_manager_organization.aws.rate_limits import PUBLISHED_RATES
from tools.bench.alternatives import aws_cli, c7n_org
from tools.bench.bounds import ASSUME_ROLE_RATE, TARGETS, Bounds, against_target, rate_limited_seconds
from tools.bench.collect import PAGE_FILE
from tools.bench.managed_nodes import NODES, missing_patches
from tools.bench.page import timings
from tools.bench.server import PAGE, without_role
from tools.bench.server_process import serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import Console

    from tools.bench.bounds import Measurements
    from tools.bench.page import Timings

REGIONS = ("ap-northeast-1", "eu-west-1", "us-east-1", "us-west-2")
TARGET_RATIO, TARGET_MEMORY = TARGETS["compliance, over the bound"].bar, TARGETS["compliance, MB of memory"].bar
TARGET_GROWTH, TARGET_PAGE = 1.1, 1

_CONNECTIONS = 8
_OPERATIONS = ("DescribeInstanceInformation", "DescribeInstancePatchStates", "ListResourceComplianceSummaries")


@dataclass(frozen=True)
class Extent:
    """The size of the benchmark. `latency` and `load_seconds` in seconds, the samples in accounts.

    c7n-org's sample is larger: it processes accounts in parallel, and its start must not be extrapolated.
    """

    accounts: int = 2500
    fewer_accounts: int = 500
    latency: float = 0.05
    rounds: int = 3
    bare_calls: int = 400
    sample: int = 2
    c7n_org_sample: int = 40
    load_seconds: float = 2.0
    alternatives: bool = True


@dataclass(frozen=True)
class Run:
    """The result of `collect`, the number of requests by operation, and Chromium's timings of the page."""

    result: Mapping[str, float]
    requests: Mapping[str, int]
    page: Timings | None = None

    @property
    def seconds(self) -> float:
        return self.result["seconds"] + self.result["loading"]

    @property
    def patch_seconds(self) -> float:
        return self.result["patch_seconds"]

    @property
    def peak(self) -> float:
        """Until the tables are loaded."""
        return self.result.get("peak_patches", self.result["peak_loaded"])

    @property
    def calls(self) -> int:
        return sum(self.requests.values())


def bounds_of(run: Run, extent: Extent, bare_calls: Mapping[str, float]) -> Bounds:
    """`bare_calls`: processor seconds of one call, by operation; the minimum is used for other operations."""
    limited = ("ListAccountsForParent", "ListOrganizationalUnitsForParent")
    rates = [rate_limited_seconds(f"organizations:{name}", run.requests[name]) for name in limited]
    cheapest = min(bare_calls.values())
    return Bounds(
        latency=run.calls * extent.latency / MAX_WORKERS,
        rates=max(0.0, *rates, run.requests["AssumeRole"] / ASSUME_ROLE_RATE),
        processor=sum(number * bare_calls.get(name, cheapest) for name, number in run.requests.items()),
    )


def bench_compliance(console: Console, extent: Extent = Extent()) -> Measurements:
    """Measure and print. Raises HarnessError when a node is missing."""
    with console.status("the server's maximum rate"), serving(1, 0) as server:
        server_rate = float(server.run_client("load", server.port, extent.load_seconds, _CONNECTIONS))
    runs, bare = [], []
    for number in range(extent.rounds):
        with console.status(f"compliance, round {number + 1} of {extent.rounds}"):
            # Alternating, so that other load affects both.
            runs.append(collect(extent.accounts, extent.latency, opening=extent.alternatives and not number))
            with serving(1, 0) as server:
                bare.append(json.loads(server.run_client("plain_boto3", "nodes", extent.bare_calls)))
    with console.status(f"compliance of {extent.fewer_accounts} accounts"):
        fewer = collect(extent.fewer_accounts, extent.latency)
    costs = {name: statistics.median(one[name] for one in bare) for name in _OPERATIONS}
    table = Table(f"compliance (median of {extent.rounds})", "", "target")
    seconds, bounds = statistics.median(run.seconds for run in runs), bounds_of(runs[0], extent, costs)
    for label, figure, target in _rows(runs, fewer, bounds, server_rate):
        table.add_row(label, figure, target)
    for label, figure in _alternatives(console, extent, seconds):
        table.add_row(label, figure, "")
    console.print(table)
    for line in _notes(extent, costs, server_rate):
        console.print(line)
    return {
        "compliance, over the bound": seconds / bounds.largest,
        "compliance, MB of memory": max(run.peak for run in runs),
    }


def collect(accounts: int, latency: float, *, patches: bool = False, opening: bool = False) -> Run:
    """Collect in a process of its own. Raises HarnessError when a node or a patch is missing.

    Args:
        patches: also the patches of the nodes, one by one.
        opening: opens the page in Chromium.
    """
    with tempfile.TemporaryDirectory() as directory:
        with serving(accounts, latency) as server:
            result = json.loads(server.run_client("collect", directory, "patches" if patches else "nodes", *REGIONS))
        page = _open(Path(directory, PAGE_FILE)) if opening else None
    unread = len(without_role(accounts))
    read = (accounts + 1 - unread) * len(REGIONS)
    expected = {
        "nodes": read * NODES,
        "unread": unread * len(REGIONS),
        **({"patches": read * sum(map(missing_patches, range(NODES)))} if patches else {}),
    }
    if found := {name: result[name] for name, number in expected.items() if result[name] != number}:
        raise HarnessError(f"compliance found {found} instead of {expected}.")
    return Run(result, server.requests, page)


def _open(page: Path) -> Timings | None:
    """None without Chromium, with a message."""
    try:
        return timings(page)
    except BrowserError as error:
        print(error, file=sys.stderr)
        return None


def _rows(runs: list[Run], fewer: Run, bounds: Bounds, server_rate: float) -> Iterator[tuple[str, str, str]]:
    seconds = statistics.median(run.seconds for run in runs)
    peak = max(run.peak for run in runs)
    rate = runs[0].calls / seconds
    yield "seconds until all tables are loaded", f"{seconds:.1f}", ""
    yield "  of which loading the tables", f"{statistics.median(run.result['loading'] for run in runs):.1f}", ""
    yield "nodes", f"{runs[0].result['nodes']:.0f}", ""
    yield "calls", str(runs[0].calls), ""
    yield "calls a second", f"{rate:.0f}", ""
    yield "  of the server's maximum rate", f"{rate / server_rate:.0%}", ""
    yield "bound: latency", f"{bounds.latency:.1f}", ""
    yield "bound: published rates", f"{bounds.rates:.1f}", ""
    yield "bound: bare botocore calls", f"{bounds.processor:.1f}", ""
    processors = os.cpu_count() or 1
    yield f"  divided by {processors} processors", f"{bounds.processor / processors:.1f}", ""
    ratio = seconds / bounds.largest
    yield "ratio to the largest bound", against_target(ratio, ratio <= TARGET_RATIO, 2), f"{TARGET_RATIO}"
    yield "peak memory, MB", against_target(peak, peak < TARGET_MEMORY), f"under {TARGET_MEMORY}"
    growth = peak / fewer.peak
    yield "  ratio to fewer accounts", against_target(growth, growth <= TARGET_GROWTH, 2), f"{TARGET_GROWTH}"
    yield "the page: seconds to write it", f"{statistics.median(run.result['writing'] for run in runs):.1f}", ""
    yield "the page: MB", f"{runs[0].result['page']:.1f}", ""
    yield "the page: peak memory while it is written, MB", f"{max(run.result['peak_page'] for run in runs):.0f}", ""
    if opened := runs[0].page:
        yield (
            "  seconds to open it in Chromium",
            against_target(opened.open / 1000, opened.open < TARGET_PAGE * 1000, 2),
            f"under {TARGET_PAGE}",
        )
        acts = (opened.sort_numbers, opened.sort_text, opened.choose)
        yield (
            "  to sort by number, to sort by text, to filter by unit",
            ", ".join(f"{act / 1000:.2f}" for act in acts),
            "",
        )
    else:
        yield "  seconds to open it in Chromium", "NOT MEASURED", f"under {TARGET_PAGE}"


def _alternatives(console: Console, extent: Extent, seconds: float) -> Iterator[tuple[str, str]]:
    """The time of alternatives for a sample of the accounts, extrapolated."""
    with console.status("sequential boto3"), serving(extent.accounts, extent.latency) as server:
        slow = json.loads(server.run_client("plain_boto3", "nodes_sample", extent.sample, *REGIONS))
    yield "sequential boto3, extrapolated", _times(slow * extent.accounts, seconds)
    if not extent.alternatives:
        return
    alternatives = (
        ("AWS CLI in a shell loop", aws_cli, extent.sample),
        ("c7n-org, nodes alone", c7n_org, extent.c7n_org_sample),
    )
    for label, measure, accounts in alternatives:
        with console.status(label), serving(extent.accounts, extent.latency) as server:
            account = measure(server, accounts, REGIONS)
        result = (
            "NOT MEASURED: not installed, or failed" if account is None else _times(account * extent.accounts, seconds)
        )
        yield f"{label}, extrapolated", result


def _times(other: float, seconds: float) -> str:
    return f"{other:.0f} s, {other / seconds:.0f} times the time"


def _notes(extent: Extent, bare: Mapping[str, float], server_rate: float) -> Iterator[str]:
    rate = PUBLISHED_RATES["organizations:ListAccountsForParent"]
    yield (
        f"{extent.accounts} accounts x {len(REGIONS)} Regions x {NODES} nodes, {extent.latency * 1000:.0f} ms added to "
        f"every call; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors."
    )
    yield f"Latency: the calls, {MAX_WORKERS} in parallel."
    yield (
        f"Published rates: ListAccountsForParent in pages of {PAGE} and ListOrganizationalUnitsForParent, each "
        f"{rate.burst} in a burst and then {rate.calls} a second; AssumeRole, {ASSUME_ROLE_RATE} a second."
    )
    costs = ", ".join(f"{name} {cost * 1000:.2f} ms" for name, cost in bare.items())
    yield f"Bare botocore calls: processor time with one client, one thread, no latency, the same responses: {costs}."
    yield (
        f"Alternatives: measured for {extent.sample} accounts (c7n-org: {extent.c7n_org_sample}), and extrapolated. "
        "c7n-org lists the nodes without their patches."
    )
    yield f"The server's maximum rate: {server_rate:.0f} calls a second, with short responses."
