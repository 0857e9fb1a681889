"""Targets of a StackSet that change: stacks are created and deleted in the accounts of those units alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_clean_destroy, assert_plan_empty, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.examples import register_administrator
from harness.interruption import kill_at
from harness.organization import create_unit, root_id
from harness.workspace import change_inputs
from terraform.expectations import OTHER_MEMBER, RETAINED_ROLES
from terraform.stack_set_call import CALL

if TYPE_CHECKING:
    from harness.results import Plan
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_ADDRESS = "module.parameter"
_RUNNER = f"{_ADDRESS}.terraform_data.targets"
_STACKS = f"{_ADDRESS}.aws_cloudformation_stack_instances.this"
_ALLOWED = ("cloudformation:*StackSet", "cloudformation:*StackInstances", "ssm:PutParameter", "ssm:DeleteParameter")


class _Parameter:
    """A StackSet with a parameter. The administrator account is in Upper/Lower, the other member in Beside."""

    def __init__(self, sandbox: Sandbox, workspaces: Workspaces) -> None:
        self._sandbox = sandbox
        register_administrator(sandbox)
        self.upper, self.beside, self.empty = (create_unit(sandbox, name) for name in ("Upper", "Beside", "Empty"))
        organizations = sandbox.client("organizations")
        created = organizations.create_organizational_unit(ParentId=self.upper, Name="Lower")
        self.lower = str(created["OrganizationalUnit"]["Id"])
        for account_id, unit in ((ADMINISTRATOR, self.lower), (OTHER_MEMBER, self.beside)):
            organizations.move_account(AccountId=account_id, SourceParentId=root_id(sandbox), DestinationParentId=unit)
        self.terraform = workspaces.call_modules(
            {"parameter": {**CALL, "targets": [self.lower]}}, sandbox.environment(ADMINISTRATOR)
        )

    def change(self, *targets: str, **inputs: object) -> Plan:
        change_inputs(self.terraform, "parameter", targets=list(targets), **inputs)
        return plan_read_only(self.terraform, self._sandbox)

    def apply(self) -> list[str]:
        """The operations that it called."""
        first = len(self._sandbox.calls)
        self.terraform.apply()
        assert_plan_empty(plan_read_only(self.terraform, self._sandbox))
        return _operations(self._sandbox, first)

    def stacks(self) -> dict[str, str]:
        """Of each account, when its stack was created."""
        listed = self._sandbox.client("cloudformation").list_stack_instances(StackSetName="example")["Summaries"]
        return {found["Account"]: self._created(found["Account"], found["StackId"]) for found in listed}

    def _created(self, account_id: str, stack_id: str) -> str:
        (stack,) = self._sandbox.client("cloudformation", account_id).describe_stacks(StackName=stack_id)["Stacks"]
        return f"{stack_id} {stack['CreationTime']}"


def _operations(sandbox: Sandbox, first: int) -> list[str]:
    return [call.operation for call in sandbox.calls[first:] if call.operation.endswith("StackInstances")]


def _changes(plan: Plan) -> dict[str, Any]:
    return {
        change["address"]: change["change"]
        for change in plan.document["resource_changes"]
        if change["change"]["actions"] not in (["no-op"], ["read"])
    }


@pytest.mark.timeout(900)
@pytest.mark.scenario("bare")
def test_only_the_units_that_change(sandbox: Sandbox, workspaces: Workspaces) -> None:
    parameter = _Parameter(sandbox, workspaces)
    before = sandbox.snapshot()
    assert parameter.apply().count("CreateStackInstances") == 1
    first = parameter.stacks()
    assert set(first) == {ADMINISTRATOR}

    # A unit is added: the plan shows both, and replaces nothing else.
    plan = parameter.change(parameter.lower, parameter.beside)
    (change,) = _changes(plan).values()
    assert set(_changes(plan)) == {_RUNNER}
    assert change["before"]["triggers_replace"]["targets"] == [parameter.lower]
    assert change["after"]["triggers_replace"]["targets"] == sorted((parameter.lower, parameter.beside))
    assert "DeleteStackInstances" not in parameter.apply()
    both = parameter.stacks()
    assert set(both) == {ADMINISTRATOR, OTHER_MEMBER}
    assert both[ADMINISTRATOR] == first[ADMINISTRATOR]

    # A unit gives way to the one above it, and one has no account.
    parameter.change(parameter.upper, parameter.beside, parameter.empty)
    assert "DeleteStackInstances" not in parameter.apply()
    assert parameter.stacks() == both

    # Two are removed, and the apply is killed while they are.
    parameter.change(parameter.beside)
    killed = kill_at(sandbox, parameter.terraform, lambda call: call.operation == "DeleteStackInstances")
    assert killed is not None
    sandbox.clock.advance(3600)
    assert set(_changes(parameter.terraform.plan())) == {_RUNNER}
    parameter.apply()
    assert parameter.stacks() == {OTHER_MEMBER: both[OTHER_MEMBER]}

    # One is replaced by another, and the apply is killed in between.
    parameter.change(parameter.upper)
    assert kill_at(sandbox, parameter.terraform, lambda call: call.operation == "CreateStackInstances") is not None
    sandbox.clock.advance(3600)
    parameter.apply()
    assert set(parameter.stacks()) == {ADMINISTRATOR}

    # The Regions are the provider's.
    assert _STACKS in _changes(parameter.change(parameter.upper, parameter.empty, regions=["eu-west-1", "us-east-1"]))
    parameter.apply()
    targets = sandbox.client("cloudformation").list_stack_set_auto_deployment_targets(StackSetName="example")
    assert {found["OrganizationalUnitId"]: found["Regions"] for found in targets["Summaries"]} == {
        unit: ["eu-west-1", "us-east-1"] for unit in (parameter.upper, parameter.empty)
    }

    # What the last change added is destroyed as well.
    parameter.change(parameter.upper, parameter.beside)
    parameter.apply()
    assert_clean_destroy(parameter.terraform, sandbox, before, allowed_calls=_ALLOWED, retained=RETAINED_ROLES)


@pytest.mark.scenario("bare")
def test_without_python_all_stacks_are_replaced(sandbox: Sandbox, workspaces: Workspaces) -> None:
    parameter = _Parameter(sandbox, workspaces)
    parameter.change(parameter.lower, python_command=None)
    parameter.apply()
    first = parameter.stacks()
    assert _changes(parameter.change(parameter.lower, parameter.beside))[_STACKS]["actions"] == ["delete", "create"]
    parameter.apply()
    assert set(parameter.stacks()) == {ADMINISTRATOR, OTHER_MEMBER}
    assert parameter.stacks()[ADMINISTRATOR] != first[ADMINISTRATOR]

    # Python comes and goes.
    for command in (["python3"], None):
        assert _STACKS not in _changes(parameter.change(parameter.lower, parameter.beside, python_command=command))
        parameter.apply()
    parameter.terraform.destroy()
