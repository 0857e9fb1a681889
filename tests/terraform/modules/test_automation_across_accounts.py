"""modules/automation-across-accounts: roles in every account, outputs that Systems Manager takes, destroy."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from harness.assertions import assert_clean_destroy, assert_plan_empty, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.examples import register_administrator
from harness.workspace import change_inputs
from sandbox.protocol.validation import constraint_problems
from sandbox_tests.cases.automations import RUNBOOK, make_runbook
from sandbox_tests.cases.automations import start as start_automation
from terraform.expectations import MANAGEMENT, OTHER_MEMBER, RETAINED_ROLES
from tools.iam.command import read_policies
from tools.iam.roles import AUTOMATION

if TYPE_CHECKING:
    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_EXECUTION = "AWS-SystemsManager-AutomationExecutionRole"
_ADMINISTRATION = f"arn:aws:iam::{ADMINISTRATOR}:role/AWS-SystemsManager-AutomationAdministrationRole"
_CALENDAR = """\
BEGIN:VCALENDAR
PRODID:-//AWS//Change Calendar 1.0//EN
VERSION:2.0
X-CALENDAR-TYPE:DEFAULT_OPEN
BEGIN:VEVENT
UID:end-of-year
SUMMARY:Freeze
DTSTART;TZID=Asia/Tokyo:20251220T000000
DTEND;TZID=Asia/Tokyo:20260105T000000
END:VEVENT
END:VCALENDAR
"""
_ALLOWED = (
    *("cloudformation:*StackSet", "cloudformation:*StackInstances", "iam:CreateRole", "iam:PutRolePolicy"),
    *("iam:DeleteRole", "iam:DeleteRolePolicy"),
    # Of the runbook.
    "ssm:PutParameter",
)


def _write(sandbox: Sandbox, workspaces: Workspaces, account_id: str = ADMINISTRATOR, **inputs: object) -> Terraform:
    call = {"source": "../module/modules/automation-across-accounts", "regions": ["us-east-1", "eu-west-1"], **inputs}
    output = {"automation": {"value": "${module.automation}"}}
    return workspaces.call_modules({"automation": call}, sandbox.environment(account_id), output=output)


def _assert_accepted(shape_name: str, value: Any) -> None:
    """The value has the shape of botocore's model."""
    shape = botocore.session.get_session().get_service_model("ssm").shape_for(shape_name)
    assert not ParamValidator().validate(value, shape).has_errors()
    assert not constraint_problems(shape, value)


def _arguments(command: str) -> dict[str, str]:
    words = shlex.split(command)[3:]
    return dict(zip(words[::2], words[1::2], strict=True))


