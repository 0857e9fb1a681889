"""Evaluation of trust policies of roles, and of other policies that name principals.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from sandbox.policies.conditions import as_list
from sandbox.policies.evaluation import evaluate_statements, statement_applies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.policies.evaluation import Decision, Permission


@dataclass(frozen=True)
class Principal:
    """A principal: `kind` as in a policy's Principal element, `names` all that match it there."""

    kind: str
    names: frozenset[str]

    @classmethod
    def service(cls, service_principal: str) -> Principal:
        """An AWS service, such as `cloudformation.amazonaws.com`."""
        return cls("Service", frozenset({service_principal}))

    @classmethod
    def federated(cls, provider_arn: str) -> Principal:
        """An identity provider of IAM."""
        return cls("Federated", frozenset({provider_arn}))

    @classmethod
    def identity(cls, arn: str, account_id: str) -> Principal:
        """A user or role. Naming its account names it too."""
        return cls("AWS", frozenset({arn, account_id, f"arn:aws:iam::{account_id}:root", "*"}))


def allows_assuming(
    document: str, principal: Principal, context: Mapping[str, str], action: str = "sts:AssumeRole"
) -> bool:
    """Return whether the trust policy allows it: some statement does, and none denies.

    `context` maps condition keys, such as `sts:ExternalId`, to the request's values. A condition that the sandbox
    cannot judge decides against the caller.
    """
    statements = as_list(json.loads(document)["Statement"])
    applying = [one for one in statements if principal_matches(one, principal) and _is_about(one, action)]
    return evaluate_statements(applying, context) == "allowed"


def evaluate_resource_policy(document: str | bytes, principal: Principal, permission: Permission) -> Decision:
    """Evaluate the policy of a bucket, a key, …; a condition that the sandbox cannot judge decides
    against the principal.
    """
    return evaluate_statements(applying_statements(document, principal, permission), permission.context)


def applying_statements(document: str | bytes, principal: Principal, permission: Permission) -> list[Mapping[str, Any]]:
    """Return the statements about this principal, action and resource, whatever their conditions."""
    return [
        statement
        for statement in as_list(json.loads(document)["Statement"])
        if principal_matches(statement, principal) and statement_applies(statement, permission)
    ]


def principal_matches(statement: Mapping[str, Any], principal: Principal) -> bool:
    """Return whether the element Principal of a statement names this one."""
    element = statement.get("Principal", {})
    if element == "*":
        return True
    return not principal.names.isdisjoint(as_list(element.get(principal.kind, [])))


def _is_about(statement: Mapping[str, Any], action: str) -> bool:
    return any(fnmatchcase(action.casefold(), named.casefold()) for named in as_list(statement.get("Action", [])))
