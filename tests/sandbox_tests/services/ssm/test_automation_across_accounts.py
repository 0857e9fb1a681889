"""StartAutomationExecution with TargetLocations, and what Systems Manager tells of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox_tests.cases.automations import (
    EXECUTION,
    RUNBOOK,
    START_POLICY,
    make_administration_role,
    make_execution_role,
    make_runbook,
    start,
)
from sandbox_tests.cases.quick_setup import MANAGEMENT

if TYPE_CHECKING:
    from sandbox import Sandbox
    from sandbox_tests.conftest import ExpectClientError

WORKLOADS = ("222222222222", "333333333333")
REGIONS = ["eu-west-1", "us-east-1"]


@pytest.fixture
def administration(sandbox: Sandbox) -> str:
    """The administration role of the management account, with execution roles in the members and a shared runbook."""
    arn = make_administration_role(sandbox, MANAGEMENT)
    for account_id in WORKLOADS:
        make_execution_role(sandbox, account_id, arn, "ssm:PutParameter")
    make_runbook(sandbox, MANAGEMENT, WORKLOADS)
    return arn


def describe(sandbox: Sandbox, execution_id: str, account_id: str = MANAGEMENT, region: str = "us-east-1") -> Any:
    ssm = sandbox.client("ssm", account_id, region)
    return ssm.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]


def children(sandbox: Sandbox, parent: str, account_id: str, region: str) -> Any:
    return sandbox.client("ssm", account_id, region).describe_automation_executions(
        Filters=[{"Key": "ParentExecutionId", "Values": [parent]}]
    )["AutomationExecutionMetadataList"]


def test_it_runs_in_each_account_and_region(sandbox: Sandbox, administration: str) -> None:
    (root,) = sandbox.client("organizations").list_roots()["Roots"]
    execution_id = start(
        sandbox,
        MANAGEMENT,
        administration,
        Accounts=[root["Id"]],
        IncludeChildOrganizationUnits=True,
        ExcludeAccounts=[MANAGEMENT],
        Regions=REGIONS,
    )
    described = describe(sandbox, execution_id)
    assert described["AutomationExecutionStatus"] == "Success"
    assert described["ProgressCounters"]["SuccessSteps"] == 4
    steps = sandbox.client("ssm").describe_automation_step_executions(AutomationExecutionId=execution_id)
    locations = [step["TargetLocation"] for step in steps["StepExecutions"]]
    assert locations == [{"Accounts": [account], "Regions": [region]} for account in WORKLOADS for region in REGIONS]
    for account_id in WORKLOADS:
        for region in REGIONS:
            (child,) = children(sandbox, execution_id, account_id, region)
            assert (child["AutomationType"], child["AutomationExecutionStatus"]) == ("Local", "Success")
            kept = sandbox.client("ssm", account_id, region).get_parameter(Name="/automation/Second")["Parameter"]
            assert kept["Value"] == region
    (own,) = sandbox.client("ssm").describe_automation_executions()["AutomationExecutionMetadataList"]
    assert own["AutomationType"] == "CrossAccount"


def test_a_failed_step_has_the_message_of_the_automation_there(sandbox: Sandbox, administration: str) -> None:
    sandbox.client("iam", WORKLOADS[0]).delete_role_policy(RoleName=EXECUTION, PolicyName="PutParameter")
    execution_id = start(
        sandbox,
        MANAGEMENT,
        administration,
        Accounts=list(WORKLOADS),
        Regions=["us-east-1"],
        TargetLocationMaxErrors="50%",
    )
    # As many as it tolerates.
    assert describe(sandbox, execution_id)["AutomationExecutionStatus"] == "Success"
    failed = sandbox.client("ssm").describe_automation_step_executions(
        AutomationExecutionId=execution_id, Filters=[{"Key": "StepExecutionStatus", "Values": ["Failed", "TimedOut"]}]
    )["StepExecutions"]
    assert [step["TargetLocation"]["Accounts"] for step in failed] == [[WORKLOADS[0]]]
    (child,) = children(sandbox, execution_id, WORKLOADS[0], "us-east-1")
    described = describe(sandbox, child["AutomationExecutionId"], WORKLOADS[0])
    assert described["ParentAutomationExecutionId"] == execution_id
    assert "is not authorized to perform: ssm:PutParameter" in described["FailureMessage"]
    assert [(step["StepName"], step["StepStatus"]) for step in described["StepExecutions"]] == [("First", "Failed")]


def test_errors_end_it(sandbox: Sandbox, administration: str) -> None:
    """By default, after the first: TargetLocationMaxErrors is 0."""
    sandbox.client("ssm").modify_document_permission(
        Name=RUNBOOK, PermissionType="Share", AccountIdsToRemove=[WORKLOADS[0]]
    )
    execution_id = start(sandbox, MANAGEMENT, administration, Accounts=list(WORKLOADS), Regions=REGIONS)
    described = describe(sandbox, execution_id)
    assert (described["AutomationExecutionStatus"], described["ProgressCounters"]["TotalSteps"]) == ("Failed", 1)
    (step,) = described["StepExecutions"]
    assert step["FailureMessage"] == (
        f"The execution role arn:aws:iam::{WORKLOADS[0]}:role/{EXECUTION} in the target location is unable to be "
        "assumed."
    )
    assert children(sandbox, execution_id, *WORKLOADS[:1], "eu-west-1") == []


def test_the_execution_role_starts_the_automation_and_runs_it(sandbox: Sandbox, administration: str) -> None:
    location: dict[str, Any] = {"Accounts": [WORKLOADS[0]], "Regions": ["us-east-1"]}
    iam = sandbox.client("iam", WORKLOADS[0])
    trust = iam.get_role(RoleName=EXECUTION)["Role"]["AssumeRolePolicyDocument"]
    without_service = {**trust, "Statement": trust["Statement"][:1]}
    iam.update_assume_role_policy(RoleName=EXECUTION, PolicyDocument=json.dumps(without_service))
    (step,) = describe(sandbox, start(sandbox, MANAGEMENT, administration, **location))["StepExecutions"]
    assert "unable to be assumed" in step["FailureMessage"]
    iam.delete_role_policy(RoleName=EXECUTION, PolicyName=START_POLICY)
    (step,) = describe(sandbox, start(sandbox, MANAGEMENT, administration, **location))["StepExecutions"]
    assert "not authorized to perform: ssm:StartAutomationExecution" in step["FailureMessage"]


def test_both_roles_decide(sandbox: Sandbox, administration: str, client_error: ExpectClientError) -> None:
    sandbox.client("iam").delete_role_policy(RoleName=administration.rpartition("/")[2], PolicyName="Assume")
    execution_id = start(sandbox, MANAGEMENT, administration, Accounts=[WORKLOADS[0]], Regions=["us-east-1"])
    assert "unable to be assumed" in describe(sandbox, execution_id)["StepExecutions"][0]["FailureMessage"]
    with client_error("InvalidAutomationExecutionParametersException"):
        start(sandbox, MANAGEMENT, f"{administration}Other", Accounts=[WORKLOADS[0]], Regions=["us-east-1"])
    with client_error("AutomationExecutionNotFoundException"):
        describe(sandbox, "00000000-0000-0000-0000-000000000000")
    with client_error("InvalidFilterKey"):
        sandbox.client("ssm").describe_automation_executions(Filters=[{"Key": "OpsItemId", "Values": ["one"]}])
