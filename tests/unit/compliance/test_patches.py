"""`report.py compliance --patches`: the patches of the golden organization, from the API and from the bucket."""

from __future__ import annotations

import csv
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from sandbox.faults import Fault
from systems_manager_organization.compliance.model.patches import NodePatches, cve_text, states_of
from systems_manager_organization.compliance.sources import api_patches
from unit.golden_organization import ADMINISTRATOR, GOLDEN, MANAGEMENT, VIRGINIA, node_id, run_report
from unit.synced_data import BUCKET, DATABASE, PREFIX, STACK_SET, WORKGROUP, build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sandbox import Sandbox
    from unit.conftest import Outcome, Run

    RunReport = Callable[..., Outcome]

KERNEL, CURL, GLIBC = "kernel.x86_64", "curl.x86_64", "glibc.x86_64"


@pytest.fixture
def report(golden_report: RunReport) -> RunReport:
    return golden_report


def asked(aws: Sandbox) -> Counter[str]:
    """How many nodes of each account were asked for their patches."""
    return Counter(call.account_id for call in aws.calls if call.operation == "DescribeInstancePatches")


def document(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(outcome.stdout)
    return found


def test_every_patch_of_every_node_that_has_some(aws: Sandbox, report: RunReport) -> None:
    outcome = report("--patches", "all", "--format", "json")
    # Nodes 1 to 6 and 8; those that comply and that were never scanned are not asked.
    assert "Reading the patches of 7 nodes: 7 calls of ssm:DescribeInstancePatches.\n" in outcome.stderr
    assert asked(aws) == {MANAGEMENT: 5, ADMINISTRATOR: 2}
    found = document(outcome)
    totals = found["totals"]
    assert (totals["patches"], totals["distinct_patches"]) == (12, 9)
    assert (totals["nodes_with_patches"], totals["nodes_without_listed_patches"]) == (7, 0)
    states = Counter((int(patch["node_id"].removeprefix("i-0"), base=16), patch["state"]) for patch in found["patches"])
    assert states == {
        (1, "MISSING"): 3,
        (2, "MISSING"): 1,
        (2, "INSTALLED_PENDING_REBOOT"): 1,
        (3, "FAILED"): 1,
        (4, "MISSING"): 2,
        (5, "MISSING"): 1,
        (5, "AVAILABLE_SECURITY_UPDATE"): 1,
        (6, "MISSING"): 1,
        (8, "INSTALLED_REJECTED"): 1,
    }
    # AWS says the year 1970 of what is not installed.
    assert {patch["state"] for patch in found["patches"] if patch["installed_at"]} == {
        "INSTALLED_PENDING_REBOOT",
        "INSTALLED_REJECTED",
    }


def test_the_same_patch_of_several_nodes_is_one(report: RunReport) -> None:
    groups = {
        (group["patch_id"], group["title"]): group
        for group in document(report("--patches", "all", "--format", "json"))["groups"]
    }
    assert len(groups) == 9
    by_id = {patch_id: group for (patch_id, _), group in groups.items()}
    kernel, curl = by_id[KERNEL], by_id[CURL]
    assert (kernel["nodes"], kernel["accounts"], kernel["account_ids"]) == (2, 1, "111111111111")
    assert (kernel["vendor_severity"], kernel["classification"]) == ("Critical", "Security")
    assert kernel["compliance_level"] == "", "DescribeInstancePatches does not say it"
    assert kernel["cve_ids"].startswith("CVE-2026-1")
    assert (curl["nodes"], curl["accounts"], curl["state"]) == (2, 2, "FAILED, MISSING")
    # Ubuntu and Windows have no CVEs, and python3 only waits for a reboot: that is not known, and not none.
    unknown = {patch_id for patch_id, group in by_id.items() if group["cve_ids"] == "unknown"}
    assert unknown == set(by_id) - {KERNEL, CURL, GLIBC}
    (windows,) = (group for group in by_id.values() if group["patch_id"].startswith("KB") and group["nodes"] == 2)
    assert windows["account_ids"] == "111111111111, 222222222222"


def test_only_what_is_asked_for_is_read(aws: Sandbox, report: RunReport) -> None:
    outcome = report("--patches", "failed", "pending-reboot", "--by", "node")
    assert asked(aws) == {MANAGEMENT: 1, ADMINISTRATOR: 1}
    assert "Patches (failed, pending-reboot): 2 on 2 nodes, 2 different.\n" in outcome.stdout
    lines = [line for line in outcome.stdout.splitlines() if "vendor: " in line]
    assert len(lines) == 2
    # Node 2 misses a critical patch too, and comes first.
    assert ": python3.x86_64:0:1.2." in lines[0]
    assert ": INSTALLED_PENDING_REBOOT; vendor: Medium; baseline: unknown; Security; CVEs unknown" in lines[0]
    assert ": curl.x86_64:0:1.2." in lines[1]
    assert ": FAILED; vendor: Important; baseline: unknown; Security; CVE-2026-" in lines[1]


def test_filters_of_nodes_limit_what_is_read(aws: Sandbox, report: RunReport) -> None:
    outcome = report("--patches", "missing", "--platform", "Windows")
    assert asked(aws) == {MANAGEMENT: 1, ADMINISTRATOR: 1}
    assert "2 nodes: 2 calls" in outcome.stderr
    assert "vendor: Critical; baseline: unknown; SecurityUpdates; CVEs unknown; 2 nodes in 2 accounts" in outcome.stdout


def test_csv_and_parquet_have_a_row_for_each_patch_of_each_node_or_each_patch(
    report: RunReport, tmp_path: Path
) -> None:
    rows = list(csv.DictReader(report("--patches", "missing", "--by", "node", "--format", "csv").stdout.splitlines()))
    assert len(rows) == 8
    assert {row["node_id"] for row in rows} == set(map(node_id, (1, 2, 4, 5, 6)))
    file = tmp_path / "patches.parquet"
    report("--patches", "missing", "--format", "parquet", "--output", str(file))
    found = duckdb.read_parquet(str(file)).filter("nodes > 1").project("patch_id, nodes").fetchall()
    assert [(patch_id if patch_id == KERNEL else "KB", nodes) for patch_id, nodes in sorted(found)] == [
        ("KB", 2),
        (KERNEL, 2),
    ]


def test_a_table_on_a_terminal(report: RunReport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    outcome = report("--patches", "missing", terminal=True)
    assert "CVEs" in outcome.stdout
    assert "KB5" in outcome.stdout
    assert "Patches (missing): 8 on 5 nodes, " in outcome.stdout


def test_a_node_whose_patches_cannot_be_read_is_said_and_is_no_success(aws: Sandbox, report: RunReport) -> None:
    aws.faults.inject(
        Fault("ssm", "DescribeInstancePatches", "access_denied", times=99, account_id=ADMINISTRATOR, region=VIRGINIA)
    )
    outcome = report("--patches", "missing", "failed")
    assert outcome.status == 3
    assert "PATCHES_NOT_READ, 1 times:\n  222222222222 us-east-1: The patches of 2 nodes could not be" in outcome.stdout
    assert "8 on 5 nodes" not in outcome.stdout
    assert "Of 2 nodes that have some, none could be listed." in outcome.stdout


def test_the_patches_that_were_read_are_not_read_again(
    aws: Sandbox, report: RunReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = api_patches._in_states
    read: list[str] = []

    def interrupted(session: Any, node: NodePatches, states: Any) -> Any:
        if read:
            raise KeyboardInterrupt
        read.append(node.node_id)
        return made(session, node, states)

    monkeypatch.setattr(api_patches, "_in_states", interrupted)
    monkeypatch.setattr("systems_manager_organization.aws.concurrency.MAX_WORKERS", 1)
    assert report("--patches", "missing").status == 130
    monkeypatch.setattr(api_patches, "_in_states", made)
    before = len(aws.calls)
    outcome = report("--patches", "missing", "--resume")
    assert "Patches (missing): 8 on 5 nodes, 6 different." in outcome.stdout
    assert sum(call.operation == "DescribeInstancePatches" for call in aws.calls[before:]) == 4


def test_a_service_that_takes_one_value_of_a_filter_loses_nothing() -> None:
    class OneValue:
        """An account whose filter knows only the first of its values."""

        calls = 0

        def paginate(self, *_operation: str, Filters: Any, **_parameters: Any) -> Iterator[Any]:  # noqa: N803
            self.calls += 1
            state = Filters[0]["Values"][0]
            yield {"KBId": state, "Title": "", "State": state, "CVEIds": "CVE-2026-1, cve-2026-12345,CVE-2026-99"}

    session = OneValue()
    node = NodePatches("1" * 12, VIRGINIA, node_id(1), states_of(("missing", "failed")))
    found = api_patches._patches(session, node)  # type: ignore[arg-type]
    assert [(patch.state, patch.cve_ids) for patch in found] == [
        ("MISSING", "CVE-2026-12345"),
        ("FAILED", "CVE-2026-12345"),
    ]
    assert session.calls == 2
    assert cve_text("") == "unknown"


def test_bucket_and_athena_have_the_same_patches_and_the_level_of_the_baseline(
    aws: Sandbox, run: Run, act_as: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    build(aws, GOLDEN)
    arguments = ("--patches", "all", "--format", "json")
    api = document(run_report(aws, run, *arguments))
    act_as(ADMINISTRATOR)
    outcome = run_report(
        aws, run, *arguments, "--source", "s3", "--bucket", BUCKET, "--prefix", PREFIX, "--stack-set", STACK_SET
    )
    assert "Reading the patches of 7 nodes: 7 calls of s3:GetObject.\n" in outcome.stderr
    bucket = document(outcome)
    levels = Counter(patch.pop("compliance_level") for patch in bucket["patches"])
    assert levels == {"CRITICAL": 5, "HIGH": 4, "MEDIUM": 1, "LOW": 1, "UNSPECIFIED": 1}
    athena_options = ("--workgroup", WORKGROUP, "--database", DATABASE, "--stack-set", STACK_SET)
    outcome = run_report(aws, run, *arguments, "--source", "athena", *athena_options)
    assert "Reading the patches of 7 nodes: 1 call of athena:StartQueryExecution, which scans every" in outcome.stderr
    athena = document(outcome)
    assert Counter(patch.pop("compliance_level") for patch in athena["patches"]) == levels
    for patch in api["patches"]:
        assert patch.pop("compliance_level") == ""
    assert bucket["patches"] == api["patches"] == athena["patches"]
    assert bucket["totals"] == api["totals"] == athena["totals"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["--patches", "old"],
            'patches is "old", but must be some of missing, failed, pending-reboot, rejected, not-app',
        ),
        (["--by", "patch"], "--by patch needs --patches, which says what to read: --patches missing, for example."),
    ],
)
def test_what_cannot_be_asked_is_refused(report: RunReport, arguments: list[str], expected: str) -> None:
    outcome = report(*arguments)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert f"report.py compliance: {expected}" in outcome.stderr
