"""Stacks: how they come, fail and go, with AWS::SSM::ResourceDataSync in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from sandbox_tests.cases.delivery import make_bucket
from sandbox_tests.cases.quick_setup import ADMINISTRATOR, MANAGEMENT, MEMBER
from sandbox_tests.cases.stacks import (
    BUCKET,
    DESTINATION,
    ENTIRE,
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
)

if TYPE_CHECKING:
    from sandbox import Sandbox

BROKEN = "Properties validation failed for resource Sync with message:\n"


# Creation


def test_a_stack_creates_and_deletes_a_sync(sandbox: Sandbox, cloudformation: Any, client_error: Any) -> None:
    ssm = explorer(sandbox)
    before = sandbox.snapshot()
    outputs = {"Name": {"Value": {"Ref": "Sync"}}, "Same": {"Value": {"Fn::GetAtt": ["Sync", "SyncName"]}}}
    body = template(sync_properties(IncludeFutureRegions="true"), Outputs=outputs)
    stack_id = create(cloudformation, body, ClientRequestToken="mine")
    (stack,) = cloudformation.describe_stacks(StackName="explorer")["Stacks"]
    assert (stack["StackId"], stack["StackStatus"]) == (stack_id, "CREATE_COMPLETE")
    assert {output["OutputValue"] for output in stack["Outputs"]} == {"organization"}
    assert json.loads(json.dumps(cloudformation.get_template(StackName="explorer")["TemplateBody"])) == json.loads(body)
    assert sandbox.snapshot()["stacks"] == {
        f"{MANAGEMENT} us-east-1": [
            {
                "name": "explorer",
                "status": "CREATE_COMPLETE",
                "resources": {"Sync": "AWS::SSM::ResourceDataSync"},
            }
        ]
    }
    assert syncs(ssm)["organization"]["SyncSource"] == {
        "SourceType": "AwsOrganizations",
        "SourceRegions": ["us-east-1"],
        "AwsOrganizationsSource": ENTIRE,
        "IncludeFutureRegions": True,
    }
    found = cloudformation.describe_stack_events(StackName="explorer")["StackEvents"]
    assert {event["ClientRequestToken"] for event in found} == {"mine"}

    cloudformation.delete_stack(StackName="explorer")
    assert sandbox.snapshot() == before
    with client_error("ValidationError"):
        cloudformation.describe_stacks(StackName="explorer")
    # It is found by its id, and reading it creates nothing.
    (deleted,) = cloudformation.describe_stacks(StackName=stack_id)["Stacks"]
    assert (deleted["StackStatus"], "Outputs" in deleted) == ("DELETE_COMPLETE", False)
    assert cloudformation.describe_stack_resources(StackName=stack_id)["StackResources"] == []
    assert events(cloudformation, stack_id) == [
        ("explorer", "CREATE_IN_PROGRESS"),
        ("Sync", "CREATE_IN_PROGRESS"),
        ("Sync", "CREATE_COMPLETE"),
        ("explorer", "CREATE_COMPLETE"),
        ("explorer", "DELETE_IN_PROGRESS"),
        ("Sync", "DELETE_IN_PROGRESS"),
        ("Sync", "DELETE_COMPLETE"),
        ("explorer", "DELETE_COMPLETE"),
    ]
    assert syncs(ssm) == {}
    cloudformation.delete_stack(StackName="explorer")


def test_units_and_destinations_in_a_template(sandbox: Sandbox, cloudformation: Any) -> None:
    ssm = explorer(sandbox)
    make_bucket(sandbox, MANAGEMENT, "us-east-1")
    created = sandbox.client("organizations").create_organizational_unit(ParentId="r-sbox", Name="Workloads")
    unit_id = created["OrganizationalUnit"]["Id"]
    units = {"OrganizationSourceType": "OrganizationalUnits", "OrganizationalUnits": [unit_id]}
    inventory = {
        "Type": "AWS::SSM::ResourceDataSync",
        "Properties": {"SyncName": "inventory", "S3Destination": {**DESTINATION, "BucketPrefix": "syncs"}},
    }
    older = {"Type": "AWS::SSM::ResourceDataSync", "Properties": {"SyncName": "older", **DESTINATION}}
    body = template(sync_properties(AwsOrganizationsSource=units), Resources={"Inventory": inventory, "Older": older})
    create(cloudformation, body)
    found = syncs(ssm)
    source = found["organization"]["SyncSource"]["AwsOrganizationsSource"]
    assert source["OrganizationalUnits"] == [{"OrganizationalUnitId": unit_id}]
    destination = {"BucketName": "inventory", "Region": "us-east-1", "SyncFormat": "JsonSerDe"}
    assert found["inventory"]["S3Destination"] == {**destination, "Prefix": "syncs"}
    assert found["older"]["S3Destination"] == destination
    cloudformation.delete_stack(StackName="explorer")
    assert syncs(ssm) == {}


def test_parameters_are_returned_as_sent(sandbox: Sandbox, cloudformation: Any) -> None:
    ssm = explorer(sandbox)
    declared = {"Regions": {"Type": "CommaDelimitedList"}, "Size": {"Type": "Number", "Default": 1}}
    body = template(sync_properties(SourceRegions={"Ref": "Regions"}), Parameters=declared)
    definition = [{"ParameterKey": "Regions", "ParameterValue": "us-east-1,eu-west-1"}]
    create(cloudformation, body, Parameters=definition)
    (stack,) = cloudformation.describe_stacks(StackName="explorer")["Stacks"]
    assert stack["Parameters"] == [*definition, {"ParameterKey": "Size", "ParameterValue": "1"}]
    assert syncs(ssm)["organization"]["SyncSource"]["SourceRegions"] == ["us-east-1", "eu-west-1"]
    expected = [{"ParameterKey": "Regions", "ParameterValue": "us-west-2"}]
    cloudformation.update_stack(StackName="explorer", UsePreviousTemplate=True, Parameters=expected)
    assert syncs(ssm)["organization"]["SyncSource"]["SourceRegions"] == ["us-west-2"]


def test_the_stack_of_a_deregistered_administrator_remains(sandbox: Sandbox) -> None:
    explorer(sandbox)
    organizations = sandbox.client("organizations")
    administrator = {"AccountId": ADMINISTRATOR, "ServicePrincipal": "ssm.amazonaws.com"}
    organizations.register_delegated_administrator(**administrator)
    cloudformation, ssm = sandbox.client("cloudformation", ADMINISTRATOR), sandbox.client("ssm", ADMINISTRATOR)
    create(cloudformation, template(sync_properties()))
    assert list(syncs(ssm)) == ["organization"]
    organizations.deregister_delegated_administrator(**administrator)
    assert syncs(ssm) == {}
    assert status(cloudformation, "explorer") == "CREATE_COMPLETE"
    cloudformation.delete_stack(StackName="explorer")
    assert sandbox.snapshot()["stacks"] == {}


# What fails


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        (sync_properties(SourceRegions=["nowhere"]), INVALID),
        (
            sync_properties(EnableAllOpsDataSources=False),
            f"{BROKEN}#/SyncSource: extraneous key [EnableAllOpsDataSources] is not permitted",
        ),
        (
            {"SyncName": "a", "S3Destination": {**DESTINATION, "DestinationDataSharing": {}}},
            f"{BROKEN}#/S3Destination: extraneous key [DestinationDataSharing] is not permitted",
        ),
        (
            {"SyncType": FROM_SOURCE, "SyncSource": {"SourceType": 1}},
            f"{BROKEN}#: required key [SyncName] not found\n#/SyncSource: required key [SourceRegions] not found\n",
        ),
        (
            {"SyncName": "a", "SyncType": FROM_SOURCE, "SyncSource": "all"},
            f"{BROKEN}#/SyncSource: expected type: JSONObject",
        ),
        (
            {"SyncName": "a", "S3Destination": DESTINATION, "BucketName": "b"},
            'Resource handler returned message: "Invalid request provided: Two configurations for S3Destination',
        ),
    ],
    ids=["refused", "EnableAllOpsDataSources", "DestinationDataSharing", "missing", "no object", "twice"],
)
def test_a_failed_stack_rolls_back_with_its_reason(
    sandbox: Sandbox, cloudformation: Any, client_error: Any, properties: dict[str, Any], reason: str
) -> None:
    ssm = explorer(sandbox)
    body = template(properties, {"DependsOn": "Bucket"}, Resources={"Bucket": BUCKET})
    create(cloudformation, body)
    assert status(cloudformation, "explorer") == "ROLLBACK_COMPLETE"
    (reason,) = reasons(cloudformation, "explorer")
    assert reason.startswith(reason)
    assert events(cloudformation, "explorer")[3:] == [
        ("Sync", "CREATE_IN_PROGRESS"),
        ("Sync", "CREATE_FAILED"),
        ("explorer", "ROLLBACK_IN_PROGRESS"),
        ("Bucket", "DELETE_IN_PROGRESS"),
        ("Bucket", "DELETE_COMPLETE"),
        ("explorer", "ROLLBACK_COMPLETE"),
    ]
    assert syncs(ssm) == {}
    assert sandbox.client("s3").list_buckets()["Buckets"] == []
    with client_error("ValidationError"):
        cloudformation.update_stack(StackName="explorer", TemplateBody=body)
    with client_error("AlreadyExistsException"):
        create(cloudformation, body)
    cloudformation.delete_stack(StackName="explorer")
    create(cloudformation, template(sync_properties()))


def test_access_denied_in_a_stack(sandbox: Sandbox) -> None:
    explorer(sandbox)
    cloudformation = sandbox.client("cloudformation", MEMBER)
    create(cloudformation, template(sync_properties()))
    (reason,) = reasons(cloudformation, "explorer")
    assert "HandlerErrorCode: GeneralServiceException" in reason
    assert f"Account {MEMBER} is neither the management account nor the delegated administrator" in reason


def test_existing_syncs_and_the_quota_in_a_stack(sandbox: Sandbox, cloudformation: Any) -> None:
    ssm = explorer(sandbox)
    source = sync_properties()["SyncSource"]
    for name in ("organization", "b", "c", "d"):
        ssm.create_resource_data_sync(SyncName=name, SyncType=FROM_SOURCE, SyncSource=source)
    create(cloudformation, template(sync_properties()))
    (reason,) = reasons(cloudformation, "explorer")
    assert "'organization' already exists." in reason
    assert "HandlerErrorCode: AlreadyExists" in reason
    # The rollback leaves alone what the stack did not make.
    cloudformation.delete_stack(StackName="explorer")
    assert sorted(syncs(ssm)) == ["b", "c", "d", "organization"]
    ssm.create_resource_data_sync(SyncName="e", SyncType=FROM_SOURCE, SyncSource=source)
    create(cloudformation, template(sync_properties("f")))
    (reason,) = reasons(cloudformation, "explorer")
    assert "HandlerErrorCode: ServiceLimitExceeded" in reason
    assert "5 resource data syncs" in reason


@pytest.mark.parametrize(
    ("options", "ends", "buckets"),
    [
        ({"DisableRollback": True}, "CREATE_FAILED", 1),
        ({"OnFailure": "DO_NOTHING"}, "CREATE_FAILED", 1),
        ({"OnFailure": "ROLLBACK"}, "ROLLBACK_COMPLETE", 0),
        ({"OnFailure": "DELETE"}, "DELETE_COMPLETE", 0),
    ],
)
def test_on_failure(sandbox: Sandbox, cloudformation: Any, options: dict[str, Any], ends: str, buckets: int) -> None:
    body = template({"SyncName": "a"}, {"DependsOn": "Bucket"}, Resources={"Bucket": BUCKET})
    stack_id = create(cloudformation, body, **options)
    (stack,) = cloudformation.describe_stacks(StackName=stack_id)["Stacks"]
    assert (stack["StackStatus"], stack["DisableRollback"]) == (ends, ends == "CREATE_FAILED")
    assert len(sandbox.client("s3").list_buckets()["Buckets"]) == buckets
    cloudformation.delete_stack(StackName=stack_id)
    assert sandbox.client("s3").list_buckets()["Buckets"] == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (json.dumps({"Resources": {"A": {"Type": "AWS::Nowhere::Thing"}}}), "[AWS::Nowhere::Thing]"),
        (json.dumps({"Resources": {"A": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}), "WaitCondition"),
        (json.dumps({"Resources": {"A": {"Type": "Custom::Thing"}}}), "[Custom::Thing]"),
        (json.dumps({"Resources": {"A": {}}}), "Unrecognized resource types"),
        (
            json.dumps({"Resources": {"A": {**BUCKET, "Properties": {"Tags": [{"Key": "a", "Value": None}]}}}}),
            "[/Resources/A/Type/Tags/0/Value] 'null' values are not allowed in templates",
        ),
        (json.dumps({"Resources": {"A": BUCKET}, "Outputs": {"O": {"Value": {"Ref": "B"}}}}), "dependencies [B]"),
        (json.dumps({"Resources": {}}), "At least one Resources member"),
        ("nothing", "At least one Resources member"),
        ("{[", "Template format error"),
    ],
)
def test_invalid_templates(sandbox: Sandbox, body: str, message: str) -> None:
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(StackName="known", TemplateBody=json.dumps({"Resources": {"A": BUCKET}}))
    for operation, options in (
        (cloudformation.create_stack, {"StackName": "explorer"}),
        (cloudformation.update_stack, {"StackName": "known"}),
        (cloudformation.create_change_set, {"StackName": "explorer", "ChangeSetName": "c", "ChangeSetType": "CREATE"}),
        (cloudformation.create_stack_set, {"StackSetName": "explorer"}),
    ):
        with pytest.raises(cloudformation.exceptions.ClientError) as caught:
            operation(TemplateBody=body, **options)
        assert caught.value.response["Error"]["Code"] == "ValidationError"
        assert message in caught.value.response["Error"]["Message"]
    assert [stack["StackName"] for stack in cloudformation.describe_stacks()["Stacks"]] == ["known"]
    assert status(cloudformation, "known") == "CREATE_COMPLETE"


def test_a_template_in_a_bucket(sandbox: Sandbox, cloudformation: Any) -> None:
    s3, body = sandbox.client("s3"), json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    s3.create_bucket(Bucket="templates")
    s3.put_object(Bucket="templates", Key="one/topic.json", Body=body)
    hosts = ("s3.amazonaws.com/templates", "s3.us-east-1.amazonaws.com/templates", "templates.s3.amazonaws.com")
    for number, host in enumerate(hosts):
        url = f"https://{host}/one/topic.json"
        cloudformation.create_stack(StackName=f"stack-{number}", TemplateURL=url)
        assert cloudformation.describe_stack_resources(StackName=f"stack-{number}")["StackResources"]
    for url, text in (
        ("https://s3.amazonaws.com/no-such-bucket/topic.json", "The specified bucket does not exist"),
        ("https://s3.amazonaws.com/templates/missing.json", "The specified key does not exist"),
    ):
        for call, name in (
            (cloudformation.create_stack, "StackName"),
            (cloudformation.create_stack_set, "StackSetName"),
        ):
            with pytest.raises(ClientError, match=text) as caught:
                call(**{name: "missing"}, TemplateURL=url)
            assert caught.value.response["Error"]["Code"] == "ValidationError"
