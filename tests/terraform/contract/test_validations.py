"""What the validations of inputs let through, the services accept: 1,000 generated inputs for each rule.

The five modules whose tags are for different services share one rule, `modules/tags.tftpl`, and so its 1,000. Every
rule has seeded faults, which the same inputs must find: here the first of each, and all of them in `make rules`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from terraform.contract.rule_evaluation import evaluate
from terraform.contract.seeded_faults import FAULTS
from terraform.contract.validation_rules import RULES

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from terraform.contract.rule_evaluation import Evaluation


@pytest.fixture(scope="module")
def evaluations(workspaces: Workspaces) -> dict[str, Evaluation]:
    return evaluate(workspaces, RULES, {name: FAULTS[name][:1] for name in RULES}, at_most=60)


@pytest.mark.parametrize("name", RULES)
def test_what_is_let_through_the_service_accepts(evaluations: dict[str, Evaluation], name: str) -> None:
    evaluation = evaluations[name]
    let_through, count = len(evaluation.let_through), evaluation.rule.count

    assert evaluation.wrongly_let_through == []
    assert len(evaluation.inputs) == count
    # Otherwise the generated inputs would show nothing.
    assert min(let_through, count - let_through) >= count // 40


@pytest.mark.parametrize("name", RULES)
def test_a_seeded_fault_is_found(evaluations: dict[str, Evaluation], name: str) -> None:
    (found,) = evaluations[name].found.items()
    assert found[1], found[0].words


@pytest.mark.parametrize("name", RULES)
def test_valid_values_pass(evaluations: dict[str, Evaluation], name: str) -> None:
    evaluation = evaluations[name]
    samples = zip(evaluation.rule.samples, evaluation.passes, strict=False)
    assert [value for value, passes in samples if not passes] == []
