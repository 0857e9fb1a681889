"""`observe.py preflight`: configurations that overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from unit.preflight_cases import (
    ADMINISTRATOR,
    HOST_MANAGEMENT,
    MANAGEMENT,
    PATCH_POLICY,
    ROOT,
    WORKLOAD,
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
    """Ids of the organizational units outer, inner (within outer) and sibling, the last two with an account."""
    organizations = aws.client("organizations")
    create = organizations.create_organizational_unit
    outer, sibling = (create(ParentId=ROOT, Name=name)["OrganizationalUnit"]["Id"] for name in ("Outer", "Beside"))
    inner = create(ParentId=outer, Name="Inner")["OrganizationalUnit"]["Id"]
    for account, unit in ((WORKLOAD, inner), (ADMINISTRATOR, sibling)):
        organizations.move_account(AccountId=account, SourceParentId=ROOT, DestinationParentId=unit)
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
    rename = "aws ssm-quicksetup update-configuration-manager --region us-east-1 --manager-arn arn:"
    assert (rename in finding["remedy"]) == (expected[0] != "SCAN_CONFLICT"), "of the same type, to adopt it"


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
        (["outer"], ["outer"], True),
        (["outer", "sibling"], ["inner", "sibling"], True),
        (["root"], ["inner"], True),
        (["inner"], ["root"], True),
    ],
)
def test_a_scan_conflict(run: Run, units: dict[str, str], policy: list[str], hosts: list[str], expected: bool) -> None:
    ids = {**units, "root": ROOT}
    configurations = (
        {"organizational_unit_ids": [ids[name] for name in policy]},
        {**SCANNING, "organizational_unit_ids": [ids[name] for name in hosts]},
    )
    findings = found(run("observe", "preflight", query=query(*configurations)))
    assert codes(findings) == (["SCAN_CONFLICT"] if expected else [])
    if expected:
        assert " in us-east-1: their scans overwrite" in findings[0]["message"]
        assert 'Set ScanInstances of hosts to "false".' in findings[0]["remedy"]
    not_scanning = (configurations[0], {**configurations[1], **NOT_SCANNING})
    assert found(run("observe", "preflight", query=query(*not_scanning))) == []


@pytest.mark.usefixtures("aws")
def test_a_scan_conflict_in_the_account_itself(run: Run) -> None:
    findings = found(run("observe", "preflight", query=query(LOCAL, {**SCANNING, **LOCAL})))
    assert codes(findings) == ["SCAN_CONFLICT"]


# What AWS's documents do not let stand beside each other

CHANGE_MANAGER: Configuration = {"name": "changes", "type": "AWSQuickSetupType-SSMChangeMgr"}
SCHEDULER: Configuration = {"name": "schedule", "type": "AWSQuickSetupType-Scheduler"}
OPS_CENTER: Configuration = {"name": "ops-center", "type": "AWSQuickSetupType-SSMOpsCenter"}
RESOURCE_EXPLORER: Configuration = {"name": "explorer", "type": "AWSQuickSetupType-ResourceExplorer"}
COLLISION, OVERLAPPING = "CONFIGURATION_COLLISION", "OVERLAPPING_CONFIGURATION"

# Two configurations of a type; the units are names of the fixture.
PAIRS = {
    "one organization": (OPS_CENTER, {"units": "outer"}, {"units": "sibling", "regions": ["eu-west-1"]}, COLLISION),
    "same unit": (RESOURCE_EXPLORER, {"units": "outer"}, {"units": "outer", "regions": ["eu-west-1"]}, COLLISION),
    "no name without the id": (RESOURCE_EXPLORER, {"units": "outer"}, {"units": "inner"}, OVERLAPPING),
    "same unit and Region": (HOSTS, {"units": "outer"}, {"units": "outer"}, COLLISION),
    "other Region": (HOSTS, {"units": "outer"}, {"units": "outer", "regions": ["eu-west-1"]}, None),
    "other unit": (HOSTS, {"units": "outer"}, {"units": "sibling"}, None),
    "roles of one name": (HOSTS, {"units": "outer"}, {"units": "inner"}, COLLISION),
    "organization and account": (HOSTS, {"units": "root"}, LOCAL, None),
    "account and Region": (HOSTS, LOCAL, LOCAL, COLLISION),
    "account in another Region": (HOSTS, LOCAL, {**LOCAL, "regions": ["eu-west-1"]}, None),
    "other job": (
        CHANGE_MANAGER,
        {"units": "outer", "parameters": {"JobFunction": "NetworkOps"}},
        {"units": "outer", "parameters": {"JobFunction": "Storage"}},
        OVERLAPPING,
    ),
    "same job": (CHANGE_MANAGER, {"units": "outer"}, {"units": "outer"}, COLLISION),
    "other tag": (
        SCHEDULER,
        {"units": "outer", "parameters": {"TargetTagKey": "Hours", "TargetTagValue": "Office"}},
        {"units": "outer", "parameters": {"TargetTagKey": "Hours", "TargetTagValue": "Night"}},
        None,
    ),
    "patch policies": ({"type": PATCH_POLICY}, {"units": "outer"}, {"units": "outer"}, OVERLAPPING),
}


@pytest.mark.parametrize(("usual", "first", "second", "expected"), PAIRS.values(), ids=PAIRS)
def test_two_of_a_type(
    run: Run,
    units: dict[str, str],
    usual: Configuration,
    first: Configuration,
    second: Configuration,
    expected: str | None,
) -> None:
    ids = {**units, "root": ROOT}
    desired = [
        {
            **usual,
            "name": name,
            **({"organizational_unit_ids": [ids[given["units"]]]} if "units" in given else {}),
            **{key: value for key, value in given.items() if key != "units"},
        }
        for name, given in (("one", first), ("other", second))
    ]
    findings = found(run("observe", "preflight", query=query(*desired)))
    assert codes(findings) == ([expected] if expected else [])
    if expected:
        assert findings[0]["subject"] == "one and other"
        assert findings[0]["severity"] == ("error" if expected == COLLISION else "warning")


@pytest.mark.parametrize(("regions", "expected"), [("eu-west-1,us-east-1", True), ("eu-west-1", False)])
def test_a_host_management_that_exists(aws: Sandbox, run: Run, regions: str, expected: bool) -> None:
    prepare(aws, manager("console", HOST_MANAGEMENT, TargetRegions=regions))
    findings = found(run("observe", "preflight", query=query(HOSTS)))
    assert codes(findings) == ([COLLISION] if expected else [])
    if expected:
        assert findings[0]["subject"] == "hosts and console"
        assert f"go to {ROOT} in us-east-1, and Quick Setup accepts one for an org" in findings[0]["message"]
    beside = found(run("observe", "preflight", query=query({**HOSTS, **LOCAL})))
    assert beside == [], "the account's own stands beside the organization's"