@pytest.mark.scenario("bare")
def test_roles_and_commands(sandbox: Sandbox, workspaces: Workspaces) -> None:
    assert f"Account {MANAGEMENT} is the management account" in plan_errors(_write(sandbox, workspaces, MANAGEMENT))
    register_administrator(sandbox)
    before = sandbox.snapshot()
    terraform = _write(sandbox, workspaces, execution_policy_arns=["arn:aws:iam::aws:policy/AmazonSSMFullAccess"])
    sandbox.permissions.enforce(f"arn:aws:iam::{ADMINISTRATOR}:user/Administrator", read_policies()[AUTOMATION])
    terraform.apply()

    role = sandbox.client("iam", OTHER_MEMBER).get_role(RoleName=_EXECUTION)["Role"]
    trust: Any = role["AssumeRolePolicyDocument"]
    statement, own = trust["Statement"]
    assert own["Principal"] == {"Service": "ssm.amazonaws.com"}
    assert own["Condition"]["StringEquals"] == {"aws:SourceAccount": OTHER_MEMBER}
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{ADMINISTRATOR}:root"}
    assert statement["Condition"]["ArnEquals"] == {"aws:PrincipalArn": _ADMINISTRATION}
    assert list(statement["Condition"]["StringEquals"]) == ["aws:PrincipalOrgID"]
    attached = sandbox.client("iam", OTHER_MEMBER).list_attached_role_policies(RoleName=_EXECUTION)["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in attached] == ["AmazonSSMFullAccess"]
    names = [found["RoleName"] for found in sandbox.client("iam").list_roles()["Roles"]]
    assert _EXECUTION not in names

    automation = terraform.output()["automation"]
    locations = json.loads(automation["target_locations"])
    _assert_accepted("TargetLocations", locations)
    (root,) = sandbox.client("organizations").list_roots()["Roots"]
    assert locations == [
        {
            "Accounts": [root["Id"]],
            "IncludeChildOrganizationUnits": True,
            "Regions": ["eu-west-1", "us-east-1"],
            "ExecutionRoleName": _EXECUTION,
            "TargetLocationMaxConcurrency": "10%",
            "TargetLocationMaxErrors": "10%",
        }
    ]
    preview = _arguments(automation["commands"]["preview"])
    _assert_accepted("ExecutionInputs", json.loads(preview["--execution-inputs"]))
    start = _arguments(automation["commands"]["start"])
    assert start["--parameters"] == f"AutomationAssumeRole={_ADMINISTRATION}"
    assert json.loads(start["--target-locations"]) == locations

    sandbox.permissions.reset()
    ssm = sandbox.client("ssm", ADMINISTRATOR)
    make_runbook(sandbox, ADMINISTRATOR, [OTHER_MEMBER])
    execution_id = start_automation(
        sandbox, ADMINISTRATOR, _ADMINISTRATION, Accounts=[OTHER_MEMBER], Regions=["us-east-1"]
    )
    started = ssm.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
    assert [step.get("FailureMessage") for step in started["StepExecutions"]] == [None]
    sandbox.client("ssm", OTHER_MEMBER).delete_parameters(Names=["/automation/First", "/automation/Second"])
    ssm.modify_document_permission(Name=RUNBOOK, PermissionType="Share", AccountIdsToRemove=[OTHER_MEMBER])
    ssm.delete_document(Name=RUNBOOK)

    assert_clean_destroy(terraform, sandbox, before, allowed_calls=_ALLOWED, retained=RETAINED_ROLES)


@pytest.mark.scenario("bare")
def test_roles_that_exist(sandbox: Sandbox, workspaces: Workspaces) -> None:
    register_administrator(sandbox)
    # As OpsCenter of Quick Setup creates them.
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ssm.amazonaws.com"}}
    for account_id, name in ((ADMINISTRATOR, _ADMINISTRATION.rpartition("/")[2]), (OTHER_MEMBER, _EXECUTION)):
        sandbox.client("iam", account_id).create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        )
    before = sandbox.snapshot()
    assert "AutomationAdministrationRole" in plan_errors(_write(sandbox, workspaces))
    terraform = _write(sandbox, workspaces, create_roles=False, excluded_account_ids=[ADMINISTRATOR])
    terraform.apply()
    automation = terraform.output()["automation"]
    locations = json.loads(automation["target_locations"])
    _assert_accepted("TargetLocations", locations)
    assert (locations[0]["ExcludeAccounts"], locations[0]["ExecutionRoleName"]) == ([ADMINISTRATOR], _EXECUTION)
    assert _arguments(automation["commands"]["start"])["--parameters"] == f"AutomationAssumeRole={_ADMINISTRATION}"
    terraform.destroy()
    # They are as they were.
    assert sandbox.snapshot() == before


@pytest.mark.scenario("bare")
def test_change_calendar(sandbox: Sandbox, workspaces: Workspaces) -> None:
    register_administrator(sandbox)
    before = sandbox.snapshot()
    terraform = _write(sandbox, workspaces, create_roles=False, change_calendar={"content": _CALENDAR})
    ssm = sandbox.client("ssm", ADMINISTRATOR)
    taken = {"Name": "automation-across-accounts", "DocumentType": "ChangeCalendar", "DocumentFormat": "TEXT"}
    ssm.create_document(**taken, Content=_CALENDAR)
    sandbox.permissions.enforce(f"arn:aws:iam::{ADMINISTRATOR}:user/Administrator", read_policies()[AUTOMATION])
    assert 'EXISTS_ALREADY: The document "automation-across-accounts" already exists' in plan_errors(terraform)
    ssm.delete_document(Name=taken["Name"])

    terraform.apply()
    calendar = terraform.output()["automation"]["change_calendar"]
    document = ssm.get_document(Name=calendar["name"])
    assert (document["DocumentType"], document["DocumentFormat"]) == ("ChangeCalendar", "TEXT")
    assert document["Content"] == _CALENDAR.replace("\n", "\r\n")
    assert_plan_empty(plan_read_only(terraform, sandbox))

    names = json.loads(calendar["calendar_names"])
    _assert_accepted("CalendarNameOrARNList", names)
    assert _arguments(calendar["state"])["--calendar-names"] == names[0]
    assert ssm.get_calendar_state(CalendarNames=names)["State"] == "OPEN"
    change_inputs(
        terraform, "automation", change_calendar={"content": _CALENDAR.replace("DEFAULT_OPEN", "DEFAULT_CLOSED")}
    )
    terraform.apply()
    assert ssm.get_calendar_state(CalendarNames=names)["State"] == "CLOSED"
    assert_plan_empty(plan_read_only(terraform, sandbox))

    assert_clean_destroy(terraform, sandbox, before, allowed_calls=("ssm:*Document*",))
