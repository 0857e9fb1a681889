"""Roles and a runbook, with which an account runs automations in others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox import Sandbox

ADMINISTRATION, EXECUTION = (
    "AWS-SystemsManager-AutomationAdministrationRole",
    "AWS-SystemsManager-AutomationExecutionRole",
)
RUNBOOK = "KeepParameter"
START_POLICY = "Start"

_SYSTEMS_MANAGER = {"Service": "ssm.amazonaws.com"}

_SCRIPT = """
import boto3

def handle(event, context):
    boto3.client("ssm").put_parameter(Name=event["Name"], Value=context["global:REGION"], Type="String", Overwrite=True)
"""


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]})


def make_administration_role(sandbox: Sandbox, account_id: str) -> str:
    """The role of the account that starts automations. Returns its ARN."""
    iam = sandbox.client("iam", account_id)
    trust = _document({"Action": "sts:AssumeRole", "Principal": _SYSTEMS_MANAGER})
    arn: str = iam.create_role(RoleName=ADMINISTRATION, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(
        RoleName=ADMINISTRATION,
        PolicyName="Assume",
        PolicyDocument=_document({"Action": "sts:AssumeRole", "Resource": f"arn:aws:iam::*:role/{EXECUTION}"}),
    )
    return arn


def make_execution_role(sandbox: Sandbox, account_id: str, administration: str, *actions: str) -> None:
    """The role of an account in which automations run, with these actions beside those that start them."""
    iam = sandbox.client("iam", account_id)
    trust = _document(
        {"Action": "sts:AssumeRole", "Principal": {"AWS": administration}},
        {"Action": "sts:AssumeRole", "Principal": _SYSTEMS_MANAGER},
    )
    arn = iam.create_role(RoleName=EXECUTION, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    start_and_pass = _document(
        {"Action": "ssm:StartAutomationExecution", "Resource": "*"}, {"Action": "iam:PassRole", "Resource": arn}
    )
    iam.put_role_policy(RoleName=EXECUTION, PolicyName=START_POLICY, PolicyDocument=start_and_pass)
    for action in actions:
        document = _document({"Action": action, "Resource": "*"})
        iam.put_role_policy(RoleName=EXECUTION, PolicyName=action.partition(":")[2], PolicyDocument=document)


def make_runbook(sandbox: Sandbox, account_id: str, share_with: Sequence[str], region: str = "us-east-1") -> None:
    """A runbook of two steps: each keeps the Region in a parameter of the account."""
    steps = [
        {
            "name": name,
            "action": "aws:executeScript",
            "inputs": {
                "Runtime": "python3.11",
                "Handler": "handle",
                "Script": _SCRIPT,
                "InputPayload": {"Name": f"/automation/{name}"},
            },
        }
        for name in ("First", "Second")
    ]
    parameters = {"AutomationAssumeRole": {"type": "String"}}
    content = {"schemaVersion": "0.3", "assumeRole": "{{ AutomationAssumeRole }}", "parameters": parameters}
    ssm = sandbox.client("ssm", account_id, region)
    ssm.create_document(Name=RUNBOOK, DocumentType="Automation", Content=json.dumps({**content, "mainSteps": steps}))
    if share_with:
        ssm.modify_document_permission(Name=RUNBOOK, PermissionType="Share", AccountIdsToAdd=list(share_with))


def start(sandbox: Sandbox, account_id: str, administration: str, **location: Any) -> str:
    """Start the runbook in other accounts. Returns the id of the automation."""
    started = sandbox.client("ssm", account_id).start_automation_execution(
        DocumentName=RUNBOOK,
        Parameters={"AutomationAssumeRole": [administration]},
        TargetLocations=[location],
    )
    execution_id: str = started["AutomationExecutionId"]
    return execution_id
