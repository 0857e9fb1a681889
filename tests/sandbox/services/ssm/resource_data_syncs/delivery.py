"""Resource data syncs to a bucket: required permissions, and delivery.

https://docs.aws.amazon.com/systems-manager/latest/userguide/inventory-create-resource-data-sync.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.policies.evaluation import Permission
from sandbox.services.kms.models import find_key, is_allowed, key_arn
from sandbox.services.organizations.models import find_organization
from sandbox.services.s3.access import is_service_allowed
from sandbox.services.s3.models import find_bucket, s3_backends
from sandbox.services.ssm.resource_data_syncs.inventory import INSTANCE_INFORMATION, as_text, key_of, rows_of
from sandbox.services.sts.trust import Principal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sandbox.services.s3.models import SandboxBucket
    from sandbox.services.ssm.instances import ManagedInstance

    Rows = list[dict[str, str]]

SERVICE = "ssm.amazonaws.com"
OWNER_CONTROLS = "bucket-owner-full-control"


class Delivery:
    """The delivery of one sync to its bucket; `destination` is the model's ResourceDataSyncS3Destination."""

    def __init__(self, destination: Mapping[str, Any], account_id: str, region: str, sync_name: str) -> None:
        self._destination = destination
        self._account_id = account_id
        self._region = region
        self._arn = f"arn:aws:ssm:{region}:{account_id}:resource-data-sync/{sync_name}"
        self._written: dict[str, Rows] = {}

    def failure_reason(self) -> str | None:
        """Return why it cannot write (ASSUMPTION(sync-delivery): the messages); None if it can."""
        name, region = self._destination["BucketName"], self._destination["Region"]
        bucket = find_bucket(name)
        if bucket is None:
            return f"the bucket {name} does not exist"
        if bucket.region_name != region:
            return f"the bucket {name} is in {bucket.region_name}, not in {region}"
        # "Systems Manager Inventory can't add data to a specified Amazon S3 bucket if that bucket is configured to use
        # Object Lock" (the page above).
        if bucket.object_lock_enabled:
            return f"the bucket {name} has Object Lock"
        return self._denial(bucket) or self._key_denial(bucket)

    def deliver(self, instances: Iterable[ManagedInstance], now: datetime) -> None:
        """Write the changed data of these nodes. Objects of other nodes remain.

        "If you delete a managed node, resource data sync preserves the inventory file for the deleted node. For running
        nodes, however, resource data sync automatically overwrites old inventory files" (the page above).
        ASSUMPTION(sync-delivery): other changes of an object remain until the node's data change.
        """
        bucket = find_bucket(self._destination["BucketName"])
        if bucket is None:
            raise TypeError(f"{self._arn} writes to a bucket that is not there")
        for instance in instances:
            for type_name, rows in rows_of(instance).items():
                key = self._key(type_name, instance.id)
                if self._written.get(key) != rows:
                    self._put(bucket, key, [_captured(row, now) for row in rows])
                    self._written[key] = rows

    def _key(self, type_name: str, node_id: str) -> str:
        prefix = self._destination.get("Prefix")
        key = key_of(type_name, self._account_id, self._region, node_id)
        return f"{prefix}/{key}" if prefix else key

    def _put(self, bucket: SandboxBucket, key: str, rows: Rows) -> None:
        text = "\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
        arn = self._destination.get("AWSKMSKeyARN")
        s3_backends[bucket.account_id]["aws"].put_object(
            bucket.name, key, text.encode(), encryption="aws:kms" if arn else None, kms_key_id=arn
        )

    def _denial(self, bucket: SandboxBucket) -> str | None:
        """The three permissions of the page above, with the service's condition keys."""
        context = {**self._context(), "s3:x-amz-acl": OWNER_CONTROLS}
        if arn := self._destination.get("AWSKMSKeyARN"):
            context["s3:x-amz-server-side-encryption"] = "aws:kms"
            context["s3:x-amz-server-side-encryption-aws-kms-key-id"] = arn
        # ASSUMPTION(sync-delivery): it checks one object, for all.
        key = self._key(INSTANCE_INFORMATION, "i-00000000000000000")
        required = [("s3:GetBucketAcl", "", self._context()), ("s3:PutObject", key, context)]
        if "DestinationDataSharing" in self._destination:
            required.append(("s3:PutObjectTagging", key, self._context()))
        for action, of_key, facts in required:
            if not is_service_allowed(SERVICE, action, bucket.name, of_key, facts):
                return f"the policy of the bucket {bucket.name} does not allow {SERVICE} to {action} for {self._arn}"
        return None

    def _key_denial(self, bucket: SandboxBucket) -> str | None:
        """Return why the KMS key of the sync, or of the bucket, cannot be used.

        https://docs.aws.amazon.com/systems-manager/latest/userguide/inventory-resource-data-sync.html
        """
        arn = self._destination.get("AWSKMSKeyARN") or _default_key(bucket)
        if arn is None:
            return None
        key = find_key(arn)
        if key is None or key.key_state != "Enabled":
            return f"the key {arn} does not exist, or is not enabled"
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
        if key.region != bucket.region_name:
            return f"the key {arn} is not in the Region of the bucket {bucket.name}"
        permission = Permission("kms:GenerateDataKey", key.arn, self._context())
        if not is_allowed(Principal.service(SERVICE), permission):
            return f"the policy of the key {arn} does not allow {SERVICE} to {permission.action} for {self._arn}"
        return None

    def _context(self) -> dict[str, str]:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""
        organization = find_organization(self._account_id)
        facts = {"aws:SourceAccount": self._account_id, "aws:SourceArn": self._arn}
        return {**facts, "aws:SourceOrgID": organization.established.id} if organization is not None else facts


def _captured(row: dict[str, str], now: datetime) -> dict[str, str]:
    # What nothing collects is taken to be collected as it is written.
    return {"resourceId": row["resourceId"], "captureTime": as_text(now), **row}


def _default_key(bucket: SandboxBucket) -> str | None:
    """The ARN of the key of the bucket's default encryption; None where that is Amazon S3's own."""
    by_default = (bucket.encryption or {}).get("Rule", {}).get("ApplyServerSideEncryptionByDefault", {})
    if not str(by_default.get("SSEAlgorithm", "")).startswith("aws:kms"):
        return None
    # Without a key it is the AWS managed one of the bucket's account, whose policy cannot be changed: other accounts
    # cannot use it (UsingKMSEncryption, above).
    return key_arn(bucket.account_id, bucket.region_name, by_default.get("KMSMasterKeyID") or "alias/aws/s3")
