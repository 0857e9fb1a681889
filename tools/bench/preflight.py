"""How long `observe.py preflight` takes over 1,000 accounts and 16 Regions, beside what bounds it."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table

from harness.errors import HarnessError
from harness.workspace import REPOSITORY
from sandbox.services.ssmquicksetup.configuration_types.catalog import REGIONS
from systems_manager_organization.aws.concurrency import MAX_WORKERS
from systems_manager_organization.aws.rate_limits import PUBLISHED_RATES
from tools.bench.bounds import ASSUME_ROLE_RATE, Bounds, aimed, paced_seconds
from tools.bench.server import MANAGEMENT, PAGE, ROLE, with_environment, without_role
from tools.bench.server_process import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

# One in so many accounts: the usual, and the worst that there is.
USERS_OF_CLOUD9 = {10: "one account in ten has used Cloud9", 1: "every account has"}
MOST_OF_BOUND, FASTER, MOST_MEMORY = 1.2, 20, 200

_CONNECTIONS = 8
_ENTRY = REPOSITORY / "scripts" / "observe.py"


@dataclass(frozen=True)
class Extent:
    """How much is measured. `latency` and `ceiling_seconds` in seconds, `slice` in accounts."""

    accounts: int = 1000
    latency: float = 0.05
    rounds: int = 3
    bare_calls: int = 2000
    slice: int = 5
    ceiling_seconds: float = 2.0


@dataclass(frozen=True)
class Run:
    """One preflight. `peak` is the largest that it was in memory, in MB."""

    seconds: float
    peak: float
    asked: dict[str, int]

    @property
    def calls(self) -> int:
        return sum(self.asked.values())


def bounds_of(run: Run, extent: Extent, bare_call: float) -> Bounds:
    """`bare_call`: processor seconds of one call."""
    listing = paced_seconds("organizations:ListAccounts", -(-(extent.accounts + 1) // PAGE))
    return Bounds(
        latency=run.calls * extent.latency / MAX_WORKERS,
        rates=max(0.0, listing, extent.accounts / ASSUME_ROLE_RATE),
        processor=run.calls * bare_call,
    )


@dataclass(frozen=True)
class Case:
    """The runs of one organization, its bounds, and the seconds of the same questions one after another."""

    runs: tuple[Run, ...]
    bounds: Bounds
    one_after_another: float

    @property
    def seconds(self) -> float:
        return statistics.median(run.seconds for run in self.runs)

    @property
    def calls_a_second(self) -> float:
        return self.runs[0].calls / self.seconds

    @property
    def peak(self) -> float:
        return max(run.peak for run in self.runs)


def bench_preflight(console: Console, extent: Extent = Extent()) -> None:
    """Measure and print. Raises HarnessError when the findings are not those that the server's accounts call for."""
    with console.status("the server alone"), serving(1, 0) as server:
        ceiling = float(server.asking("load", server.port, extent.ceiling_seconds, _CONNECTIONS))
    with console.status("one after another"), serving(extent.accounts, extent.latency) as server:
        slow = json.loads(server.asking("plain_boto3", "slice", extent.slice, *REGIONS))
    bare: list[float] = []
    cases = [_measure(console, extent, users, slow, bare) for users in USERS_OF_CLOUD9]
    table = Table(f"preflight (median of {extent.rounds})", *USERS_OF_CLOUD9.values(), "aim")
    for label, cells in _rows(cases, ceiling):
        table.add_row(label, *cells)
    console.print(table)
    for line in _explained(extent, statistics.median(bare), ceiling):
        console.print(line)


def _measure(console: Console, extent: Extent, users: int, slow: dict[str, float], bare: list[float]) -> Case:
    """A round of the script and one of bare calls take turns, so that a busy moment hits both."""
    runs, own_bare = [], []
    for number in range(extent.rounds):
        with console.status(f"preflight, {USERS_OF_CLOUD9[users]}, round {number + 1} of {extent.rounds}"):
            runs.append(preflight(extent.accounts, extent.latency, users))
            with serving(1, 0) as server:
                own_bare.append(float(server.asking("plain_boto3", "bare", extent.bare_calls)))
    bare += own_bare
    asked = runs[0].asked
    seconds = asked["AssumeRole"] * slow["account"] + asked.get("ListEnvironments", 0) * slow["region"]
    return Case(tuple(runs), bounds_of(runs[0], extent, statistics.median(own_bare)), seconds)


