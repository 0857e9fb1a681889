"""Resources that exist and are not in the state: the plan fails, and the commands in its errors resolve it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_clean_destroy, assert_plan_empty, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.organization import managers, settings_records, settle
from harness.recovery import ADOPTED, apply_adopted, follow, run_adopt
from harness.results import TerraformError
from harness.workspace import change_inputs
from terraform.expectations import (
    ALLOWED_CALLS,
    RETAINED_ACCESS,
    RETAINED_BUCKETS,
    RETAINED_ROLES,
)

if TYPE_CHECKING:
    from harness.terraform import Terraform
    from sandbox import Sandbox
    from terraform.conftest import Configure

_MODULE = "module.systems_manager"
_POLICY = f'{_MODULE}.module.patch_policy["scan"].module.configuration["organization"]'
_MANAGER = f"{_POLICY}.aws_ssmquicksetup_configuration_manager.this"
_ROLE = f"{_MODULE}.module.quick_setup.aws_iam_role.execution"
_UNIT = f"{_MODULE}.module.dedicated_organizational_unit[0].aws_organizations_organizational_unit.this[0]"
_INPUTS: dict[str, Any] = {
    "dedicated_organizational_unit": {"name": "SystemsManager"},
    "delegated_administrator": {"account_id": ADMINISTRATOR},
    "patch_policies": {"scan": {}},
}
_RETAINED = (*RETAINED_ACCESS, *RETAINED_ROLES, *RETAINED_BUCKETS)


def _rename_call(terraform: Terraform, name: str) -> None:
    file = terraform.directory / "main.tf.json"
    text = file.read_text()
    document = json.loads(text.replace("module.systems_manager", f"module.{name}"))
    document["module"] = {name: document["module"]["systems_manager"]}
    file.write_text(json.dumps(document))
    terraform.init()


def test_lost_resources_are_adopted(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = configure(**_INPUTS)
    terraform.apply()
    settle(sandbox)
    applied, installation = sandbox.snapshot(), terraform.output()["everything"]["installation"]

    lost = (_MANAGER, _ROLE, _UNIT, f"{_MODULE}.module.settings.terraform_data.changes")
    for address in lost:
        terraform.forget(address)
    errors = plan_errors(terraform)
    assert errors.count("EXISTS_ALREADY") == 3
    assert errors.count("This installation created it") == 3
    ((_, arn),) = managers(sandbox)
    assert f'configuration manager "scan" already exists ({arn})' in errors
    assert 'role "AWS-QuickSetup-Organization-Execution" already exists' in errors
    assert 'organizational unit "SystemsManager" in r-sbox already exists (ou-sbox-' in errors

    status, blocks, stderr = run_adopt(terraform, errors)
    assert (status, blocks.count("import {")) == (0, 3)
    assert f"created by installation {installation}: will be imported" in stderr
    assert apply_adopted(terraform) == 3
    assert sandbox.snapshot() == applied
    assert_clean_destroy(terraform, sandbox, before, allowed_calls=(*ALLOWED_CALLS, "iam:Update*"), retained=_RETAINED)


def test_refresh_only_and_terraform_import(sandbox: Sandbox, configure: Configure) -> None:
    """Neither evaluates all that a plan does: no count and no for_each may depend on it."""
    before = sandbox.snapshot()
    terraform = configure(**_INPUTS)
    assert not terraform.plan(refresh_only=True).changes

    terraform.apply()
    ((_, arn),) = managers(sandbox)
    for address in (_MANAGER, _ROLE):
        terraform.forget(address)
    assert not terraform.plan(refresh_only=True).changes
    terraform.import_(_ROLE, "AWS-QuickSetup-Organization-Execution")
    terraform.import_(_MANAGER, arn)
    terraform.apply()
    assert managers(sandbox) == [("scan", arn)]
    assert_clean_destroy(terraform, sandbox, before, allowed_calls=(*ALLOWED_CALLS, "iam:Update*"), retained=_RETAINED)


def test_lost_state(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = configure(**_INPUTS)
    terraform.apply()
    installation = terraform.output()["everything"]["installation"]
    (terraform.directory / "terraform.tfstate").unlink()

    errors = plan_errors(terraform)
    assert f"Installation {installation} created it" in errors
    status, blocks, stderr = run_adopt(terraform, errors)
    assert (status, blocks) == (1, "")
    assert f'set the input installation = "{installation}" of the module, and plan and adopt again' in stderr

    change_inputs(terraform, "systems_manager", installation=installation)
    status, blocks, _ = run_adopt(terraform)
    assert (status, blocks.count("import {")) == (0, 4)
    assert apply_adopted(terraform) == 4
    change_inputs(terraform, "systems_manager", installation=None)
    assert terraform.output()["everything"]["installation"] == installation
    assert list(settings_records(sandbox)) == [installation]
    assert_clean_destroy(terraform, sandbox, before, allowed_calls=(*ALLOWED_CALLS, "iam:Update*"), retained=_RETAINED)


def test_renamed_module_call(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = configure(**_INPUTS)
    terraform.apply()
    created = managers(sandbox)

    _rename_call(terraform, "ssm")
    errors = plan_errors(terraform)
    assert "this module call renamed without a moved block" in errors
    status, blocks, stderr = run_adopt(terraform, errors)
    assert (status, blocks) == (0, "moved {\n  from = module.systems_manager\n  to   = module.ssm\n}\n")
    assert "which the same plan deletes: the moved block keeps it" in stderr
    applied = terraform.apply()
    assert (applied.added, applied.changed, applied.destroyed) == (0, 0, 0)
    (terraform.directory / ADOPTED).unlink()
    assert managers(sandbox) == created
    assert_clean_destroy(terraform, sandbox, before, allowed_calls=ALLOWED_CALLS, retained=_RETAINED)


def test_policy_renamed_by_a_moved_block(sandbox: Sandbox, configure: Configure) -> None:
    terraform = configure(patch_policies={"scan": {}})
    terraform.apply()
    ((_, arn),) = managers(sandbox)
    change_inputs(terraform, "systems_manager", patch_policies={"nightly": {}})
    moved = {"from": f'{_MODULE}.module.patch_policy["scan"]', "to": f'{_MODULE}.module.patch_policy["nightly"]'}
    (terraform.directory / "moved.tf.json").write_text(json.dumps({"moved": [moved]}))
    applied = terraform.apply()
    assert (applied.added, applied.changed, applied.destroyed) == (0, 1, 0)
    assert managers(sandbox) == [("nightly", arn)]
    assert_plan_empty(plan_read_only(terraform, sandbox))


def test_second_installation_changes_nothing_of_the_first(sandbox: Sandbox, configure: Configure) -> None:
    first = configure(**_INPUTS)
    first.apply()
    settle(sandbox)
    applied = sandbox.snapshot()
    installation = first.output()["everything"]["installation"]

    second = configure(**_INPUTS)
    errors = plan_errors(second)
    assert errors.count("EXISTS_ALREADY") == 3
    assert f"Installation {installation} created it" in errors
    assert run_adopt(second, errors)[:2] == (1, "")
    (second.directory / ADOPTED).unlink()

    change_inputs(second, "systems_manager", dedicated_organizational_unit={"name": "Another"})
    assert f"installation {installation} has set it to ou-" in plan_errors(second)
    assert sandbox.snapshot() == applied
    assert_plan_empty(plan_read_only(first, sandbox))


def test_requested_replacement_and_duplicate_manager(sandbox: Sandbox, configure: Configure) -> None:
    """A tainted manager is not replaced either: that would delete what it deployed to every account."""
    terraform = configure(patch_policies={"scan": {}})
    terraform.apply()
    settle(sandbox)
    applied = sandbox.snapshot()
    with pytest.raises(TerraformError, match="or it is tainted or to be replaced") as failed:
        terraform.plan(replace=[_MANAGER, _ROLE])
    assert str(failed.value).count("or it is tainted or to be replaced") == 2
    assert sandbox.snapshot() == applied

    quick_setup = sandbox.client("ssm-quicksetup")
    quick_setup.create_configuration_manager(
        Name="scan",
        ConfigurationDefinitions=[
            {
                "Type": "AWSQuickSetupType-PatchPolicy",
                "Parameters": quick_setup.get_configuration_manager(ManagerArn=managers(sandbox)[0][1])[
                    "ConfigurationDefinitions"
                ][0]["Parameters"],
                "LocalDeploymentAdministrationRoleArn": (
                    "arn:aws:iam::111111111111:role/AWS-QuickSetup-Organization-Administration"
                ),
                "LocalDeploymentExecutionRoleName": "AWS-QuickSetup-Organization-Execution",
            }
        ],
    )
    errors = plan_errors(terraform)
    assert 'DUPLICATE_CONFIGURATION configuration manager "scan"' in errors
    assert all(arn in errors for _, arn in managers(sandbox))
    assert follow(terraform, errors) == "discard"
    assert_plan_empty(plan_read_only(terraform, sandbox))
    assert sandbox.snapshot()["quick_setup"] == applied["quick_setup"]
