"""Buckets: whose they are, who else may reach them, and what S3 refuses."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from sandbox.services.s3.access import is_service_allowed
from sandbox_tests.cases.clients import client_of
from sandbox_tests.cases.data import BUCKET, OTHER, OWNER

if TYPE_CHECKING:
    from sandbox import Sandbox

ARN = f"arn:aws:s3:::{BUCKET}"
KEY = "sync/AWS:InstanceInformation/accountid=222222222222/region=us-east-1/i-1 ä+&.json"


@pytest.fixture
def s3(sandbox: Sandbox) -> Any:
    """S3 of the account that has the bucket."""
    client = sandbox.client("s3", OWNER)
    client.create_bucket(Bucket=BUCKET)
    return client


def statement(action: str, resource: str, principal: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _code(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


def test_bucket_ownership_and_global_names(sandbox: Sandbox, s3: Any) -> None:
    other = sandbox.client("s3", OTHER)
    assert _code(other.create_bucket, Bucket=BUCKET) == "BucketAlreadyExists"
    assert _code(other.head_bucket, Bucket=BUCKET) == "403"
    assert _code(other.list_objects_v2, Bucket=BUCKET) == "AccessDenied"
    assert _code(other.list_objects_v2, Bucket="no-such-bucket") == "NoSuchBucket"
    assert other.list_buckets()["Buckets"] == []
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == [BUCKET]
    for name in ("Upper", "ab", "192.168.5.4", "xn--bucket", "two..dots", "-bucket"):
        assert _code(s3.create_bucket, Bucket=name) == "InvalidBucketName", name


def test_defaults_of_a_new_bucket(s3: Any) -> None:
    rules = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert all(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"].values())
    owner = s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
    assert owner == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert s3.get_bucket_request_payment(Bucket=BUCKET)["Payer"] == "BucketOwner"
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"", ACL="bucket-owner-full-control")
    assert _code(s3.put_object, Bucket=BUCKET, Key="a", Body=b"", ACL="public-read") == "AccessControlListNotSupported"
    assert _code(s3.put_bucket_acl, Bucket=BUCKET, ACL="private") == "AccessControlListNotSupported"


@pytest.mark.parametrize("algorithm", [None, "CRC32", "SHA256"])
def test_put_and_get_objects(s3: Any, algorithm: str | None) -> None:
    body = "ä\r\n0\r\n".encode() * 1000
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=body, **({"ChecksumAlgorithm": algorithm} if algorithm else {}))
    assert s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read() == body
    assert s3.head_object(Bucket=BUCKET, Key=KEY)["ContentLength"] == len(body)
    assert s3.get_object(Bucket=BUCKET, Key=KEY, Range="bytes=0-1")["Body"].read() == "ä".encode()
    prefix = KEY.rpartition("/")[0]
    assert [found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)["Contents"]] == [KEY]
    assert _code(s3.get_object, Bucket=BUCKET, Key="nothing") == "NoSuchKey"


def test_bodies_in_chunks(sandbox: Sandbox, s3: Any) -> None:
    """As SDKs send them over TLS: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html."""
    key = sandbox.environment(OWNER)["AWS_ACCESS_KEY_ID"]
    request = urllib.request.Request(  # noqa: S310 (the sandbox's own address)
        f"{sandbox.endpoint_url}/{BUCKET}/chunked",
        data=b"5\r\nfirst\r\n6\r\nsecond\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
        method="PUT",
        headers={
            "Authorization": f"AWS4-HMAC-SHA256 Credential={key}/20260105/us-east-1/s3/aws4_request, Signature=0",
            "Content-Encoding": "aws-chunked",
            "Content-Type": "application/octet-stream",
            "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "x-amz-decoded-content-length": "11",
            "x-amz-trailer": "x-amz-checksum-crc32",
        },
    )
    with urllib.request.urlopen(request) as response:  # noqa: S310
        assert response.status == 200
    assert s3.get_object(Bucket=BUCKET, Key="chunked")["Body"].read() == b"firstsecond"


def test_a_bucket_is_deleted_when_it_is_empty_of_versions_too(sandbox: Sandbox, s3: Any) -> None:
    before = sandbox.snapshot()
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"one", b"two"):
        s3.put_object(Bucket=BUCKET, Key="a", Body=body)
    s3.delete_object(Bucket=BUCKET, Key="a")
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)
    assert _code(s3.delete_bucket, Bucket=BUCKET) == "BucketNotEmpty"
    listed = s3.list_object_versions(Bucket=BUCKET)
    ids = [
        {"Key": one["Key"], "VersionId": one["VersionId"]} for one in (*listed["Versions"], *listed["DeleteMarkers"])
    ]
    assert len(ids) == 3
    assert len(s3.delete_objects(Bucket=BUCKET, Delete={"Objects": ids})["Deleted"]) == 3
    assert before["buckets"] == {OWNER: [{**sandbox.snapshot()["buckets"][OWNER][0], "versioning": None}]}
    s3.delete_bucket(Bucket=BUCKET)
    assert sandbox.snapshot()["buckets"] == {}


def test_the_lock_of_a_bucket_with_objects_is_changed(s3: Any) -> None:
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    assert _code(s3.put_object_lock_configuration, Bucket=BUCKET, ObjectLockConfiguration=lock) == "InvalidBucketState"
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"one")
    s3.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration=lock)
    (rule,) = s3.get_object_lock_configuration(Bucket=BUCKET)["ObjectLockConfiguration"]["Rule"].values()
    assert (rule["Mode"], rule["Days"]) == ("GOVERNANCE", 1)
    s3.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})
    assert "Rule" not in s3.get_object_lock_configuration(Bucket=BUCKET)["ObjectLockConfiguration"]


@pytest.mark.parametrize(
    "wrong",
    [
        "no JSON",
        policy(statement("s3:GetObject", f"{ARN}-other/*")),
        policy(statement("s3:GetObject", ARN)),
        policy(statement("s3:ListBucket", f"{ARN}/*")),
        policy(statement("ssm:GetParameter", ARN)),
        policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{ARN}/*"}),
        policy(statement("s3:GetObject", f"{ARN}/*", Unknown="element")),
        policy({**statement("s3:GetObject", f"{ARN}/*"), "Effect": "Maybe"}),
    ],
)
def test_invalid_bucket_policies(s3: Any, wrong: str) -> None:
    assert _code(s3.put_bucket_policy, Bucket=BUCKET, Policy=wrong) == "MalformedPolicy"


def test_cross_account_access_requires_the_bucket_policy(sandbox: Sandbox, s3: Any) -> None:
    other, third = sandbox.client("s3", OTHER), sandbox.client("s3", "111111111111")
    s3.put_object(Bucket=BUCKET, Key="open/a", Body=b"a")
    account = {"AWS": f"arn:aws:iam::{OTHER}:root"}
    s3.put_bucket_policy(
        Bucket=BUCKET,
        Policy=policy(
            statement("s3:GetObject", f"{ARN}/open/*", account),
            statement("s3:ListBucket", ARN, account, Condition={"StringLike": {"s3:prefix": "open/*"}}),
            statement("s3:PutObject", f"{ARN}/*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-sandbox0001"}}),
        ),
    )
    assert other.get_object(Bucket=BUCKET, Key="open/a")["Body"].read() == b"a"
    assert other.list_objects_v2(Bucket=BUCKET, Prefix="open/")["KeyCount"] == 1
    for client, call, parameters in (
        (other, "list_objects_v2", {}),
        (other, "get_object", {"Key": "closed/a"}),
        (other, "delete_object", {"Key": "open/a"}),
        (other, "get_bucket_policy", {}),
        (third, "get_object", {"Key": "open/a"}),
    ):
        assert _code(getattr(client, call), Bucket=BUCKET, **parameters) == "AccessDenied"
    third.put_object(Bucket=BUCKET, Key="closed/a", Body=b"b")


def test_an_explicit_deny_applies_to_the_buckets_account(s3: Any) -> None:
    everything = {**statement("s3:*", f"{ARN}/*"), "Effect": "Deny"}
    unencrypted = {**everything, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    outdated = {**everything, "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(unencrypted, outdated))
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"a")
    encrypted = {**everything, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}
    for denied in (encrypted, {**everything, "Condition": {"NumericLessThan": {"s3:TlsVersion": 1.4}}}):
        s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(denied))
        assert _code(s3.get_object, Bucket=BUCKET, Key="a") == "AccessDenied"
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy({**statement("s3:DeleteObject", f"{ARN}/*"), "Effect": "Deny"}))
    assert _code(s3.delete_object, Bucket=BUCKET, Key="a") == "AccessDenied"
    assert _code(s3.delete_objects, Bucket=BUCKET, Delete={"Objects": [{"Key": "a"}]}) == "AccessDenied"
    s3.delete_bucket_policy(Bucket=BUCKET)
    s3.delete_object(Bucket=BUCKET, Key="a")


def test_access_of_a_service(s3: Any) -> None:
    conditions = {"StringEquals": {"aws:SourceOrgID": "o-sandbox0001", "s3:x-amz-acl": "bucket-owner-full-control"}}
    service = {"Service": "ssm.amazonaws.com"}
    s3.put_bucket_policy(
        Bucket=BUCKET,
        Policy=policy(statement("s3:PutObject", f"{ARN}/*/accountid=*/*", service, Condition=conditions)),
    )
    context = {"aws:SourceOrgID": "o-sandbox0001", "s3:x-amz-acl": "bucket-owner-full-control"}
    assert is_service_allowed("ssm.amazonaws.com", "s3:PutObject", BUCKET, KEY, context)
    assert not is_service_allowed("ssm.amazonaws.com", "s3:PutObject", BUCKET, "elsewhere", context)
    assert not is_service_allowed(
        "ssm.amazonaws.com", "s3:PutObject", BUCKET, KEY, {**context, "aws:SourceOrgID": "o-other"}
    )
    assert not is_service_allowed("config.amazonaws.com", "s3:PutObject", BUCKET, KEY, context)
    assert not is_service_allowed("ssm.amazonaws.com", "s3:GetBucketAcl", BUCKET, "", context)


def test_policies_of_callers(sandbox: Sandbox, s3: Any) -> None:
    key = sandbox.client("kms", OWNER).create_key(Description="data")["KeyMetadata"]["Arn"]
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}]}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration=encryption)
    sandbox.permissions.enforce(
        f"arn:aws:iam::{OWNER}:user/Administrator",
        {
            "Statement": [
                {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"{ARN}/*"},
                {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": ARN},
                {"Effect": "Allow", "Action": "kms:GenerateDataKey", "Resource": key},
            ]
        },
    )
    caller = client_of(sandbox, "s3", OWNER)
    caller.put_object(Bucket=BUCKET, Key="a", Body=b"a")
    caller.head_bucket(Bucket=BUCKET)
    with pytest.raises(ClientError, match="kms:Decrypt on resource: arn:aws:kms:us-east-1:222222222222:key/"):
        caller.get_object(Bucket=BUCKET, Key="a")
    with pytest.raises(ClientError, match="s3:ListBucketVersions"):
        caller.list_object_versions(Bucket=BUCKET)
    with pytest.raises(ClientError, match="s3:PutEncryptionConfiguration"):
        caller.delete_bucket_encryption(Bucket=BUCKET)
