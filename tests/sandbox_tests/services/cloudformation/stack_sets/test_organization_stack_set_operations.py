"""Operations of service-managed StackSets: one after another, failures, and what accounts that come and go set off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox_tests.cases.organization_stack_sets import (
    ADMINISTRATOR,
    MEMBER,
    NAME,
    ROOT,
    STACK_SET,
    create,
    deploy,
    finished,
    instances,
    join,
    parameter,
    results,
    targeted,
    template,
)

if TYPE_CHECKING:
    from sandbox import Sandbox

DENIED = "A service control policy denies it."
EXCEEDED = "Cancelled since failure tolerance has exceeded"
CURRENT = ("CURRENT", "SUCCEEDED")


@pytest.mark.parametrize(
    ("preferences", "status", "statuses"),
    [
        ({}, "FAILED", ("FAILED", "CANCELLED", "CANCELLED", "CANCELLED")),
        ({"RegionConcurrencyType": "PARALLEL"}, "FAILED", ("FAILED", "CANCELLED", "SUCCEEDED", "SUCCEEDED")),
        ({"RegionOrder": ["us-east-1"]}, "FAILED", ("FAILED", "CANCELLED", "SUCCEEDED", "SUCCEEDED")),
        (
            {"MaxConcurrentCount": 2, "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE"},
            "FAILED",
            ("FAILED", "SUCCEEDED", "CANCELLED", "CANCELLED"),
        ),
        ({"MaxConcurrentCount": 2}, "FAILED", ("FAILED", "CANCELLED", "CANCELLED", "CANCELLED")),
        ({"FailureToleranceCount": 1}, "SUCCEEDED", ("FAILED", "SUCCEEDED", "SUCCEEDED", "SUCCEEDED")),
        # Of two accounts, rounded down, none.
        ({"FailureTolerancePercentage": 49}, "FAILED", ("FAILED", "CANCELLED", "CANCELLED", "CANCELLED")),
        ({"FailureTolerancePercentage": 50}, "SUCCEEDED", ("FAILED", "SUCCEEDED", "SUCCEEDED", "SUCCEEDED")),
    ],
)
def test_failures_beyond_the_tolerance_stop_the_operation(
    sandbox: Sandbox,
    organization_stack_sets: Any,
    preferences: dict[str, Any],
    status: str,
    statuses: tuple[str, ...],
) -> None:
    sandbox.fail_stack_instance(NAME, ADMINISTRATOR, "eu-west-1", DENIED)
    create(organization_stack_sets)
    operation = deploy(organization_stack_sets, "eu-west-1", "us-east-1", OperationPreferences=preferences)
    assert (operation["Status"], operation["StatusDetails"]["FailedStackInstancesCount"]) == (status, 1)
    locations = [(account, region) for region in ("eu-west-1", "us-east-1") for account in (ADMINISTRATOR, MEMBER)]
    reasons = {"FAILED": DENIED, "CANCELLED": EXCEEDED, "SUCCEEDED": None}
    expected = {location: (found, reasons[found]) for location, found in zip(locations, statuses, strict=True)}
    assert results(organization_stack_sets, operation) == expected
    assert {location: found for location, (_, found) in instances(organization_stack_sets).items()} == dict(
        zip(locations, statuses, strict=True)
    )


def test_recovery_from_a_failure(sandbox: Sandbox, organization_stack_sets: Any) -> None:
    sandbox.fail_stack_instance(NAME, MEMBER, "us-east-1", DENIED)
    create(organization_stack_sets)
    deploy(organization_stack_sets)
    assert parameter(sandbox, MEMBER) is None
    failed = [{"Name": "DETAILED_STATUS", "Values": "FAILED"}]
    (instance,) = organization_stack_sets.list_stack_instances(**STACK_SET, Filters=failed)["Summaries"]
    assert (instance["Account"], instance["Status"], instance["StatusReason"]) == (MEMBER, "OUTDATED", DENIED)
    assert "StackId" not in instance
    sandbox.fail_stack_instance(NAME, MEMBER, "us-east-1", None)
    assert deploy(organization_stack_sets)["Status"] == "SUCCEEDED"
    assert parameter(sandbox, MEMBER) == "one"


def test_one_operation_at_a_time(organization_stack_sets: Any, client_error: Any) -> None:
    create(organization_stack_sets)
    first = organization_stack_sets.create_stack_instances(**targeted(OperationId="first"))["OperationId"]
    with client_error("OperationInProgressException"):
        organization_stack_sets.update_stack_set(**STACK_SET, TemplateBody=template("two"))
    with client_error("OperationInProgressException"):
        organization_stack_sets.delete_stack_set(**STACK_SET)
    finished(organization_stack_sets, first)
    with client_error("OperationIdAlreadyExistsException"):
        organization_stack_sets.create_stack_instances(**targeted(OperationId="first"))
    organization_stack_sets.update_stack_set(**STACK_SET, TemplateBody=template("two"))


def test_managed_execution_queues_operations(sandbox: Sandbox, organization_stack_sets: Any, client_error: Any) -> None:
    create(organization_stack_sets, ManagedExecution={"Active": True})
    first = organization_stack_sets.create_stack_instances(**targeted())["OperationId"]
    second = organization_stack_sets.update_stack_set(**STACK_SET, TemplateBody=template("two"))["OperationId"]
    third = organization_stack_sets.create_stack_instances(**targeted("eu-west-1"))["OperationId"]
    summaries = organization_stack_sets.list_stack_set_operations(**STACK_SET)["Summaries"]
    assert [one["Status"] for one in summaries] == ["QUEUED", "QUEUED", "RUNNING"]
    with client_error("InvalidOperationException"):
        organization_stack_sets.update_stack_set(
            **STACK_SET, UsePreviousTemplate=True, ManagedExecution={"Active": False}
        )
    organization_stack_sets.stop_stack_set_operation(**STACK_SET, OperationId=third)
    ends = [finished(organization_stack_sets, one)["EndTimestamp"] for one in (first, second)]
    assert (ends[1] - ends[0]).seconds == 60
    assert parameter(sandbox, MEMBER) == "two"
    assert finished(organization_stack_sets, third)["Status"] == "STOPPED"
    assert parameter(sandbox, MEMBER, "eu-west-1") is None
    with client_error("InvalidOperationException"):
        organization_stack_sets.stop_stack_set_operation(**STACK_SET, OperationId=third)


def test_suspended_accounts_are_skipped(sandbox: Sandbox, organization_stack_sets: Any) -> None:
    sandbox.client("organizations").close_account(AccountId=MEMBER)
    create(organization_stack_sets)
    operation = deploy(organization_stack_sets)
    assert results(organization_stack_sets, operation) == {(ADMINISTRATOR, "us-east-1"): ("SUCCEEDED", None)}
    assert instances(organization_stack_sets)[MEMBER, "us-east-1"] == ("OUTDATED", "SKIPPED_SUSPENDED_ACCOUNT")
    _delete(organization_stack_sets, retain=False)
    assert instances(organization_stack_sets) == {}


def test_stacks_of_an_account_that_was_suspended_later(sandbox: Sandbox, organization_stack_sets: Any) -> None:
    create(organization_stack_sets)
    deploy(organization_stack_sets)
    sandbox.client("organizations").close_account(AccountId=MEMBER)
    _delete(organization_stack_sets, retain=False)
    assert instances(organization_stack_sets) == {(MEMBER, "us-east-1"): ("OUTDATED", "SKIPPED_SUSPENDED_ACCOUNT")}
    _delete(organization_stack_sets, retain=True)
    assert instances(organization_stack_sets) == {}


def test_a_region_that_is_not_enabled(organization_stack_sets: Any) -> None:
    create(organization_stack_sets)
    operation = deploy(organization_stack_sets, "me-south-1")
    assert operation["StatusDetails"]["FailedStackInstancesCount"] == 2
    status, reason = results(organization_stack_sets, operation)[MEMBER, "me-south-1"]
    assert (status, "me-south-1 is not enabled" in str(reason)) == ("FAILED", True)


@pytest.mark.parametrize("retain", [False, True])
def test_accounts_that_join_and_leave(sandbox: Sandbox, organization_stack_sets: Any, retain: bool) -> None:
    organizations = sandbox.client("organizations")
    unit = organizations.create_organizational_unit(ParentId=ROOT, Name="Workloads")["OrganizationalUnit"]["Id"]
    create(organization_stack_sets, AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": retain})
    # It has no accounts yet.
    assert deploy(organization_stack_sets, unit_id=unit)["Status"] == "SUCCEEDED"
    assert instances(organization_stack_sets) == {}
    targets = organization_stack_sets.list_stack_set_auto_deployment_targets(**STACK_SET)["Summaries"]
    assert targets == [{"OrganizationalUnitId": unit, "Regions": ["us-east-1"]}]

    organizations.move_account(AccountId=MEMBER, SourceParentId=ROOT, DestinationParentId=unit)
    assert parameter(sandbox, MEMBER) is None
    sandbox.clock.advance(60)
    assert parameter(sandbox, MEMBER) == "one"
    assert instances(organization_stack_sets) == {(MEMBER, "us-east-1"): CURRENT}

    organizations.move_account(AccountId=MEMBER, SourceParentId=unit, DestinationParentId=ROOT)
    sandbox.clock.advance(60)
    assert instances(organization_stack_sets) == {}
    assert parameter(sandbox, MEMBER) == ("one" if retain else None)
    actions = [one["Action"] for one in organization_stack_sets.list_stack_set_operations(**STACK_SET)["Summaries"]]
    assert actions == ["DELETE", "CREATE", "CREATE"]


def test_a_created_account_joins_and_leaves(sandbox: Sandbox, organization_stack_sets: Any) -> None:
    create(organization_stack_sets)
    deploy(organization_stack_sets)
    joined = join(sandbox)
    assert parameter(sandbox, joined) == "one"
    sandbox.clock.advance(5 * 24 * 3600)
    sandbox.client("organizations").remove_account_from_organization(AccountId=joined)
    sandbox.clock.advance(60)
    assert parameter(sandbox, joined) is None
    # Automatic deployment stops with the instances of the unit.
    _delete(organization_stack_sets, retain=False)
    assert not organization_stack_sets.list_stack_set_auto_deployment_targets(**STACK_SET)["Summaries"]
    assert parameter(sandbox, join(sandbox)) is None


def test_without_automatic_deployment_nothing_happens(sandbox: Sandbox, organization_stack_sets: Any) -> None:
    create(organization_stack_sets, AutoDeployment={"Enabled": False})
    deploy(organization_stack_sets)
    assert parameter(sandbox, join(sandbox)) is None


def _delete(organization_stack_sets: Any, *, retain: bool) -> None:
    operation = organization_stack_sets.delete_stack_instances(**targeted(RetainStacks=retain))["OperationId"]
    finished(organization_stack_sets, operation)
