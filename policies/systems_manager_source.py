"""CKV_SSMORG_8: Systems Manager may use a bucket and a key only for specified accounts.

The service principal is the same for all AWS accounts: without a condition, any account can make it write.
https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from checkov.common.bridgecrew.severities import BcSeverities, Severities
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICE = "ssm.amazonaws.com"
SOURCES = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths")
"""Condition keys for the account that the service acts for."""
UNCONDITIONAL = ("s3:getbucketacl", "s3:putobjecttagging")
"""Actions that AWS's documentation of resource data syncs allows without a condition."""


class SystemsManagerSource(BaseResourceCheck):
    def __init__(self) -> None:
        super().__init__(
            name="Systems Manager writes and encrypts for specified accounts only",
            id="CKV_SSMORG_8",
            categories=[CheckCategories.IAM],
            supported_resources=["aws_kms_key", "aws_s3_bucket_policy"],
            guideline=(
                "Give the statement that allows ssm.amazonaws.com to write or to encrypt a condition on "
                "aws:SourceOrgID, aws:SourceAccount or aws:SourceArn: otherwise a resource data sync of any account "
                "in the world may use it. "
                "https://docs.aws.amazon.com/systems-manager/latest/userguide/inventory-create-resource-data-sync.html"
            ),
        )
        self.severity = Severities[BcSeverities.HIGH]

    def scan_resource_conf(self, conf: dict[str, list[Any]]) -> CheckResult:
        """No result if the policy does not allow Systems Manager to write, or is unreadable."""
        self.evaluated_keys = ["policy"]
        statements = [statement for statement in _statements(conf) if _lets_write(statement)]
        if not statements:
            return CheckResult.UNKNOWN
        return CheckResult.PASSED if all(map(_names_source, statements)) else CheckResult.FAILED


def _statements(conf: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    policy = (conf.get("policy") or [None])[0]
    if isinstance(policy, str):
        try:
            policy = json.loads(policy)
        except ValueError:
            return
    if isinstance(policy, dict):
        yield from (statement for statement in _list(policy.get("Statement")) if isinstance(statement, dict))


def _lets_write(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    services = _list(principal.get("Service")) if isinstance(principal, dict) else []
    actions = [str(action).lower() for action in _list(statement.get("Action"))]
    return statement.get("Effect") == "Allow" and SERVICE in services and any(a not in UNCONDITIONAL for a in actions)


def _names_source(statement: dict[str, Any]) -> bool:
    condition = statement.get("Condition")
    keys = {str(key).lower() for test in condition.values() for key in test} if isinstance(condition, dict) else set()
    return not keys.isdisjoint(SOURCES)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


check = SystemsManagerSource()
