"""`report.py nodes`, against the sandbox."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from harness.unmanaged_instances import REGION, Workshop
from sandbox import Scenario
from sandbox.faults import Fault
from systems_manager_organization.nodes.causes import REMEDIES
from systems_manager_organization.nodes.reading import ACTIONS, AccountReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox import Sandbox
    from systems_manager_organization.compliance.model.node import AccountRegionResult
    from unit.conftest import Outcome, Run

MEMBER, OTHER = "222222222222", "333333333333"
SCENARIO = Scenario.parse(
    {
        "description": "Accounts with unmanaged instances.",
        "management_account": {"id": "111111111111", "name": "Management", "email": "management@example.com"},
        "accounts": [
            {"id": MEMBER, "name": "Shop", "email": "shop@example.com"},
            {"id": OTHER, "name": "Bank", "email": "bank@example.com"},
        ],
        "instances": [
            {
                "account_id": OTHER,
                "region": REGION,
                "id": f"i-{number:017x}",
                "platform": "Amazon Linux",
                "platform_version": "2023",
                "agent_version": "3.3.551.0",
                "instance_profile": "Node",
            }
            for number in (1, 2)
        ],
    }
)
_OFF = "Default Host Management Configuration is off."
_NO_ROUTE = "rtb of subnet has no route out of vpc, which has no ssm endpoint either."
_CLOSED = "sg does not allow outbound TCP 443."
_BLOCKED = "acl of subnet blocks outbound TCP 443."
_NO_METADATA = "The instance metadata service (HttpEndpoint) is disabled."
_EMPTY = "The instance profile Empty has no role."
_NO_PROFILE = "No instance profile is attached, and Default Host Management Configuration is off."
_CHANNELS = ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
_ACTIONS = ", ".join(["ssm:UpdateInstanceInformation", *(f"ssmmessages:{name}" for name in _CHANNELS)])
# Cause, evidence and notes, without the ids of what is named.
EXPECTED = {
    "stopped": ("NOT_RUNNING", "The instance is stopped: User initiated.", ""),
    "impaired": ("STATUS_CHECK_FAILED", "The system check is impaired.", ""),
    "lost": (
        "CONNECTION_LOST",
        "Systems Manager knows it as ConnectionLost, last heard of at 2026-01-05T09:00:00Z, agent 3.3.551.0.",
        "",
    ),
    "no-profile": ("NO_CREDENTIALS", _NO_PROFILE, ""),
    "profile-without-role": ("PROFILE_WITHOUT_ROLE", _EMPTY, _OFF),
    "role-without-policy": ("ROLE_LACKS_PERMISSIONS", f"arn:aws:iam::{MEMBER}:role/Bare may not do {_ACTIONS}.", _OFF),
    "metadata-disabled": ("METADATA_DISABLED", _NO_METADATA, ""),
    "no-route": ("NO_ROUTE_TO_ENDPOINT", _NO_ROUTE, ""),
    "no-public-address": (
        "NO_PUBLIC_ADDRESS",
        "rtb of subnet leads out by igw only, and the instance has no public address.",
        "",
    ),
    "endpoint-without-dns": (
        "ENDPOINT_UNUSABLE",
        "vpce has no private DNS. rtb of subnet has no other way out.",
        "",
    ),
    "security-group": ("SECURITY_GROUP_BLOCKS", _CLOSED, ""),
    "network-acl": ("NETWORK_ACL_BLOCKS", _BLOCKED, ""),
    "sound": ("UNKNOWN", "Nothing that can be read from outside explains it.", ""),
    "mixture-stopped-without-profile": (
        "NOT_RUNNING",
        "The instance is stopped: User initiated.",
        f"NO_CREDENTIALS: {_NO_PROFILE}",
    ),
    "mixture-profile-route-group": (
        "PROFILE_WITHOUT_ROLE",
        _EMPTY,
        f"{_OFF} | NO_ROUTE_TO_ENDPOINT: {_NO_ROUTE} | SECURITY_GROUP_BLOCKS: {_CLOSED}",
    ),
    "mixture-metadata-acl": ("METADATA_DISABLED", _NO_METADATA, f"NETWORK_ACL_BLOCKS: {_BLOCKED}"),
}
_IDS_AND_TIMES = re.compile(r"(?<=[a-z])-[0-9a-f]{8,17}\b| \([0-9: -]+UTC\)")


@pytest.fixture
def nodes(aws: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Outcome]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    aws.reset(SCENARIO)
    return lambda *arguments: run("report", "nodes", "--region", "us-east-1", "--regions", REGION, *arguments)


@pytest.fixture
def unmanaged(aws: Sandbox, nodes: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """`nodes`, where an account has an instance for each way."""
    Workshop(aws, MEMBER).twelve_ways()
    return nodes


def document(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(outcome.stdout)
    return found


def test_twelve_ways_and_three_mixtures(aws: Sandbox, unmanaged: Callable[..., Outcome]) -> None:
    outcome = unmanaged("--format", "json", "--by", "account")
    report = document(outcome)
    found = {node["name"]: node for node in report["nodes"] if node["account_id"] == MEMBER}
    assert {
        name: (node["cause"], *(_IDS_AND_TIMES.sub("", node[text]) for text in ("evidence", "notes")))
        for name, node in found.items()
    } == EXPECTED
    for node in found.values():
        assert node["status"] == "UNMANAGED"
        assert node["remedy"] == REMEDIES[node["cause"]]
    assert [group["account_id"] for group in report["groups"]] == [MEMBER, OTHER]
    assert report["totals"] | {"nodes": 18, "managed": 2, "unmanaged": 16} == report["totals"]
    assert outcome.status == 0
    # Each operation once: roles are read once each, and two VPCs have two attributes.
    made = Counter(call.operation for call in aws.calls if call.account_id == MEMBER)
    assert made == {
        "DescribeInstances": 1,
        "DescribeInstanceInformation": 1,
        "DescribeInstanceStatus": 1,
        "GetServiceSetting": 1,
        "DescribeRouteTables": 1,
        "DescribeVpcEndpoints": 1,
        "DescribeSecurityGroups": 1,
        "DescribeNetworkAcls": 1,
        "DescribeVpcAttribute": 4,
        "GetInstanceProfile": 3,
        "SimulatePrincipalPolicy": 2,
    }
    assert {f"{call.service}:{call.operation}" for call in aws.calls if call.account_id == MEMBER} < set(ACTIONS)


def test_a_role_of_the_caller(aws: Sandbox, nodes: Callable[..., Outcome]) -> None:
    role = "arn:aws:iam::111111111111:role/Absent"
    outcome = nodes("--role-arn", role, "--external-id", "one", "--session-name", "two")
    assert outcome.status == 1
    assert "sts:AssumeRole failed" in outcome.stderr
    assert [(call.operation, call.error_code) for call in aws.calls] == [("AssumeRole", "AccessDenied")]


def test_two_calls_read_a_region_where_everything_is_managed(aws: Sandbox, nodes: Callable[..., Outcome]) -> None:
    outcome = nodes("--accounts", OTHER, "--fail-on-unmanaged")
    assert outcome.status == 0
    assert outcome.stdout.startswith(
        "Only accounts 333333333333; Regions eu-west-1.\n2 nodes: 2 managed, 0 not managed."
    )
    made = Counter(call.operation for call in aws.calls if call.account_id == OTHER)
    assert made == {"DescribeInstances": 1, "DescribeInstanceInformation": 1}


def test_filters_groups_and_files(unmanaged: Callable[..., Outcome], tmp_path: Path) -> None:
    outcome = unmanaged("--cause", "no_route_to_endpoint", "--fail-on-unmanaged")
    assert outcome.status == 2
    assert f"NO_ROUTE_TO_ENDPOINT: 1 node. {REMEDIES['NO_ROUTE_TO_ENDPOINT']}\n" in outcome.stdout
    text = unmanaged("--cause", "NO_ROUTE_TO_ENDPOINT", "--by", "node").stdout
    assert "222222222222 Shop, eu-west-1, i-" in text
    assert " no-route: UNMANAGED NO_ROUTE_TO_ENDPOINT\n  evidence: rtb-" in text
    rows = list(csv.DictReader(io.StringIO(unmanaged("--status", "managed", "--format", "csv").stdout)))
    assert {row["account_id"] for row in rows} == {OTHER}
    parquet = tmp_path / "nodes.parquet"
    assert unmanaged("--format", "parquet", "--output", str(parquet)).status == 0
    assert parquet.read_bytes()[:4] == b"PAR1"


def test_an_interrupted_report_is_continued(
    aws: Sandbox, unmanaged: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = document(unmanaged("--format", "json"))
    read = AccountReader.read

    def interrupted(reader: AccountReader, result: AccountRegionResult) -> Any:
        if result.account_id == OTHER:
            raise KeyboardInterrupt
        return read(reader, result)

    monkeypatch.setattr("systems_manager_organization.aws.concurrency.MAX_WORKERS", 1)
    monkeypatch.setattr(AccountReader, "read", interrupted)
    assert unmanaged().status == 130
    monkeypatch.setattr(AccountReader, "read", read)
    before = len(aws.calls)
    assert document(unmanaged("--format", "json", "--resume")) | {"generated_at": ""} == whole | {"generated_at": ""}
    listed = {call.account_id for call in aws.calls[before:] if call.operation == "DescribeInstances"}
    assert listed == {OTHER}


def test_what_was_denied_is_said_and_proves_nothing(aws: Sandbox, unmanaged: Callable[..., Outcome]) -> None:
    aws.faults.inject(Fault("iam", "GetInstanceProfile", "access_denied", times=100))
    outcome = unmanaged("--format", "json")
    found = {node["name"]: node for node in document(outcome)["nodes"]}
    assert found["profile-without-role"]["cause"] == "UNKNOWN"
    assert found["profile-without-role"]["not_checked"] == "iam:GetInstanceProfile (ACCESS_DENIED)"
    assert found["no-profile"]["cause"] == "NO_CREDENTIALS"
    assert outcome.status == 3


def test_a_region_that_cannot_be_listed_is_not_read(aws: Sandbox, nodes: Callable[..., Outcome]) -> None:
    aws.faults.inject(Fault("ec2", "DescribeInstances", "access_denied", times=100))
    outcome = nodes()
    assert outcome.status == 3
    assert "0 nodes: 0 managed, 0 not managed.\n0 of 3 accounts were read.\n" in outcome.stdout
    assert "ACCESS_DENIED, 3 accounts" in outcome.stdout
