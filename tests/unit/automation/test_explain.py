"""`report.py explain --execution`, against the sandbox."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Fault
from sandbox.services.ssm.automation.executions import Step
from sandbox.services.ssm.models import ssm_backend_of
from sandbox_tests.cases.automations import (
    EXECUTION,
    RUNBOOK,
    make_administration_role,
    make_execution_role,
    make_runbook,
    start,
)
from unit.quick_setup_cases import ADMINISTRATOR, MANAGEMENT, WORKLOAD

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox import Sandbox
    from unit.conftest import Run

REGIONS = ["eu-west-1", "us-east-1"]
MEMBERS = ("--member-role-name", "OrganizationAccountAccessRole")


@pytest.fixture
def administration(aws: Sandbox) -> str:
    arn = make_administration_role(aws, MANAGEMENT)
    make_execution_role(aws, ADMINISTRATOR, arn, "ssm:PutParameter")
    make_runbook(aws, MANAGEMENT, [ADMINISTRATOR, WORKLOAD])
    return arn


def start_everywhere(aws: Sandbox, administration: str, **location: Any) -> str:
    accounts = {"Accounts": [ADMINISTRATOR, WORKLOAD], "Regions": REGIONS, "TargetLocationMaxErrors": "100%"}
    return start(aws, MANAGEMENT, administration, **{**accounts, **location})


def document(run: Run, status: int, *arguments: str) -> dict[str, Any]:
    outcome = run("report", "explain", "--execution", *arguments, "--json")
    assert outcome.status == status, outcome.stderr
    found: dict[str, Any] = json.loads(outcome.stdout)
    return found


def test_one_that_succeeded(aws: Sandbox, run: Run, administration: str) -> None:
    execution_id = start_everywhere(aws, administration, Accounts=[ADMINISTRATOR])
    before = aws.snapshot()
    outcome = run("report", "explain", "--execution", execution_id)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert f"{RUNBOOK}: Success, {execution_id} of {MANAGEMENT} us-east-1" in outcome.stdout
    assert "2 of 2 steps in accounts and Regions succeeded." in outcome.stdout
    assert "Nothing failed." in outcome.stdout
    assert aws.snapshot() == before


def test_an_account_without_the_role(aws: Sandbox, run: Run, administration: str) -> None:
    """The automation as a whole is successful, for it tolerates as many errors."""
    execution_id = start_everywhere(aws, administration)
    outcome = run("report", "explain", "--execution", execution_id, *MEMBERS)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert f"{RUNBOOK}: Success" in outcome.stdout
    assert (
        f'AWS says: "The execution role arn:aws:iam::{WORKLOAD}:role/{EXECUTION} in the target location is unable to be'
        in outcome.stdout
    )
    assert f"  2 times, in {WORKLOAD} eu-west-1, us-east-1" in outcome.stdout
    assert "To do: Create the role there" in outcome.stdout


def test_the_cause_is_that_of_the_account(aws: Sandbox, run: Run, administration: str) -> None:
    make_execution_role(aws, WORKLOAD, administration)
    execution_id = start_everywhere(aws, administration)
    found = document(run, 0, execution_id, *MEMBERS)
    assert found["steps"] == {"total": 4, "successful": 2}
    (failure,) = found["failures"]
    assert {name: failure[name] for name in ("runbook", "step", "action", "status")} == {
        "runbook": RUNBOOK,
        "step": "First",
        "action": "aws:executeScript",
        "status": "Failed",
    }
    assert [(step["account_id"], step["region"]) for step in failure["account_regions"]] == [
        (WORKLOAD, region) for region in REGIONS
    ]
    assert execution_id not in {step["execution_id"] for step in failure["account_regions"]}
    assert "does not allow ssm:PutParameter" in failure["explanation"]
    assert "execution_policy_arns" in failure["remedy"]


def test_without_a_role_the_step_is_told(aws: Sandbox, run: Run, administration: str) -> None:
    make_execution_role(aws, WORKLOAD, administration)
    execution_id = start_everywhere(aws, administration)
    outcome = run("report", "explain", "--execution", execution_id)
    assert outcome.status == 3
    assert f"Not read: {WORKLOAD} eu-west-1: not read without --member-role-name." in outcome.stderr
    assert f'The automation of {RUNBOOK}: Failed. AWS says: "Step fails' in outcome.stdout
    assert "ssm:PutParameter" in outcome.stdout


def test_an_account_that_cannot_be_read(aws: Sandbox, run: Run, administration: str) -> None:
    make_execution_role(aws, WORKLOAD, administration)
    execution_id = start_everywhere(aws, administration, Regions=["us-east-1"])
    aws.faults.inject(Fault("sts", "AssumeRole", "access_denied", account_id=MANAGEMENT))
    found = document(run, 3, execution_id, *MEMBERS)
    assert [(failure["step"], failure["status"]) for failure in found["failures"]] == [("", "Failed")]
    (error,) = found["unreadable"]
    assert error.startswith(f"{WORKLOAD} us-east-1: sts:AssumeRole failed")


def test_one_of_the_account_itself(aws: Sandbox, run: Run, administration: str) -> None:
    iam = aws.client("iam")
    iam.delete_role_policy(RoleName=administration.rpartition("/")[2], PolicyName="Assume")
    started = aws.client("ssm").start_automation_execution(
        DocumentName=RUNBOOK, Parameters={"AutomationAssumeRole": [administration]}
    )
    found = document(run, 0, started["AutomationExecutionId"])
    assert found["status"] == "Failed"
    assert [(failure["step"], len(failure["account_regions"])) for failure in found["failures"]] == [("First", 1)]


def test_one_that_failed_before_its_first_step(aws: Sandbox, run: Run) -> None:
    started = aws.client("ssm").start_automation_execution(DocumentName="Missing")
    outcome = run("report", "explain", "--execution", started["AutomationExecutionId"])
    assert outcome.status == 0
    assert 'The automation of Missing: Failed. AWS says: "' in outcome.stdout
    assert "Usually: Unknown." in outcome.stdout
    assert "automation-troubleshooting.html" in outcome.stdout


@pytest.mark.parametrize(
    ("action", "failure", "explanation"),
    [
        ("aws:executeAwsApi", "Step timed out while step is verifying the action.", "did not end within its timeout"),
        ("aws:executeAwsApi", "ThrottlingException: Rate exceeded", "too many automations at a time"),
        (
            "aws:executeAwsApi",
            "User: A is not authorized to perform: ec2:StopInstances with an explicit deny in a service control policy",
            "A service control policy denies ec2:StopInstances",
        ),
        ("aws:assertAwsResourceProperty", "Something else.", "Unknown."),
    ],
)
def test_causes(aws: Sandbox, run: Run, administration: str, action: str, failure: str, explanation: str) -> None:
    execution_id = start_everywhere(aws, administration, Accounts=[ADMINISTRATOR])
    (execution,) = ssm_backend_of(MANAGEMENT, "us-east-1").automations
    execution.steps.append(Step("Own", action, failure))
    (found,) = document(run, 0, execution_id, *MEMBERS)["failures"]
    assert explanation in found["explanation"]


class _NotSent(Step):
    """A step whose command was not sent: the list of an output may be empty, by AWS's model."""

    def describe(self, ended_at: datetime) -> dict[str, Any]:
        return {**super().describe(ended_at), "Outputs": {"CommandId": []}}


def test_a_command_that_was_not_sent(aws: Sandbox, run: Run, administration: str) -> None:
    execution_id = start_everywhere(aws, administration, Accounts=[ADMINISTRATOR])
    (execution,) = ssm_backend_of(MANAGEMENT, "us-east-1").automations
    execution.steps.append(_NotSent("Own", "aws:runCommand", "No instance has this tag."))
    (found,) = document(run, 0, execution_id, *MEMBERS)["failures"]
    assert (found["step"], found["reason"]) == ("Own", "No instance has this tag.")


@pytest.mark.usefixtures("aws")
def test_what_is_refused(run: Run) -> None:
    missing = "00000000-0000-0000-0000-000000000000"
    outcome = run("report", "explain", "--execution", missing, "--region", "eu-west-1")
    assert outcome.status == 1
    assert f"Account {MANAGEMENT} has no automation {missing} in eu-west-1" in outcome.stderr
    for arguments, message in (
        (("scan", "--execution", missing), "leave NAME and --message out"),
        (("--execution", "one"), "execution is"),
    ):
        outcome = run("report", "explain", *arguments)
        assert outcome.status in (1, 2)
        assert message in outcome.stderr
