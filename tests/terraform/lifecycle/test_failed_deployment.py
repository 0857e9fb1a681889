"""From a failure back to the desired state, with nothing twice, as docs/operations/troubleshooting.md describes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_clean_destroy, assert_plan_empty, plan_read_only
from harness.results import TerraformError
from harness.scripts import run_script
from harness.recovery import ADOPTED, apply_adopted, run_adopt
from terraform.expectations import ALLOWED_CALLS, RETAINED_ACCESS, RETAINED_ROLES
from terraform.inputs import change_inputs

if TYPE_CHECKING:
    from sandbox import Sandbox
    from terraform.conftest import Configure

_ROLE = "OrganizationAccountAccessRole"
_MODULE = 'module.systems_manager.module.patch_policy["scan"].module.organization'
_MANAGER = f"{_MODULE}.aws_ssmquicksetup_configuration_manager.this"
_WORKLOAD = "333333333333"


def _managers(sandbox: Sandbox) -> dict[str, str]:
    """Name to ARN; a name that is there twice would be lost, so the number is compared."""
    found = sandbox.client("ssm-quicksetup").list_configuration_managers()["ConfigurationManagersList"]
    assert len({manager["Name"] for manager in found}) == len(found)
    return {manager["Name"]: manager["ManagerArn"] for manager in found}


def _warned(plan: Any) -> str:
    return "\n".join(warning.detail for warning in plan.warnings)


@pytest.mark.scenario("cloud9")
def test_the_cloud9_failure_of_the_procedure(sandbox: Sandbox, configure: Configure) -> None:
    """Warned of, applied anyway, failed, explained; the environment gone, adopted, applied: nothing is there twice."""
    before = sandbox.snapshot()
    before["cloud9_environments"] = {}
    environment = sandbox.scenario.cloud9_environments[0]
    terraform = configure(
        regions=sorted({environment.region, "us-east-1"}),
        patch_policies={"scan": {}},
        preflight={"member_role_name": _ROLE},
    )

    place = f"{environment.account_id} {environment.region}"
    assert f"CLOUD9_ENVIRONMENT {place}: AWS Cloud9 has {environment.name} ({environment.id})" in _warned(
        terraform.plan()
    )
    with pytest.raises(TerraformError, match="unexpected state 'FAILED'"):
        terraform.apply()
    left = _managers(sandbox)
    assert list(left) == ["scan"]
    assert _MANAGER not in terraform.addresses()

    explained = run_script(sandbox, "report.py", "explain", "scan", "--member-role-name", _ROLE)
    assert explained.status == 0, explained
    for words in (
        environment.account_id,
        environment.region,
        environment.name,
        environment.id,
        "Exceeded attempts to wait",
    ):
        assert words in explained.stdout
    assert run_script(sandbox, "observe.py", "deployments", "--name", "scan", "--json").status == 1

    cloud9 = sandbox.client("cloud9", environment.account_id, environment.region)
    cloud9.delete_environment(environmentId=environment.id)
    redeployed = run_script(sandbox, "report.py", "redeploy", "scan", "--yes")
    assert redeployed.status == 0, redeployed
    assert run_adopt(terraform)[0] == 0
    assert apply_adopted(terraform) == 1
    assert _managers(sandbox) == left
    assert _MANAGER in terraform.addresses()
    deployed = terraform.output()["everything"]["deployments"]["scan"]
    assert (deployed["counts"]["failed"], deployed["counts"]["in_progress"]) == (0, 0)
    assert run_script(sandbox, "observe.py", "deployments", "--name", "scan", "--json").status == 0

    assert_clean_destroy(
        terraform,
        sandbox,
        before,
        allowed_calls=(*ALLOWED_CALLS, "cloud9:DeleteEnvironment", "ssm-quicksetup:UpdateConfigurationDefinition"),
        retained=(*RETAINED_ACCESS, *RETAINED_ROLES),
    )


def test_an_update_that_fails(sandbox: Sandbox, configure: Configure) -> None:
    """Without the check, the next plan would change nothing and say nothing; a corrected apply clears it."""
    terraform = configure(patch_policies={"scan": {}})
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))
    made = _managers(sandbox)

    reason = "AccessDenied with an explicit deny in a service control policy"
    sandbox.fail_deployment("scan", _WORKLOAD, "us-east-1", reason)
    change_inputs(terraform, "systems_manager", patch_policies={"scan": {"concurrency": "50%"}})
    with pytest.raises(TerraformError, match="unexpected state 'FAILED'"):
        terraform.apply()

    plan = plan_read_only(terraform, sandbox)
    assert [change.address for change in plan.changes] == [
        'module.systems_manager.module.patch_policy["scan"].module.organization.terraform_data.deployment[0]'
    ], "Terraform has the new parameters, and nothing is changed in AWS"
    assert f"DEPLOYMENT_FAILED scan: Quick Setup failed to deploy the configuration: {reason}" in _warned(plan)
    assert f"(in {_WORKLOAD} us-east-1)" in _warned(plan)
    assert "scripts/report.py explain scan" in _warned(plan)

    sandbox.fail_deployment("scan", _WORKLOAD, "us-east-1", None)
    change_inputs(terraform, "systems_manager", patch_policies={"scan": {"concurrency": "20%"}})
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))
    assert _managers(sandbox) == made

    # What a plan refuses never keeps anybody from destroying.
    sandbox.client("ssm-quicksetup").create_configuration_manager(
        Name="console",
        ConfigurationDefinitions=[
            {
                "Type": "AWSQuickSetupType-SSMHostMgmt",
                "Parameters": {"TargetOrganizationalUnits": "r-sbox", "TargetRegions": "us-east-1"},
            }
        ],
    )
    sandbox.clock.advance(600)
    with pytest.raises(TerraformError, match="SCAN_CONFLICT"):
        terraform.plan()
    terraform.destroy()
    assert list(_managers(sandbox)) == ["console"]


def test_a_parameter_that_quick_setup_adds(sandbox: Sandbox, configure: Configure) -> None:
    """hashicorp/terraform-provider-aws#44687: healthy and tainted. Kept by untaint and additional_parameters."""
    sandbox.add_server_parameter("scan", "QSForceUpdateParam", "1")
    terraform = configure(patch_policies={"scan": {}})
    with pytest.raises(TerraformError, match=r"inconsistent result after apply[\s\S]*QSForceUpdateParam"):
        terraform.apply()
    made = _managers(sandbox)

    assert f"terraform untaint '{_MANAGER}'" in run_adopt(terraform)[2]
    (terraform.directory / ADOPTED).unlink()
    terraform.untaint(_MANAGER)
    change_inputs(
        terraform, "systems_manager", patch_policies={"scan": {"additional_parameters": {"QSForceUpdateParam": "1"}}}
    )
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))
    assert _managers(sandbox) == made
