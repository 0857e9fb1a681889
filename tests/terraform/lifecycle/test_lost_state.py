"""What AWS has and the state has not is refused at plan, in words, and the commands that they name work."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_clean_destroy, assert_plan_empty, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.results import TerraformError
from harness.recovery import ADOPTED, apply_adopted, run_adopt, managers, records, refused
from terraform.expectations import ALLOWED_CALLS, RETAINED_ACCESS, RETAINED_ROLES
from terraform.inputs import change_inputs

if TYPE_CHECKING:
    from harness.terraform import Terraform
    from sandbox import Sandbox
    from terraform.conftest import Configure

_MODULE = "module.systems_manager"
_MANAGER = f'{_MODULE}.module.patch_policy["scan"].module.organization.aws_ssmquicksetup_configuration_manager.this'
_ROLE = f"{_MODULE}.module.quick_setup.aws_iam_role.execution"
_UNIT = f"{_MODULE}.module.dedicated_organizational_unit[0].aws_organizations_organizational_unit.this[0]"
_INPUTS: dict[str, Any] = {
    "dedicated_organizational_unit": {"name": "SystemsManager"},
    "delegated_administrator": {"account_id": ADMINISTRATOR},
    "patch_policies": {"scan": {}},
}
_RETAINED = (*RETAINED_ACCESS, *RETAINED_ROLES)


def _rename_call(terraform: Terraform, name: str) -> None:
    file = terraform.directory / "main.tf.json"
    text = file.read_text()
    document = json.loads(text.replace("module.systems_manager", f"module.{name}"))
    document["module"] = {name: document["module"]["systems_manager"]}
    file.write_text(json.dumps(document))
    terraform.init()


def test_what_the_state_lost_is_refused_and_adopted(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = configure(**_INPUTS)
    terraform.apply()
    made, installation = sandbox.snapshot(), terraform.output()["everything"]["installation"]

    lost = (_MANAGER, _ROLE, _UNIT, f"{_MODULE}.module.settings.terraform_data.changes")
    for address in lost:
        terraform.forget(address)
    said = refused(terraform)
    assert said.count("EXISTS_ALREADY") == 3
    assert said.count("This installation created it") == 3
    ((_, arn),) = managers(sandbox)
    assert f'configuration manager "scan" already exists ({arn})' in said
    assert 'role "AWS-QuickSetup-Organization-Execution" already exists' in said
    assert 'organizational unit "SystemsManager" in r-sbox already exists (ou-sbox-' in said

    status, blocks, remarks = run_adopt(terraform)
    assert (status, blocks.count("import {")) == (0, 3)
    assert f"created by installation {installation}: will be imported" in remarks
    assert apply_adopted(terraform) == 3
    assert sandbox.snapshot() == made
    assert_clean_destroy(terraform, sandbox, before, allowed_calls=(*ALLOWED_CALLS, "iam:Update*"), retained=_RETAINED)


def test_refresh_only_and_import_by_command(sandbox: Sandbox, configure: Configure) -> None:
    """Neither knows what is not in the state, and `terraform import` not even when it is: nothing may hang on it."""
    before = sandbox.snapshot()
    terraform = configure(**_INPUTS)
    assert not terraform.plan(refresh_only=True).changes

    terraform.apply()
    ((_, arn),) = managers(sandbox)
    for address in (_MANAGER, f"{_MANAGER.rpartition('.aws_')[0]}.terraform_data.deployment[0]", _ROLE):
        terraform.forget(address)
    assert not terraform.plan(refresh_only=True).changes
    terraform.import_(_ROLE, "AWS-QuickSetup-Organization-Execution")
    terraform.import_(_MANAGER, arn)
    terraform.apply()
    assert managers(sandbox) == [("scan", arn)]
    assert_clean_destroy(terraform, sandbox, before, allowed_calls=(*ALLOWED_CALLS, "iam:Update*"), retained=_RETAINED)


def test_the_whole_state_is_lost(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = configure(**_INPUTS)
    terraform.apply()
    installation = terraform.output()["everything"]["installation"]
    (terraform.directory / "terraform.tfstate").unlink()

    said = refused(terraform)
    assert f"Installation {installation} created it" in said
    status, blocks, remarks = run_adopt(terraform)
    assert (status, blocks) == (1, "")
    assert f'set the input installation = "{installation}" of the module, and plan and adopt again' in remarks

    change_inputs(terraform, "systems_manager", installation=installation)
    status, blocks, _ = run_adopt(terraform)
    assert (status, blocks.count("import {")) == (0, 4)
    assert apply_adopted(terraform) == 4
    change_inputs(terraform, "systems_manager", installation=None)
    assert terraform.output()["everything"]["installation"] == installation
    assert list(records(sandbox)) == [installation]
    assert_clean_destroy(terraform, sandbox, before, allowed_calls=(*ALLOWED_CALLS, "iam:Update*"), retained=_RETAINED)


def test_a_module_call_is_renamed(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = configure(**_INPUTS)
    terraform.apply()
    made = managers(sandbox)

    _rename_call(terraform, "ssm")
    assert "this module call renamed without a moved block" in refused(terraform)
    status, blocks, remarks = run_adopt(terraform)
    assert (status, blocks) == (0, "moved {\n  from = module.systems_manager\n  to   = module.ssm\n}\n")
    assert "which the same plan deletes: the moved block keeps it" in remarks
    applied = terraform.apply()
    assert (applied.added, applied.changed, applied.destroyed) == (0, 0, 0)
    (terraform.directory / ADOPTED).unlink()
    assert managers(sandbox) == made
    assert_clean_destroy(terraform, sandbox, before, allowed_calls=ALLOWED_CALLS, retained=_RETAINED)


def test_a_policy_is_renamed_by_a_moved_block(sandbox: Sandbox, configure: Configure) -> None:
    terraform = configure(patch_policies={"scan": {}})
    terraform.apply()
    ((_, arn),) = managers(sandbox)
    change_inputs(terraform, "systems_manager", patch_policies={"nightly": {}})
    moved = {"from": f'{_MODULE}.module.patch_policy["scan"]', "to": f'{_MODULE}.module.patch_policy["nightly"]'}
    (terraform.directory / "moved.tf.json").write_text(json.dumps({"moved": [moved]}))
    applied = terraform.apply()
    assert (applied.added, applied.changed, applied.destroyed) == (1, 1, 1), "the time of its deployment is another"
    assert managers(sandbox) == [("nightly", arn)]
    assert_plan_empty(plan_read_only(terraform, sandbox))


def test_a_second_installation_touches_nothing_of_the_first(sandbox: Sandbox, configure: Configure) -> None:
    first = configure(**_INPUTS)
    first.apply()
    made = sandbox.snapshot()
    installation = first.output()["everything"]["installation"]

    second = configure(**_INPUTS)
    said = refused(second)
    assert said.count("EXISTS_ALREADY") == 3
    assert f"Installation {installation} created it" in said
    assert run_adopt(second)[:2] == (1, "")
    (second.directory / ADOPTED).unlink()

    change_inputs(second, "systems_manager", dedicated_organizational_unit={"name": "Another"})
    assert f"installation {installation} has made it ou-" in refused(second)
    assert sandbox.snapshot() == made
    assert_plan_empty(plan_read_only(first, sandbox))


@pytest.mark.parametrize("address", [_MANAGER, _ROLE])
def test_what_is_replaced_on_request_is_refused(sandbox: Sandbox, configure: Configure, address: str) -> None:
    """For a manager this is what keeps one that the provider tainted: a plan would delete it in every account."""
    terraform = configure(patch_policies={"scan": {}})
    terraform.apply()
    made = sandbox.snapshot()
    with pytest.raises(TerraformError, match="or it is tainted or to be replaced"):
        terraform.plan(replace=[address])
    assert sandbox.snapshot() == made


def test_two_managers_of_one_name_are_both_named(sandbox: Sandbox, configure: Configure) -> None:
    terraform = configure(patch_policies={"scan": {}})
    terraform.apply()
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
    said = refused(terraform)
    assert 'DUPLICATE_CONFIGURATION configuration manager "scan"' in said
    assert all(arn in said for _, arn in managers(sandbox))
