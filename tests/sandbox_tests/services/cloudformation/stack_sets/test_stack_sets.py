"""What Quick Setup deploys can be read as StackSets, with the reasons that Quick Setup keeps to itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox_tests.cases.quick_setup import (
    ADMINISTRATOR,
    HOST_MANAGEMENT,
    MANAGEMENT,
    MEMBER,
    PATCH_POLICY,
    ROOT,
    changed,
    create,
    message,
    wait,
)
from sandbox_tests.cases.stack_sets import instances_of, operations_of, results_of, stack_set_name

if TYPE_CHECKING:
    from sandbox import Sandbox

SCP = "AccessDenied: a service control policy denies ssm:UpdateServiceSetting"
TEMPLATE = '{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}'


def test_a_deployment_to_units_is_a_service_managed_stack_set(
    sandbox: Sandbox, quick_setup: Any, cloudformation: Any
) -> None:
    manager = wait(sandbox, quick_setup, create(quick_setup, HOST_MANAGEMENT))
    name = stack_set_name(cloudformation)
    assert name == f"AWS-QuickSetup-DHMC-TA-{manager['ConfigurationDefinitions'][0]['Id']}"
    described = cloudformation.describe_stack_set(StackSetName=name)["StackSet"]
    assert (described["PermissionModel"], described["OrganizationalUnitIds"]) == ("SERVICE_MANAGED", [ROOT])
    assert described["Regions"] == ["eu-west-1", "us-east-1"]
    assert cloudformation.describe_stack_set(StackSetName=described["StackSetId"])["StackSet"] == described
    locations = {(account, region) for account in (ADMINISTRATOR, MEMBER) for region in ("eu-west-1", "us-east-1")}
    assert results_of(cloudformation, name) == dict.fromkeys(locations, ("SUCCEEDED", None))
    assert instances_of(cloudformation, name) == dict.fromkeys(locations, "SUCCEEDED")
    assert sandbox.client("cloudformation", region="eu-west-1").list_stack_sets()["Summaries"] == []


@pytest.mark.usefixtures("roles")
def test_a_local_deployment_is_a_self_managed_stack_set(
    sandbox: Sandbox, quick_setup: Any, cloudformation: Any
) -> None:
    local = changed(PATCH_POLICY, TargetOrganizationalUnits=None, TargetAccounts=MANAGEMENT)
    manager = wait(sandbox, quick_setup, create(quick_setup, local))
    name = stack_set_name(cloudformation)
    assert name == f"AWS-QuickSetup-PatchPolicy-LA-{manager['ConfigurationDefinitions'][0]['Id']}"
    described = cloudformation.describe_stack_set(StackSetName=name)["StackSet"]
    assert (described["PermissionModel"], "OrganizationalUnitIds" in described) == ("SELF_MANAGED", False)
    assert described["AdministrationRoleARN"] == local["LocalDeploymentAdministrationRoleArn"]
    assert results_of(cloudformation, name) == {(MANAGEMENT, "us-east-1"): ("SUCCEEDED", None)}


def test_an_operation_runs_and_ends(sandbox: Sandbox, quick_setup: Any, cloudformation: Any) -> None:
    create(quick_setup, HOST_MANAGEMENT)
    assert cloudformation.list_stack_sets()["Summaries"] == []
    sandbox.clock.advance(30)
    name = stack_set_name(cloudformation)
    (running,) = operations_of(cloudformation, name)
    assert (running["Action"], running["Status"], "EndTimestamp" in running) == ("CREATE", "RUNNING", False)
    assert set(results_of(cloudformation, name).values()) == {("RUNNING", None)}
    assert set(instances_of(cloudformation, name).values()) == {"RUNNING"}
    sandbox.clock.advance(30)
    (ended,) = operations_of(cloudformation, name)
    assert (ended["OperationId"], ended["Status"]) == (running["OperationId"], "SUCCEEDED")
    assert (ended["EndTimestamp"] - ended["CreationTimestamp"]).total_seconds() == 30


def test_the_failure_reason_is_in_the_results_only(sandbox: Sandbox, quick_setup: Any, cloudformation: Any) -> None:
    sandbox.fail_deployment("configuration", MEMBER, "eu-west-1", SCP)
    arn = create(quick_setup, HOST_MANAGEMENT)
    manager = wait(sandbox, quick_setup, arn)
    name = stack_set_name(cloudformation)
    assert message(manager) == f"Deployment to these StackSets failed: {name}"
    configurations = quick_setup.list_configurations(ManagerArn=arn)["ConfigurationsList"]
    (failed,) = [one for one in configurations if one["StatusSummaries"][0]["Status"] == "FAILED"]
    assert "StatusMessage" not in failed["StatusSummaries"][0]
    assert SCP not in str(configurations) + str(manager)

    (operation,) = operations_of(cloudformation, name)
    assert (operation["Status"], operation["StatusDetails"]["FailedStackInstancesCount"]) == ("FAILED", 1)
    assert results_of(cloudformation, name)[MEMBER, "eu-west-1"] == ("FAILED", SCP)
    expected = [{"Name": "OPERATION_RESULT_STATUS", "Values": "FAILED"}]
    assert list(results_of(cloudformation, name, Filters=expected)) == [(MEMBER, "eu-west-1")]
    outdated = [{"Name": "DETAILED_STATUS", "Values": "FAILED"}]
    (instance,) = cloudformation.list_stack_instances(StackSetName=name, Filters=outdated)["Summaries"]
    assert (instance["Account"], instance["Status"], instance["StatusReason"]) == (MEMBER, "OUTDATED", SCP)
    assert instance["OrganizationalUnitId"] == ROOT
    location = {"StackInstanceAccount": MEMBER, "StackInstanceRegion": "eu-west-1"}
    assert cloudformation.describe_stack_instance(StackSetName=name, **location)["StackInstance"] == instance
    described = cloudformation.describe_stack_set_operation(StackSetName=name, OperationId=operation["OperationId"])
    assert described["StackSetOperation"]["Status"] == "FAILED"


def test_every_deployment_is_an_operation_the_newest_first(
    sandbox: Sandbox, quick_setup: Any, cloudformation: Any
) -> None:
    sandbox.fail_deployment("configuration", MEMBER, "us-east-1", SCP)
    arn = create(quick_setup, HOST_MANAGEMENT)
    definition = wait(sandbox, quick_setup, arn)["ConfigurationDefinitions"][0]
    sandbox.fail_deployment("configuration", MEMBER, "us-east-1", None)
    parameters = {**definition["Parameters"], "TargetRegions": "us-east-1"}
    for _ in range(2):
        quick_setup.update_configuration_definition(ManagerArn=arn, Id=definition["Id"], Parameters=parameters)
        sandbox.clock.advance(60)
    name = stack_set_name(cloudformation)
    operations = operations_of(cloudformation, name)
    assert [(operation["Action"], operation["Status"]) for operation in operations] == [
        ("UPDATE", "SUCCEEDED"),
        ("UPDATE", "SUCCEEDED"),
        ("CREATE", "FAILED"),
    ]
    assert instances_of(cloudformation, name) == {
        (account, "us-east-1"): "SUCCEEDED" for account in (ADMINISTRATOR, MEMBER)
    }
    first = cloudformation.list_stack_set_operation_results(StackSetName=name, OperationId=operations[2]["OperationId"])
    assert len(first["Summaries"]) == 4, "the results of an earlier operation remain"


@pytest.mark.scenario("realistic")
def test_a_suspended_account_is_skipped_and_no_configuration(
    sandbox: Sandbox, quick_setup: Any, cloudformation: Any
) -> None:
    arn = create(quick_setup, HOST_MANAGEMENT)
    assert wait(sandbox, quick_setup, arn)["StatusSummaries"][0]["Status"] == "SUCCEEDED"
    name, suspended = stack_set_name(cloudformation), "777777777777"
    assert instances_of(cloudformation, name, StackInstanceAccount=suspended) == {
        (suspended, region): "SKIPPED_SUSPENDED_ACCOUNT" for region in ("eu-west-1", "us-east-1")
    }
    assert suspended not in {account for account, _ in results_of(cloudformation, name)}
    configurations = quick_setup.list_configurations(ManagerArn=arn)["ConfigurationsList"]
    assert suspended not in {configuration["Account"] for configuration in configurations}


def test_an_account_suspended_between_two_deployments(sandbox: Sandbox, quick_setup: Any, cloudformation: Any) -> None:
    arn = create(quick_setup, HOST_MANAGEMENT)
    definition = wait(sandbox, quick_setup, arn)["ConfigurationDefinitions"][0]
    sandbox.client("organizations").close_account(AccountId=MEMBER)
    quick_setup.update_configuration_definition(ManagerArn=arn, Id=definition["Id"])
    sandbox.clock.advance(60)
    instances = instances_of(cloudformation, stack_set_name(cloudformation), StackInstanceRegion="us-east-1")
    assert instances == {(ADMINISTRATOR, "us-east-1"): "SUCCEEDED", (MEMBER, "us-east-1"): "SKIPPED_SUSPENDED_ACCOUNT"}
    configurations = quick_setup.list_configurations(ManagerArn=arn)["ConfigurationsList"]
    assert {configuration["Account"] for configuration in configurations} == {ADMINISTRATOR}


def test_a_precondition_that_fails_during_an_operation(sandbox: Sandbox, quick_setup: Any, cloudformation: Any) -> None:
    arn = create(quick_setup, HOST_MANAGEMENT)
    sandbox.clock.advance(30)
    name = stack_set_name(cloudformation)
    cloudformation.deactivate_organizations_access()
    sandbox.clock.advance(30)
    text = "You must enable organizations access to operate a service managed stack set"
    assert message(quick_setup.get_configuration_manager(ManagerArn=arn)) == text
    assert set(results_of(cloudformation, name).values()) == {("FAILED", text)}


def test_a_deleted_stack_set_is_listed_as_deleted_only(
    sandbox: Sandbox, quick_setup: Any, cloudformation: Any, client_error: Any
) -> None:
    arn = create(quick_setup, HOST_MANAGEMENT)
    wait(sandbox, quick_setup, arn)
    name = stack_set_name(cloudformation)
    quick_setup.delete_configuration_manager(ManagerArn=arn)
    sandbox.clock.advance(60)
    assert cloudformation.list_stack_sets(Status="ACTIVE")["Summaries"] == []
    assert [one["Status"] for one in cloudformation.list_stack_sets()["Summaries"]] == ["DELETED"]
    with client_error("StackSetNotFoundException"):
        cloudformation.describe_stack_set(StackSetName=name)


@pytest.mark.usefixtures("roles")
def test_a_change_from_units_to_an_account_replaces_the_stack_set(
    sandbox: Sandbox, quick_setup: Any, cloudformation: Any
) -> None:
    arn = create(quick_setup, PATCH_POLICY)
    definition = wait(sandbox, quick_setup, arn)["ConfigurationDefinitions"][0]
    parameters = changed(PATCH_POLICY, TargetOrganizationalUnits=None, TargetAccounts=MANAGEMENT)["Parameters"]
    quick_setup.update_configuration_definition(ManagerArn=arn, Id=definition["Id"], Parameters=parameters)
    sandbox.clock.advance(60)
    by_status = {one["Status"]: one["StackSetName"] for one in cloudformation.list_stack_sets()["Summaries"]}
    assert by_status == {
        "DELETED": f"AWS-QuickSetup-PatchPolicy-TA-{definition['Id']}",
        "ACTIVE": f"AWS-QuickSetup-PatchPolicy-LA-{definition['Id']}",
    }


def test_names_and_operations_that_do_not_exist(
    sandbox: Sandbox, quick_setup: Any, cloudformation: Any, client_error: Any
) -> None:
    wait(sandbox, quick_setup, create(quick_setup, HOST_MANAGEMENT))
    name = stack_set_name(cloudformation)
    for operation in ("describe_stack_set", "list_stack_set_operations", "list_stack_instances"):
        with client_error("StackSetNotFoundException"):
            getattr(cloudformation, operation)(StackSetName="nothing")
    with client_error("StackSetNotFoundException"):
        cloudformation.list_stack_set_operation_results(StackSetName="nothing", OperationId="nothing")
    for operation in ("list_stack_set_operation_results", "describe_stack_set_operation"):
        with client_error("OperationNotFoundException"):
            getattr(cloudformation, operation)(StackSetName=name, OperationId="nothing")
    with client_error("StackInstanceNotFoundException"):
        cloudformation.describe_stack_instance(
            StackSetName=name, StackInstanceAccount=MANAGEMENT, StackInstanceRegion="us-east-1"
        )


@pytest.mark.usefixtures("roles")
def test_lists_come_in_pages(sandbox: Sandbox, quick_setup: Any, cloudformation: Any, client_error: Any) -> None:
    arn = create(quick_setup, HOST_MANAGEMENT)
    definition = wait(sandbox, quick_setup, arn)["ConfigurationDefinitions"][0]
    name = stack_set_name(cloudformation)
    assert len(instances_of(cloudformation, name, PaginationConfig={"PageSize": 3})) == 4
    assert len(results_of(cloudformation, name, PaginationConfig={"PageSize": 3})) == 4
    quick_setup.update_configuration_definition(ManagerArn=arn, Id=definition["Id"])
    sandbox.clock.advance(60)
    first = cloudformation.list_stack_set_operations(StackSetName=name, MaxResults=1)
    second = cloudformation.list_stack_set_operations(StackSetName=name, MaxResults=1, NextToken=first["NextToken"])
    assert [page["Summaries"][0]["Action"] for page in (first, second)] == ["UPDATE", "CREATE"]
    assert "NextToken" not in second
    create(quick_setup, PATCH_POLICY, "other")
    sandbox.clock.advance(60)
    assert "NextToken" in cloudformation.list_stack_sets(MaxResults=1)
    with client_error("ValidationError"):
        cloudformation.list_stack_sets(NextToken="forged")


def test_self_managed_stack_sets_are_motos(sandbox: Sandbox, quick_setup: Any, cloudformation: Any) -> None:
    wait(sandbox, quick_setup, create(quick_setup, HOST_MANAGEMENT))
    cloudformation.create_stack_set(StackSetName="own", TemplateBody=TEMPLATE)
    names = [one["StackSetName"] for one in cloudformation.list_stack_sets()["Summaries"]]
    assert names[1:] == ["own"]
    assert cloudformation.describe_stack_set(StackSetName="own")["StackSet"]["TemplateBody"] == TEMPLATE
    assert cloudformation.list_stack_instances(StackSetName="own")["Summaries"] == []
    assert cloudformation.list_stack_set_operations(StackSetName="own")["Summaries"] == []
