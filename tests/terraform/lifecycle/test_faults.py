"""A short form of `make faults`: a few cells of its matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.faults.interruptions import Interruptions
from tools.faults.matrix import Baseline

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from sandbox import Sandbox

# Of each, AWS did the work, and the AWS provider or its SDK sends the request again.
_LOST = (
    "iam:CreateRole AWS-QuickSetup-Organization-Execution",
    "organizations:CreateOrganizationalUnit SystemsManager",
    "ssm-quicksetup:CreateConfigurationManager scan-everything",
)


def test_interrupted_calls(sandbox: Sandbox, workspaces: Workspaces) -> None:
    matrix = Interruptions(Baseline.run("minimal", workspaces, sandbox))
    errors = [cell for cell in matrix.cells if (cell.phase, cell.event) == ("apply", "server error")]
    assert {outcome.verdict for outcome in matrix.run(errors)} == {"converged"}

    lost = [cell for cell in matrix.cells if (cell.phase, cell.event) == ("apply", "answer lost")]
    outcomes = matrix.run([cell for cell in lost if cell.subject in _LOST])
    assert {outcome.cell.subject: outcome.verdict for outcome in outcomes} == dict.fromkeys(_LOST, "refused")
