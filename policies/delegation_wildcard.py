"""CKV_SSMORG_4: delegation policies of the organization have no wildcards.

https://docs.aws.amazon.com/organizations/latest/userguide/security_iam_resource-based-policy-examples.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from checkov.common.bridgecrew.severities import BcSeverities, Severities
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

READING = ("organizations:describe", "organizations:list")
"""Prefixes of read-only actions, which may have a wildcard."""


class DelegationWildcard(BaseResourceCheck):
    def __init__(self) -> None:
        super().__init__(
            name="No delegation policy delegates by wildcard",
            id="CKV_SSMORG_4",
            categories=[CheckCategories.IAM],
            supported_resources=["aws_organizations_resource_policy"],
            guideline=(
                "Name accounts as Principal and actions as Action: a wildcard delegates to every account, or what "
                "AWS adds later. Only organizations:Describe* and organizations:List* may have one. "
                "https://docs.aws.amazon.com/organizations/latest/userguide/"
                "security_iam_resource-based-policy-examples.html"
            ),
        )
        self.severity = Severities[BcSeverities.CRITICAL]

    def scan_resource_conf(self, conf: dict[str, list[Any]]) -> CheckResult:
        """Failed for an Allow with a wildcard; no result for an unreadable policy."""
        self.evaluated_keys = ["content"]
        content = (conf.get("content") or [None])[0]
        if isinstance(content, str):
            try:
                content = json.loads(content)
            except ValueError:
                return CheckResult.UNKNOWN
        if not isinstance(content, dict) or "Statement" not in content:
            return CheckResult.UNKNOWN
        wild = any(_is_wild(statement) for statement in _list(content["Statement"]))
        return CheckResult.FAILED if wild else CheckResult.PASSED


def _is_wild(statement: dict[str, Any]) -> bool:
    if statement.get("Effect") != "Allow":
        return False
    # Both match everything else.
    if "NotPrincipal" in statement or "NotAction" in statement:
        return True
    principals = any("*" in principal for principal in _principals(statement.get("Principal")))
    return principals or any(_is_wild_action(str(action).lower()) for action in _list(statement.get("Action")))


def _is_wild_action(action: str) -> bool:
    return ("*" in action or "?" in action) and not action.startswith(READING)


def _principals(principal: Any) -> Iterator[str]:
    if isinstance(principal, dict):
        for named in principal.values():
            yield from map(str, _list(named))
    else:
        yield from map(str, _list(principal))


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


check = DelegationWildcard()
