"""The benchmark of preflight asks the questions that it says it asks, and notices a wrong answer."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from harness.errors import HarnessError
from tools.bench.preflight import Extent, Run, bench_preflight, bounds_of, check, preflight
from tools.bench.server import with_environment, without_role

_CLOUD9 = {"code": "CLOUD9_ENVIRONMENT", "subject": "500000000098 us-east-1"}
_NOT_READABLE = {"code": "ACCOUNT_NOT_READABLE", "subject": "500000000099"}
_ANOTHER = {"code": "CLOUD9_ENVIRONMENT", "subject": "500000000000 us-east-1"}


@pytest.mark.parametrize(("users", "asked_in_every_region"), [(1, 99), (10, 11)])
def test_every_account_is_asked_once(users: int, asked_in_every_region: int) -> None:
    run = preflight(100, 0, users)
    assert len(with_environment(100)) == len(without_role(100)) == 1
    assert run.asked == {
        "GetCallerIdentity": 1,
        "ListAccounts": 6,
        "ListResourceDataSync": 1,
        "listConfigurationManagers": 1,
        "AssumeRole": 100,
        "listRegions": 99,
        "GetRole": 99,
        "ListEnvironments": asked_in_every_region * 16,
        "DescribeEnvironments": 1,
    }
    assert run.calls == sum(run.asked.values())
    assert 0 < run.peak < 1000


@pytest.mark.parametrize(
    "findings",
    [[], [_CLOUD9], [_CLOUD9, _NOT_READABLE, _ANOTHER], [_CLOUD9, _CLOUD9, _NOT_READABLE]],
    ids=["none", "one is missing", "another", "one twice"],
)
def test_findings_that_are_not_so_end_it(findings: list[dict[str, str]]) -> None:
    with pytest.raises(HarnessError, match="otherwise than it is"):
        check(findings, 100)


def test_findings_that_are_so_do_not() -> None:
    check([_NOT_READABLE, _CLOUD9], 100)


def test_bounds_are_those_of_the_issue() -> None:
    run = Run(seconds=30, peak=100, asked={"AssumeRole": 1000, "ListEnvironments": 15000})
    bounds = bounds_of(run, Extent(accounts=1000, latency=0.05), bare_call=0.001)
    # 16,000 calls of 50 ms, 64 at a time; 51 pages of accounts, 12 at once and then 8 a second; 1 ms each.
    assert (bounds.latency, bounds.rates, bounds.processor) == (12.5, 4.875, 16)
    assert bounds.largest == 16


def test_figures_stand_beside_their_aims() -> None:
    screen = io.StringIO()
    extent = Extent(accounts=3, latency=0, rounds=1, bare_calls=2, slice=1, ceiling_seconds=0.1)
    bench_preflight(Console(file=screen, width=200), extent)
    table = screen.getvalue()
    rows = {
        cells[1].strip(): [cell.strip() for cell in cells[2:-1]]
        for line in table.splitlines()
        if len(cells := line.split("│")) > 2
    }
    # Four calls of the management account's own, three of each member, and 16 of who has used Cloud9.
    assert rows["calls"] == ["29", "61", ""]
    assert rows["times the largest bound"][-1] == "1.2"
    assert rows["times as slow as preflight"][-1] == "20"
    assert rows["peak memory, MB"][-1] == "under 200"
    assert "1 accounts with boto3" in table
