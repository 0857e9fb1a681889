"""CKV_SSMORG_7: buckets are encrypted with a customer managed key.

Not in YAML: in a plan, a missing key is "", which counts as existing, and an unknown key has no value.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checkov.common.bridgecrew.severities import BcSeverities, Severities
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS_OF_AWS = "alias/aws/"


class BucketKey(BaseResourceCheck):
    def __init__(self) -> None:
        super().__init__(
            name="Every bucket is encrypted with a customer managed key",
            id="CKV_SSMORG_7",
            categories=[CheckCategories.ENCRYPTION],
            supported_resources=["aws_s3_bucket_server_side_encryption_configuration"],
            guideline=(
                "Set kms_master_key_id to a customer managed key. AWS manages the key policy of the default, "
                "alias/aws/s3, and no other account can read what it encrypts. "
                "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html"
            ),
        )
        self.severity = Severities[BcSeverities.HIGH]

    def scan_resource_conf(self, conf: dict[str, list[Any]]) -> CheckResult:
        """Failed for a rule without a key or with an AWS managed key; no result without KMS."""
        self.evaluated_keys = ["rule/[0]/apply_server_side_encryption_by_default/[0]/kms_master_key_id"]
        # Only resources of a plan have this.
        in_plan = "__change_actions__" in conf
        rules = [rule for rule in _rules(conf) if str(_first(rule.get("sse_algorithm"))).startswith("aws:kms")]
        if not rules:
            return CheckResult.UNKNOWN
        return CheckResult.PASSED if all(_names_key(rule, in_plan) for rule in rules) else CheckResult.FAILED


def _names_key(rule: dict[str, Any], in_plan: bool) -> bool:
    if "kms_master_key_id" not in rule:
        return in_plan  # Known after the apply: a key of the configuration.
    named = _first(rule["kms_master_key_id"])
    return bool(named) and KEYS_OF_AWS not in str(named)


def _rules(conf: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    for rule in conf.get("rule") or []:
        default = _first(rule.get("apply_server_side_encryption_by_default")) if isinstance(rule, dict) else None
        if isinstance(default, dict):
            yield default


def _first(value: Any) -> Any:
    """Checkov wraps each value into a list."""
    return value[0] if isinstance(value, list) and value else value


check = BucketKey()
