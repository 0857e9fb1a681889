"""`observe.py preflight`: configurations that overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from unit.preflight_cases import (
    HOST_MANAGEMENT,
    MANAGEMENT,
    PATCH_POLICY,
    ROOT,
    found,
    manager,
    query,
    reset,
    the,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox import Sandbox
    from sandbox.scenarios.scenario import ConfigurationManager
    from unit.conftest import Run

Configuration = dict[str, Any]
HOSTS: Configuration = {"name": "hosts", "type": HOST_MANAGEMENT}
SCANNING: Configuration = {**HOSTS, "parameters": {"ScanInstances": "true"}}
NOT_SCANNING: Configuration = {**HOSTS, "parameters": {"ScanInstances": "false"}}
LOCAL: Configuration = {"organizational_unit_ids": [], "account_id": MANAGEMENT}


def prepare(aws: Sandbox, *managers: ConfigurationManager) -> None:
    """The organization `bare`, with what Quick Setup needs, and these existing managers."""
    reset(aws, trusted_access=("ssm.amazonaws.com",), stack_sets_access="ENABLED", configuration_managers=managers)


def codes(findings: Iterable[dict[str, str]]) -> list[str]:
    return [finding["code"] for finding in findings]


@pytest.fixture
def units(aws: Sandbox) -> dict[str, str]:
    """Ids of the organizational units outer, inner (within outer) and sibling."""
    create = aws.client("organizations").create_organizational_unit
    outer, sibling = (create(ParentId=ROOT, Name=name)["OrganizationalUnit"]["Id"] for name in ("Outer", "Beside"))
    inner = create(ParentId=outer, Name="Inner")["OrganizationalUnit"]["Id"]
    return {"outer": outer, "inner": inner, "sibling": sibling}


# What others made


@pytest.mark.parametrize(
    ("existing", "expected"),
    [
        (manager("console", PATCH_POLICY), ("OVERLAPPING_CONFIGURATION", f"{ROOT} in us-east-1")),
        (manager("console", PATCH_POLICY, TargetRegions="eu-west-1"), None),
        (manager("scan", PATCH_POLICY), None),
        (manager("hosts", HOST_MANAGEMENT), ("SCAN_CONFLICT", f"{ROOT} in us-east-1")),
        (
            manager("hosts", HOST_MANAGEMENT, ScanInstances="true"),
            ("SCAN_CONFLICT", "overwrite each other's compliance"),
        ),
        (manager("hosts", HOST_MANAGEMENT, ScanInstances="false"), None),
    ],
    ids=["same type", "other Region", "own name", "scans by default", "scans", "does not scan"],
)
def test_overlaps_with_existing_configurations(
    aws: Sandbox, run: Run, existing: ConfigurationManager, expected: tuple[str, str] | None
) -> None:
    prepare(aws, existing)
    findings = found(run("observe", "preflight", query=query()))
    if expected is None:
        assert findings == []
        return
    finding = the(findings, expected[0])
    assert finding["subject"] == f"scan and {existing.name}"
    assert expected[1] in finding["message"]
    assert finding["severity"] == ("error" if expected[0] == "SCAN_CONFLICT" else "warning")


@pytest.mark.parametrize(
    ("desired", "expected"), [(SCANNING, True), (NOT_SCANNING, False)], ids=["scans", "does not scan"]
)
def test_our_host_management_beside_the_patch_policy_of_others(
    aws: Sandbox, run: Run, desired: Configuration, expected: bool
) -> None:
    prepare(aws, manager("console", PATCH_POLICY))
    findings = found(run("observe", "preflight", query=query(desired)))
    assert [(finding["code"], finding["subject"]) for finding in findings] == (
        [("SCAN_CONFLICT", "hosts and console")] if expected else []
    )


# Within a query


def test_overlaps_within_a_query(aws: Sandbox, run: Run, units: dict[str, str]) -> None:
    assert not aws.violations
    tags = [{"TargetTagKey": "Patch", "TargetTagValue": value} for value in "ab"]
    configurations = (
        {"name": "outer", "organizational_unit_ids": [units["outer"]]},
        {"name": "inner", "organizational_unit_ids": [units["inner"]]},
        {"name": "sibling", "organizational_unit_ids": [units["sibling"]], "parameters": tags[0]},
        {"name": "beside too", "organizational_unit_ids": [units["sibling"]], "parameters": tags[1]},
        {"name": "itself", **LOCAL},
    )
    for order in (configurations, configurations[::-1]):
        findings = found(run("observe", "preflight", query=query(*order)))
        finding = the(findings, "OVERLAPPING_CONFIGURATION")
        assert finding["subject"] in {"outer and inner", "inner and outer"}
        assert f"{units['inner']} in us-east-1" in finding["message"]


@pytest.mark.parametrize(
    ("policy", "hosts", "expected"),
    [
        (["outer"], ["inner"], True),
        (["inner"], ["outer"], True),
        (["outer"], ["sibling"], False),
        (["outer"], ["outer"], False),
        (["outer", "sibling"], ["inner", "sibling"], False),
        (["root"], ["inner"], False),
        (["inner"], ["root"], False),
    ],
)
def test_a_scan_conflict_that_terraform_cannot_detect(
    run: Run, units: dict[str, str], policy: list[str], hosts: list[str], expected: bool
) -> None:
    """What Terraform detects itself is not reported twice."""
    ids = {**units, "root": ROOT}
    configurations = (
        {"organizational_unit_ids": [ids[name] for name in policy]},
        {**SCANNING, "organizational_unit_ids": [ids[name] for name in hosts]},
    )
    findings = found(run("observe", "preflight", query=query(*configurations)))
    assert codes(findings) == (["SCAN_CONFLICT"] if expected else [])
    if expected:
        assert f"{units['inner']} in us-east-1" in findings[0]["message"]
        assert 'Set ScanInstances of hosts to "false".' in findings[0]["remedy"]
    not_scanning = (configurations[0], {**configurations[1], **NOT_SCANNING})
    assert found(run("observe", "preflight", query=query(*not_scanning))) == []


@pytest.mark.usefixtures("aws")
def test_a_scan_conflict_in_the_account_itself_terraform_sees(run: Run) -> None:
    assert found(run("observe", "preflight", query=query(LOCAL, {**SCANNING, **LOCAL}))) == []


# Host Management, of which Quick Setup takes one for a Region


@pytest.mark.parametrize(
    ("regions", "expected"),
    [("us-east-1", True), ("eu-west-1,us-east-1", True), ("eu-west-1", False)],
)
def test_a_second_host_management_of_a_region(aws: Sandbox, run: Run, regions: str, expected: bool) -> None:
    prepare(aws, manager("console", HOST_MANAGEMENT, TargetRegions=regions))
    # Whatever the targets: quick-setup-host-management.
    findings = found(run("observe", "preflight", query=query({**HOSTS, **LOCAL})))
    assert codes(findings) == (["HOST_MANAGEMENT_EXISTS"] if expected else [])
    if expected:
        (finding,) = findings
        assert (finding["severity"], finding["subject"]) == ("error", "hosts and console")
        assert "configurations of us-east-1, and Quick Setup allows only one for a Region" in finding["message"]
        assert "Remove the Regions from one of them" in finding["remedy"]


@pytest.mark.usefixtures("aws")
def test_two_host_managements_of_ours_in_a_region(run: Run) -> None:
    desired = ({**HOSTS, "regions": ["us-east-1", "us-west-2"]}, {**HOSTS, **LOCAL, "name": "hosts-management-account"})
    finding = the(found(run("observe", "preflight", query=query(*desired))), "HOST_MANAGEMENT_EXISTS")
    assert finding["subject"] == "hosts and hosts-management-account"
    apart = (desired[0], {**desired[1], "regions": ["eu-west-1"]})
    assert found(run("observe", "preflight", query=query(*apart))) == []


# Several at once
