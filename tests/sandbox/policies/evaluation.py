"""Policy evaluation.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import glob
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from sandbox.policies.conditions import as_list, conditions_match

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# EvalDecision of iam:SimulateCustomPolicy.
Decision = Literal["allowed", "explicitDeny", "implicitDeny"]

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
_ELEMENTS = frozenset({"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"})

_VARIABLE = re.compile(r"\$\{([A-Za-z0-9:/_-]+)\}")


class PolicyError(ValueError):
    """The document is not a valid identity-based policy; the message has the reason."""


@dataclass(frozen=True)
class Permission:
    """An action on a resource; `*` if the action has no resource types.

    `context` maps the condition keys that the request has a value for, such as `iam:PassedToService`, to it.
    """

    action: str
    resource: str = "*"
    context: Mapping[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.action, self.resource, tuple(sorted(self.context.items()))))


class Policy:
    """An identity-based policy, or a session policy."""

    def __init__(self, document: str | Mapping[str, Any]) -> None:
        """Read a document, as text or parsed. Raises PolicyError."""
        try:
            parsed = json.loads(document) if isinstance(document, str) else document
            self.statements: list[Mapping[str, Any]] = as_list(parsed["Statement"])
        except (ValueError, TypeError, KeyError) as error:
            raise PolicyError(f"the document is no policy: {type(error).__name__}: {error}") from error
        for statement in self.statements:
            _require_valid(statement)


def evaluate_policies(policies: Iterable[Policy], permission: Permission) -> Decision:
    """Evaluate policies of one type together."""
    statements = [statement for policy in policies for statement in policy.statements]
    return evaluate_statements([one for one in statements if statement_applies(one, permission)], permission.context)


def evaluate_statements(statements: Sequence[Mapping[str, Any]], context: Mapping[str, str]) -> Decision:
    """Evaluate statements that apply to a request, by their effects and conditions.

    A condition operator that the sandbox does not implement is evaluated against the caller.
    """
    if any(one["Effect"] == "Deny" and conditions_match(one, context, unknown=True) for one in statements):
        return "explicitDeny"
    allowed = any(one["Effect"] == "Allow" and conditions_match(one, context, unknown=False) for one in statements)
    return "allowed" if allowed else "implicitDeny"


def statement_applies(statement: Mapping[str, Any], permission: Permission) -> bool:
    """Whether the statement matches the action and resource.

    The names of actions are compared without case, ARNs with it:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
    """
    action = permission.action.casefold()
    if not _named(statement, "Action", action, str.casefold):
        return False
    return _named(statement, "Resource", permission.resource, partial(_substituted, context=permission.context))


def _substituted(pattern: str, context: Mapping[str, str]) -> str:
    """Replace policy variables; one without a value in the request matches nothing.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    return _VARIABLE.sub(lambda found: glob.escape(context.get(found[1], "\0")), pattern)


def _named(statement: Mapping[str, Any], element: str, value: str, spelling: Any) -> bool:
    if element in statement:
        return any(fnmatchcase(value, spelling(pattern)) for pattern in as_list(statement[element]))
    return not any(fnmatchcase(value, spelling(pattern)) for pattern in as_list(statement[f"Not{element}"]))


def _require_valid(statement: object) -> None:
    if not isinstance(statement, Mapping):
        raise PolicyError(f"{statement!r} is no statement")
    name = statement.get("Sid", "without a Sid")
    unknown = sorted(statement.keys() - _ELEMENTS)
    if unknown:
        raise PolicyError(f"statement {name}: an identity-based policy has no {', '.join(unknown)}")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError(f"statement {name}: Effect must be Allow or Deny")
    for element in ("Action", "Resource"):
        if (element in statement) == (f"Not{element}" in statement):
            raise PolicyError(f"statement {name}: it must have either {element} or Not{element}")
