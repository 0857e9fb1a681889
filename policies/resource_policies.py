"""CKV_SSMORG_8, CKV_SSMORG_13 and CKV_SSMORG_14: whom the policies of buckets, keys and roles let write or assume.

Checkov loads each file by itself, so that policies which read the same documents are in one.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from checkov.common.bridgecrew.severities import BcSeverities, Severities
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICE = "ssm.amazonaws.com"
ASSUMING_SERVICES = ("codebuild.amazonaws.com", "scheduler.amazonaws.com")
"""Services that assume a role which a user of any account names, and that set the condition keys below."""
SOURCES = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths")
"""Condition keys for the account that the service acts for."""
UNCONDITIONAL = ("s3:getbucketacl", "s3:putobjecttagging")
"""Actions that AWS's documentation of resource data syncs allows without a condition."""
ACCOUNT = "aws:principalaccount"
ORGANIZATION = ("aws:principalorgid", "aws:principalorgpaths", ACCOUNT)
"""Condition keys for the account of the caller."""


class ResourcePolicy(BaseResourceCheck):
    """Checks each statement that lets somebody write; no result without one, or if the policy is unreadable."""

    attribute = "policy"

    def __init__(self, identifier: str, name: str, guideline: str, resources: list[str]) -> None:
        super().__init__(
            name=name,
            id=identifier,
            categories=[CheckCategories.IAM],
            supported_resources=resources,
            guideline=guideline,
        )
        self.severity = Severities[BcSeverities.HIGH]

    def scan_resource_conf(self, conf: dict[str, list[Any]]) -> CheckResult:
        """Failed if one of the statements is not limited."""
        self.evaluated_keys = [self.attribute]
        statements = [
            statement
            for statement in _statements(conf, self.attribute)
            if statement.get("Effect") == "Allow" and self.lets_write(statement)
        ]
        if not statements:
            return CheckResult.UNKNOWN
        return CheckResult.PASSED if all(map(self.is_limited, statements)) else CheckResult.FAILED

    @abstractmethod
    def lets_write(self, statement: dict[str, Any]) -> bool:
        """Whether the policy is for this statement, which allows something."""

    @abstractmethod
    def is_limited(self, statement: dict[str, Any]) -> bool:
        """Whether it names who may."""


class SystemsManagerSource(ResourcePolicy):
    """The service principal is the same for all AWS accounts: without a condition, any account can make it write.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """

    def __init__(self) -> None:
        super().__init__(
            identifier="CKV_SSMORG_8",
            name="Systems Manager writes and encrypts for specified accounts only",
            guideline=(
                "Give the statement that allows ssm.amazonaws.com to write or to encrypt a condition on "
                "aws:SourceOrgID, aws:SourceAccount or aws:SourceArn: otherwise a resource data sync of any account "
                "in the world may use it. "
                "https://docs.aws.amazon.com/systems-manager/latest/userguide/inventory-create-resource-data-sync.html"
            ),
            resources=["aws_kms_key", "aws_s3_bucket_policy"],
        )

    def lets_write(self, statement: dict[str, Any]) -> bool:
        return SERVICE in _services(statement) and any(action not in UNCONDITIONAL for action in _actions(statement))

    def is_limited(self, statement: dict[str, Any]) -> bool:
        return not _condition_keys(statement).isdisjoint(SOURCES)


class LogPrefix(ResourcePolicy):
    """https://repost.aws/knowledge-center/ssm-s3-bucket-logging-multiple-accounts"""

    def __init__(self) -> None:
        super().__init__(
            identifier="CKV_SSMORG_13",
            name="Accounts write to a common bucket below their own prefix",
            guideline=(
                "Where any principal may write, give the statement a condition on aws:PrincipalOrgID, and "
                "${aws:PrincipalAccount} in its Resource: otherwise an account may overwrite the session logs of "
                "another. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html"
            ),
            resources=["aws_s3_bucket_policy"],
        )

    def lets_write(self, statement: dict[str, Any]) -> bool:
        principal = statement.get("Principal")
        named = _list(principal.get("AWS")) if isinstance(principal, dict) else [principal]
        return "*" in named and any(fnmatchcase("s3:putobject", action) for action in _actions(statement))

    def is_limited(self, statement: dict[str, Any]) -> bool:
        resources = [str(resource).lower() for resource in _list(statement.get("Resource"))]
        is_own_prefix = all(f"{{{ACCOUNT}}}" in resource for resource in resources)
        return is_own_prefix and not _condition_keys(statement).isdisjoint(ORGANIZATION)


class AssumedRole(ResourcePolicy):
    """https://docs.aws.amazon.com/codebuild/latest/userguide/cross-service-confused-deputy-prevention.html"""

    attribute = "assume_role_policy"

    def __init__(self) -> None:
        super().__init__(
            identifier="CKV_SSMORG_14",
            name="EventBridge Scheduler and CodeBuild assume a role for specified accounts only",
            guideline=(
                "Give the trust policy a condition on aws:SourceAccount or aws:SourceArn: otherwise a schedule or a "
                "build of any account in the world may use the role, if it can name it. "
                "https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html"
            ),
            resources=["aws_iam_role"],
        )

    def lets_write(self, statement: dict[str, Any]) -> bool:
        return not set(ASSUMING_SERVICES).isdisjoint(_services(statement))

    def is_limited(self, statement: dict[str, Any]) -> bool:
        return not _condition_keys(statement).isdisjoint(SOURCES)


def _statements(conf: dict[str, list[Any]], attribute: str) -> Iterator[dict[str, Any]]:
    policy = (conf.get(attribute) or [None])[0]
    if isinstance(policy, str):
        try:
            policy = json.loads(policy)
        except ValueError:
            return
    if isinstance(policy, dict):
        yield from (statement for statement in _list(policy.get("Statement")) if isinstance(statement, dict))


def _services(statement: dict[str, Any]) -> list[Any]:
    principal = statement.get("Principal")
    return _list(principal.get("Service")) if isinstance(principal, dict) else []


def _actions(statement: dict[str, Any]) -> list[str]:
    return [str(action).lower() for action in _list(statement.get("Action"))]


def _condition_keys(statement: dict[str, Any]) -> set[str]:
    condition = statement.get("Condition")
    return {str(key).lower() for test in condition.values() for key in test} if isinstance(condition, dict) else set()


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


systems_manager_source = SystemsManagerSource()
log_prefix = LogPrefix()
assumed_role = AssumedRole()
