"""What Systems Manager tells of the automations of an account and Region.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeAutomationExecutions.html
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeAutomationStepExecutions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ssm.exceptions import InvalidFilterKey

from sandbox.services.ssm.exceptions import AutomationExecutionNotFoundException

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.services.ssm.automation.executions import Execution
    from sandbox.services.ssm.models import SandboxSSMBackend

# Of the model's AutomationExecutionFilterKey and StepExecutionFilterKey, and the member that each compares.
_EXECUTION_FILTERS = {
    "AutomationType": "AutomationType",
    "ExecutionId": "AutomationExecutionId",
    "ExecutionStatus": "AutomationExecutionStatus",
    "ParentExecutionId": "ParentAutomationExecutionId",
}
_STEP_FILTERS = {"Action": "Action", "StepExecutionStatus": "StepStatus", "StepName": "StepName"}


def find(backend: SandboxSSMBackend, execution_id: str) -> Execution:
    """Raises AutomationExecutionNotFoundException."""
    for execution in backend.automations:
        if execution.id == execution_id:
            return execution
    raise AutomationExecutionNotFoundException(f"Automation execution {execution_id} was not found.")


def summaries(backend: SandboxSSMBackend, filters: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the model's AutomationExecutionMetadata of each automation, the newest first. Raises InvalidFilterKey."""
    found = [execution.summarize() for execution in reversed(backend.automations)]
    return _filtered(found, filters, _EXECUTION_FILTERS)


def steps_of(execution: Execution, filters: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the model's StepExecution of each step. Raises InvalidFilterKey."""
    return _filtered([step.describe(execution.started_at) for step in execution.steps], filters, _STEP_FILTERS)


def _filtered(
    items: Sequence[dict[str, Any]], filters: Sequence[dict[str, Any]], known: dict[str, str]
) -> list[dict[str, Any]]:
    unknown = sorted({one["Key"] for one in filters} - set(known))
    if unknown:
        raise InvalidFilterKey(f"The sandbox filters by {', '.join(known)} only.")
    return [item for item in items if all(item.get(known[one["Key"]]) in one["Values"] for one in filters)]
