"""How long `observe.py preflight` takes over 1,000 accounts and 16 Regions, beside what bounds it."""

from __future__ import annotations

import json
import resource
import socket
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from rich.table import Table

from commands.bench_server import MANAGEMENT, PAGE, member, with_environment, without_role
from sandbox.ssmquicksetup.configuration_types import REGIONS
from support.errors import HarnessError
from support.workspace import REPOSITORY
from systems_manager_organization.crowd import AT_A_TIME
from systems_manager_organization.pacing import PUBLISHED_RATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

ACCOUNTS = 1000
LATENCY = 0.05
ROUNDS = 3
BARE_CALLS = 2000
SLICE = 5
# One in so many accounts: the usual, and the worst that there is.
USERS_OF_CLOUD9 = {10: "one account in ten", 1: "every account"}
_ROLE = "OrganizationAccountAccessRole"
_ENTRY = REPOSITORY / "scripts" / "observe.py"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_ASSUME_ROLE_RATE = 600


@dataclass(frozen=True)
class Run:
    """One preflight. `peak` is the largest that it was in memory, in MiB."""

    seconds: float
    peak: float
    asked: dict[str, int]

    @property
    def calls(self) -> int:
        return sum(self.asked.values())


@dataclass
class _Server:
    endpoint: str
    asked: dict[str, int]


def bench_preflight(console: Console, accounts: int = ACCOUNTS, latency: float = LATENCY, rounds: int = ROUNDS) -> None:
    """Measure and print. Raises HarnessError when the findings are not those that the server's accounts call for."""
    table = Table(
        f"preflight, {accounts} accounts x {len(REGIONS)} Regions, {latency * 1000:.0f} ms a call",
        *(f"{words} has used Cloud9" for words in USERS_OF_CLOUD9.values()),
        "aim",
    )
    with console.status("the same one after another"):
        slow = _one_after_another(accounts, latency)
    cases = [_measure(console, accounts, latency, rounds, users) for users in USERS_OF_CLOUD9]
    for label, cells in _rows(cases, slow):
        table.add_row(label, *cells)
    table.add_row(f"one after another with boto3: {SLICE} accounts, extrapolated", *[f"{slow:.0f} s"] * len(cases), "")
    table.add_row("the server alone could answer", *[f"{_ceiling():.0f} calls a second"] * len(cases), "")
    console.print(table)


@dataclass(frozen=True)
class _Case:
    """The runs of one organization, what each of its bounds is in seconds, and what a bare call costs."""

    runs: tuple[Run, ...]
    bounds: dict[str, float]

    @property
    def seconds(self) -> float:
        return statistics.median(run.seconds for run in self.runs)

    @property
    def ratio(self) -> float:
        return self.seconds / max(self.bounds.values())


def _measure(console: Console, accounts: int, latency: float, rounds: int, users: int) -> _Case:
    """A round of the script and one of bare calls take turns, so that a busy moment hits both."""
    runs, bare = [], []
    for number in range(rounds):
        with console.status(f"preflight, {USERS_OF_CLOUD9[users]}, round {number + 1} of {rounds}"):
            runs.append(preflight(accounts, latency, users))
            bare.append(_bare_call())
    return _Case(tuple(runs), _bounds(runs[0], accounts, latency, statistics.median(bare)))


def _rows(cases: list[_Case], slow: float) -> Iterator[tuple[str, list[str]]]:
    yield "seconds (median)", [*(f"{case.seconds:.1f}" for case in cases), ""]
    yield "calls", [*(str(case.runs[0].calls) for case in cases), ""]
    for name in cases[0].bounds:
        yield f"bound: {name}", [*(f"{case.bounds[name]:.1f} s" for case in cases), ""]
    yield "preflight / the largest bound", [*(f"{case.ratio:.2f}" for case in cases), "1.2"]
    yield "times faster than one after another", [*(f"{slow / case.seconds:.0f}" for case in cases), "20"]
    peaks = (max(run.peak for run in case.runs) for case in cases)
    yield "peak memory", [*(f"{peak:.0f} MiB" for peak in peaks), "under 200"]


