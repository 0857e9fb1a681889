"""`report.py compliance --coverage`: what no report of managed nodes contains is at the head of every output."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from sandbox.faults import Fault
from unit.golden_fleet import (
    ADMINISTRATOR,
    BILLING,
    COMPLIANT,
    MANAGED,
    MANAGEMENT,
    NODES,
    NONCOMPLIANT,
    SEARCH,
    TOKYO,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox import Sandbox
    from unit.conftest import Outcome

    RunReport = Callable[..., Outcome]

COVERAGE = (
    "Coverage: 17 of 24 nodes were scanned in the last 7 days (70.8 %); 2 not managed (NO_CREDENTIALS 2), 1 stopped, "
    "1 never scanned, 1 not supported by Patch Manager, 1 new, 1 scanned too long ago."
)
WITHOUT = (
    "Coverage: 17 of 21 managed nodes were scanned in the last 7 days (80.9 %); 2 never scanned, "
    "1 not supported by Patch Manager, 1 scanned too long ago. Instances that are not managed are not counted: use "
    "--coverage."
)


def test_every_node_is_in_one_number(fleet_report: RunReport) -> None:
    found = json.loads(fleet_report("--coverage", "--format", "json").stdout)
    assert found["coverage"] == {
        "nodes": NODES,
        "scanned": 17,
        "silent": 1,
        "new": 1,
        "without_support": 1,
        "never_scanned": 1,
        "unmanaged": 2,
        "stopped": 1,
        "managed_by_a_service": 0,
        "causes": {"NO_CREDENTIALS": 2},
        "scanned_percent": 70.8,
    }
    totals = {
        "nodes": MANAGED,
        "compliant": COMPLIANT,
        "noncompliant": NONCOMPLIANT,
        "not_reporting": 4,
        "unmanaged": 3,
    }
    # Of all 24, and not of the 21 that are managed, of which it would be 28.5.
    assert found["totals"] | totals | {"compliant_percent": 25.0} == found["totals"]
    by_account = {group["account_id"]: (group["nodes"], group["unmanaged"]) for group in found["groups"]}
    assert by_account | {MANAGEMENT: (13, 2), ADMINISTRATOR: (6, 0), BILLING: (2, 1), SEARCH: (0, 0)} == by_account


def test_the_head_of_every_output_has_it(fleet_report: RunReport, tmp_path: Path) -> None:
    file = tmp_path / "nodes.parquet"
    for arguments in (
        ["--coverage"],
        ["--coverage", "--format", "csv"],
        ["--coverage", "--format", "parquet", "--output", str(file)],
        ["--coverage", "--format", "junit"],
        ["--coverage", "--format", "markdown"],
    ):
        outcome = fleet_report(*arguments)
        text = (outcome.stdout + outcome.stderr).replace("\\", "")
        assert COVERAGE in text, arguments
    assert WITHOUT in fleet_report().stdout


def test_what_is_all_compliant_of_a_part_is_not_100_percent(fleet_report: RunReport) -> None:
    # Node 24 is on Linux too: with Windows alone, nodes 5, 6 and 18, and none of another account.
    only = ("--accounts", BILLING, "--status", "COMPLIANT")
    assert "1 managed node: 1 compliant (100.0 %)" in fleet_report(*only).stdout
    outcome = fleet_report("--coverage", "--accounts", BILLING, "--platform", "Linux", "--by", "region")
    assert "2 managed nodes: 1 compliant (33.3 %), 1 noncompliant, 1 more not managed." in outcome.stdout
    assert "us-east-1: 2 managed nodes: 1 compliant (33.3 %), 1 noncompliant, 1 more not managed" in outcome.stdout
    table = fleet_report("--coverage", terminal=True).stdout
    assert "managed" in table


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--coverage", "--fail-on", "unmanaged"], 2),
        (["--fail-on", "not-reporting"], 2),
        (["--fail-below", "28.6"], 2),
        (["--fail-below", "28.5"], 0),
        (["--coverage", "--fail-below", "25.1"], 2),
        (["--coverage", "--fail-below", "25"], 0),
        (["--fail-on", "critical,unmanaged", "--coverage", "--accounts", SEARCH], 3),
        # Of what the filters leave: node 12 has Bottlerocket, and nodes 10 to 13 are all on Linux.
        (["--platform", "Linux", "--fail-on", "not-reporting"], 2),
        (["--platform", "Windows", "--fail-on", "not-reporting"], 0),
        (["--status", "COMPLIANT", "--fail-on", "not-reporting"], 0),
        (["--coverage", "--platform", "Linux", "--fail-on", "unmanaged"], 2),
        (["--coverage", "--platform", "Windows", "--fail-on", "unmanaged"], 0),
        # Only node 3, and nodes 3 and 16.
        (["--tags", "Stage=test", "--fail-on", "not-reporting"], 0),
        (["--owner-tag", "Team", "--owner", "bank", "--fail-on", "not-reporting"], 0),
        (["--owner-tag", "Team", "--owner", "bank", "--coverage", "--fail-on", "unmanaged"], 0),
    ],
)
def test_exit_statuses(fleet_report: RunReport, arguments: list[str], status: int) -> None:
    assert fleet_report(*arguments).status == status


def test_one_call_more_where_everything_is_managed(aws: Sandbox, fleet_report: RunReport) -> None:
    fleet_report("--coverage", "--accounts", ADMINISTRATOR)
    calls = Counter(call.operation for call in aws.calls if call.account_id == ADMINISTRATOR and call.region == TOKYO)
    assert calls == {
        "DescribeInstanceInformation": 1,
        "DescribeInstances": 1,
        "DescribeInstancePatchStates": 1,
        "ListResourceComplianceSummaries": 1,
    }


def test_instances_that_cannot_be_listed_are_said_and_are_no_success(aws: Sandbox, fleet_report: RunReport) -> None:
    aws.faults.inject(Fault("ec2", "DescribeInstances", "access_denied", times=99, account_id=BILLING))
    outcome = fleet_report("--coverage")
    assert outcome.status == 3
    assert "INSTANCES_NOT_READ, 2 times:" in outcome.stdout
    assert "1 not managed (NO_CREDENTIALS 1)" in outcome.stdout
    # Its nodes are known all the same.
    assert "300000000002 Billing 2: 2 managed nodes: 1 compliant" in outcome.stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["--fail-on", "unmanaged"],
            "--fail-on unmanaged needs --coverage, which reads the instances that are",
        ),
        (
            ["--coverage", "--fail-on", "unmanaged", "--status", "COMPLIANT"],
            "--fail-on unmanaged counts what the filters leave, and instances that are not managed have neither a ",
        ),
        (["--fail-below", "101"], 'fail_below is "101", but must be a percentage from 0 to 100, such as 97.5.'),
        (
            ["--coverage", "--source", "s3", "--bucket", "bucket", "--stack-set", "s"],
            "--coverage is for --source api, and this is --source s3: a bucket has managed nodes only.",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(fleet_report: RunReport, arguments: list[str], expected: str) -> None:
    outcome = fleet_report(*arguments)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert f"report.py compliance: {expected}" in outcome.stderr
