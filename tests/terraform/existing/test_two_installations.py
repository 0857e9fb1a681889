"""Two installations of the module in one organization: what is shared is kept until the last one goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_plan_empty, assert_same, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.organization import child_units, create_unit, managers, root_id, settings_records
from harness.results import TerraformError
from harness.workspace import change_inputs
from terraform.expectations import OTHER_MEMBER, RETAINED_ACCESS, RETAINED_BUCKETS, RETAINED_ROLES

if TYPE_CHECKING:
    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox
    from terraform.conftest import Configure

_SHARED: dict[str, Any] = {
    "delegated_administrator": {"account_id": ADMINISTRATOR},
    "trusted_access": {"on_destroy": "restore"},
}
_SHARED_PARTS = ("trusted_access", "stack_sets_access", "delegated_administrators", "organization")
_RETAINED = (*RETAINED_ROLES, *RETAINED_BUCKETS)


def _assert_both_unchanged(sandbox: Sandbox, *installations: Terraform) -> None:
    for terraform in installations:
        assert_plan_empty(plan_read_only(terraform, sandbox))


def test_names_of_one_second(sandbox: Sandbox, workspaces: Workspaces) -> None:
    """Of several calls, as configurations that are planned at the same time: records and tags tell them apart by it."""
    administrator: dict[str, Any] = {"account_id": ADMINISTRATOR, "name": "node", "region": "us-east-1"}
    calls: dict[str, dict[str, Any]] = {
        "administrator": administrator,
        "account": administrator | {"account_id": OTHER_MEMBER},
        "name": administrator | {"name": "nodes"},
        "region": administrator | {"region": "eu-west-1"},
    }
    types = {
        "packages": {
            "type": "AWSQuickSetupType-Distributor",
            "parameters": {"PackagesToInstall": "AWSCWAgent,novalue,novalue"},
        }
    }
    root: dict[str, Any] = {"source": "../module", "regions": ["us-east-1"]}
    roots = {
        "root": root,
        "types": root | {"quick_setup_configurations": types},
        "kind": root | {"host_management": {}},
    }
    modules = {name: {"source": "../module/modules/installation", **call} for name, call in calls.items()} | roots
    output = {name: {"value": f"${{module.{name}.{'installation' if name in roots else 'name'}}}"} for name in modules}
    plan = workspaces.call_modules(modules, sandbox.environment(), output=output).plan()
    names = [output["after"] for output in plan.document["output_changes"].values()]
    assert len(set(names)) == len(modules)
    assert len({name.partition("-")[0] for name in names}) == 1


@pytest.mark.parametrize("creator_first", [False, True])
def test_two_states(sandbox: Sandbox, configure: Configure, creator_first: bool) -> None:
    bank, retail = create_unit(sandbox, "Bank"), create_unit(sandbox, "Retail")
    sandbox.client("organizations").move_account(
        AccountId=OTHER_MEMBER, SourceParentId=root_id(sandbox), DestinationParentId=bank
    )
    before = sandbox.snapshot()
    inputs: dict[str, Any] = {
        **_SHARED,
        "dedicated_organizational_unit": {"name": "SystemsManager"},
        "patch_policies": {"scan": {"target_organizational_unit_ids": [bank]}},
    }
    first = configure(**inputs)
    first.apply()
    unit = child_units(sandbox)["SystemsManager"]

    second = configure(**inputs)
    errors = plan_errors(second)
    assert errors.count("EXISTS_ALREADY") == 3
    assert "SETTING_CONFLICT: account-placement/administrator is to be SystemsManager" in errors
    assert errors.count("To create roles with other names instead, set role_name_prefix.") == 2
    assert f'To use it as it is, set dedicated_organizational_unit = {{ id = "{unit}" }}.' in errors
    change_inputs(
        second,
        "systems_manager",
        dedicated_organizational_unit={"id": unit},
        role_name_prefix="AWS-QuickSetup-Retail-",
        patch_policies={"retail": {"target_organizational_unit_ids": [retail]}},
        preflight={"severities": {"NO_ACCOUNT_TARGETED": "off"}},
    )
    second.apply()
    assert [name for name, _ in managers(sandbox)] == ["retail", "scan"]
    _assert_both_unchanged(sandbox, first, second)
    shared = sandbox.snapshot()

    if creator_first:
        with pytest.raises(TerraformError, match="which this installation created and deletes next") as failed:
            first.destroy()
        assert "Destroy that one first, then this one again" in str(failed.value)
    second.destroy()
    if not creator_first:
        assert {part: sandbox.snapshot()[part] for part in _SHARED_PARTS} == {
            part: shared[part] for part in _SHARED_PARTS
        }
        _assert_both_unchanged(sandbox, first)
    first.destroy()
    assert_same(before, sandbox.snapshot(), retained=_RETAINED)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_both_use_one_unit(sandbox: Sandbox, configure: Configure, order: tuple[int, int]) -> None:
    unit = {"id": create_unit(sandbox, "Administrators")}
    before = sandbox.snapshot()
    installations = (
        configure(**_SHARED, dedicated_organizational_unit=unit),
        configure(**_SHARED, dedicated_organizational_unit=unit, role_name_prefix="AWS-QuickSetup-Retail-"),
    )
    for terraform in installations:
        terraform.apply()
    _assert_both_unchanged(sandbox, *installations)
    shared = sandbox.snapshot()

    former, last = (installations[index] for index in order)
    former.destroy()
    assert {part: sandbox.snapshot()[part] for part in _SHARED_PARTS} == {part: shared[part] for part in _SHARED_PARTS}
    _assert_both_unchanged(sandbox, last)
    last.destroy()
    assert_same(before, sandbox.snapshot(), retained=("service_linked_roles/*",))


def test_calls_of_one_configuration_with_one_prefix(sandbox: Sandbox, workspaces: Workspaces) -> None:
    """One plan of both sees no role of either. The next plan names the input, and with it the apply goes on."""
    before = sandbox.snapshot()
    call = {"source": "../module", "regions": ["us-east-1"]}
    calls: dict[str, dict[str, Any]] = {"bank": {**call, "patch_policies": {"bank": {}}}, "retail": call}
    terraform = workspaces.call_modules(calls, sandbox.environment())
    with pytest.raises(TerraformError, match="EntityAlreadyExists"):
        terraform.apply()
    errors = plan_errors(terraform)
    assert "created it" in errors
    assert "To create roles with other names instead, set role_name_prefix." in errors
    # Each call may have created one of the roles.
    for name in calls:
        change_inputs(terraform, name, role_name_prefix=f"AWS-QuickSetup-{name}-")
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))
    terraform.destroy()
    assert settings_records(sandbox) == {}
    assert_same(before, sandbox.snapshot(), retained=(*_RETAINED, *RETAINED_ACCESS))


def test_calls_of_one_configuration(sandbox: Sandbox, workspaces: Workspaces) -> None:
    """Both are applied, and destroyed, at the same time: each finds the record of the other."""
    unit = {"id": create_unit(sandbox, "Administrators")}
    before = sandbox.snapshot()
    call = {
        **_SHARED,
        "source": "../module",
        "for_each": {"AWS-QuickSetup-Bank-": "bank", "AWS-QuickSetup-Retail-": "retail"},
        "regions": ["us-east-1"],
        "dedicated_organizational_unit": unit,
        "role_name_prefix": "${each.key}",
    }
    terraform = workspaces.call_modules({"systems_manager": call}, sandbox.environment())
    terraform.apply()
    assert len(settings_records(sandbox)) == 2
    assert_plan_empty(plan_read_only(terraform, sandbox))
    terraform.destroy()
    assert settings_records(sandbox) == {}
    assert_same(before, sandbox.snapshot(), retained=("service_linked_roles/*",))
