"""How long it takes to collect patch compliance from 2,500 accounts and 4 Regions, beside its bound and other ways."""

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
from harness.errors import HarnessError
from systems_manager_organization.aws.concurrency import MAX_WORKERS
from systems_manager_organization.aws.rate_limits import PUBLISHED_RATES
from tools.bench.bounds import ASSUME_ROLE_RATE, Bounds, aimed, paced_seconds
from tools.bench.collect import PAGE_FILE
from tools.bench.managed_nodes import NODES
from tools.bench.alternatives import aws_cli, c7n_org
from tools.bench.page import timings
from tools.bench.server import PAGE, without_role
from tools.bench.server_process import serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import Console

    from tools.bench.page import Timings

REGIONS = ("ap-northeast-1", "eu-west-1", "us-east-1", "us-west-2")
MOST_OF_BOUND, MOST_MEMORY, MOST_GROWTH, SLOWEST_PAGE = 1.25, 250, 1.1, 2

_CONNECTIONS = 8
_OPERATIONS = ("DescribeInstanceInformation", "DescribeInstancePatchStates", "ListResourceComplianceSummaries")


@dataclass(frozen=True)
class Extent:
    """How much is measured. `latency` and `ceiling_seconds` in seconds, the slices in accounts.

    c7n-org's is larger: it works on several accounts at a time, and starting it is not to be what is extrapolated.
    """

    accounts: int = 2500
    fewer_accounts: int = 500
    latency: float = 0.05
    rounds: int = 3
    bare_calls: int = 400
    slice: int = 2
    slice_of_c7n_org: int = 40
    ceiling_seconds: float = 2.0
    others: bool = True


@dataclass(frozen=True)
class Run:
    """What `collect` tells of a collection, how often the server was asked what, Chromium's times of the page."""

    told: Mapping[str, float]
    asked: Mapping[str, int]
    page: Timings | None = None

    @property
    def seconds(self) -> float:
        return self.told["seconds"] + self.told["loading"]

    @property
    def peak(self) -> float:
        return self.told["peak_loaded"]

    @property
    def calls(self) -> int:
        return sum(self.asked.values())


def bounds_of(run: Run, extent: Extent, bare_calls: Mapping[str, float]) -> Bounds:
    """`bare_calls`: processor seconds of one call, by operation; of others, those of the cheapest."""
    paced = ("ListAccountsForParent", "ListOrganizationalUnitsForParent")
    rates = [paced_seconds(f"organizations:{name}", run.asked[name]) for name in paced]
    cheapest = min(bare_calls.values())
    return Bounds(
        latency=run.calls * extent.latency / MAX_WORKERS,
        rates=max(0.0, *rates, run.asked["AssumeRole"] / ASSUME_ROLE_RATE),
        processor=sum(number * bare_calls.get(name, cheapest) for name, number in run.asked.items()),
    )


def bench_compliance(console: Console, extent: Extent = Extent()) -> None:
    """Measure and print. Raises HarnessError when not every node of the server's accounts was found."""
    with console.status("the server alone"), serving(1, 0) as server:
        ceiling = float(server.asking("load", server.port, extent.ceiling_seconds, _CONNECTIONS))
    runs, bare = [], []
    for number in range(extent.rounds):
        with console.status(f"compliance, round {number + 1} of {extent.rounds}"):
            # In turns, so that a busy moment hits both.
            runs.append(collect(extent.accounts, extent.latency, opening=extent.others and not number))
            with serving(1, 0) as server:
                bare.append(json.loads(server.asking("plain_boto3", "fleet", extent.bare_calls)))
    with console.status(f"compliance of {extent.fewer_accounts} accounts"):
        fewer = collect(extent.fewer_accounts, extent.latency)
    costs = {name: statistics.median(one[name] for one in bare) for name in _OPERATIONS}
    table = Table(f"compliance (median of {extent.rounds})", "", "aim")
    for label, figure, aim in _rows(runs, fewer, bounds_of(runs[0], extent, costs), ceiling):
        table.add_row(label, figure, aim)
    for label, figure in _others(console, extent, statistics.median(run.seconds for run in runs)):
        table.add_row(label, figure, "")
    console.print(table)
    for line in _explained(extent, costs, ceiling):
        console.print(line)


def collect(accounts: int, latency: float, *, opening: bool = False) -> Run:
    """In a process of its own, and its page in Chromium. Raises HarnessError unless every node was found."""
    with tempfile.TemporaryDirectory() as directory:
        with serving(accounts, latency) as server:
            told = json.loads(server.asking("collect", directory, *REGIONS))
        page = _opened(Path(directory, PAGE_FILE)) if opening else None
    unread = len(without_role(accounts))
    expected = {"nodes": (accounts + 1 - unread) * len(REGIONS) * NODES, "not_read": unread * len(REGIONS)}
    if found := {name: told[name] for name, number in expected.items() if told[name] != number}:
        raise HarnessError(f"compliance found {found}, and there are {expected}.")
    return Run(told, server.asked, page)


