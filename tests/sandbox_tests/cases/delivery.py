"""Buckets that resource data syncs may write to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox import Sandbox

BUCKET = "inventory"
ARN = f"arn:aws:s3:::{BUCKET}"
SERVICE = {"Service": "ssm.amazonaws.com"}
ORGANIZATION_ID = "o-sandbox0001"

# The three statements of inventory-create-resource-data-sync, for an organization.
CHECK = {"Effect": "Allow", "Principal": SERVICE, "Action": "s3:GetBucketAcl", "Resource": ARN}
DELIVERY: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": SERVICE,
    "Action": "s3:PutObject",
    "Resource": f"{ARN}/*/accountid=*/*",
    "Condition": {
        "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceOrgID": ORGANIZATION_ID},
    },
}
TAGGING = {
    "Effect": "Allow",
    "Principal": SERVICE,
    "Action": "s3:PutObjectTagging",
    "Resource": f"{ARN}/*/accountid=*/*",
}
STATEMENTS = (CHECK, DELIVERY, TAGGING)


def document(statements: Iterable[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def make_bucket(sandbox: Sandbox, account_id: str, region: str = "eu-west-1", **options: Any) -> Any:
    """S3 of an account, with a bucket in a Region that takes what any sync of the organization writes."""
    s3 = sandbox.client("s3", account_id, region)
    if region != "us-east-1":
        options["CreateBucketConfiguration"] = {"LocationConstraint": region}
    s3.create_bucket(Bucket=BUCKET, **options)
    allow_delivery(s3, STATEMENTS)
    return s3


def allow_delivery(s3: Any, statements: Iterable[dict[str, Any]]) -> None:
    s3.put_bucket_policy(Bucket=BUCKET, Policy=document(statements))


def keys(s3: Any) -> list[str]:
    """The keys of all objects of the bucket."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    return [found["Key"] for page in pages for found in page.get("Contents", [])]


def lines(s3: Any, key: str) -> list[dict[str, str]]:
    """An object, line by line."""
    body = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()
    return [json.loads(line) for line in body.split("\n")]
