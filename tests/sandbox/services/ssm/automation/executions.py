"""Automations of one account and Region.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AutomationExecution.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from moto.iam.exceptions import NotFoundException
from moto.ssm.exceptions import SSMException

from sandbox.clock import clock
from sandbox.services.iam.models import iam_backend_of
from sandbox.services.ssm.automation.runbooks import Environment, RunbookError, arguments_of, run
from sandbox.services.sts.trust import Principal, allows_assuming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from moto.iam.models import Role

    from sandbox.services.ssm.models import SandboxSSMBackend

SYSTEMS_MANAGER = "ssm.amazonaws.com"


class Connection:
    """How automations call AWS: `client(service, role ARN, Region)`, which a running sandbox provides."""

    def __init__(self) -> None:
        self.client: Callable[[str, str, str], Any] | None = None


connection = Connection()


@dataclass(frozen=True)
class Step:
    """A step that has ended. `location`: the account and Region of a step that runs an automation there."""

    name: str
    action: str
    failure: str | None = None
    location: tuple[str, str] | None = None

    @property
    def status(self) -> str:
        return "Success" if self.failure is None else "Failed"

    def describe(self, ended_at: datetime) -> dict[str, Any]:
        """Return the model's StepExecution."""
        described: dict[str, Any] = {
            "StepName": self.name,
            "Action": self.action,
            "StepStatus": self.status,
            "StepExecutionId": str(uuid5(NAMESPACE_URL, f"{self.name}/{self.location}")),
            "ExecutionStartTime": ended_at,
            "ExecutionEndTime": ended_at,
        }
        if self.location is not None:
            account_id, region = self.location
            described["TargetLocation"] = {"Accounts": [account_id], "Regions": [region]}
        return described if self.failure is None else {**described, "FailureMessage": self.failure}


@dataclass
class Execution:
    """An automation, which takes no time. `failure` is the message of one that failed; `outputs` are by step.

    `parent_id`: of an automation that another one runs. `locations`: where an automation runs others.
    """

    id: str
    document_name: str
    started_at: datetime
    parameters: Mapping[str, list[str]]
    outputs: Mapping[str, Any] = field(default_factory=dict)
    failure: str | None = None
    steps: list[Step] = field(default_factory=list)
    parent_id: str = ""
    locations: list[dict[str, Any]] = field(default_factory=list)

    @property
    def status(self) -> str:
        return "Success" if self.failure is None else "Failed"

    def describe(self) -> dict[str, Any]:
        """Return the model's AutomationExecution."""
        described = {
            "AutomationExecutionId": self.id,
            "DocumentName": self.document_name,
            "ExecutionStartTime": self.started_at,
            "ExecutionEndTime": self.started_at,
            "AutomationExecutionStatus": self.status,
            "Parameters": dict(self.parameters),
            "Outputs": {f"{step}.OutputPayload": [json.dumps(payload)] for step, payload in self.outputs.items()},
            "StepExecutions": [step.describe(self.started_at) for step in self.steps],
            "StepExecutionsTruncated": False,
        }
        if self.locations:
            failed = sum(step.failure is not None for step in self.steps)
            described["TargetLocations"] = self.locations
            described["ProgressCounters"] = {
                "TotalSteps": len(self.steps),
                "SuccessSteps": len(self.steps) - failed,
                "FailedSteps": failed,
                "CancelledSteps": 0,
                "TimedOutSteps": 0,
            }
        if self.parent_id:
            described["ParentAutomationExecutionId"] = self.parent_id
        return described if self.failure is None else {**described, "FailureMessage": self.failure}

    def summarize(self) -> dict[str, Any]:
        """Return the model's AutomationExecutionMetadata."""
        without = {"Parameters", "StepExecutions", "StepExecutionsTruncated", "TargetLocations", "ProgressCounters"}
        described = {name: value for name, value in self.describe().items() if name not in without}
        return {**described, "AutomationType": "CrossAccount" if self.locations else "Local"}


