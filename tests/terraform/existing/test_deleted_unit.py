"""An organizational unit that was deleted after the apply: its stacks are gone, and AWS deletes them no second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.assertions import assert_plan_empty, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.examples import register_administrator
from harness.organization import create_unit, root_id
from harness.results import TerraformError
from harness.scripts import run_script
from harness.workspace import change_inputs
from terraform.expectations import OTHER_MEMBER

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_STACKS = "aws_cloudformation_stack_instances.this"


@pytest.mark.scenario("bare")
def test_other_targets_and_destroy_after_every_unit_was_deleted(sandbox: Sandbox, workspaces: Workspaces) -> None:
    register_administrator(sandbox)
    first = create_unit(sandbox, "First")
    _move(sandbox, root_id(sandbox), first)
    call = {
        "source": "../module/modules/automation-across-accounts",
        "regions": ["us-east-1"],
        "organizational_unit_ids": [first],
    }
    terraform = workspaces.call_modules({"automation": call}, sandbox.environment(ADMINISTRATOR))
    terraform.apply()

    _delete_unit(sandbox, first)
    plan = plan_read_only(terraform, sandbox)
    assert plan.is_empty
    (warning,) = plan.warnings
    assert f"give others; a destroy requires first: terraform state rm 'ADDRESS.{_STACKS}'" in warning.detail
    second = create_unit(sandbox, "Second")
    _move(sandbox, root_id(sandbox), second)
    change_inputs(terraform, "automation", organizational_unit_ids=[second])
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))

    _delete_unit(sandbox, second)
    _follow(terraform, sandbox, _errors(terraform.destroy))
    terraform.destroy()
    assert sandbox.snapshot()["stack_sets"] == {}


def _move(sandbox: Sandbox, source: str, destination: str) -> None:
    sandbox.client("organizations").move_account(
        AccountId=OTHER_MEMBER, SourceParentId=source, DestinationParentId=destination
    )
    sandbox.clock.advance(3600)


def _delete_unit(sandbox: Sandbox, unit_id: str) -> None:
    """Only an empty one can be deleted: its account loses its stacks first."""
    _move(sandbox, unit_id, root_id(sandbox))
    sandbox.client("organizations").delete_organizational_unit(OrganizationalUnitId=unit_id)


def _errors(command: Callable[[], object]) -> str:
    with pytest.raises(TerraformError) as failed:
        command()
    (error,) = failed.value.report.errors
    return error.summary


def _follow(terraform: Terraform, sandbox: Sandbox, error: str) -> None:
    """The command that `report.py explain` has."""
    explained = run_script(sandbox, "report.py", "explain", "--message", error).stdout
    assert f"terraform state rm 'ADDRESS.{_STACKS}'" in explained
    (address,) = [found for found in terraform.addresses() if found.endswith(_STACKS)]
    terraform.forget(address)
