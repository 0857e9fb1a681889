"""Resource data syncs to a bucket: what they need, and what they write."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Scenario
from sandbox_tests.cases.delivery import (
    ARN,
    BUCKET,
    CHECK,
    DELIVERY,
    ORGANIZATION_ID,
    SERVICE,
    STATEMENTS,
    TAGGING,
    allow_delivery,
    document,
    keys,
    lines,
    make_bucket,
)
from sandbox_tests.cases.quick_setup import ADMINISTRATOR, INSTANCE_MANAGEMENT, MEMBER, changed, create, wait
from sandbox_tests.cases.resource_data_syncs import DESTINATION, INVALID, ONE_HOUR
from sandbox_tests.cases.stacks import BUCKET as BUCKET_RESOURCE
from sandbox_tests.cases.stacks import DESTINATION as STACK_DESTINATION
from sandbox_tests.cases.stacks import INVALID as NOT_MADE
from sandbox_tests.cases.stacks import reasons, syncs, template

if TYPE_CHECKING:
    from sandbox import Sandbox

REGION, TOKYO = "eu-west-1", "ap-northeast-1"
SHOP, UNPATCHED = "444444444444", "i-0a1b2c3d4e5f60742"
OWN = {name: value for name, value in DESTINATION.items() if name != "DestinationDataSharing"}
TYPES = ("AWS:ComplianceSummary", "AWS:InstanceInformation", "AWS:PatchSummary")


def _sync(ssm: Any, destination: dict[str, Any]) -> None:
    ssm.create_resource_data_sync(SyncName="lake", S3Destination=destination)


def _key(type_name: str, account_id: str, region: str, node_id: str) -> str:
    location = f"accountid={account_id}/region={region}"
    return f"syncs/{type_name}/{location}/resourcetype=ManagedInstanceInventory/{node_id}.json"


# What they write


def test_the_objects_match_the_api(sandbox: Sandbox) -> None:
    scenario = Scenario.generated(accounts=7, regions=(TOKYO, REGION), instances=60, unreadable=1)
    sandbox.reset(scenario)
    s3 = make_bucket(sandbox, ADMINISTRATOR)
    for account in (scenario.management_account, *scenario.member_accounts()):
        for region in (TOKYO, REGION):
            _sync(sandbox.client("ssm", account.id, region), OWN)
    # They are still in progress.
    sandbox.clock.advance(30)
    assert keys(s3) == []
    sandbox.clock.advance(ONE_HOUR)

    expected = {_key("AWS:InstanceInformation", i.account_id, i.region, i.id): i for i in scenario.instances}
    scanned = [instance for instance in scenario.instances if instance.scanned_at]
    assert 0 < len(scanned) < 60
    assert set(keys(s3)) == {
        *expected,
        *(
            _key(name, i.account_id, i.region, i.id)
            for i in scanned
            for name in ("AWS:PatchSummary", "AWS:ComplianceItem", TYPES[0])
        ),
    }
    for key, instance in expected.items():
        (row,) = lines(s3, key)
        assert (row["resourceId"], row["InstanceStatus"]) == (instance.id, instance.status)
        assert row["captureTime"] == f"{sandbox.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    for instance in (instance for instance in scanned if instance.status != "Terminated"):
        ssm = sandbox.client("ssm", instance.account_id, instance.region)
        (state,) = ssm.describe_instance_patch_states(InstanceIds=[instance.id])["InstancePatchStates"]
        (row,) = lines(s3, _key("AWS:PatchSummary", instance.account_id, instance.region, instance.id))
        counts = {name: str(number) for name, number in state.items() if name.endswith("Count")}
        assert counts.items() <= row.items()
        assert (row["OperationType"], row["BaselineId"]) == (state["Operation"], state["BaselineId"])
        assert row["OperationEndTime"] == f"{state['OperationEndTime']:%Y-%m-%dT%H:%M:%SZ}"
        one = [{"Key": "ResourceId", "Values": [instance.id]}]
        (item,) = ssm.list_resource_compliance_summaries(Filters=one)["ResourceComplianceSummaryItems"]
        (row,) = lines(s3, _key("AWS:ComplianceSummary", instance.account_id, instance.region, instance.id))
        assert (row["ComplianceType"], row["Status"]) == ("Patch", item["Status"])
        assert (row["OverallSeverity"], row["ExecutionTime"]) == (item["OverallSeverity"], row["captureTime"])
        for name, number in item["NonCompliantSummary"]["SeveritySummary"].items():
            assert row[f"NonCompliant{name}"] == str(number)
        assert all(isinstance(value, str) for value in row.values())


@pytest.mark.scenario("realistic")
def test_only_changed_data_are_written(sandbox: Sandbox, quick_setup: Any) -> None:
    s3 = make_bucket(sandbox, ADMINISTRATOR)
    ssm = sandbox.client("ssm", SHOP, TOKYO)
    _sync(ssm, OWN)
    sandbox.clock.advance(ONE_HOUR)
    information, summary, compliance = (
        _key(name, SHOP, TOKYO, UNPATCHED) for name in ("AWS:InstanceInformation", "AWS:PatchSummary", TYPES[0])
    )
    assert information in keys(s3)
    assert summary not in keys(s3)

    s3.put_object(Bucket=BUCKET, Key=information, Body=b"{broken")
    wait(sandbox, quick_setup, create(quick_setup, changed(INSTANCE_MANAGEMENT, TargetRegions=TOKYO)))
    sandbox.clock.advance(60)
    (row,) = lines(s3, summary)
    assert (row["MissingCount"], row["PatchGroup"], row["OperationType"]) == ("14", "production", "Scan")
    association, patch = lines(s3, compliance)
    assert (association["ComplianceType"], association["Status"]) == ("Association", "COMPLIANT")
    assert (patch["ComplianceType"], patch["NonCompliantCriticalCount"]) == ("Patch", "2")
    assert s3.get_object(Bucket=BUCKET, Key=information)["Body"].read() == b"{broken"

    before = keys(s3)
    ssm.delete_resource_data_sync(SyncName="lake")
    s3.delete_object(Bucket=BUCKET, Key=summary)
    sandbox.clock.advance(ONE_HOUR)
    assert keys(s3) == [key for key in before if key != summary]


# What they need


def _statement(definition: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**definition, **changes}


OTHER_ORGANIZATION = {"StringEquals": {"aws:SourceOrgID": "o-another0001"}}
SINGLE = {
    "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceAccount": MEMBER},
    "ArnLike": {"aws:SourceArn": f"arn:aws:ssm:*:{MEMBER}:resource-data-sync/*"},
}


@pytest.mark.parametrize(
    ("statements", "destination"),
    [
        (STATEMENTS, DESTINATION),
        ((CHECK, DELIVERY), OWN),
        ((CHECK, _statement(DELIVERY, Resource=f"{ARN}/*/accountid={MEMBER}/*", Condition=SINGLE)), OWN),
    ],
    ids=["organization", "without tags", "one account"],
)
def test_the_documented_policies_allow_a_member(
    sandbox: Sandbox, statements: tuple[dict[str, Any], ...], destination: dict[str, Any]
) -> None:
    allow_delivery(make_bucket(sandbox, ADMINISTRATOR), statements)
    ssm = sandbox.client("ssm", MEMBER)
    _sync(ssm, destination)
    sandbox.clock.advance(ONE_HOUR)
    assert syncs(ssm)["lake"]["LastStatus"] == "Successful"


@pytest.mark.parametrize(
    ("statements", "destination", "reason"),
    [
        (STATEMENTS, {**OWN, "BucketName": "nowhere"}, "the bucket nowhere does not exist"),
        (STATEMENTS, {**OWN, "Region": "us-east-1"}, "is in eu-west-1, not in us-east-1"),
        ((DELIVERY, TAGGING), OWN, "s3:GetBucketAcl"),
        ((CHECK, TAGGING), OWN, "s3:PutObject"),
        ((CHECK, _statement(DELIVERY, Resource=f"{ARN}/other/*")), OWN, "s3:PutObject"),
        ((CHECK, _statement(DELIVERY, Condition=OTHER_ORGANIZATION)), OWN, "s3:PutObject"),
        ((*STATEMENTS, _statement(DELIVERY, Effect="Deny", Condition={})), OWN, "s3:PutObject"),
        ((CHECK, DELIVERY), DESTINATION, "s3:PutObjectTagging"),
    ],
    ids=["no bucket", "Region", "check", "delivery", "prefix", "organization", "denied", "tagging"],
)
def test_invalid_destinations(
    sandbox: Sandbox, statements: tuple[dict[str, Any], ...], destination: dict[str, Any], reason: str
) -> None:
    allow_delivery(make_bucket(sandbox, ADMINISTRATOR), statements)
    ssm = sandbox.client("ssm", MEMBER)
    with pytest.raises(ssm.exceptions.ResourceDataSyncInvalidConfigurationException, match="S3 write failed") as caught:
        _sync(ssm, destination)
    assert reason in str(caught.value)
    assert syncs(ssm) == {}


def test_a_bucket_with_object_lock(sandbox: Sandbox, client_error: Any) -> None:
    make_bucket(sandbox, ADMINISTRATOR, ObjectLockEnabledForBucket=True)
    with client_error(INVALID):
        _sync(sandbox.client("ssm", MEMBER), OWN)


def _key_policy(**condition: str) -> str:
    root = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ADMINISTRATOR}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    service = {"Effect": "Allow", "Principal": SERVICE, "Action": "kms:GenerateDataKey", "Resource": "*"}
    return document([root, {**service, "Condition": {"StringEquals": condition}}])


@pytest.mark.parametrize("key_in_destination", [True, False], ids=["sync's key", "bucket's key"])
def test_a_customer_managed_key_must_allow_systems_manager(
    sandbox: Sandbox, client_error: Any, key_in_destination: bool
) -> None:
    s3, kms = make_bucket(sandbox, ADMINISTRATOR), sandbox.client("kms", ADMINISTRATOR, REGION)
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": by_default}]}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration=rules)
    destination = {**OWN, "AWSKMSKeyARN": arn} if key_in_destination else OWN
    ssm = sandbox.client("ssm", MEMBER)
    with client_error(INVALID):
        _sync(ssm, destination)
    kms.put_key_policy(KeyId=arn, PolicyName="default", Policy=_key_policy(**{"aws:SourceOrgID": ORGANIZATION_ID}))
    _sync(ssm, destination)
    # moto requires the id.
    kms.disable_key(KeyId=arn.rpartition("/")[2])
    with client_error(INVALID):
        _sync(sandbox.client("ssm"), destination)
    if key_in_destination:
        with client_error(INVALID):
            _sync(sandbox.client("ssm"), {**OWN, "AWSKMSKeyARN": f"{arn[:-1]}x"})


@pytest.mark.scenario("realistic")
def test_the_objects_are_encrypted_with_the_key_that_is_named(sandbox: Sandbox) -> None:
    s3, kms = make_bucket(sandbox, ADMINISTRATOR), sandbox.client("kms", ADMINISTRATOR, REGION)
    arn = kms.create_key(Policy=_key_policy(**{"aws:SourceAccount": SHOP}))["KeyMetadata"]["Arn"]
    # A bucket that takes nothing that is not encrypted with it.
    encrypted = {**DELIVERY["Condition"]["StringEquals"], "s3:x-amz-server-side-encryption-aws-kms-key-id": arn}
    allow_delivery(s3, (CHECK, _statement(DELIVERY, Condition={"StringEquals": encrypted})))
    _sync(sandbox.client("ssm", SHOP, TOKYO), {**OWN, "AWSKMSKeyARN": arn})
    sandbox.clock.advance(ONE_HOUR)
    (key,) = [key for key in keys(s3) if UNPATCHED in key]
    head = s3.head_object(Bucket=BUCKET, Key=key)
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", arn)


@pytest.mark.scenario("realistic")
def test_a_sync_without_access_fails_and_recovers(sandbox: Sandbox) -> None:
    s3 = make_bucket(sandbox, ADMINISTRATOR)
    ssm = sandbox.client("ssm", SHOP, TOKYO)
    _sync(ssm, OWN)
    # During the creation of the sync, and later.
    for written in (0, 2):
        s3.delete_bucket_policy(Bucket=BUCKET)
        sandbox.clock.advance(ONE_HOUR)
        sync = syncs(ssm)["lake"]
        assert sync["LastStatus"] == "Failed"
        reason = f"does not allow ssm.amazonaws.com to s3:GetBucketAcl for arn:aws:ssm:{TOKYO}:{SHOP}:"
        assert reason in sync["LastSyncStatusMessage"]
        assert len(keys(s3)) == written
        allow_delivery(s3, STATEMENTS)
        sandbox.clock.advance(ONE_HOUR)
        sync = syncs(ssm)["lake"]
        assert (sync["LastStatus"], "LastSyncStatusMessage" in sync) == ("Successful", False)
        assert sync["LastSuccessfulSyncTime"] == sync["LastSyncTime"] == sandbox.clock.now()
        assert len(keys(s3)) == 2


def test_a_stack_with_an_invalid_sync(cloudformation: Any) -> None:
    body = json.loads(template({"SyncName": "lake", "S3Destination": STACK_DESTINATION}))
    body["Resources"]["Bucket"] = BUCKET_RESOURCE
    body["Resources"]["Sync"]["DependsOn"] = "Bucket"
    cloudformation.create_stack(StackName="lake", TemplateBody=json.dumps(body))
    assert reasons(cloudformation, "lake")[0].startswith(NOT_MADE)