def execute(backend: SandboxSSMBackend, document_name: str, parameters: Mapping[str, list[str]]) -> Execution:
    """Run a runbook of the account's own as the role of its `assumeRole`, and keep the automation."""
    execution = keep(backend, document_name, parameters)
    try:
        # The default version: "If this value isn't specified, the system uses the default version" (the model).
        content = json.loads(backend.get_document(document_name, "", "", "JSON")["Content"])
        arguments = arguments_of(content, parameters)
        role_arn = arguments[content["assumeRole"].strip("{} ")]
        require_assumable(backend, role_arn, execution.id)
        run_as(backend, execution, content, arguments, role_arn)
    except RunbookError as error:
        execution.failure = str(error)
    except SSMException as error:
        execution.failure = error.message
    return execution


def keep(
    backend: SandboxSSMBackend, document_name: str, parameters: Mapping[str, list[str]], parent_id: str = ""
) -> Execution:
    """A new automation of the account and Region, which has not run yet."""
    number = len(backend.automations)
    execution_id = str(uuid5(NAMESPACE_URL, f"{backend.account_id}/{backend.region_name}/automation/{number}"))
    execution = Execution(execution_id, document_name, clock.now(), parameters, parent_id=parent_id)
    backend.automations.append(execution)
    return execution


def run_as(
    backend: SandboxSSMBackend,
    execution: Execution,
    content: Mapping[str, Any],
    arguments: Mapping[str, str],
    role_arn: str,
) -> None:
    """Run the steps as a role, and record them. Raises RunbookError where one fails."""
    try:
        execution.outputs = _run(backend, execution.id, content, arguments, role_arn)
    except RunbookError as error:
        execution.steps += _until(content, error.step, str(error))
        raise
    execution.steps += [Step(step["name"], step["action"]) for step in content["mainSteps"]]


def _until(content: Mapping[str, Any], failed: str, failure: str) -> Iterator[Step]:
    """The steps up to the one that failed; none where the automation failed before the first."""
    names = [step["name"] for step in content["mainSteps"]]
    for step in content["mainSteps"][: names.index(failed) + 1] if failed else ():
        yield Step(step["name"], step["action"], failure if step["name"] == failed else None)


def _run(
    backend: SandboxSSMBackend,
    execution_id: str,
    content: Mapping[str, Any],
    arguments: Mapping[str, str],
    role_arn: str,
) -> dict[str, Any]:
    if connection.client is None:
        raise RunbookError("No sandbox is running that answers an automation's calls.")
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html
    variables = {
        "automation:EXECUTION_ID": execution_id,
        "global:ACCOUNT_ID": backend.account_id,
        "global:AWS_PARTITION": "aws",
        "global:REGION": backend.region_name,
    }
    connect = connection.client

    def client(service: str, region_name: str = backend.region_name) -> Any:
        return connect(service, role_arn, region_name)

    return run(content, arguments, Environment(variables, client))


def require_assumable(backend: SandboxSSMBackend, role_arn: str, execution_id: str) -> None:
    """Raise RunbookError unless Systems Manager may assume the role for this automation."""
    arn = f"arn:aws:ssm:{backend.region_name}:{backend.account_id}:automation-execution/{execution_id}"
    context = {"aws:SourceAccount": backend.account_id, "aws:SourceArn": arn}
    role = find_role(backend.account_id, role_arn)
    document = None if role is None else role.assume_role_policy_document
    if document is None or not allows_assuming(document, Principal.service(SYSTEMS_MANAGER), context):
        raise RunbookError("The defined assume role is unable to be assumed.")


def find_role(account_id: str, role_arn: str) -> Role | None:
    """Return the role of the account; None if there is none."""
    try:
        return iam_backend_of(account_id).get_role_by_arn(role_arn)
    except NotFoundException:
        return None