def preflight(accounts: int, latency: float, users_of_cloud9: int) -> Run:
    """As Terraform runs it: a process of its own, the query on its standard input. Raises HarnessError."""
    targets = {"organizational_unit_ids": ["r-bench"], "regions": list(REGIONS)}
    configurations = [{"name": "scan", "type": "AWSQuickSetupType-PatchPolicy", **targets}]
    query = {
        "account_id": MANAGEMENT,
        "region": "us-east-1",
        "member_role_name": _ROLE,
        "configurations": json.dumps(configurations),
    }
    with _serving(accounts, latency, users_of_cloud9) as server:
        began = time.perf_counter()
        # A process between, so that the peak is that of this one child.
        measure = (
            "import resource, subprocess, sys; ended = subprocess.run(sys.argv[1:]);"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(ended.returncode)"
        )
        ended = subprocess.run(
            [sys.executable, "-c", measure, sys.executable, str(_ENTRY), "preflight"],
            input=json.dumps(query),
            env=_environment(server.endpoint),
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - began
    if ended.returncode:
        raise HarnessError(f"preflight failed: {ended.stderr}")
    check(json.loads(json.loads(ended.stdout)["findings"]), accounts)
    return Run(seconds, int(ended.stderr.split()[-1]) / 1024, server.asked)


def check(findings: list[dict[str, str]], accounts: int) -> None:
    """Raises HarnessError unless the findings are those that the server's accounts call for."""
    told = {(finding["code"], finding["subject"]) for finding in findings}
    expected = {("CLOUD9_ENVIRONMENT", f"{account} us-east-1") for account in with_environment(accounts)}
    if without_role(accounts):
        expected.add(("ACCOUNT_NOT_READABLE", ", ".join(sorted(without_role(accounts)))))
    if told != expected:
        raise HarnessError(f"preflight found {sorted(told ^ expected)[:5]} otherwise than it is.")


def _bounds(run: Run, accounts: int, latency: float, bare_call: float) -> dict[str, float]:
    """Seconds below which it cannot be, by what makes it so."""
    pages = -(-(accounts + 1) // PAGE)
    rate = PUBLISHED_RATES["organizations:ListAccounts"]
    return {
        f"calls x latency / {AT_A_TIME} at a time": run.calls * latency / AT_A_TIME,
        "published rates (ListAccounts, AssumeRole)": max(
            (pages - rate.burst) / rate.calls, accounts / _ASSUME_ROLE_RATE
        ),
        "as many bare botocore calls, one interpreter": run.calls * bare_call,
    }


def _bare_call() -> float:
    """Processor seconds of one call with boto3, when nothing is waited for."""
    with _serving(1, 0) as server:
        client = _client("cloud9", server.endpoint)
        client.list_environments()
        before = _processor_seconds()
        for _ in range(BARE_CALLS):
            client.list_environments()
        return (_processor_seconds() - before) / BARE_CALLS


def _processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _one_after_another(accounts: int, latency: float) -> float:
    """The same questions as people write them: a client for each account, Region and service."""
    with _serving(accounts, latency) as server:
        sts = _client("sts", server.endpoint)
        began = time.perf_counter()
        for number in range(SLICE):
            answer = sts.assume_role(RoleArn=f"arn:aws:iam::{member(number)}:role/{_ROLE}", RoleSessionName="bench")
            session = boto3.Session(
                aws_access_key_id=answer["Credentials"]["AccessKeyId"],
                aws_secret_access_key=answer["Credentials"]["SecretAccessKey"],
                aws_session_token=answer["Credentials"]["SessionToken"],
            )
            _client("account", server.endpoint, session).list_regions()
            for region in REGIONS:
                _client("cloud9", server.endpoint, session, region).list_environments()
        return (time.perf_counter() - began) * accounts / SLICE


def _client(service: str, endpoint: str, session: Any = None, region: str = "us-east-1") -> Any:
    own = {"aws_access_key_id": "AKIABENCH", "aws_secret_access_key": "secret"} if session is None else {}
    return (session or boto3).client(service, region_name=region, endpoint_url=endpoint, **own)


def _ceiling(seconds: float = 2.0, connections: int = 8) -> float:
    """Requests a second that the server answers to whoever does nothing else than ask."""
    body = b"{}"
    request = (
        b"POST / HTTP/1.1\r\nHost: bench\r\nX-Amz-Target: AWSCloud9WorkspaceManagementService.ListEnvironments\r\n"
        b"Authorization: AWS4-HMAC-SHA256 Credential=ASIA500000000000/20260101/us-east-1/cloud9/aws4_request\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    )
    answered = [0] * connections

    def ask(index: int, port: int, until: float) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            while time.perf_counter() < until:
                connection.sendall(request)
                if not connection.recv(65536):
                    raise HarnessError("the server closed the connection")
                answered[index] += 1

    with _serving(1, 0) as server:
        until = time.perf_counter() + seconds
        port = int(server.endpoint.rpartition(":")[2])
        threads = [threading.Thread(target=ask, args=(index, port, until)) for index in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return sum(answered) / seconds


@contextmanager
def _serving(accounts: int, latency: float, users_of_cloud9: int = 1) -> Iterator[_Server]:
    """A server in a process of its own. `asked` is known afterwards. Raises HarnessError when it ends early."""
    process = subprocess.Popen(
        [sys.executable, "-m", "commands.bench_server", str(accounts), str(latency), str(users_of_cloud9)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY / "tests",
    )
    assert process.stdout
    port = process.stdout.readline().strip()
    if not port:
        raise HarnessError("the server of the benchmark did not start")
    server = _Server(f"http://127.0.0.1:{port}", {})
    try:
        yield server
    finally:
        told, _ = process.communicate("", timeout=30)
        server.asked.update(json.loads(told or "{}"))


def _environment(endpoint: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "AKIABENCH",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PATH": "/usr/bin:/bin",
    }
