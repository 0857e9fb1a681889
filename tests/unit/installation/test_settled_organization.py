"""`observe.py organization` where everything is deployed: what it does not read again, and what makes it read."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Fault, Scenario
from unit.cases import INSTALLATION, root_id
from unit.quick_setup_cases import ADMINISTRATOR, DENIED, MANAGEMENT, WORKLOAD, create, modifying, prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from botocore.session import Session

    from sandbox import Sandbox
    from unit.conftest import Run

SCAN: dict[str, Any] = {"name": "scan", "type": "AWSQuickSetupType-PatchPolicy", "regions": ["us-east-1"]}
ROLE = "OrganizationAccountAccessRole"


@pytest.fixture
def deployed(aws: Sandbox) -> Sandbox:
    """A patch policy has been deployed to every account."""
    prepare(aws)
    create(aws, "scan")
    return aws


def observe(run: Run, *configurations: dict[str, Any], session_factory: Any = None, **keys: str) -> dict[str, Any]:
    """The findings by code, without notes, and the deployments."""
    query = {
        "installation": INSTALLATION,
        "record_region": "us-east-1",
        "member_role_name": ROLE,
        "configurations": json.dumps(configurations),
        **keys,
    }
    outcome = run(
        "observe", "organization", query=query, **({"session_factory": session_factory} if session_factory else {})
    )
    assert (outcome.status, outcome.stderr) == (0, "")
    findings = json.loads(outcome.result["findings"])
    return {
        "codes": [finding["code"] for finding in findings if finding["severity"] != "note"],
        "notes": [finding["message"] for finding in findings if finding["severity"] == "note"],
        "deployments": json.loads(outcome.result["deployments"]),
    }


def calls_of(aws: Sandbox, action: Callable[[], object]) -> Counter[str]:
    known = len(aws.calls)
    action()
    return Counter(call.operation for call in aws.calls[known:])


def test_neither_accounts_nor_regions_are_read_again(deployed: Sandbox, run: Run) -> None:
    seen = {}
    calls = calls_of(deployed, lambda: seen.update(observe(run, SCAN)))
    assert (calls["ListAccounts"], calls["AssumeRole"], calls["ListConfigurations"]) == (1, 0, 0)
    assert (calls["ListStackSets"], calls["ListStackInstances"]) == (1, 2), "of the two StackSets of a patch policy"
    assert seen["codes"] == []
    assert seen["deployments"] == {}


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"name": "another"}, {}),
        ({"regions": ["eu-west-1", "us-east-1"]}, {}),
        ({"type": "AWSQuickSetupType-SSMHostMgmt"}, {}),
        ({}, {"member_accounts": "always"}),
    ],
    ids=["another name", "another Region", "another type", "always"],
)
def test_accounts_are_read_where_something_is_deployed(
    deployed: Sandbox, run: Run, changes: dict[str, Any], keys: dict[str, str]
) -> None:
    calls = calls_of(deployed, lambda: observe(run, {**SCAN, **changes}, **keys))
    assert calls["AssumeRole"] == 2


def test_units_that_are_listed_for_another_configuration_are_not_asked_again(deployed: Sandbox, run: Run) -> None:
    calls = calls_of(deployed, lambda: observe(run, SCAN, {**SCAN, "name": "new"}))
    assert calls["ListAccounts"] == 1


def test_never_reads_no_member(deployed: Sandbox, run: Run) -> None:
    seen = {}
    calls = calls_of(deployed, lambda: seen.update(observe(run, {**SCAN, "name": "new"}, member_accounts="never")))
    assert calls["AssumeRole"] == 0
    assert seen["notes"] == ["Not checked: preflight.member_accounts is never."]


def test_the_notes_are_the_same_before_and_after_the_deployment(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    before = observe(run, SCAN)["notes"]
    create(aws, "scan")
    assert (
        observe(run, SCAN)["notes"]
        == before
        == ["Only checked in accounts to which a configuration is not deployed yet."]
    )


@pytest.mark.parametrize(
    ("kind", "status", "rows"),
    [
        ("Deployment", "FAILED", 1),
        ("Deployment", "DEPLOYING", 1),
        ("AsyncExecutions", "FAILED", 1),
        ("AsyncExecutions", "DEPLOYING", 0),
        ("AsyncExecutions", "NONE", 0),
    ],
)
def test_accounts_and_regions_are_read_where_something_failed_or_is_not_complete(
    deployed: Sandbox, run: Run, kind: str, status: str, rows: int
) -> None:
    calls = calls_of(deployed, lambda: observe(run, SCAN, session_factory=with_status_of_the_whole(kind, status)))
    assert calls["ListConfigurations"] == rows


def with_status_of_the_whole(kind: str, status: str) -> Callable[..., Session]:
    def change(parsed: dict[str, Any]) -> None:
        for manager in parsed["ConfigurationManagersList"]:
            others = [summary for summary in manager["StatusSummaries"] if summary["StatusType"] != kind]
            manager["StatusSummaries"] = [*others, {"StatusType": kind, "Status": status}]

    return modifying("ssm-quicksetup.ListConfigurationManagers", change)


def test_an_account_that_failed_is_found_whatever_the_status_of_the_whole_is(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", DENIED)
    create(aws, "scan")
    seen = observe(run, SCAN, session_factory=with_status_of_the_whole("Deployment", "SUCCEEDED"))
    assert seen["codes"] == ["DEPLOYMENT_FAILED"]


def test_without_permission_for_stack_sets_the_status_of_the_whole_counts(deployed: Sandbox, run: Run) -> None:
    for operation in ("ListStackSets", "ListStackInstances"):
        deployed.faults.inject(Fault("cloudformation", operation, "access_denied", times=1))
        assert observe(run, SCAN)["codes"] == []


def test_a_large_organization_takes_as_many_calls_as_a_small_one(aws: Sandbox, run: Run) -> None:
    found = []
    for accounts in (8, 300):
        aws.reset(Scenario.generated(accounts=accounts, regions=("us-east-1",), instances=0, unreadable=0))
        prepare(aws)
        create(aws, "scan")
        found.append(calls_of(aws, lambda: observe(run, SCAN)))
    small, large = found
    assert small == large


def test_units_of_a_deployed_configuration_that_are_empty_or_gone(aws: Sandbox, run: Run) -> None:
    organizations = aws.client("organizations")
    full, empty = (
        organizations.create_organizational_unit(ParentId=root_id(aws), Name=name)["OrganizationalUnit"]["Id"]
        for name in ("Full", "Empty")
    )
    below = organizations.create_organizational_unit(ParentId=full, Name="Below")["OrganizationalUnit"]["Id"]
    organizations.move_account(AccountId=WORKLOAD, SourceParentId=root_id(aws), DestinationParentId=below)
    prepare(aws)

    def codes(units: Sequence[str]) -> list[str]:
        return list(observe(run, {**SCAN, "organizational_unit_ids": units})["codes"])

    create(aws, "scan", TargetOrganizationalUnits=f"{empty},{full}")
    assert codes([empty, full]) == []
    organizations.move_account(AccountId=WORKLOAD, SourceParentId=below, DestinationParentId=root_id(aws))
    assert codes([empty, full]) == ["NO_ACCOUNT_TARGETED"]
    organizations.move_account(AccountId=MANAGEMENT, SourceParentId=root_id(aws), DestinationParentId=full)
    assert codes([empty, full]) == ["NO_ACCOUNT_TARGETED"], "the management account is no member"
    organizations.move_account(AccountId=ADMINISTRATOR, SourceParentId=root_id(aws), DestinationParentId=full)
    organizations.delete_organizational_unit(OrganizationalUnitId=empty)
    assert codes([empty, full]) == ["TARGET_NOT_FOUND"]
