"""The benchmark of compliance makes the expected calls, and fails for missing nodes."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from harness import HarnessError
from tools.bench import compliance as bench_compliance
from tools.bench.compliance import Extent, Run, bounds_of, collect
from tools.bench.patches import bench_patches, bounds_of_patches


def test_calls() -> None:
    run = collect(100, 0)
    assert run.result["nodes"] == 100 * 4 * 20
    assert run.result["unread"] == 4
    requests = dict.fromkeys(bench_compliance._OPERATIONS, 400)
    assert run.requests == {
        "GetCallerIdentity": 1,
        "listRegions": 1,
        "ListRoots": 1,
        "ListAccountsForParent": 11,
        "ListOrganizationalUnitsForParent": 11,
        "AssumeRole": 100,
        **requests,
    }
    assert 0 < run.peak < 1000


def test_missing_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_compliance, "NODES", 21)
    with pytest.raises(HarnessError, match=r"compliance found {'nodes': 160}"):
        collect(1, 0)


def test_bounds() -> None:
    requests = {
        "AssumeRole": 1000,
        "ListAccountsForParent": 58,
        "ListOrganizationalUnitsForParent": 8,
        "DescribeInstanceInformation": 4000,
        "ListResourceComplianceSummaries": 4000,
    }
    costs = {"DescribeInstanceInformation": 0.001, "ListResourceComplianceSummaries": 0.002}
    bounds = bounds_of(Run({}, requests), Extent(latency=0.064), costs)
    # 9,066 calls, 64 in parallel; 58 pages, 8 in a burst and then 5 a second; 4,000 at 2 ms and the others at 1 ms.
    assert (bounds.latency, bounds.rates, bounds.processor) == pytest.approx((9.066, 10, 13.066))
    assert bounds.largest == bounds.processor


def test_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_compliance, "c7n_org", lambda *_: None)
    monkeypatch.setattr(bench_compliance, "aws_cli", lambda *_: 0.5)
    monkeypatch.setattr(bench_compliance, "_open", lambda page: page.stat().st_size and None)
    screen = io.StringIO()
    extent = Extent(accounts=2, fewer_accounts=1, latency=0, rounds=1, bare_calls=2, sample=1, load_seconds=0.1)
    bench_compliance.bench_compliance(Console(file=screen, width=200), extent)
    rows = {
        cells[1].strip(): [cell.strip() for cell in cells[2:-1]]
        for line in screen.getvalue().splitlines()
        if len(cells := line.split("│")) > 2
    }
    assert rows["nodes"][0] == "240"
    assert rows["ratio to the largest bound"][-1] == "1.15"
    assert rows["peak memory, MB"][-1] == "under 220"
    assert rows["seconds to open it in Chromium"] == ["NOT MEASURED", "under 1"]
    assert rows["AWS CLI in a shell loop, extrapolated"][0].startswith("1 s, ")
    assert rows["c7n-org, nodes alone, extrapolated"][0].startswith("NOT MEASURED")


def test_patches_one_by_one() -> None:
    screen = io.StringIO()
    measured = bench_patches(Console(file=screen, width=200), Extent(accounts=2, latency=0, rounds=1, bare_calls=2))
    assert measured.keys() == {"patches one by one, over the bound", "patches one by one, MB of memory"}
    # 12 accounts and Regions, of whose 20 nodes 15 are missing 1, 2 or 3 patches.
    assert re.search(r"│ patches +│ 360 ", screen.getvalue())
    assert re.search(r"│ calls of DescribeInstancePatches +│ 180 ", screen.getvalue())


def test_bounds_of_patches() -> None:
    run = Run({}, {"AssumeRole": 1200, "DescribeInstancePatches": 5800})
    bounds = bounds_of_patches(run, Extent(latency=0.064), 0.002)
    assert (bounds.latency, bounds.rates, bounds.processor) == pytest.approx((6.4, 1, 12.8))
