"""Stacks with a runbook, AWS::SSM::Association and AWS::SSMQuickSetup::LifecycleAutomation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox_tests.cases.quick_setup import MANAGEMENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox import Sandbox

# Appends the mode to a parameter.
SCRIPT = """
import boto3

def handle(event, context):
    parameters = boto3.client("ssm")
    try:
        before = parameters.get_parameter(Name="modes")["Parameter"]["Value"] + " "
    except parameters.exceptions.ParameterNotFound:
        before = ""
    parameters.put_parameter(Name="modes", Value=before + event["Mode"], Type="String", Overwrite=True)
    return {"Region": context["global:REGION"]}
"""
ALLOWED = ("ssm:GetParameter", "ssm:PutParameter")
PARAMETERS = {
    "Role": {"type": "String"},
    "ExecutionMode": {"type": "String", "allowedValues": ["Create", "Update", "Delete"]},
}
ROLE = {"Role": [{"Fn::GetAtt": ["Role", "Arn"]}]}


def template(number: int = 1, actions: Sequence[str] = ALLOWED, service: str = "ssm.amazonaws.com") -> str:
    inputs = {
        "Runtime": "python3.11",
        "Handler": "handle",
        "Script": SCRIPT,
        "InputPayload": {"Mode": "{{ ExecutionMode }}"},
    }
    steps = [{"name": "Append", "action": "aws:executeScript", "inputs": inputs}]
    runbook = {"schemaVersion": "0.3", "assumeRole": "{{ Role }}", "parameters": PARAMETERS, "mainSteps": steps}
    allowed = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    role = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Policies": [{"PolicyName": "One", "PolicyDocument": {"Version": "2012-10-17", "Statement": [allowed]}}],
        "RoleName": "Runbook",
    }
    document = {"Name": f"runbook-{number}", "DocumentType": "Automation", "Content": runbook, "DocumentFormat": "JSON"}
    lifecycle = {"ResourceKey": "one", "AutomationDocument": {"Ref": "Runbook"}, "AutomationParameters": ROLE}
    association = {
        "AssociationName": "daily",
        "Name": {"Ref": "Runbook"},
        "Parameters": {**ROLE, "ExecutionMode": ["Update"]},
        "ScheduleExpression": "rate(1 day)",
    }
    # In an order in which only references and DependsOn make each resource after what it needs.
    resources = {
        "Daily": {"Type": "AWS::SSM::Association", "DependsOn": "Lifecycle", "Properties": association},
        "Lifecycle": {"Type": "AWS::SSMQuickSetup::LifecycleAutomation", "Properties": lifecycle},
        "Runbook": {"Type": "AWS::SSM::Document", "Properties": document},
        "Role": {"Type": "AWS::IAM::Role", "Properties": role},
    }
    return json.dumps({"Resources": resources})


def deploy(sandbox: Sandbox, body: str, change: str = "create") -> str:
    """The status of the stack."""
    cloudformation = sandbox.client("cloudformation")
    getattr(cloudformation, f"{change}_stack")(
        StackName="one", TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    status: str = cloudformation.describe_stacks(StackName="one")["Stacks"][0]["StackStatus"]
    return status


def modes(sandbox: Sandbox) -> str:
    value: str = sandbox.client("ssm").get_parameter(Name="modes")["Parameter"]["Value"]
    return value


def reasons(sandbox: Sandbox) -> str:
    events = sandbox.client("cloudformation").describe_stack_events(StackName="one")["StackEvents"]
    return "\n".join(event.get("ResourceStatusReason", "") for event in events)


def test_a_runbook_follows_its_stack_and_runs_daily(sandbox: Sandbox) -> None:
    assert deploy(sandbox, template()) == "CREATE_COMPLETE"
    assert modes(sandbox) == "Create"
    # The new document has another name, so that what refers to it changes.
    assert deploy(sandbox, template(2), "update") == "UPDATE_COMPLETE"
    assert modes(sandbox) == "Create Update"
    sandbox.clock.advance(60)
    assert modes(sandbox) == "Create Update Update"
    sandbox.clock.advance(86400)
    assert modes(sandbox).split() == ["Create", *["Update"] * 3]
    (association,) = sandbox.client("ssm").list_associations()["Associations"]
    assert (association["Name"], association["Overview"]["Status"]) == ("runbook-2", "Success")
    executions = sandbox.client("ssm").describe_automation_executions()["AutomationExecutionMetadataList"]
    assert [json.loads(one["Outputs"]["Append.OutputPayload"][0]) for one in executions] == [
        {"Region": "us-east-1"}
    ] * 4
    sandbox.client("cloudformation").delete_stack(StackName="one")
    assert modes(sandbox).split() == ["Create", *["Update"] * 3, "Delete"]
    assert sandbox.snapshot()["automation_associations"] == sandbox.snapshot()["documents"] == {}


def test_the_role_decides(sandbox: Sandbox) -> None:
    assert deploy(sandbox, template(actions=ALLOWED[:1])) == "ROLLBACK_COMPLETE"
    assert (
        f"arn:aws:sts::{MANAGEMENT}:assumed-role/Runbook/Automation is not authorized to perform: ssm:PutParameter"
        in (reasons(sandbox))
    )


def test_the_trust_policy_decides(sandbox: Sandbox) -> None:
    assert deploy(sandbox, template(service="ec2.amazonaws.com")) == "ROLLBACK_COMPLETE"
    assert "The defined assume role is unable to be assumed." in reasons(sandbox)


def test_other_permissions_of_the_role_are_an_update(sandbox: Sandbox) -> None:
    deploy(sandbox, template())
    assert deploy(sandbox, template(2, actions=ALLOWED[:1]), "update") == "UPDATE_ROLLBACK_COMPLETE"
    assert "ssm:PutParameter" in reasons(sandbox)
    sandbox.clock.advance(86400)
    assert modes(sandbox).split()[-1] == "Update"


def test_versions_of_a_document(sandbox: Sandbox, client_error: Any) -> None:
    ssm = sandbox.client("ssm")
    content = {"schemaVersion": "1.0", "sessionType": "Standard_Stream", "inputs": {}}
    ssm.create_document(Name="one", DocumentType="Session", Content=json.dumps(content), VersionName="first")
    ssm.update_document(Name="one", DocumentVersion="$LATEST", Content=json.dumps({**content, "description": "Two."}))
    versions = ssm.list_document_versions(Name="one")["DocumentVersions"]
    assert [(one["DocumentVersion"], one["IsDefaultVersion"]) for one in versions] == [("2", False), ("1", True)]
    with client_error("InvalidDocument"):
        ssm.list_document_versions(Name="two")


def test_numbers_of_a_document_that_a_stack_creates(sandbox: Sandbox) -> None:
    # aws-cloudformation/cloudformation-cli issue 435
    step = {"name": "Wait", "action": "aws:sleep", "isEnd": True, "inputs": {"Duration": "PT1S", "Times": [2, 0.5]}}
    content = {"schemaVersion": "0.3", "mainSteps": [step]}
    found = []
    for name, given in {"of-an-object": content, "of-text": json.dumps(content)}.items():
        properties = {"Name": name, "DocumentType": "Automation", "DocumentFormat": "JSON", "Content": given}
        body = {"Resources": {"Document": {"Type": "AWS::SSM::Document", "Properties": properties}}}
        sandbox.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(body))
        document = json.loads(sandbox.client("ssm").get_document(Name=name)["Content"])["mainSteps"][0]
        found.append((document["isEnd"], document["inputs"]["Times"]))
    assert found == [("true", ["2", "0.5"]), (True, [2, 0.5])]
