"""What the validations of inputs let through, the services accept: 1,000 generated inputs for each rule.

The five modules whose tags are for different services share one rule, `modules/tags.tftpl`, and so its 1,000.

The expressions are taken from the variables, and Terraform evaluates all of them in one run without a provider; with
them some that have a seeded fault, which the same inputs must find.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from harness.workspace import REPOSITORY
from terraform.contract.validation_rules import RULES, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.workspace import Workspaces

_FAULTS = [(name, fault) for name, rule in RULES.items() for fault in rule.faults]


def _conditions(rule: Rule, loosen: Callable[[str], str]) -> list[str]:
    """The conditions of a variable, about `value`."""
    text = (REPOSITORY / rule.module / "variables.tf").read_text()
    block = re.search(rf'^variable "{rule.variable}" {{\n.*?^}}', text, re.MULTILINE | re.DOTALL)
    assert block
    found = re.findall(r"condition +=(.*?)\n    error_message =", block.group(), re.DOTALL)
    assert found
    return [_about_value(rule, loosen(condition)) for condition in found]


def _about_value(rule: Rule, expression: str) -> str:
    replaced = re.sub(rf"\bvar\.{rule.variable}\b", "value", expression).replace("path.module", json.dumps("PLACE"))
    for name, value in rule.others.items():
        replaced = re.sub(rf"\b{re.escape(name)}\b", value, replaced)
    return replaced.replace('"${"PLACE"}/', f'"{(REPOSITORY / rule.module).as_posix()}/')


def _files() -> Iterator[tuple[str, str]]:
    for number, (name, rule) in enumerate(RULES.items()):
        # As texts: Terraform derives a type for each object, which takes minutes.
        yield f"values_{number}.json", json.dumps([json.dumps(rule.wrap(value)) for value in rule.inputs()])
        yield from _module(f"rule_{number}", number, rule, ("", ""))
        for fault in rule.faults:
            yield from _module(f"fault_{_FAULTS.index((name, fault))}", number, rule, fault)


def _module(name: str, number: int, rule: Rule, fault: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """A module of its own, whose output is whether each input passes the conditions with the fault."""
    seeded: list[bool] = []

    def loosen(text: str) -> str:
        seeded.append(fault[0] in text)
        return text.replace(*fault) if fault[0] else text

    conditions = ", ".join(_conditions(rule, loosen))
    yield (
        f"{name}.tf",
        f'module "{name}" {{ source = "./{name}" }}\noutput "{name}" {{ value = module.{name}.accepted }}\n',
    )
    yield (
        f"{name}/main.tf",
        f"""
output "accepted" {{
  value = [
    for text in tolist(jsondecode(file("${{path.root}}/values_{number}.json"))) : alltrue(flatten([
      for value in [jsondecode(text)] : [{conditions}]
    ]))
  ]
}}
""",
    )
    for path in rule.files:
        yield f"{name}/{path.rpartition('/')[2]}", loosen((REPOSITORY / path).read_text())
    assert any(seeded)


@pytest.fixture(scope="module")
def outputs(workspaces: Workspaces) -> dict[str, list[bool]]:
    terraform = workspaces.write(dict(_files()))
    terraform.apply()
    return terraform.output()


@pytest.fixture(scope="module")
def accepted(outputs: dict[str, list[bool]]) -> dict[str, list[bool]]:
    """Whether each input of each rule passes its validations."""
    return {name: outputs[f"rule_{number}"] for number, name in enumerate(RULES)}


@pytest.mark.parametrize("name", RULES)
def test_what_is_let_through_the_service_accepts(accepted: dict[str, list[bool]], name: str) -> None:
    rule = RULES[name]
    inputs = rule.inputs()
    let_through = [value for value, passes in zip(inputs, accepted[name], strict=True) if passes]

    assert [value for value in let_through if not rule.accepts(value)] == []
    assert len(inputs) == rule.count
    # Otherwise the generated inputs would show nothing.
    assert min(len(let_through), rule.count - len(let_through)) >= rule.count // 40


@pytest.mark.parametrize("number", range(len(_FAULTS)), ids=lambda number: f"{_FAULTS[number]}")
def test_a_seeded_fault_is_found(outputs: dict[str, list[bool]], number: int) -> None:
    rule = RULES[_FAULTS[number][0]]
    passing = zip(rule.inputs(), outputs[f"fault_{number}"], strict=True)
    assert [value for value, passes in passing if passes and not rule.accepts(value)]


@pytest.mark.parametrize("name", RULES)
def test_a_rule_that_is_missing_is_found(name: str) -> None:
    """The fault that every rule can have: nothing is refused."""
    rule = RULES[name]
    assert [value for value in rule.inputs() if not rule.accepts(value)]


@pytest.mark.parametrize("name", RULES)
def test_valid_values_pass(accepted: dict[str, list[bool]], name: str) -> None:
    rule = RULES[name]
    assert [value for value, passes in zip(rule.samples, accepted[name], strict=False) if not passes] == []
