"""S3 of one account.

Bucket names are global: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import BucketAlreadyExists, InvalidBucketName, InvalidBucketState, MissingBucket
from moto.s3.models import FakeBucket, S3Backend, s3_backends

from sandbox.services.s3.policy_rules import require_valid_policy

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["SandboxBucket", "SandboxS3Backend", "find_bucket", "s3_backends"]

_NAME = re.compile(r"(?!xn--|sthree-|amzn-s3-demo-)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9](?!.*\.\.)[a-z0-9.-]{1,61}[a-z0-9]")

OWNER_ENFORCED: Any = "BucketOwnerEnforced"

# "Amazon S3 automatically enables server-side encryption with Amazon S3 managed keys (SSE-S3) for new buckets":
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
_AMAZON_S3_KEYS = {
    "Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}
}


class SandboxBucket(FakeBucket):
    """A bucket whose policy the sandbox evaluates: moto ignores conditions, and principals other than `*`."""

    def is_created(self) -> bool:
        return True

    def get_permission(self, action: str, resource: str) -> Any:
        return PermissionResult.NEUTRAL


class SandboxS3Backend(S3Backend):
    """The buckets of an account, in all Regions."""

    @property
    def _url_module(self) -> ModuleType:
        from sandbox.services.s3 import urls

        return urls

    def create_bucket(self, bucket_name: str, region_name: str, bucket_namespace: str | None = None) -> FakeBucket:
        """Create a bucket with AWS's defaults since April 2023. Raises BucketAlreadyExists and InvalidBucketName.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html: ACLs disabled and public access
        blocked.
        """
        if bucket_name in s3_backends.bucket_accounts:
            raise BucketAlreadyExists(bucket=bucket_name)
        if not _NAME.fullmatch(bucket_name) or bucket_name.endswith(("-s3alias", "--ol-s3", ".mrap", "--x-s3")):
            raise InvalidBucketName
        bucket = SandboxBucket(bucket_name, self.account_id, region_name, bucket_namespace)
        self.buckets[bucket_name] = bucket
        bucket.encryption = dict(_AMAZON_S3_KEYS)
        bucket.ownership_rule = OWNER_ENFORCED
        blocked = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        self.put_public_access_block(bucket_name, dict.fromkeys(blocked, "true"))
        return bucket

    def delete_bucket_encryption(self, bucket_name: str) -> None:
        """Restore the default encryption: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html"""
        self.put_bucket_encryption(bucket_name, dict(_AMAZON_S3_KEYS))

    def put_bucket_policy(self, bucket_name: str, policy: bytes) -> None:
        """Raises MalformedPolicy."""
        require_valid_policy(policy, bucket_name)
        super().put_bucket_policy(bucket_name, policy)

    def put_object_lock_configuration(
        self,
        bucket_name: str,
        lock_enabled: bool,
        mode: str | None = None,
        days: int | None = None,
        years: int | None = None,
    ) -> None:
        """Also of a bucket with objects, which moto refuses: "new or existing buckets". Raises InvalidBucketState.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html
        """
        bucket = self.get_bucket(bucket_name)
        if not bucket.is_versioned:
            raise InvalidBucketState("Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
        bucket.object_lock_enabled = bucket.object_lock_enabled or lock_enabled
        bucket.default_lock_mode, bucket.default_lock_days, bucket.default_lock_years = mode, days, years

    def log_incoming_request(self, request: Any, bucket_name: str) -> None:
        """Access logs are not delivered: on AWS that takes hours, and is not guaranteed.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
        """


def find_bucket(name: str) -> SandboxBucket | None:
    """Return a bucket, whosever it is; None if there is none of this name."""
    if name not in s3_backends.bucket_accounts:
        return None
    partition, account_id = s3_backends.bucket_accounts[name]
    try:
        bucket = s3_backends[account_id][partition].get_bucket(name)
    except MissingBucket:
        return None
    if not isinstance(bucket, SandboxBucket):
        raise TypeError("sandbox.services.installation.install() must run before moto creates its first backend")
    return bucket
