"""`make rules`: what the validations of inputs let through, held against the services, and the faults seeded in them.

Ends with 0 when no rule lets through what its service refuses, and the inputs of each rule find all faults that are
seeded in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from harness.workspace import temporary_workspaces
from terraform.contract.rule_evaluation import evaluate
from terraform.contract.seeded_faults import FAULTS
from terraform.contract.validation_rules import RULES
from tools.entry_point import run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from terraform.contract.rule_evaluation import Evaluation


# Terraform holds the inputs of all rules of one run in memory.
_AT_ONCE = 8


def main() -> int:
    """Print the table. Returns the exit status."""
    console, names, evaluations = Console(), list(RULES), {}
    for start in range(0, len(names), _AT_ONCE):
        with (
            console.status(f"rules {start + 1} to {min(start + _AT_ONCE, len(names))} of {len(names)}"),
            temporary_workspaces() as workspaces,
        ):
            some = {name: RULES[name] for name in names[start : start + _AT_ONCE]}
            evaluations.update(evaluate(workspaces, some, FAULTS))
    return report(evaluations, console)


def report(evaluations: Mapping[str, Evaluation], console: Console) -> int:
    """Print the table of the evaluations by rule. Returns the exit status."""
    table = Table("rule", "inputs tried", "let through", "refused", "wrongly let through", "seeded fault", "found by")
    bad = 0
    for name, evaluation in evaluations.items():
        let_through, wrong = len(evaluation.let_through), len(evaluation.wrongly_let_through)
        tried = len(evaluation.inputs)
        row = [name, *map(str, (tried, let_through, tried - let_through, wrong))]
        bad += bool(wrong)
        for fault, inputs in evaluation.found.items():
            table.add_row(*row, fault.words, str(len(inputs)) if inputs else "NOT FOUND")
            row = [""] * len(row)
            bad += not inputs
    console.print(table)
    seeded = sum(len(evaluation.found) for evaluation in evaluations.values())
    console.print(f"{len(evaluations)} rules, {seeded} seeded faults.")
    return 1 if bad else 0


if __name__ == "__main__":
    run(main)
