"""The time of `observe.py preflight` with 1,000 accounts and 16 Regions, against lower bounds."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table

from harness import HarnessError
from harness.workspace import REPOSITORY
from sandbox.services.ssmquicksetup.configuration_types.catalog import REGIONS
from systems_manager_organization.aws.concurrency import MAX_WORKERS
from systems_manager_organization.aws.rate_limits import PUBLISHED_RATES
from tools.bench.bounds import ASSUME_ROLE_RATE, TARGETS, Bounds, against_target, rate_limited_seconds
from tools.bench.server import MANAGEMENT, PAGE, ROLE, with_environment, without_role
from tools.bench.server_process import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from tools.bench.bounds import Measurements

# One account in N: a usual organization, and the worst case.
USERS_OF_CLOUD9 = {10: "one account in ten has used Cloud9", 1: "every account has"}
TARGET_RATIO, TARGET_SPEEDUP, TARGET_MEMORY = TARGETS["preflight, over the bound"].bar, 20, 200

_CONNECTIONS = 8
_ENTRY = REPOSITORY / "scripts" / "observe.py"


@dataclass(frozen=True)
class Extent:
    """The size of the benchmark. `latency` and `load_seconds` in seconds, `sample` in accounts."""

    accounts: int = 1000
    latency: float = 0.05
    rounds: int = 3
    bare_calls: int = 2000
    sample: int = 5
    load_seconds: float = 2.0


@dataclass(frozen=True)
class Run:
    """One preflight. `peak`: its peak memory in MB. `requests`: their number by operation."""

    seconds: float
    peak: float
    requests: dict[str, int]

    @property
    def calls(self) -> int:
        return sum(self.requests.values())


def bounds_of(run: Run, extent: Extent, bare_call: float) -> Bounds:
    """`bare_call`: processor seconds of one call."""
    listing = rate_limited_seconds("organizations:ListAccounts", -(-(extent.accounts + 1) // PAGE))
    return Bounds(
        latency=run.calls * extent.latency / MAX_WORKERS,
        rates=max(0.0, listing, extent.accounts / ASSUME_ROLE_RATE),
        processor=run.calls * bare_call,
    )


@dataclass(frozen=True)
class Case:
    """The runs of one organization, its bounds, and the seconds of the same calls in sequence."""

    runs: tuple[Run, ...]
    bounds: Bounds
    sequential: float

    @property
    def seconds(self) -> float:
        return statistics.median(run.seconds for run in self.runs)

    @property
    def calls_a_second(self) -> float:
        return self.runs[0].calls / self.seconds

    @property
    def peak(self) -> float:
        return max(run.peak for run in self.runs)


def bench_preflight(console: Console, extent: Extent = Extent()) -> Measurements:
    """Measure and print. Raises HarnessError for wrong findings."""
    with console.status("the server's maximum rate"), serving(1, 0) as server:
        server_rate = float(server.run_client("load", server.port, extent.load_seconds, _CONNECTIONS))
    with console.status("sequential boto3"), serving(extent.accounts, extent.latency) as server:
        slow = json.loads(server.run_client("plain_boto3", "sample", extent.sample, *REGIONS))
    bare: list[float] = []
    cases = [_measure(console, extent, users, slow, bare) for users in USERS_OF_CLOUD9]
    table = Table(f"preflight (median of {extent.rounds})", *USERS_OF_CLOUD9.values(), "target")
    for label, cells in _rows(cases, server_rate):
        table.add_row(label, *cells)
    console.print(table)
    for line in _notes(extent, statistics.median(bare), server_rate):
        console.print(line)
    return {"preflight, over the bound": max(case.seconds / case.bounds.largest for case in cases)}


def _measure(console: Console, extent: Extent, users: int, slow: dict[str, float], bare: list[float]) -> Case:
    """Rounds of the script and of bare calls alternate, so that other load affects both."""
    runs, own_bare = [], []
    for number in range(extent.rounds):
        with console.status(f"preflight, {USERS_OF_CLOUD9[users]}, round {number + 1} of {extent.rounds}"):
            runs.append(preflight(extent.accounts, extent.latency, users))
            with serving(1, 0) as server:
                own_bare.append(float(server.run_client("plain_boto3", "bare", extent.bare_calls)))
    bare += own_bare
    requests = runs[0].requests
    seconds = requests["AssumeRole"] * slow["account"] + requests.get("ListEnvironments", 0) * slow["region"]
    return Case(tuple(runs), bounds_of(runs[0], extent, statistics.median(own_bare)), seconds)


def preflight(accounts: int, latency: float, users_of_cloud9: int) -> Run:
    """As Terraform runs it: in a process of its own, with the query on stdin. Raises HarnessError."""
    targets = {"organizational_unit_ids": ["r-bench"], "regions": list(REGIONS)}
    configurations = [{"name": "scan", "type": "AWSQuickSetupType-PatchPolicy", **targets}]
    query = {
        "account_id": MANAGEMENT,
        "region": "us-east-1",
        "member_role_name": ROLE,
        "configurations": json.dumps(configurations),
        # The worst case is more than Quick Setup deploys.
        "severities": json.dumps({"DEPLOYMENT_TOO_LARGE": "off"}),
    }
    with serving(accounts, latency, users_of_cloud9) as server:
        began = time.perf_counter()
        # In a parent process of its own, for the peak memory of this child alone.
        measure = (
            "import resource, subprocess, sys; child = subprocess.run(sys.argv[1:]);"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(child.returncode)"
        )
        completed = subprocess.run(
            [sys.executable, "-c", measure, sys.executable, str(_ENTRY), "preflight"],
            input=json.dumps(query),
            env=server.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - began
    if completed.returncode:
        raise HarnessError(f"preflight failed: {completed.stderr}")
    check(json.loads(json.loads(completed.stdout)["findings"]), accounts)
    return Run(seconds, int(completed.stderr.split()[-1]) * 1024 / 1e6, server.requests)


def check(findings: list[dict[str, str]], accounts: int) -> None:
    """Raises HarnessError unless the findings are those of the server's accounts."""
    actual = Counter((finding["code"], finding["subject"]) for finding in findings)
    expected = [("CLOUD9_ENVIRONMENT", f"{account} us-east-1") for account in with_environment(accounts)]
    if without_role(accounts):
        expected.append(("ACCOUNT_NOT_READABLE", ", ".join(sorted(without_role(accounts)))))
    unexpected, missing = actual - Counter(expected), Counter(expected) - actual
    if unexpected or missing:
        raise HarnessError(
            f"preflight found {sorted(unexpected.elements())[:5]}, and did not find {sorted(missing.elements())[:5]}."
        )


