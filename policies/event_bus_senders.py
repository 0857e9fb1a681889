"""CKV_SSMORG_15: an event bus takes events from named accounts, or from accounts of the organization.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from checkov.common.bridgecrew.severities import BcSeverities, Severities
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

SENDERS = ("aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:sourceaccount", "aws:sourcearn")
"""Condition keys for the account that sends."""


class EventBusSenders(BaseResourceCheck):
    def __init__(self) -> None:
        super().__init__(
            name="An event bus takes no events of any account in the world",
            id="CKV_SSMORG_15",
            categories=[CheckCategories.IAM],
            supported_resources=["aws_cloudwatch_event_bus_policy"],
            guideline=(
                "Where the policy of an event bus allows any principal, give the statement a condition on "
                "aws:PrincipalOrgID: otherwise any account may send events, and start what your rules start. "
                "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html"
            ),
        )
        self.severity = Severities[BcSeverities.HIGH]

    def scan_resource_conf(self, conf: dict[str, list[Any]]) -> CheckResult:
        """Failed for an Allow of everybody without such a condition; no result for an unreadable policy."""
        self.evaluated_keys = ["policy"]
        policy = (conf.get("policy") or [None])[0]
        if isinstance(policy, str):
            try:
                policy = json.loads(policy)
            except ValueError:
                return CheckResult.UNKNOWN
        if not isinstance(policy, dict) or "Statement" not in policy:
            return CheckResult.UNKNOWN
        is_open = any(_is_open(statement) for statement in _list(policy["Statement"]))
        return CheckResult.FAILED if is_open else CheckResult.PASSED


def _is_open(statement: dict[str, Any]) -> bool:
    if statement.get("Effect") != "Allow":
        return False
    if "NotPrincipal" not in statement and "*" not in _principals(statement.get("Principal")):
        return False
    condition = statement.get("Condition")
    keys = {str(key).lower() for test in condition.values() for key in test} if isinstance(condition, dict) else set()
    return keys.isdisjoint(SENDERS)


def _principals(principal: Any) -> Iterator[str]:
    if isinstance(principal, dict):
        yield from (str(named) for value in principal.values() for named in _list(value))
    else:
        yield from map(str, _list(principal))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


event_bus_senders = EventBusSenders()