def _opened(page: Path) -> Timings | None:
    """None where there is no Chromium, which is said."""
    try:
        return timings(page)
    except BrowserError as error:
        print(error, file=sys.stderr)
        return None


def _rows(runs: list[Run], fewer: Run, bounds: Bounds, ceiling: float) -> Iterator[tuple[str, str, str]]:
    seconds = statistics.median(run.seconds for run in runs)
    peak = max(run.peak for run in runs)
    rate = runs[0].calls / seconds
    yield "seconds, to all in tables", f"{seconds:.1f}", ""
    yield "  of which loading the tables", f"{statistics.median(run.told['loading'] for run in runs):.1f}", ""
    yield "nodes", f"{runs[0].told['nodes']:.0f}", ""
    yield "calls", str(runs[0].calls), ""
    yield "calls a second", f"{rate:.0f}", ""
    yield "  of what the server alone answers", f"{rate / ceiling:.0%}", ""
    yield "bound: latency", f"{bounds.latency:.1f}", ""
    yield "bound: published rates", f"{bounds.rates:.1f}", ""
    yield "bound: bare botocore calls", f"{bounds.processor:.1f}", ""
    processors = os.cpu_count() or 1
    yield f"  by {processors} processors, a stricter reading", f"{bounds.processor / processors:.1f}", ""
    ratio = seconds / bounds.largest
    yield "times the largest bound", aimed(ratio, ratio <= MOST_OF_BOUND, 2), f"{MOST_OF_BOUND}"
    yield "peak memory, MB", aimed(peak, peak < MOST_MEMORY), f"under {MOST_MEMORY}"
    growth = peak / fewer.peak
    yield "  times that of the fewer accounts", aimed(growth, growth <= MOST_GROWTH, 2), f"{MOST_GROWTH}"
    yield "the page: seconds to write it", f"{statistics.median(run.told['writing'] for run in runs):.1f}", ""
    yield "the page: MB", f"{runs[0].told['page']:.1f}", ""
    yield "the page: peak memory while it is written, MB", f"{max(run.told['peak_page'] for run in runs):.0f}", ""
    if opened := runs[0].page:
        yield (
            "  seconds to open it in Chromium",
            aimed(opened.open / 1000, opened.open < SLOWEST_PAGE * 1000, 2),
            f"under {SLOWEST_PAGE}",
        )
        acts = (opened.sort_numbers, opened.sort_text, opened.choose)
        yield "  to sort by number, by text, to choose a unit", ", ".join(f"{act / 1000:.2f}" for act in acts), ""
    else:
        yield "  seconds to open it in Chromium", "NOT MEASURED", f"under {SLOWEST_PAGE}"


def _others(console: Console, extent: Extent, seconds: float) -> Iterator[tuple[str, str]]:
    """The same by other means, for a slice of the accounts, extrapolated."""
    with console.status("one after another"), serving(extent.accounts, extent.latency) as server:
        slow = json.loads(server.asking("plain_boto3", "fleet_slice", extent.slice, *REGIONS))
    yield "boto3, one after another, extrapolated", _times(slow * extent.accounts, seconds)
    if not extent.others:
        return
    ways = (
        ("AWS CLI in a shell loop", aws_cli, extent.slice),
        ("c7n-org, nodes alone", c7n_org, extent.slice_of_c7n_org),
    )
    for label, measure, accounts in ways:
        with console.status(label), serving(extent.accounts, extent.latency) as server:
            account = measure(server, accounts, REGIONS)
        told = (
            "NOT MEASURED: it is not there, or failed"
            if account is None
            else _times(account * extent.accounts, seconds)
        )
        yield f"{label}, extrapolated", told


def _times(other: float, seconds: float) -> str:
    return f"{other:.0f}, {other / seconds:.0f} times as long"


def _explained(extent: Extent, bare: Mapping[str, float], ceiling: float) -> Iterator[str]:
    rate = PUBLISHED_RATES["organizations:ListAccountsForParent"]
    yield (
        f"{extent.accounts} accounts x {len(REGIONS)} Regions x {NODES} nodes, {extent.latency * 1000:.0f} ms added to "
        f"every call; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors."
    )
    yield f"Latency: the calls, {MAX_WORKERS} at a time."
    yield (
        f"Published rates: ListAccountsForParent in pages of {PAGE} and ListOrganizationalUnitsForParent, each "
        f"{rate.burst} at once and then {rate.calls} a second; AssumeRole, {ASSUME_ROLE_RATE} a second."
    )
    costs = ", ".join(f"{name} {cost * 1000:.2f} ms" for name, cost in bare.items())
    yield f"Bare botocore calls, processor time with one client, one thread, no latency, the same bodies: {costs}."
    yield (
        f"The other ways ask {extent.slice} accounts, c7n-org {extent.slice_of_c7n_org}; extrapolated to all. c7n-org "
        "asks which nodes there are, and not for their patches: less than the others do."
    )
    yield f"The server alone answers {ceiling:.0f} calls a second, whose answers are short."
