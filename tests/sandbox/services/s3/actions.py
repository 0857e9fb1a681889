"""The IAM actions of S3 operations, whose names differ in part.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.policies.evaluation import Permission
from sandbox.services.s3.policy_rules import is_on_objects

if TYPE_CHECKING:
    from sandbox.policies.request_context import RequestContext

# Operations whose actions have other names.
_ACTIONS = {
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "CompleteMultipartUpload": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "ListParts": "ListMultipartUploadParts",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "UploadPart": "PutObject",
}

# The actions with the parameter "versionId".
_OF_VERSIONS = {
    "DeleteObject": "DeleteObjectVersion",
    "GetObject": "GetObjectVersion",
    "GetObjectTagging": "GetObjectVersionTagging",
    "HeadObject": "GetObjectVersion",
}

# Condition keys, each with the parameter that it compares.
_CONTEXT = {
    "ListObjects": {"s3:prefix": "Prefix", "s3:delimiter": "Delimiter"},
    "ListObjectsV2": {"s3:prefix": "Prefix", "s3:delimiter": "Delimiter"},
    "ListObjectVersions": {"s3:prefix": "Prefix", "s3:delimiter": "Delimiter"},
    "PutObject": {
        "s3:x-amz-acl": "ACL",
        "s3:x-amz-server-side-encryption": "ServerSideEncryption",
        "s3:x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
    },
}


def s3_permissions(request: RequestContext) -> list[Permission]:
    """Return the required permissions, on the bucket or on its objects."""
    context = {
        key: str(request.get(parameter))
        for key, parameter in _CONTEXT.get(request.operation, {}).items()
        if request.get(parameter) is not None
    }
    if request.operation == "DeleteObjects":
        return list(dict.fromkeys(_deletion(request, one) for one in request.get("Delete")["Objects"]))
    if request.operation == "ListBuckets":
        return [Permission("s3:ListAllMyBuckets")]
    action = _action(request.operation, is_version=request.get("VersionId") is not None)
    arn = f"arn:aws:s3:::{request.get('Bucket')}"
    return [Permission(action, f"{arn}/{request.get('Key')}" if is_on_objects(action) else arn, context)]


def _action(operation: str, *, is_version: bool) -> str:
    named = _ACTIONS.get(operation, operation)
    return f"s3:{_OF_VERSIONS.get(operation, named) if is_version else named}"


def _deletion(request: RequestContext, one: dict[str, Any]) -> Permission:
    action = _action("DeleteObject", is_version=one.get("VersionId") is not None)
    return Permission(action, f"arn:aws:s3:::{request.get('Bucket')}/{one['Key']}")
