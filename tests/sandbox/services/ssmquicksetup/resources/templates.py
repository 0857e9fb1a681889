"""The resources of a type's CloudFormation template in one account and Region."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.services.ssmquicksetup import documents

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLE = re.compile(r"\$\{([^!}]+)\}")
_NO_VALUE = object()


@dataclass(frozen=True)
class Resource:
    """A resource of a template: `name` is its physical one, or the logical id if the template has none."""

    logical_id: str
    type: str
    name: str
    retained: bool
    properties: Mapping[str, Any]


def resources_of(type_name: str, template: str, parameters: Mapping[str, str], stack_id: str) -> list[Resource]:
    """Return the resources whose conditions hold, in the template's order. Raises TemplateError.

    `parameters` has Quick Setup's own too; what is not given, or empty, has the template's default.
    """
    facts = documents.document_of(type_name)["templates"][template]
    evaluation = _Evaluation(facts, parameters, stack_id)
    return [
        Resource(
            logical_id,
            resource["type"],
            str(evaluation.value(resource.get("name", logical_id))),
            resource.get("deletion_policy") == "Retain",
            evaluation.value(resource.get("properties", {})),
        )
        for logical_id, resource in facts["resources"].items()
        if "condition" not in resource or evaluation.holds(resource["condition"])
    ]


class TemplateError(Exception):
    """A template cannot be evaluated with these parameters; the message is CloudFormation's."""


class _Evaluation:
    """CloudFormation's functions, as far as AWS's templates use them."""

    def __init__(self, facts: Mapping[str, Any], parameters: Mapping[str, str], stack_id: str) -> None:
        self._facts = facts
        _, _, _, region, account_id, *_ = stack_id.split(":")
        self._values: dict[str, Any] = {
            "AWS::AccountId": account_id,
            "AWS::NoValue": _NO_VALUE,
            "AWS::Partition": "aws",
            "AWS::Region": region,
            "AWS::StackId": stack_id,
            "AWS::URLSuffix": "amazonaws.com",
        }
        for name, known in facts["parameters"].items():
            value = parameters.get(name) or known.get("default", "")
            self._values[name] = value.split(",") if known["type"] == "CommaDelimitedList" else value

    def holds(self, condition: str) -> bool:
        return bool(self.value(self._facts["conditions"][condition]))

    def value(self, expression: Any) -> Any:
        if isinstance(expression, list):
            return [value for item in expression if (value := self.value(item)) is not _NO_VALUE]
        if not isinstance(expression, dict):
            return expression
        if len(expression) == 1:
            ((function, argument),) = expression.items()
            if function in _FUNCTIONS:
                return _FUNCTIONS[function](self, argument)
        evaluated = {key: self.value(item) for key, item in expression.items()}
        return {key: value for key, value in evaluated.items() if value is not _NO_VALUE}

    def reference(self, name: str) -> Any:
        """Return a parameter, or the name of another resource."""
        if name in self._values:
            return self._values[name]
        return self.value(self._facts["resources"].get(name, {}).get("name", name))

    def substitute(self, argument: Any) -> str:
        text, variables = argument if isinstance(argument, list) else (argument, {})

        def replaced(match: re.Match[str]) -> str:
            name = match[1]
            return str(self.value(variables[name]) if name in variables else self.reference(name))

        return _VARIABLE.sub(replaced, text)

    def found_in_map(self, argument: list[Any]) -> Any:
        found = self._facts["mappings"]
        for key in argument:
            found = found[self.value(key)]
        return found

    def chosen(self, argument: list[Any]) -> Any:
        condition, yes, no = argument
        return self.value(yes if self.holds(condition) else no)

    def selected(self, argument: list[Any]) -> Any:
        index, items = int(self.value(argument[0])), self.value(argument[1])
        if index >= len(items):
            raise TemplateError(f"Template error: Fn::Select cannot select nonexistent value at index {index}")
        return items[index]


_FUNCTIONS: dict[str, Any] = {
    "Ref": _Evaluation.reference,
    "Condition": _Evaluation.holds,
    "Fn::Sub": _Evaluation.substitute,
    "Fn::FindInMap": _Evaluation.found_in_map,
    "Fn::If": _Evaluation.chosen,
    "Fn::Select": _Evaluation.selected,
    # What an attribute is nobody asks.
    "Fn::GetAtt": lambda _, argument: argument if isinstance(argument, str) else ".".join(argument),
    "Fn::Join": lambda self, argument: str(argument[0]).join(str(item) for item in self.value(argument[1])),
    "Fn::Split": lambda self, argument: str(self.value(argument[1])).split(argument[0]),
    "Fn::Equals": lambda self, argument: self.value(argument[0]) == self.value(argument[1]),
    "Fn::And": lambda self, argument: all(self.value(item) for item in argument),
    "Fn::Or": lambda self, argument: any(self.value(item) for item in argument),
    "Fn::Not": lambda self, argument: not self.value(argument[0]),
}
