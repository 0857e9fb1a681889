"""Patch states and compliance of managed nodes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Scenario
from sandbox.services.ssm.patch_baselines import default_baseline_id
from sandbox_tests.cases.quick_setup import INSTANCE_MANAGEMENT, PATCH_POLICY, changed, create, wait

if TYPE_CHECKING:
    from sandbox import Sandbox

TOKYO = "ap-northeast-1"
LOG_ARCHIVE, SHOP, PAYMENTS = "333333333333", "444444444444", "555555555555"
UBUNTU, PATCHED, UNPATCHED, UNMANAGED = (f"i-0a1b2c3d4e5f607{end}" for end in ("31", "41", "42", "51"))
IS_PATCH = {"Key": "ComplianceType", "Values": ["Patch"], "Type": "EQUAL"}


def _state(ssm: Any, instance_id: str) -> dict[str, Any]:
    (state,) = ssm.describe_instance_patch_states(InstanceIds=[instance_id])["InstancePatchStates"]
    return dict(state)


def _summary(ssm: Any, instance_id: str) -> dict[str, Any]:
    one = {"Key": "ResourceId", "Values": [instance_id]}
    found = ssm.list_resource_compliance_summaries(Filters=[IS_PATCH, one])["ResourceComplianceSummaryItems"]
    (item,) = found
    return dict(item)


def _deploy(sandbox: Sandbox, quick_setup: Any, definition: dict[str, Any]) -> None:
    wait(sandbox, quick_setup, create(quick_setup, definition))
    sandbox.clock.advance(60)


@pytest.mark.scenario("realistic")
@pytest.mark.usefixtures("roles")
def test_a_patch_policy_scans_managed_nodes(sandbox: Sandbox, quick_setup: Any) -> None:
    ssm = sandbox.client("ssm", SHOP, TOKYO)
    both = [PATCHED, UNPATCHED]
    assert ssm.describe_instance_patch_states(InstanceIds=both)["InstancePatchStates"] == []
    assert ssm.list_resource_compliance_summaries()["ResourceComplianceSummaryItems"] == []
    archive = sandbox.client("ssm", LOG_ARCHIVE, TOKYO)

    _deploy(
        sandbox,
        quick_setup,
        changed(PATCH_POLICY, TargetRegions=f"{TOKYO},us-east-1", IsPolicyAttachAllowed="true"),
    )

    state = _state(ssm, UNPATCHED)
    assert (state["PatchGroup"], state["Operation"]) == ("production", "Scan")
    assert state["BaselineId"] == default_baseline_id(TOKYO, "AMAZON_LINUX_2")
    assert state["OperationEndTime"] <= sandbox.clock.now()
    assert (state["InstalledCount"], state["InstalledOtherCount"], state["NotApplicableCount"]) == (398, 22, 917)
    assert (state["MissingCount"], state["FailedCount"]) == (14, 1)
    assert [state[f"{kind}NonCompliantCount"] for kind in ("Critical", "Security", "Other")] == [2, 13, 0]
    item = _summary(ssm, UNPATCHED)
    assert (item["Status"], item["OverallSeverity"]) == ("NON_COMPLIANT", "CRITICAL")
    assert item["ExecutionSummary"]["ExecutionTime"] == state["OperationEndTime"]
    assert item["NonCompliantSummary"]["NonCompliantCount"] == 15
    by_severity = item["NonCompliantSummary"]["SeveritySummary"]
    assert {name: number for name, number in by_severity.items() if number} == {
        "CriticalCount": 2,
        "HighCount": 6,
        "MediumCount": 7,
    }
    assert _summary(ssm, PATCHED)["Status"] == "COMPLIANT"
    counted = {item["ComplianceType"]: item for item in ssm.list_compliance_summaries()["ComplianceSummaryItems"]}
    assert counted["Patch"]["CompliantSummary"]["CompliantCount"] == 1
    assert counted["Patch"]["NonCompliantSummary"]["SeveritySummary"]["CriticalCount"] == 1
    assert counted["Association"]["CompliantSummary"]["CompliantCount"] == 2
    # The policy's own baseline is for Ubuntu.
    assert (_state(archive, UBUNTU)["BaselineId"], _state(archive, UBUNTU)["PatchGroup"]) == (
        "pb-0123456789abcdef0",
        "",
    )
    # The policy gave this one its instance profile.
    payments = sandbox.client("ssm", PAYMENTS, TOKYO)
    assert _state(payments, UNMANAGED)["OperationEndTime"] == state["OperationEndTime"]
    sandbox.clock.advance(2 * 24 * 60 * 60 + 1)
    assert _state(payments, UNMANAGED)["OperationEndTime"] == state["OperationEndTime"] + timedelta(days=2)


@pytest.mark.scenario("realistic")
@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"ConfigurationOptionsInstallNextInterval": "false"}, ("Install", 398, 0, 14, 1)),
        (
            {"RebootOption": "RebootIfNeeded", "ConfigurationOptionsInstallNextInterval": "false"},
            ("Install", 412, 0, 0, 1),
        ),
        ({}, ("Scan", 398, 14, 0, 1)),
    ],
)
def test_a_policy_that_installs_leaves_nothing_missing(
    sandbox: Sandbox, quick_setup: Any, options: dict[str, str], found: tuple[str, int, int, int, int]
) -> None:
    installing = {
        "ConfigurationOptionsPatchOperation": "ScanAndInstall",
        "ConfigurationOptionsInstallValue": "cron(0 2 ? * SUN *)",
        "TargetRegions": f"{TOKYO},us-east-1",
        "IsPolicyAttachAllowed": "true",
        **options,
    }
    _deploy(sandbox, quick_setup, changed(PATCH_POLICY, **installing))
    state = _state(sandbox.client("ssm", SHOP, TOKYO), UNPATCHED)
    members = ("Operation", "InstalledCount", "MissingCount", "InstalledPendingRebootCount", "FailedCount")
    assert tuple(state[member] for member in members) == found


@pytest.mark.scenario("realistic")
@pytest.mark.parametrize(("scans", "states"), [("true", 1), ("false", 0)])
def test_scans_of_host_management(sandbox: Sandbox, quick_setup: Any, scans: str, states: int) -> None:
    _deploy(sandbox, quick_setup, changed(INSTANCE_MANAGEMENT, TargetRegions=TOKYO, ScanInstances=scans))
    ssm = sandbox.client("ssm", SHOP, TOKYO)
    assert len(ssm.describe_instance_patch_states(InstanceIds=[UNPATCHED])["InstancePatchStates"]) == states
    (item,) = ssm.list_compliance_summaries(Filters=[{**IS_PATCH, "Type": "NOT_EQUAL"}])["ComplianceSummaryItems"]
    assert (item["ComplianceType"], item["CompliantSummary"]["CompliantCount"]) == ("Association", 2)


def test_pagination_filters_and_consistency_of_lists(sandbox: Sandbox) -> None:
    scenario = Scenario.generated(accounts=6, regions=("us-east-1",), instances=400, unreadable=0)
    sandbox.reset(scenario)
    account_id = max({i.account_id for i in scenario.instances}, key=[i.account_id for i in scenario.instances].count)
    ssm = sandbox.client("ssm", account_id)
    mine = [instance for instance in scenario.instances if instance.account_id == account_id]
    there = {instance.id for instance in mine if instance.status != "Terminated"}
    stopped = {instance.id for instance in mine if instance.status == "Stopped"}
    scanned = {instance.id for instance in mine if instance.id in there and instance.scanned_at}
    assert 100 < len(scanned) < len(there) < len(mine)

    def every(operation: str, member: str, **parameters: Any) -> list[dict[str, Any]]:
        pages = list(ssm.get_paginator(operation).paginate(**parameters))
        assert len(pages) > 1
        return [item for page in pages for item in page[member]]

    def listed(*filters: dict[str, Any], operation: str = "list_resource_compliance_summaries") -> list[dict[str, Any]]:
        return every(operation, "ResourceComplianceSummaryItems", Filters=list(filters))

    described = every("describe_instance_information", "InstanceInformationList")
    assert {instance["InstanceId"] for instance in described} == there - stopped
    assert (
        ssm.describe_instance_information(Filters=[{"Key": "InstanceIds", "Values": sorted(stopped)[:1]}])[
            "InstanceInformationList"
        ]
        == []
    )
    assert {instance["PingStatus"] for instance in described} == {"Online", "ConnectionLost"}
    items = {item["ResourceId"]: item for item in listed(IS_PATCH)}
    assert items.keys() == scanned
    fifty = [id_ for id_ in (instance.id for instance in mine) if id_ in there][:50]
    parameters = {"InstanceIds": fifty, "PaginationConfig": {"PageSize": 10}}
    states = {
        found["InstanceId"]: found
        for found in every("describe_instance_patch_states", "InstancePatchStates", **parameters)
    }
    assert states.keys() == scanned.intersection(fifty)
    for id_, state in states.items():
        count = items[id_]["NonCompliantSummary"]["NonCompliantCount"]
        of_states = ("MissingCount", "FailedCount", "InstalledPendingRebootCount", "InstalledRejectedCount")
        of_kinds = ("CriticalNonCompliantCount", "SecurityNonCompliantCount", "OtherNonCompliantCount")
        assert count == sum(state[name] for name in of_states) == sum(state[name] for name in of_kinds)
        assert items[id_]["Status"] == ("NON_COMPLIANT" if count else "COMPLIANT")
    (summary,) = ssm.list_compliance_summaries()["ComplianceSummaryItems"]
    noncompliant = listed({"Key": "Status", "Values": ["NON_COMPLIANT"]})
    assert summary["NonCompliantSummary"]["NonCompliantCount"] == len(noncompliant)
    assert summary["CompliantSummary"]["CompliantCount"] == len(items) - len(noncompliant)
    assert listed({"Key": "Status", "Values": ["NON"], "Type": "BEGIN_WITH"}) == noncompliant


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        ([{"Key": "Colour", "Values": ["blue"]}], "InvalidFilter"),
        ([{"Key": "Status", "Values": ["A"], "Type": "LESS_THAN"}], "InvalidFilter"),
    ],
)
def test_invalid_filters_and_tokens(
    sandbox: Sandbox, client_error: Any, filters: list[dict[str, Any]], code: str
) -> None:
    ssm = sandbox.client("ssm")
    for operation in (ssm.list_resource_compliance_summaries, ssm.list_compliance_summaries):
        with client_error(code):
            operation(Filters=filters)
        with client_error("InvalidNextToken"):
            operation(NextToken="forged")
    with client_error("InvalidNextToken"):
        ssm.describe_instance_patch_states(InstanceIds=[UBUNTU], NextToken="forged")
    with client_error("ValidationException"):
        ssm.describe_instance_patch_states(InstanceIds=[UBUNTU] * 51)
    sandbox.violations.clear()
