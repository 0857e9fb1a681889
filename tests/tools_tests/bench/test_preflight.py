"""The benchmark of preflight makes the expected calls, and fails for wrong findings."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from harness import HarnessError
from tools.bench.preflight import Extent, Run, bench_preflight, bounds_of, check, preflight
from tools.bench.server import with_environment, without_role

_CLOUD9 = {"code": "CLOUD9_ENVIRONMENT", "subject": "500000000098 us-east-1"}
_NOT_READABLE = {"code": "ACCOUNT_NOT_READABLE", "subject": "500000000099"}
_ANOTHER = {"code": "CLOUD9_ENVIRONMENT", "subject": "500000000000 us-east-1"}


@pytest.mark.parametrize(("users", "checked_in_every_region"), [(1, 99), (10, 11)])
def test_calls(users: int, checked_in_every_region: int) -> None:
    run = preflight(100, 0, users)
    assert len(with_environment(100)) == len(without_role(100)) == 1
    assert run.requests == {
        "GetCallerIdentity": 1,
        "DescribeOrganization": 1,
        "ListAccounts": 6,
        "listConfigurationManagers": 1,
        "AssumeRole": 100,
        "GetRole": 99,
        "ListEnvironments": checked_in_every_region * 16,
        "DescribeEnvironments": 1,
    }
    assert run.calls == sum(run.requests.values())
    assert 0 < run.peak < 1000


@pytest.mark.parametrize(
    "findings",
    [[], [_CLOUD9], [_CLOUD9, _NOT_READABLE, _ANOTHER], [_CLOUD9, _CLOUD9, _NOT_READABLE]],
    ids=["none", "missing", "another", "duplicate"],
)
def test_wrong_findings(findings: list[dict[str, str]]) -> None:
    with pytest.raises(HarnessError, match="and did not find"):
        check(findings, 100)


def test_right_findings() -> None:
    check([_NOT_READABLE, _CLOUD9], 100)


def test_bounds() -> None:
    run = Run(seconds=30, peak=100, requests={"AssumeRole": 1000, "ListEnvironments": 15000})
    bounds = bounds_of(run, Extent(accounts=1000, latency=0.05), bare_call=0.001)
    # 16,000 calls of 50 ms, 64 in parallel; 51 pages of accounts, 12 in a burst and then 8 a second; 1 ms each.
    assert (bounds.latency, bounds.rates, bounds.processor) == (12.5, 4.875, 16)
    assert bounds.largest == 16


def test_table() -> None:
    screen = io.StringIO()
    extent = Extent(accounts=3, latency=0, rounds=1, bare_calls=2, sample=1, load_seconds=0.1)
    bench_preflight(Console(file=screen, width=200), extent)
    table = screen.getvalue()
    rows = {
        cells[1].strip(): [cell.strip() for cell in cells[2:-1]]
        for line in table.splitlines()
        if len(cells := line.split("│")) > 2
    }
    # Four calls of the management account, two of each member, and 16 of each that has used Cloud9.
    assert rows["calls"] == ["26", "58", ""]
    assert rows["ratio to the largest bound"][-1] == "1.15"
    assert rows["ratio to preflight"][-1] == "20"
    assert rows["peak memory, MB"][-1] == "under 200"
    assert "1 accounts with boto3" in table