def _rows(cases: list[Case], server_rate: float) -> Iterator[tuple[str, list[str]]]:
    yield "seconds", [*(f"{case.seconds:.1f}" for case in cases), ""]
    yield "calls", [*(str(case.runs[0].calls) for case in cases), ""]
    yield "calls a second", [*(f"{case.calls_a_second:.0f}" for case in cases), ""]
    yield "  of the server's maximum rate", [*(f"{case.calls_a_second / server_rate:.0%}" for case in cases), ""]
    yield "bound: latency", [*(f"{case.bounds.latency:.1f}" for case in cases), ""]
    yield "bound: published rates", [*(f"{case.bounds.rates:.1f}" for case in cases), ""]
    yield "bound: bare botocore calls", [*(f"{case.bounds.processor:.1f}" for case in cases), ""]
    processors = os.cpu_count() or 1
    shared = (case.bounds.processor / processors for case in cases)
    yield f"  divided by {processors} processors", [*(f"{seconds:.1f}" for seconds in shared), ""]
    ratios = (case.seconds / case.bounds.largest for case in cases)
    yield (
        "ratio to the largest bound",
        [*(against_target(ratio, ratio <= TARGET_RATIO, 2) for ratio in ratios), f"{TARGET_RATIO}"],
    )
    yield "sequential boto3, extrapolated", [*(f"{case.sequential:.0f}" for case in cases), ""]
    gains = (case.sequential / case.seconds for case in cases)
    yield (
        "  ratio to preflight",
        [*(against_target(gain, gain >= TARGET_SPEEDUP) for gain in gains), f"{TARGET_SPEEDUP}"],
    )
    peaks = (case.peak for case in cases)
    yield "peak memory, MB", [*(against_target(peak, peak < TARGET_MEMORY) for peak in peaks), f"under {TARGET_MEMORY}"]


def _notes(extent: Extent, bare_call: float, server_rate: float) -> Iterator[str]:
    rate = PUBLISHED_RATES["organizations:ListAccounts"]
    yield f"{extent.accounts} accounts x {len(REGIONS)} Regions, {extent.latency * 1000:.0f} ms added to every call."
    yield f"Latency: the calls, {MAX_WORKERS} in parallel."
    yield (
        f"Published rates: ListAccounts in pages of {PAGE}, {rate.burst} in a burst and then {rate.calls} a second; "
        f"AssumeRole, {ASSUME_ROLE_RATE} a second."
    )
    yield f"Bare botocore calls: {bare_call * 1000:.2f} ms of processor time each; one client, one thread, no latency."
    yield (
        f"Sequential boto3: the same calls for {extent.sample} accounts with boto3, a new client for each account, "
        "Region and service; extrapolated."
    )
    yield f"The server's maximum rate: {server_rate:.0f} calls a second."
