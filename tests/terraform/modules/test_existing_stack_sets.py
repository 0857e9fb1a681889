"""StackSets that exist already: each module that deploys one refuses it at plan, and adopts it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_plan_empty, assert_same, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.examples import register_administrator
from harness.recovery import ADOPTED, apply_adopted, run_adopt
from harness.workspace import change_inputs
from terraform.expectations import RETAINED_ROLES

if TYPE_CHECKING:
    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_REGIONS = ["us-east-1"]
_APPROVERS = "e8c17310-e011-7089-d989-10da1a2b3c4d"
_ADDRESSES = {
    "settings": "module.settings.module.stack_set",
    "automation": "module.automation.module.stack_set[0]",
    "preferences": "module.preferences.module.stack_set",
    "access": "module.access.module.policies[0]",
    "access-events": "module.access.module.events[0]",
    "access-rdp-recording": "module.access.module.recording[0]",
}


def _write(sandbox: Sandbox, workspaces: Workspaces, **inputs: object) -> Terraform:
    (root,) = sandbox.client("organizations").list_roots()["Roots"]
    level = {"approvers": [{"id": _APPROVERS, "type": "SSOGroup"}]}
    manual = {"node_tag": {"key": "Access", "values": ["Approved"]}, "access_hours": 1, "levels": [level]}
    calls: dict[str, dict[str, Any]] = {
        "settings": {"source": "account-settings", "include_management_account": False},
        "automation": {"source": "automation-across-accounts"},
        "preferences": {"source": "session-manager-preferences"},
        "access": {
            "source": "just-in-time-node-access",
            "unified_console": {"home_region": "us-east-1", "regions": _REGIONS, "targets": [root["Id"]]},
            "manual_approval": {"approval": manual},
            "events": {},
            "rdp_recording": {},
        },
    }
    for name, call in calls.items():
        call |= {"source": f"../module/modules/{call['source']}", "regions": _REGIONS, "name": name, **inputs}
    return workspaces.call_modules(calls, sandbox.environment(ADMINISTRATOR))


def _change_all(terraform: Terraform, **inputs: object) -> None:
    for name in ("settings", "automation", "preferences", "access"):
        change_inputs(terraform, name, **inputs)


def _create(sandbox: Sandbox, *names: str) -> None:
    """By somebody else, in YAML."""
    for name in names:
        sandbox.client("cloudformation", ADMINISTRATOR).create_stack_set(
            StackSetName=name,
            TemplateBody="Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n",
            PermissionModel="SERVICE_MANAGED",
            AutoDeployment={"Enabled": False},
            CallAs="DELEGATED_ADMIN",
        )


def _delete(sandbox: Sandbox, *names: str) -> None:
    for name in names:
        sandbox.client("cloudformation", ADMINISTRATOR).delete_stack_set(StackSetName=name, CallAs="DELEGATED_ADMIN")


def _descriptions(terraform: Terraform, sandbox: Sandbox) -> int:
    """How often an empty plan describes a StackSet."""
    first = len(sandbox.calls)
    assert_plan_empty(plan_read_only(terraform, sandbox))
    return [call.operation for call in sandbox.calls[first:]].count("DescribeStackSet")


def _refused(errors: str, origin: str) -> list[str]:
    return sorted(re.findall(rf'EXISTS_ALREADY: The StackSet "(\S+)" already exists\. {origin}', errors))


@pytest.mark.timeout(900)
@pytest.mark.scenario("bare")
def test_a_stack_set_that_exists_is_refused_at_plan(sandbox: Sandbox, workspaces: Workspaces) -> None:
    register_administrator(sandbox, "ssm-quicksetup.amazonaws.com")
    before = sandbox.snapshot()

    # Of somebody else. Without Python nothing is read, and nothing refused.
    _create(sandbox, *_ADDRESSES)
    terraform = _write(sandbox, workspaces)
    errors = plan_errors(terraform)
    assert _refused(errors, "It was created manually") == sorted(_ADDRESSES)
    assert errors.count("To create another one instead, set name.") == len(_ADDRESSES)
    status, blocks, remarks = run_adopt(terraform, errors)
    assert status == 0, remarks
    for name, address in _ADDRESSES.items():
        assert f'  to = {address}.aws_cloudformation_stack_set.this\n  id = "{name},DELEGATED_ADMIN"' in blocks
    (terraform.directory / ADOPTED).unlink()
    _change_all(terraform, python_command=None)
    plan_read_only(terraform, sandbox)
    _delete(sandbox, *_ADDRESSES)

    # Its own, which a plan does not ask for again; and a name that is taken, in place of its own.
    _change_all(terraform, python_command=["python3"])
    terraform.apply()
    described = _descriptions(terraform, sandbox)
    _change_all(terraform, python_command=None)
    # What changed targets replace from now on.
    terraform.apply()
    assert _descriptions(terraform, sandbox) == described
    _change_all(terraform, python_command=["python3"])
    _create(sandbox, "taken")
    change_inputs(terraform, "automation", name="taken")
    assert _refused(plan_errors(terraform), "It was created manually") == ["taken"]
    _delete(sandbox, "taken")
    change_inputs(terraform, "automation", name="automation")

    # A state that was lost: with the name of the installation, it is adopted, or imported by hand.
    lost = _write(sandbox, workspaces)
    lost.import_(f"{_ADDRESSES['settings']}.aws_cloudformation_stack_set.this", "settings,DELEGATED_ADMIN")
    errors = plan_errors(lost)
    assert _refused(errors, "Installation ") == ["automation", "preferences"]
    for name in ("automation", "preferences"):
        found = re.search(rf'StackSet "{name}" .*then set installation = "(.+?)"', errors)
        assert found
        change_inputs(lost, name, installation=found[1])
    assert _refused(plan_errors(lost), "This installation created it") == ["automation", "preferences"]

    for address in _ADDRESSES.values():
        terraform.forget(f"{address}.aws_cloudformation_stack_set.this")
        terraform.forget(f"{address}.aws_cloudformation_stack_instances.this")
    errors = plan_errors(terraform)
    assert _refused(errors, "This installation created it") == sorted(_ADDRESSES)
    run_adopt(terraform, errors)
    assert apply_adopted(terraform) == len(_ADDRESSES)
    assert_plan_empty(plan_read_only(terraform, sandbox))

    terraform.destroy()
    assert_same(before, sandbox.snapshot(), retained=(*RETAINED_ROLES, "kms_keys/*"))


@pytest.mark.scenario("bare")
def test_a_name_that_only_the_apply_knows(sandbox: Sandbox, workspaces: Workspaces) -> None:
    """What exists is then read during the apply, and has what the apply created."""
    register_administrator(sandbox)
    call = {"source": "../module/modules/automation-across-accounts", "regions": _REGIONS}
    name = {"terraform_data": {"name": {"input": "automation"}}}
    terraform = workspaces.call_modules(
        {"automation": {**call, "name": "${terraform_data.name.output}"}},
        sandbox.environment(ADMINISTRATOR),
        resource=name,
    )
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))
    terraform.destroy()