def preflight(accounts: int, latency: float, users_of_cloud9: int) -> Run:
    """As Terraform runs it: a process of its own, the query on its standard input. Raises HarnessError."""
    targets = {"organizational_unit_ids": ["r-bench"], "regions": list(REGIONS)}
    configurations = [{"name": "scan", "type": "AWSQuickSetupType-PatchPolicy", **targets}]
    query = {
        "account_id": MANAGEMENT,
        "region": "us-east-1",
        "member_role_name": ROLE,
        "configurations": json.dumps(configurations),
    }
    with serving(accounts, latency, users_of_cloud9) as server:
        began = time.perf_counter()
        # A process between, so that the peak is that of this one child.
        measure = (
            "import resource, subprocess, sys; ended = subprocess.run(sys.argv[1:]);"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(ended.returncode)"
        )
        ended = subprocess.run(
            [sys.executable, "-c", measure, sys.executable, str(_ENTRY), "preflight"],
            input=json.dumps(query),
            env=server.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - began
    if ended.returncode:
        raise HarnessError(f"preflight failed: {ended.stderr}")
    check(json.loads(json.loads(ended.stdout)["findings"]), accounts)
    return Run(seconds, int(ended.stderr.split()[-1]) * 1024 / 1e6, server.asked)


def check(findings: list[dict[str, str]], accounts: int) -> None:
    """Raises HarnessError unless the findings are those that the server's accounts call for."""
    told = sorted((finding["code"], finding["subject"]) for finding in findings)
    expected = [("CLOUD9_ENVIRONMENT", f"{account} us-east-1") for account in with_environment(accounts)]
    if without_role(accounts):
        expected.append(("ACCOUNT_NOT_READABLE", ", ".join(sorted(without_role(accounts)))))
    if told != sorted(expected):
        raise HarnessError(f"preflight found {sorted(set(told) ^ set(expected))[:5]} otherwise than it is.")


def _rows(cases: list[Case], ceiling: float) -> Iterator[tuple[str, list[str]]]:
    yield "seconds", [*(f"{case.seconds:.1f}" for case in cases), ""]
    yield "calls", [*(str(case.runs[0].calls) for case in cases), ""]
    yield "calls a second", [*(f"{case.calls_a_second:.0f}" for case in cases), ""]
    yield "  of what the server alone answers", [*(f"{case.calls_a_second / ceiling:.0%}" for case in cases), ""]
    yield "bound: latency", [*(f"{case.bounds.latency:.1f}" for case in cases), ""]
    yield "bound: published rates", [*(f"{case.bounds.rates:.1f}" for case in cases), ""]
    yield "bound: bare botocore calls", [*(f"{case.bounds.processor:.1f}" for case in cases), ""]
    processors = os.cpu_count() or 1
    shared = (case.bounds.processor / processors for case in cases)
    yield f"  by {processors} processors, a stricter reading", [*(f"{seconds:.1f}" for seconds in shared), ""]
    ratios = (case.seconds / case.bounds.largest for case in cases)
    yield (
        "times the largest bound",
        [*(aimed(ratio, ratio <= MOST_OF_BOUND, 2) for ratio in ratios), f"{MOST_OF_BOUND}"],
    )
    yield "one after another, extrapolated", [*(f"{case.one_after_another:.0f}" for case in cases), ""]
    gains = (case.one_after_another / case.seconds for case in cases)
    yield "  times as slow as preflight", [*(aimed(gain, gain >= FASTER) for gain in gains), f"{FASTER}"]
    peaks = (case.peak for case in cases)
    yield "peak memory, MB", [*(aimed(peak, peak < MOST_MEMORY) for peak in peaks), f"under {MOST_MEMORY}"]


def _explained(extent: Extent, bare_call: float, ceiling: float) -> Iterator[str]:
    rate = PUBLISHED_RATES["organizations:ListAccounts"]
    yield f"{extent.accounts} accounts x {len(REGIONS)} Regions, {extent.latency * 1000:.0f} ms added to every call."
    yield f"Latency: the calls, {MAX_WORKERS} at a time."
    yield (
        f"Published rates: ListAccounts in pages of {PAGE}, {rate.burst} at once and then {rate.calls} a second; "
        f"AssumeRole, {ASSUME_ROLE_RATE} a second."
    )
    yield f"Bare botocore calls: {bare_call * 1000:.2f} ms of processor time each; one client, one thread, no latency."
    yield (
        f"One after another: the same questions for {extent.slice} accounts with boto3, a new client for each account, "
        "Region and service; extrapolated."
    )
    yield f"The server alone answers {ceiling:.0f} calls a second."
