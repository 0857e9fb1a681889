"""Whether a role's trust policy lets somebody assume it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Principal:
    """Who wants to assume a role: `kind` as in a policy's Principal element, `names` all that denote it there."""

    kind: str
    names: frozenset[str]

    @classmethod
    def service(cls, service_principal: str) -> Principal:
        """An AWS service, such as `cloudformation.amazonaws.com`."""
        return cls("Service", frozenset({service_principal}))

    @classmethod
    def identity(cls, arn: str, account_id: str) -> Principal:
        """A user or role. Naming its account names it too."""
        return cls("AWS", frozenset({arn, account_id, f"arn:aws:iam::{account_id}:root", "*"}))


def allows_assuming(document: str, principal: Principal, context: Mapping[str, str]) -> bool:
    """Return whether the trust policy allows it: some statement does, and none denies.

    `context` maps condition keys, such as `sts:ExternalId`, to the request's values. A condition that the sandbox
    cannot judge decides against the caller.
    """
    statements = json.loads(document)["Statement"]
    statements = statements if isinstance(statements, list) else [statements]
    applying = [statement for statement in statements if _names(statement, principal) and _is_about_assuming(statement)]
    facts = {key.casefold(): value for key, value in context.items()}
    allowed = any(s["Effect"] == "Allow" and _conditions_hold(s, facts, unknown=False) for s in applying)
    denied = any(s["Effect"] == "Deny" and _conditions_hold(s, facts, unknown=True) for s in applying)
    return allowed and not denied


def _names(statement: Mapping[str, Any], principal: Principal) -> bool:
    element = statement.get("Principal", {})
    if element == "*":
        return True
    return not principal.names.isdisjoint(_list(element.get(principal.kind, [])))


def _is_about_assuming(statement: Mapping[str, Any]) -> bool:
    return any(fnmatchcase("sts:assumerole", action.casefold()) for action in _list(statement.get("Action", [])))


def _conditions_hold(statement: Mapping[str, Any], facts: Mapping[str, str], *, unknown: bool) -> bool:
    return all(
        _holds(operator, facts.get(key.casefold()), [str(value) for value in _list(wanted)], unknown=unknown)
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    )


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.casefold() == wanted.casefold(),
    "StringLike": fnmatchcase,
    "ArnEquals": fnmatchcase,
    "ArnLike": fnmatchcase,
}


def _holds(operator: str, value: str | None, wanted: list[str], *, unknown: bool) -> bool:
    optional = operator.endswith("IfExists")
    positive = operator.removesuffix("IfExists").replace("StringNot", "String").replace("ArnNot", "Arn")
    matches = _OPERATORS.get(positive)
    if matches is None:
        return unknown
    negated = positive != operator.removesuffix("IfExists")
    if value is None:
        return optional or negated
    return any(matches(value, pattern) for pattern in wanted) is not negated


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
