"""Conditions of policy statements.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, expected: value == expected,
    "StringEqualsIgnoreCase": lambda value, expected: value.casefold() == expected.casefold(),
    "StringLike": fnmatchcase,
    "ArnEquals": fnmatchcase,
    "ArnLike": fnmatchcase,
    "Bool": lambda value, expected: value.casefold() == expected.casefold(),
    "NumericLessThan": lambda value, expected: float(value) < float(expected),
    "NumericLessThanEquals": lambda value, expected: float(value) <= float(expected),
    "NumericGreaterThan": lambda value, expected: float(value) > float(expected),
    "NumericGreaterThanEquals": lambda value, expected: float(value) >= float(expected),
}

_VARIABLE = re.compile(r"\$\{([^}]+)\}")


def conditions_match(statement: Mapping[str, Any], context: Mapping[str, str], *, unknown: bool) -> bool:
    """Return whether all conditions of the statement match.

    `context` maps condition keys, such as `sts:ExternalId`, to the request's values. `unknown` is the answer for an
    operator that is not implemented: it must deny the caller.
    """
    facts = {key.casefold(): value for key, value in context.items()}
    return all(
        _matches_operator(
            operator,
            facts.get(key.casefold()),
            [_substituted(str(value), facts) for value in as_list(expected)],
            unknown=unknown,
        )
        for operator, keys in statement.get("Condition", {}).items()
        for key, expected in keys.items()
    )


def as_list(value: Any) -> list[Any]:
    """The values of an element, which may be a single value."""
    return value if isinstance(value, list) else [value]


def _substituted(value: str, facts: Mapping[str, str]) -> str:
    """Replace policy variables: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html."""
    return _VARIABLE.sub(lambda match: facts.get(match[1].casefold(), match[0]), value)


def _matches_operator(operator: str, value: str | None, expected: list[str], *, unknown: bool) -> bool:
    if operator.startswith("ForAnyValue:"):
        # "Returns false" without the key; a request of the sandbox has at most one value of each.
        operator = operator.removeprefix("ForAnyValue:")
        if value is None:
            return False
    optional = operator.endswith("IfExists")
    positive = operator.removesuffix("IfExists").replace("StringNot", "String").replace("ArnNot", "Arn")
    matches = _OPERATORS.get(positive)
    if matches is None:
        return unknown
    negated = positive != operator.removesuffix("IfExists")
    if value is None:
        return optional or negated
    return any(matches(value, pattern) for pattern in expected) is not negated
