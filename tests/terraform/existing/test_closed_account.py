"""An account that was closed after the apply: StackSets keeps its stack, and the message of destroy has the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.assertions import assert_plan_empty, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.examples import register_administrator
from harness.organization import root_id
from harness.results import TerraformError
from harness.scripts import run_script
from terraform.expectations import OTHER_MEMBER

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from sandbox import Sandbox


@pytest.mark.scenario("bare")
def test_destroy_after_an_account_was_closed(sandbox: Sandbox, workspaces: Workspaces) -> None:
    register_administrator(sandbox)
    call = {"source": "../module/modules/automation-across-accounts", "regions": ["us-east-1"]}
    terraform = workspaces.call_modules({"automation": call}, sandbox.environment(ADMINISTRATOR))
    terraform.apply()
    sandbox.client("organizations").close_account(AccountId=OTHER_MEMBER)
    sandbox.clock.advance(3600)
    assert_plan_empty(plan_read_only(terraform, sandbox))

    with pytest.raises(TerraformError, match="StackSet is not empty") as failed:
        terraform.destroy()
    (error,) = failed.value.report.errors
    explained = run_script(sandbox, "report.py", "explain", "--message", error.summary).stdout
    assert "The account is suspended, and StackSets skips it, also when it deletes stacks." in explained
    # The command that it has.
    assert "delete-stack-instances --stack-set-name NAME --call-as DELEGATED_ADMIN --retain-stacks" in explained
    sandbox.client("cloudformation", ADMINISTRATOR).delete_stack_instances(
        StackSetName="automation-across-accounts",
        CallAs="DELEGATED_ADMIN",
        RetainStacks=True,
        DeploymentTargets={
            "OrganizationalUnitIds": [root_id(sandbox)],
            "Accounts": [OTHER_MEMBER],
            "AccountFilterType": "INTERSECTION",
        },
        Regions=["us-east-1"],
    )
    sandbox.clock.advance(3600)
    terraform.destroy()
    assert sandbox.snapshot()["stack_sets"] == {}
