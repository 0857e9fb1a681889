"""User-created StackSets with service-managed permissions: deployment and access."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox_tests.cases.delivery import make_bucket
from sandbox_tests.cases.organization_stack_sets import (
    ADMINISTRATOR,
    MANAGEMENT,
    MEMBER,
    NAME,
    PRINCIPAL,
    ROOT,
    STACK_SET,
    create,
    deploy,
    finished,
    instances,
    parameter,
    results,
    targeted,
    template,
)

if TYPE_CHECKING:
    from sandbox import Sandbox

TYPED: dict[str, Any] = {"Value": {"Type": "String", "Default": "one"}}
REFERRING = {"Value": {"Ref": "Value"}}
CURRENT = ("CURRENT", "SUCCEEDED")


def test_stacks_are_created_updated_and_deleted(
    sandbox: Sandbox, organization_stack_sets: Any, client_error: Any
) -> None:
    before = sandbox.snapshot()
    create(organization_stack_sets, Tags=[{"Key": "team", "Value": "platform"}], Description="Settings.")
    operation = deploy(organization_stack_sets, "eu-west-1", "us-east-1")
    assert (operation["Action"], operation["Status"]) == ("CREATE", "SUCCEEDED")
    assert operation["DeploymentTargets"] == {"OrganizationalUnitIds": [ROOT]}
    assert operation["EndTimestamp"] > operation["CreationTimestamp"]
    # Never the management account.
    assert instances(organization_stack_sets) == {
        (account, region): CURRENT for account in (ADMINISTRATOR, MEMBER) for region in ("eu-west-1", "us-east-1")
    }
    described = organization_stack_sets.describe_stack_set(**STACK_SET)["StackSet"]
    assert (described["OrganizationalUnitIds"], described["Regions"]) == ([ROOT], ["eu-west-1", "us-east-1"])
    assert (described["Description"], described["TemplateBody"]) == ("Settings.", template())
    assert described["StackSetARN"].split(":")[4] == MANAGEMENT
    (stack,) = sandbox.client("cloudformation", MEMBER, "eu-west-1").describe_stacks()["Stacks"]
    location = {"StackInstanceAccount": MEMBER, "StackInstanceRegion": "eu-west-1"}
    instance = organization_stack_sets.describe_stack_instance(**STACK_SET, **location)["StackInstance"]
    assert (stack["StackId"], stack["Tags"]) == (instance["StackId"], [{"Key": "team", "Value": "platform"}])
    assert parameter(sandbox, MANAGEMENT) is None

    updated = organization_stack_sets.update_stack_set(**STACK_SET, TemplateBody=template("two"))["OperationId"]
    assert parameter(sandbox, MEMBER) == "one"
    assert finished(organization_stack_sets, updated)["Action"] == "UPDATE"
    assert parameter(sandbox, MEMBER) == parameter(sandbox, ADMINISTRATOR, "eu-west-1") == "two"

    with client_error("StackSetNotEmptyException"):
        organization_stack_sets.delete_stack_set(**STACK_SET)
    retained = targeted("eu-west-1", RetainStacks=True)
    finished(organization_stack_sets, organization_stack_sets.delete_stack_instances(**retained)["OperationId"])
    gone = targeted(RetainStacks=False)
    finished(organization_stack_sets, organization_stack_sets.delete_stack_instances(**gone)["OperationId"])
    organization_stack_sets.delete_stack_set(**STACK_SET)
    assert sandbox.snapshot()["stack_sets"] == before["stack_sets"] == {}
    assert (parameter(sandbox, MEMBER, "eu-west-1"), parameter(sandbox, MEMBER)) == ("two", None)
    with client_error("StackSetNotFoundException"):
        organization_stack_sets.describe_stack_set(**STACK_SET)
    create(organization_stack_sets)


def test_parameter_overrides(sandbox: Sandbox, organization_stack_sets: Any) -> None:
    body = json.loads(template(**TYPED))
    body["Resources"]["Setting"]["Properties"] |= REFERRING
    create(
        organization_stack_sets,
        json.dumps(body),
        Parameters=[{"ParameterKey": "Value", "ParameterValue": "of all"}],
    )
    deploy(organization_stack_sets)
    own = {"AccountFilterType": "INTERSECTION", "Accounts": [MEMBER], "OrganizationalUnitIds": [ROOT]}
    reason = targeted(
        DeploymentTargets=own, ParameterOverrides=[{"ParameterKey": "Value", "ParameterValue": "its own"}]
    )
    finished(organization_stack_sets, organization_stack_sets.update_stack_instances(**reason)["OperationId"])
    assert (parameter(sandbox, ADMINISTRATOR), parameter(sandbox, MEMBER)) == ("of all", "its own")
    location = {"StackInstanceAccount": MEMBER, "StackInstanceRegion": "us-east-1"}
    instance = organization_stack_sets.describe_stack_instance(**STACK_SET, **location)["StackInstance"]
    assert instance["ParameterOverrides"] == [{"ParameterKey": "Value", "ParameterValue": "its own"}]

    others = [{"ParameterKey": "Value", "ParameterValue": "new"}]
    operation = organization_stack_sets.update_stack_set(**STACK_SET, UsePreviousTemplate=True, Parameters=others)
    finished(organization_stack_sets, operation["OperationId"])
    assert (parameter(sandbox, ADMINISTRATOR), parameter(sandbox, MEMBER)) == ("new", "its own")


def test_account_filters(sandbox: Sandbox, organization_stack_sets: Any) -> None:
    organizations = sandbox.client("organizations")
    unit = organizations.create_organizational_unit(ParentId=ROOT, Name="Workloads")["OrganizationalUnit"]["Id"]
    below = organizations.create_organizational_unit(ParentId=unit, Name="Shop")["OrganizationalUnit"]["Id"]
    organizations.move_account(AccountId=MEMBER, SourceParentId=ROOT, DestinationParentId=below)
    create(organization_stack_sets, AutoDeployment={"Enabled": False})
    deploy(organization_stack_sets, unit_id=unit)
    assert set(instances(organization_stack_sets)) == {(MEMBER, "us-east-1")}
    all_but = {"AccountFilterType": "DIFFERENCE", "Accounts": [MEMBER], "OrganizationalUnitIds": [ROOT]}
    deploy(organization_stack_sets, "eu-west-1", DeploymentTargets=all_but)
    assert set(instances(organization_stack_sets)) == {(MEMBER, "us-east-1"), (ADMINISTRATOR, "eu-west-1")}


def test_a_resource_data_sync_in_every_account(sandbox: Sandbox, organization_stack_sets: Any) -> None:
    make_bucket(sandbox, ADMINISTRATOR, "us-east-1")
    bucket = {"BucketName": "inventory", "BucketRegion": "us-east-1", "SyncFormat": "JsonSerDe"}
    sync = {"SyncName": "patches", "SyncType": "SyncToDestination", "S3Destination": bucket}
    body: dict[str, Any] = {"Resources": {"Sync": {"Type": "AWS::SSM::ResourceDataSync", "Properties": sync}}}
    create(organization_stack_sets, json.dumps(body))
    operation = organization_stack_sets.create_stack_instances(**targeted())["OperationId"]
    # The operation and the sync's first run ended before the next request.
    sandbox.clock.advance(3600)
    systems_manager = sandbox.client("ssm", MEMBER)
    (found,) = systems_manager.list_resource_data_sync(SyncType="SyncToDestination")["ResourceDataSyncItems"]
    assert (found["SyncName"], found["LastStatus"]) == ("patches", "Successful")
    assert (found["SyncCreatedTime"] - finished(organization_stack_sets, operation)["EndTimestamp"]).seconds == 0

    sync["S3Destination"], sync["SyncName"] = {**bucket, "BucketName": "missing"}, "others"
    updated = organization_stack_sets.update_stack_set(**STACK_SET, TemplateBody=json.dumps(body))["OperationId"]
    failed = finished(organization_stack_sets, updated)
    assert (failed["Status"], failed["StatusDetails"]) == ("FAILED", {"FailedStackInstancesCount": 1})
    status, reason = results(organization_stack_sets, failed)[ADMINISTRATOR, "us-east-1"]
    assert status == "FAILED"
    assert str(reason).startswith("ResourceLogicalId:Sync, ResourceType:AWS::SSM::ResourceDataSync, ")
    assert "Invalid request provided: AWS::SSM::ResourceDataSync" in str(reason)
    assert instances(organization_stack_sets)[ADMINISTRATOR, "us-east-1"] == ("OUTDATED", "FAILED")
    (remaining,) = systems_manager.list_resource_data_sync(SyncType="SyncToDestination")["ResourceDataSyncItems"]
    assert remaining["SyncName"] == "patches"


def test_the_role_is_created_in_members_and_remains(sandbox: Sandbox, organization_stack_sets: Any) -> None:
    create(organization_stack_sets)
    assert not sandbox.client("iam", MEMBER).list_roles(PathPrefix="/aws-service-role/")["Roles"]
    deploy(organization_stack_sets)
    names = [role["RoleName"] for role in sandbox.client("iam", MEMBER).list_roles()["Roles"]]
    assert "AWSServiceRoleForCloudFormationStackSetsOrgMember" in names
    assert any(name.startswith("stacksets-exec-") for name in names)


def test_access(sandbox: Sandbox, organization_stack_sets: Any, cloudformation: Any, client_error: Any) -> None:
    managed = {"PermissionModel": "SERVICE_MANAGED", "TemplateBody": template()}
    member = sandbox.client("cloudformation", MEMBER)
    with client_error("ValidationError"):
        member.create_stack_set(StackSetName=NAME, **managed)
    with client_error("ValidationError"):
        member.create_stack_set(**STACK_SET, **managed)
    with client_error("ValidationError"):
        organization_stack_sets.create_stack_set(StackSetName=NAME, **managed)
    with client_error("ValidationError"):
        organization_stack_sets.create_stack_set(**STACK_SET, TemplateBody=template())
    create(organization_stack_sets)
    # It is the management account's, which may do all with it.
    with client_error("NameAlreadyExistsException"):
        cloudformation.create_stack_set(StackSetName=NAME, **managed)
    described = cloudformation.describe_stack_set(StackSetName=NAME)["StackSet"]
    assert described["PermissionModel"] == "SERVICE_MANAGED"
    with client_error("StackSetNotFoundException"):
        member.describe_stack_set(StackSetName=NAME)
    cloudformation.delete_stack_set(StackSetName=NAME)

    organizations = sandbox.client("organizations")
    organizations.deregister_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=PRINCIPAL)
    cloudformation.deactivate_organizations_access()
    with client_error("ValidationError"):
        cloudformation.create_stack_set(StackSetName=NAME, **managed)


def test_self_managed_stack_sets_are_unchanged(cloudformation: Any) -> None:
    cloudformation.create_stack_set(StackSetName="own", TemplateBody=template())
    location = {"Accounts": [MANAGEMENT], "Regions": ["us-east-1"]}
    cloudformation.create_stack_instances(StackSetName="own", **location)
    (found,) = cloudformation.list_stack_instances(StackSetName="own")["Summaries"]
    assert found["Account"] == MANAGEMENT
    cloudformation.delete_stack_instances(StackSetName="own", RetainStacks=False, **location)
    cloudformation.delete_stack_set(StackSetName="own")


def test_invalid_requests(organization_stack_sets: Any, client_error: Any) -> None:
    create(organization_stack_sets)
    both = {"FailureToleranceCount": 1, "FailureTolerancePercentage": 10}
    union = {"AccountFilterType": "UNION", "Accounts": [MEMBER], "OrganizationalUnitIds": [ROOT]}
    for wrong in (
        {"DeploymentTargets": {"Accounts": [MEMBER]}},
        {"DeploymentTargets": {"OrganizationalUnitIds": ["ou-sbox-notthere"]}},
        {"DeploymentTargets": union},
        {"DeploymentTargets": {**union, "AccountFilterType": "NONE"}},
        {"DeploymentTargets": {"AccountFilterType": "DIFFERENCE", "OrganizationalUnitIds": [ROOT]}},
        {"Accounts": [MEMBER]},
        {"Regions": ["eu-nowhere-1"]},
        {"OperationPreferences": both},
    ):
        with client_error("ValidationError"):
            organization_stack_sets.create_stack_instances(**targeted(**wrong))
    assert not organization_stack_sets.list_stack_set_operations(**STACK_SET)["Summaries"]
    with client_error("ValidationError"):
        organization_stack_sets.update_stack_set(
            **STACK_SET,
            UsePreviousTemplate=True,
            AutoDeployment={"Enabled": False, "RetainStacksOnAccountRemoval": True},
        )
    with client_error("OperationNotFoundException"):
        organization_stack_sets.describe_stack_set_operation(**STACK_SET, OperationId="none")
