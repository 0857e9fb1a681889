"""Stacks: how they change and what of them stays, with AWS::SSM::ResourceDataSync in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox_tests.cases.delivery import make_bucket
from sandbox_tests.cases.quick_setup import MANAGEMENT
from sandbox_tests.cases.stacks import (
    BUCKET,
    DESTINATION,
    FROM_SOURCE,
    INVALID,
    create,
    events,
    explorer,
    reasons,
    status,
    sync_properties,
    syncs,
    template,
    update,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox

# What changes


def test_the_source_changes_in_place(sandbox: Sandbox, cloudformation: Any, client_error: Any) -> None:
    ssm = explorer(sandbox)
    create(cloudformation, template(sync_properties()))
    with client_error("ValidationError"):
        update(cloudformation, template(sync_properties()))
    created = syncs(ssm)["organization"]["SyncCreatedTime"]
    for region in ("eu-west-1", "us-west-2"):
        # The second finds the first still being processed, and is tried again.
        update(cloudformation, template(sync_properties(SourceRegions=[region])))
        assert status(cloudformation, "explorer") == "UPDATE_COMPLETE"
    sync = syncs(ssm)["organization"]
    assert (sync["SyncSource"]["SourceRegions"], sync["SyncCreatedTime"]) == (["us-west-2"], created)


def test_other_changes_replace_the_sync_under_a_new_name(sandbox: Sandbox, cloudformation: Any) -> None:
    ssm = explorer(sandbox)
    make_bucket(sandbox, MANAGEMENT, "us-east-1")
    bucket = {"SyncName": "inventory", "S3Destination": DESTINATION}
    outputs = {"Name": {"Value": {"Ref": "Sync"}}}
    create(cloudformation, template(bucket, Outputs=outputs))
    other = {**DESTINATION, "BucketPrefix": "syncs"}
    update(cloudformation, template({**bucket, "S3Destination": other}, Outputs=outputs))
    assert status(cloudformation, "explorer") == "UPDATE_ROLLBACK_COMPLETE"
    (reason,) = reasons(cloudformation, "explorer")
    assert reason.endswith("Rename inventory and update the stack again.")
    assert "Prefix" not in syncs(ssm)["inventory"]["S3Destination"]

    update(cloudformation, template({"SyncName": "other", "S3Destination": other}, Outputs=outputs))
    (stack,) = cloudformation.describe_stacks(StackName="explorer")["Stacks"]
    assert (stack["StackStatus"], stack["Outputs"][0]["OutputValue"]) == ("UPDATE_COMPLETE", "other")
    assert list(syncs(ssm)) == ["other"]
    assert events(cloudformation, "explorer")[-5:] == [
        ("Sync", "UPDATE_IN_PROGRESS"),
        ("Sync", "UPDATE_COMPLETE"),
        ("Sync", "DELETE_IN_PROGRESS"),
        ("Sync", "DELETE_COMPLETE"),
        ("explorer", "UPDATE_COMPLETE"),
    ]


def test_a_failed_update_is_rolled_back(sandbox: Sandbox, cloudformation: Any) -> None:
    ssm = explorer(sandbox)
    second = {"Type": "AWS::SSM::ResourceDataSync", "Properties": sync_properties("second")}
    third = {"Type": "AWS::SSM::ResourceDataSync", "Properties": sync_properties("third")}
    created = {"Second": second, "Removed": third}
    create(cloudformation, template(sync_properties(), Resources=created))
    before = syncs(ssm)
    # Added, changed in place, replaced; then one that cannot be.
    broken = {"Type": "AWS::SSM::ResourceDataSync", "Properties": sync_properties("third", SourceRegions=["nowhere"])}
    renamed = {"Type": "AWS::SSM::ResourceDataSync", "Properties": sync_properties("renamed")}
    body = template(
        sync_properties(SourceRegions=["eu-west-1"]),
        Resources={"Added": BUCKET, "Second": renamed, "Removed": broken},
    )
    update(cloudformation, body)
    assert status(cloudformation, "explorer") == "UPDATE_ROLLBACK_COMPLETE"
    (reason,) = reasons(cloudformation, "explorer")
    assert reason.startswith(INVALID)
    after = syncs(ssm)
    assert list(after) == list(before) == ["organization", "second", "third"]
    assert [sync["SyncSource"] for sync in after.values()] == [sync["SyncSource"] for sync in before.values()]
    assert set(cloudformation.get_template(StackName="explorer")["TemplateBody"]["Resources"]) == {"Sync", *created}
    assert sandbox.client("s3").list_buckets()["Buckets"] == []
    update(cloudformation, template(sync_properties(), Resources={"Second": renamed}))
    assert status(cloudformation, "explorer") == "UPDATE_COMPLETE"
    assert list(syncs(ssm)) == ["organization", "renamed"]


def test_a_sync_that_was_deleted_outside_the_stack(sandbox: Sandbox, cloudformation: Any) -> None:
    ssm = explorer(sandbox)
    stack_id = create(cloudformation, template(sync_properties()))
    ssm.delete_resource_data_sync(SyncName="organization", SyncType=FROM_SOURCE)
    update(cloudformation, template(sync_properties(SourceRegions=["eu-west-1"])))
    assert status(cloudformation, "explorer") == "UPDATE_ROLLBACK_COMPLETE"
    (reason,) = reasons(cloudformation, "explorer")
    assert "'organization' was not found." in reason
    cloudformation.delete_stack(StackName="explorer")
    assert status(cloudformation, stack_id) == "DELETE_COMPLETE"


# What stays


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate"])
def test_retained_resources(sandbox: Sandbox, cloudformation: Any, policy: str) -> None:
    ssm = explorer(sandbox)
    stack_id = create(cloudformation, template(sync_properties(), {"DeletionPolicy": policy}))
    cloudformation.delete_stack(StackName="explorer")
    assert list(syncs(ssm)) == ["organization"]
    assert ("Sync", "DELETE_SKIPPED") in events(cloudformation, stack_id)
    assert status(cloudformation, stack_id) == "DELETE_COMPLETE"


@pytest.mark.parametrize(("policy", "stays"), [("Retain", True), ("RetainExceptOnCreate", False), ("Delete", False)])
@pytest.mark.parametrize(
    ("make", "ends"), [(create, "ROLLBACK_COMPLETE"), (update, "UPDATE_ROLLBACK_COMPLETE")], ids=["create", "update"]
)
def test_retained_resources_in_a_rollback(
    sandbox: Sandbox, cloudformation: Any, policy: str, stays: bool, make: Callable[[Any, str], object], ends: str
) -> None:
    ssm = explorer(sandbox)
    if make is update:
        create(cloudformation, json.dumps({"Resources": {"Bucket": BUCKET}}))
    broken = {
        "Type": "AWS::SSM::ResourceDataSync",
        "DependsOn": "Sync",
        "Properties": sync_properties("broken", SourceRegions=[]),
    }
    resources = {"Broken": broken, "Bucket": BUCKET}
    make(cloudformation, template(sync_properties(), {"DeletionPolicy": policy}, Resources=resources))
    assert status(cloudformation, "explorer") == ends
    assert list(syncs(ssm)) == (["organization"] if stays else [])


def test_retained_resources_in_an_update(sandbox: Sandbox, cloudformation: Any) -> None:
    ssm = explorer(sandbox)
    policies = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    create(cloudformation, template(sync_properties(), policies))
    update(cloudformation, template(sync_properties("other"), policies))
    update(cloudformation, json.dumps({"Resources": {"Bucket": BUCKET}}))
    assert list(syncs(ssm)) == ["organization", "other"]


def test_a_stack_that_cannot_be_deleted(sandbox: Sandbox, cloudformation: Any) -> None:
    network = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
    create(cloudformation, json.dumps({"Resources": {"Bucket": BUCKET, "Network": network}}))
    ec2, (_, found) = (
        sandbox.client("ec2"),
        cloudformation.describe_stack_resources(StackName="explorer")["StackResources"],
    )
    subnet = ec2.create_subnet(VpcId=found["PhysicalResourceId"], CidrBlock="10.0.0.0/24")["Subnet"]
    cloudformation.delete_stack(StackName="explorer")
    assert status(cloudformation, "explorer") == "DELETE_FAILED"
    assert "has dependencies" in reasons(cloudformation, "explorer")[0]
    assert [stack["status"] for stack in sandbox.snapshot()["stacks"][f"{MANAGEMENT} us-east-1"]] == ["DELETE_FAILED"]
    ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    cloudformation.delete_stack(StackName="explorer")
    assert sandbox.snapshot()["stacks"] == {}


# Exports and change sets, which are moto's


def test_exports_are_deleted_with_their_stack(sandbox: Sandbox, cloudformation: Any) -> None:
    explorer(sandbox)
    outputs = {"Name": {"Value": {"Ref": "Sync"}, "Export": {"Name": "explorer-sync"}}}
    create(cloudformation, template(sync_properties(), Outputs=outputs))
    assert [export["Value"] for export in cloudformation.list_exports()["Exports"]] == ["organization"]
    second = template(sync_properties("second"), Outputs=outputs)
    cloudformation.create_stack(StackName="second", TemplateBody=second)
    assert status(cloudformation, "second") == "ROLLBACK_COMPLETE"
    cloudformation.delete_stack(StackName="explorer")
    assert cloudformation.list_exports()["Exports"] == []


def test_a_failed_change_set_is_rolled_back(sandbox: Sandbox, cloudformation: Any) -> None:
    ssm = explorer(sandbox)
    create(cloudformation, template(sync_properties()))
    for name, region, ends in (
        ("good", "eu-west-1", "UPDATE_COMPLETE"),
        ("bad", "nowhere", "UPDATE_ROLLBACK_COMPLETE"),
    ):
        body = template(sync_properties(SourceRegions=[region]))
        change = {"StackName": "explorer", "ChangeSetName": name}
        cloudformation.create_change_set(TemplateBody=body, ChangeSetType="UPDATE", **change)
        cloudformation.execute_change_set(**change)
        assert status(cloudformation, "explorer") == ends
        assert syncs(ssm)["organization"]["SyncSource"]["SourceRegions"] == ["eu-west-1"]


def test_a_stack_that_was_rolled_back_takes_no_change_set(
    sandbox: Sandbox, cloudformation: Any, client_error: Any
) -> None:
    explorer(sandbox)
    create(cloudformation, template(sync_properties(SourceRegions=["nowhere"])))
    assert status(cloudformation, "explorer") == "ROLLBACK_COMPLETE"
    body = template(sync_properties())
    with client_error("ValidationError"):
        cloudformation.create_change_set(
            StackName="explorer", ChangeSetName="change", TemplateBody=body, ChangeSetType="UPDATE"
        )


def test_a_resource_has_the_time_and_status_of_its_last_event(sandbox: Sandbox, cloudformation: Any) -> None:
    explorer(sandbox)
    create(cloudformation, template(sync_properties()))
    sandbox.clock.advance(60)
    update(cloudformation, template(sync_properties(SourceRegions=["eu-west-1"])))
    resource = cloudformation.describe_stack_resource(StackName="explorer", LogicalResourceId="Sync")
    detail = resource["StackResourceDetail"]
    assert (detail["PhysicalResourceId"], detail["ResourceStatus"]) == ("organization", "UPDATE_COMPLETE")
    assert detail["LastUpdatedTimestamp"] == sandbox.clock.now()
