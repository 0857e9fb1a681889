"""A stack of a StackSet that failed in one account: the warning has the command that deploys to that account again."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from harness.assertions import assert_plan_empty
from harness.complete import ADMINISTRATOR
from harness.examples import register_administrator
from harness.organization import root_id
from terraform.expectations import OTHER_MEMBER
from terraform.stack_set_call import CALL

if TYPE_CHECKING:
    from typing import Any

    from harness.results import Plan
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_PARAMETERS = {
    "--stack-set-name": "StackSetName",
    "--call-as": "CallAs",
    "--deployment-targets": "DeploymentTargets",
    "--regions": "Regions",
}


def _warning(plan: Plan) -> str:
    (warning,) = plan.warnings
    return warning.detail


def _run(sandbox: Sandbox, command: str) -> None:
    """As the AWS CLI reads it."""
    program, service, operation, *arguments = shlex.split(command)
    assert (program, service, operation) == ("aws", "cloudformation", "update-stack-instances")
    options = dict(zip(arguments[::2], arguments[1::2], strict=True))
    parameters: dict[str, Any] = {_PARAMETERS[name]: value for name, value in options.items() if name != "--region"}
    targets = dict(pair.split("=") for pair in parameters["DeploymentTargets"].split(","))
    parameters["DeploymentTargets"] = {
        "OrganizationalUnitIds": [targets["OrganizationalUnitIds"]],
        "Accounts": [targets["Accounts"]],
        "AccountFilterType": targets["AccountFilterType"],
    }
    parameters["Regions"] = [parameters["Regions"]]
    sandbox.client("cloudformation", ADMINISTRATOR, options["--region"]).update_stack_instances(**parameters)


@pytest.mark.scenario("bare")
def test_the_account_alone_is_deployed_to_again(sandbox: Sandbox, workspaces: Workspaces) -> None:
    register_administrator(sandbox)
    ssm = sandbox.client("ssm", OTHER_MEMBER)
    ssm.put_parameter(Name="/example", Type="String", Value="somebody's")
    terraform = workspaces.call_modules(
        {"parameter": {**CALL, "targets": [root_id(sandbox)]}}, sandbox.environment(ADMINISTRATOR)
    )
    terraform.apply()
    failed, account, remedy = _warning(terraform.plan()).splitlines()
    assert failed == "These failed:"
    assert account.startswith(f"- {OTHER_MEMBER} us-east-1: ")
    text, _, command = remedy.partition(": ")
    assert text == "Remove the cause, then deploy again"

    ssm.delete_parameter(Name="/example")
    before = len(sandbox.calls)
    _run(sandbox, command)
    sandbox.clock.advance(600)
    assert_plan_empty(terraform.plan())
    assert ssm.get_parameter(Name="/example")["Parameter"]["Value"] == "one"
    assert not {"DeleteStack", "DeleteParameter"} & {call.operation for call in sandbox.calls[before:]}
    terraform.destroy()
