"""The benchmark of compliance asks the questions that it says it asks, and notices what is not found."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from harness.errors import HarnessError
from tools.bench import compliance as bench_compliance
from tools.bench.compliance import Extent, Run, bounds_of, collect


def test_every_node_of_every_account_is_found_with_three_calls_for_a_region() -> None:
    run = collect(100, 0)
    assert run.told["nodes"] == 100 * 4 * 20
    assert run.told["not_read"] == 4
    asked = dict.fromkeys(bench_compliance._OPERATIONS, 400)
    assert run.asked == {
        "GetCallerIdentity": 1,
        "listRegions": 1,
        "ListRoots": 1,
        "ListAccountsForParent": 11,
        "ListOrganizationalUnitsForParent": 11,
        "AssumeRole": 100,
        **asked,
    }
    assert 0 < run.peak < 1000


def test_nodes_that_are_not_found_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_compliance, "NODES", 21)
    with pytest.raises(HarnessError, match=r"compliance found {'nodes': 160}"):
        collect(1, 0)


def test_bounds_are_those_of_the_issue() -> None:
    asked = {
        "AssumeRole": 1000,
        "ListAccountsForParent": 58,
        "ListOrganizationalUnitsForParent": 8,
        "DescribeInstanceInformation": 4000,
        "ListResourceComplianceSummaries": 4000,
    }
    costs = {"DescribeInstanceInformation": 0.001, "ListResourceComplianceSummaries": 0.002}
    bounds = bounds_of(Run({}, asked), Extent(latency=0.064), costs)
    # 9,066 calls, 64 at a time; 58 pages, 8 at once and then 5 a second; 4,000 at 2 ms and the others at 1 ms.
    assert (bounds.latency, bounds.rates, bounds.processor) == pytest.approx((9.066, 10, 13.066))
    assert bounds.largest == bounds.processor


def test_figures_stand_beside_their_aims_and_what_could_not_be_measured_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bench_compliance, "c7n_org", lambda *_: None)
    monkeypatch.setattr(bench_compliance, "aws_cli", lambda *_: 0.5)
    monkeypatch.setattr(bench_compliance, "_opened", lambda page: page.stat().st_size and None)
    screen = io.StringIO()
    extent = Extent(accounts=2, fewer_accounts=1, latency=0, rounds=1, bare_calls=2, slice=1, ceiling_seconds=0.1)
    bench_compliance.bench_compliance(Console(file=screen, width=200), extent)
    rows = {
        cells[1].strip(): [cell.strip() for cell in cells[2:-1]]
        for line in screen.getvalue().splitlines()
        if len(cells := line.split("│")) > 2
    }
    assert rows["nodes"][0] == "240"
    assert rows["times the largest bound"][-1] == "1.25"
    assert rows["peak memory, MB"][-1] == "under 250"
    assert rows["seconds to open it in Chromium"] == ["NOT MEASURED", "under 2"]
    assert rows["AWS CLI in a shell loop, extrapolated"][0].startswith("1, ")
    assert rows["c7n-org, nodes alone, extrapolated"][0].startswith("NOT MEASURED")
