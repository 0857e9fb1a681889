"""`make rules`: the table. That the faults are found: terraform/contract/test_validations.py."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from terraform.contract.rule_evaluation import Evaluation
from terraform.contract.seeded_faults import FAULTS, Fault
from terraform.contract.validation_rule import Rule
from terraform.contract.validation_rules import RULES
from tools.rules.command import report

_RULE = Rule("name", ("a",), lambda value: value == "a")
_FAULT = Fault("anything after it", "$", "")


def test_every_rule_has_faults() -> None:
    assert set(FAULTS) == set(RULES)
    assert all(FAULTS.values())


@pytest.mark.parametrize(
    ("passes", "found", "status", "row"),
    [
        ([True, False], ["ab"], 0, ["name", "2", "1", "1", "0", "anything after it", "1"]),
        ([True, False], [], 1, ["name", "2", "1", "1", "0", "anything after it", "NOT FOUND"]),
        ([True, True], ["ab"], 1, ["name", "2", "2", "0", "1", "anything after it", "1"]),
    ],
    ids=["sound", "a fault that is not found", "more than the service takes"],
)
def test_the_table_and_its_status(passes: list[bool], found: list[str], status: int, row: list[str]) -> None:
    console = Console(file=StringIO(), width=200)
    evaluation = Evaluation(_RULE, ["a", "ab"], passes, {_FAULT: found})
    assert report({"name": evaluation}, console) == status
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert row in [[cell.strip() for cell in line.strip("│").split("│")] for line in printed.splitlines()]
