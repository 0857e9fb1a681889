"""Bucket policies know the tags of a role, and where in the organization its account is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from sandbox_tests.cases.quick_setup import ADMINISTRATOR, MEMBER, ROOT, policy

if TYPE_CHECKING:
    from sandbox import Sandbox

BUCKET, KEY = "baselines", "baseline_overrides.json"
TAG = {"Key": "QSConfigId-a1b2c", "Value": "a1b2c"}


@pytest.fixture
def unit(sandbox: Sandbox) -> str:
    """The unit of the member account."""
    organizations = sandbox.client("organizations")
    unit = organizations.create_organizational_unit(ParentId=ROOT, Name="Nodes")["OrganizationalUnit"]["Id"]
    organizations.move_account(AccountId=MEMBER, SourceParentId=ROOT, DestinationParentId=unit)
    return str(unit)


def _make_bucket(sandbox: Sandbox, condition: dict[str, Any]) -> None:
    """A bucket with the policy that patch policies give theirs, for the principals of a condition."""
    resource = f"arn:aws:s3:::{BUCKET}/{KEY}"
    deny = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:GetObject",
        "Resource": resource,
        "Condition": {"StringNotEquals": {f"aws:PrincipalTag/{TAG['Key']}": TAG["Value"]}},
    }
    allow = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": resource,
        "Condition": condition,
    }
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"[]")
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny, allow]}))


def _node(sandbox: Sandbox, account_id: str, *tags: dict[str, str]) -> Any:
    """S3 by the role of a node."""
    arn = sandbox.client("iam", account_id).create_role(
        RoleName="Node",
        AssumeRolePolicyDocument=policy(Principal={"AWS": f"arn:aws:iam::{account_id}:root"}),
        Tags=list(tags),
    )["Role"]["Arn"]
    credentials = sandbox.client("sts", account_id).assume_role(RoleArn=arn, RoleSessionName="node")["Credentials"]
    return boto3.client(
        "s3",
        endpoint_url=sandbox.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        config=Config(s3={"addressing_style": "path"}),
    )


def test_a_role_needs_the_tag(sandbox: Sandbox, unit: str, client_error: Any) -> None:
    organization_id = sandbox.client("organizations").describe_organization()["Organization"]["Id"]
    paths = [f"{organization_id}/*/ou-none-00000000/*", f"{organization_id}/*/{unit}/*"]
    _make_bucket(sandbox, {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": paths}})
    node = _node(sandbox, MEMBER)
    with client_error("AccessDenied"):
        node.get_object(Bucket=BUCKET, Key=KEY)
    sandbox.client("iam", MEMBER).tag_role(RoleName="Node", Tags=[{**TAG, "Value": "other"}])
    with client_error("AccessDenied"):
        node.get_object(Bucket=BUCKET, Key=KEY)
    sandbox.client("iam", MEMBER).tag_role(RoleName="Node", Tags=[TAG])
    assert node.get_object(Bucket=BUCKET, Key=KEY)["Body"].read() == b"[]"


def test_an_account_outside_the_units_is_denied(sandbox: Sandbox, unit: str, client_error: Any) -> None:
    _make_bucket(sandbox, {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": [f"o-*/*/{unit}/*"]}})
    with client_error("AccessDenied"):
        _node(sandbox, ADMINISTRATOR, TAG).get_object(Bucket=BUCKET, Key=KEY)


def test_policy_variables_are_replaced(sandbox: Sandbox, client_error: Any) -> None:
    _make_bucket(sandbox, {"StringEquals": {"aws:PrincipalTag/team": "${aws:PrincipalAccount}"}})
    owner = {"Key": "team", "Value": MEMBER}
    assert _node(sandbox, MEMBER, TAG, owner).get_object(Bucket=BUCKET, Key=KEY)["Body"].read() == b"[]"
    with client_error("AccessDenied"):
        _node(sandbox, ADMINISTRATOR, TAG, owner).get_object(Bucket=BUCKET, Key=KEY)
