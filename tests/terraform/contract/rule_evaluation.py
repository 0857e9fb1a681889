"""Evaluates the validations of inputs with Terraform: those of the variables, and those with a seeded fault.

The expressions are taken from the variables, and Terraform evaluates all of them in one run without a provider. A fault
is tried on the inputs that the service refuses: those that it lets through find it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.workspace import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from harness.workspace import Workspaces
    from terraform.contract.seeded_faults import Fault
    from terraform.contract.validation_rule import Rule

_TEMPLATE = re.compile(r'"\$\{path\.module\}/([^"]*\.tftpl)"')


@dataclass(frozen=True)
class Evaluation:
    """The inputs of a rule, whether the validations let each through, and for each fault those that find it."""

    rule: Rule
    inputs: Sequence[Any]
    passes: Sequence[bool]
    found: Mapping[Fault, Sequence[Any]]

    @property
    def let_through(self) -> list[Any]:
        return [value for value, passes in zip(self.inputs, self.passes, strict=True) if passes]

    @property
    def wrongly_let_through(self) -> list[Any]:
        """Those that the service refuses."""
        return [value for value in self.let_through if not self.rule.accepts(value)]


@dataclass(frozen=True)
class _Trial:
    """A rule with one fault or with none, and its inputs."""

    rule: Rule
    fault: Fault | None
    inputs: Sequence[Any]


def evaluate(
    workspaces: Workspaces,
    rules: Mapping[str, Rule],
    faults: Mapping[str, Sequence[Fault]],
    *,
    at_most: int | None = None,
) -> dict[str, Evaluation]:
    """Evaluate the rules, and their faults on all inputs that the service refuses, or on `at_most` of each rule.

    Raises TerraformError, and ValueError of a fault that seeds nothing.
    """
    plain = {name: _Trial(rule, None, rule.inputs()) for name, rule in rules.items()}
    refused = {
        name: [value for value in trial.inputs if not trial.rule.accepts(value)][:at_most]
        for name, trial in plain.items()
    }
    seeded = [(name, fault) for name in rules for fault in faults[name]]
    trials = [*plain.values(), *(_Trial(rules[name], fault, refused[name]) for name, fault in seeded)]
    terraform = workspaces.write(dict(_files(trials)))
    # The faults of eight rules take a minute or two of two processors.
    terraform.timeout = 1800.0
    terraform.apply()
    outputs = terraform.output()
    passes = [outputs[f"trial_{number}"] for number in range(len(trials))]
    found: dict[str, dict[Fault, list[Any]]] = {name: {} for name in rules}
    for (name, fault), let_through in zip(seeded, passes[len(plain) :], strict=True):
        pairs = zip(refused[name], let_through, strict=True)
        found[name][fault] = [value for value, is_let_through in pairs if is_let_through]
    return {
        name: Evaluation(trial.rule, trial.inputs, let_through, found[name])
        for (name, trial), let_through in zip(plain.items(), passes, strict=False)
    }


def _files(trials: Sequence[_Trial]) -> Iterator[tuple[str, str]]:
    # Its id is known at apply: what is known before, Terraform evaluates to validate and to plan as well.
    yield "apply.tf", 'resource "terraform_data" "apply" {}\n'
    for number, trial in enumerate(trials):
        name = f"trial_{number}"
        # As texts: Terraform derives a type for each object, which takes minutes.
        yield f"{name}.json", json.dumps([json.dumps(trial.rule.wrap(value)) for value in trial.inputs])
        yield (
            f"{name}.tf",
            f"""
module "{name}" {{
  source = "./{name}"
  apply  = terraform_data.apply.id
}}

output "{name}" {{ value = module.{name}.accepted }}
""",
        )
        for file, text in _module(f"{name}.json", trial):
            yield f"{name}/{file}", text


def _module(values: str, trial: _Trial) -> Iterator[tuple[str, str]]:
    """A module of its own, whose output is whether each input passes the conditions with the fault."""
    seeded: list[bool] = []

    def loosen(text: str) -> str:
        if trial.fault is None:
            return text
        seeded.append(trial.fault.text in text)
        return text.replace(trial.fault.text, trial.fault.replacement)

    conditions = _conditions(trial.rule, loosen)
    yield (
        "main.tf",
        f"""
variable "apply" {{}}

output "accepted" {{
  value = [
    for text in tolist(jsondecode(file(var.apply == "" ? "" : "${{path.root}}/{values}"))) : alltrue(flatten([
      for value in [jsondecode(text)] : [{", ".join(conditions)}]
    ]))
  ]
}}
""",
    )
    folder = REPOSITORY / trial.rule.module
    files = [REPOSITORY / path for path in trial.rule.files]
    templates = [folder / path for path in sorted(set(_TEMPLATE.findall(_block(trial.rule))))]
    for path in [*files, *templates]:
        yield path.name, loosen(path.read_text())
    if trial.fault and not any(seeded):
        raise ValueError(f'Neither the conditions of {trial.rule.variable} nor their files have "{trial.fault.text}".')


def _block(rule: Rule) -> str:
    """The block of the variable."""
    text = (REPOSITORY / rule.module / "variables.tf").read_text()
    block = re.search(rf'^variable "{rule.variable}" {{\n.*?^}}', text, re.MULTILINE | re.DOTALL)
    if not block:
        raise ValueError(f"{rule.module} has no variable {rule.variable}.")
    return block.group()


def _conditions(rule: Rule, loosen: Callable[[str], str]) -> list[str]:
    """The conditions of a variable, about `value`."""
    found = re.findall(r"condition +=(.*?)\n    error_message =", _block(rule), re.DOTALL)
    return [_about_value(rule, loosen(condition)) for condition in found]


def _about_value(rule: Rule, expression: str) -> str:
    replaced = re.sub(rf"\bvar\.{rule.variable}\b", "value", expression)
    for name, value in rule.others.items():
        replaced = re.sub(rf"\b{re.escape(name)}\b", value, replaced)
    return _TEMPLATE.sub(lambda match: f'"${{path.module}}/{match[1].rpartition("/")[2]}"', replaced)
