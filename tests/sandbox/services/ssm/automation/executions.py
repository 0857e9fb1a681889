"""Automations of one account and Region.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AutomationExecution.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from moto.iam.exceptions import NotFoundException
from moto.ssm.exceptions import SSMException

from sandbox.clock import clock
from sandbox.services.iam.models import iam_backend_of
from sandbox.services.ssm.automation.runbooks import Environment, RunbookError, arguments_of, run
from sandbox.services.sts.trust import Principal, allows_assuming

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
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
class Execution:
    """An automation, which takes no time. `failure` is the message of one that failed; `outputs` are by step."""

    id: str
    document_name: str
    started_at: datetime
    parameters: Mapping[str, list[str]]
    outputs: Mapping[str, Any]
    failure: str | None

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
        }
        return described if self.failure is None else {**described, "FailureMessage": self.failure}

    def summarize(self) -> dict[str, Any]:
        """Return the model's AutomationExecutionMetadata."""
        described = self.describe()
        return {name: value for name, value in described.items() if name != "Parameters"}


def execute(backend: SandboxSSMBackend, document_name: str, parameters: Mapping[str, list[str]]) -> Execution:
    """Run a runbook of the account's own as the role of its `assumeRole`, and keep the automation."""
    number = len(backend.automations)
    execution_id = str(uuid5(NAMESPACE_URL, f"{backend.account_id}/{backend.region_name}/automation/{number}"))
    outputs: dict[str, Any] = {}
    failure = None
    try:
        outputs = _run(backend, document_name, parameters, execution_id)
    except RunbookError as error:
        failure = str(error)
    except SSMException as error:
        failure = error.message
    execution = Execution(execution_id, document_name, clock.now(), parameters, outputs, failure)
    backend.automations.append(execution)
    return execution


def _run(
    backend: SandboxSSMBackend, document_name: str, parameters: Mapping[str, list[str]], execution_id: str
) -> dict[str, Any]:
    # The default version: "If this value isn't specified, the system uses the default version" (the model).
    content = json.loads(backend.get_document(document_name, "", "", "JSON")["Content"])
    arguments = arguments_of(content, parameters)
    role_arn = arguments[content["assumeRole"].strip("{} ")]
    arn = f"arn:aws:ssm:{backend.region_name}:{backend.account_id}:automation-execution/{execution_id}"
    _require_assumable(backend.account_id, role_arn, arn)
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


def _require_assumable(account_id: str, role_arn: str, execution_arn: str) -> None:
    context = {"aws:SourceAccount": account_id, "aws:SourceArn": execution_arn}
    role = _find_role(account_id, role_arn)
    document = None if role is None else role.assume_role_policy_document
    if document is None or not allows_assuming(document, Principal.service(SYSTEMS_MANAGER), context):
        raise RunbookError("The defined assume role is unable to be assumed.")


def _find_role(account_id: str, role_arn: str) -> Role | None:
    try:
        return iam_backend_of(account_id).get_role_by_arn(role_arn)
    except NotFoundException:
        return None
