"""CKV_SSMORG_13: each account writes to a bucket of the organization below its own prefix.

https://repost.aws/knowledge-center/ssm-s3-bucket-logging-multiple-accounts
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from checkov.common.bridgecrew.severities import BcSeverities, Severities
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "aws:principalaccount"
ORGANIZATION = ("aws:principalorgid", "aws:principalorgpaths", ACCOUNT)
"""Condition keys for the account of the caller."""


class LogPrefix(BaseResourceCheck):
    def __init__(self) -> None:
        super().__init__(
            name="Accounts write to a common bucket below their own prefix",
            id="CKV_SSMORG_13",
            categories=[CheckCategories.IAM],
            supported_resources=["aws_s3_bucket_policy"],
            guideline=(
                "Where any principal may write, give the statement a condition on aws:PrincipalOrgID, and "
                "${aws:PrincipalAccount} in its Resource: otherwise an account may overwrite the session logs of "
                "another. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html"
            ),
        )
        self.severity = Severities[BcSeverities.HIGH]

    def scan_resource_conf(self, conf: dict[str, list[Any]]) -> CheckResult:
        """No result if the policy does not allow any principal to write, or is unreadable."""
        self.evaluated_keys = ["policy"]
        statements = [statement for statement in _statements(conf) if _lets_anybody_write(statement)]
        if not statements:
            return CheckResult.UNKNOWN
        return CheckResult.PASSED if all(map(_is_limited, statements)) else CheckResult.FAILED


def _lets_anybody_write(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    named = _list(principal.get("AWS")) if isinstance(principal, dict) else [principal]
    actions = [str(action).lower() for action in _list(statement.get("Action"))]
    writes = any(fnmatchcase("s3:putobject", action) for action in actions)
    return statement.get("Effect") == "Allow" and "*" in named and writes


def _is_limited(statement: dict[str, Any]) -> bool:
    condition = statement.get("Condition")
    keys = [str(key).lower() for tested in condition.values() for key in tested] if isinstance(condition, dict) else []
    resources = [str(resource).lower() for resource in _list(statement.get("Resource"))]
    return any(key in ORGANIZATION for key in keys) and all(f"{{{ACCOUNT}}}" in resource for resource in resources)


def _statements(conf: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    policy = (conf.get("policy") or [None])[0]
    if isinstance(policy, str):
        try:
            policy = json.loads(policy)
        except ValueError:
            return
    if isinstance(policy, dict):
        yield from (statement for statement in _list(policy.get("Statement")) if isinstance(statement, dict))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


check = LogPrefix()
