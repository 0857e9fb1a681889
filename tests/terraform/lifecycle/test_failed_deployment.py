"""Failed deployments are resolved as docs/operations/troubleshooting.md describes, without duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_clean_destroy, assert_plan_empty, plan_read_only
from harness.organization import managers
from harness.recovery import ADOPTED, apply_adopted, run_adopt
from harness.results import TerraformError
from harness.scripts import run_script
from harness.workspace import change_inputs
from terraform.expectations import (
    ALLOWED_CALLS,
    RETAINED_ACCESS,
    RETAINED_BUCKETS,
    RETAINED_ROLES,
)

if TYPE_CHECKING:
    from sandbox import Sandbox
    from terraform.conftest import Configure

_ROLE = "OrganizationAccountAccessRole"
_MODULE = 'module.systems_manager.module.patch_policy["scan"].module.configuration["organization"]'
_MANAGER = f"{_MODULE}.aws_ssmquicksetup_configuration_manager.this"
_WORKLOAD = "333333333333"


def _warnings(plan: Any) -> str:
    return "\n".join(warning.detail for warning in plan.warnings)


@pytest.mark.scenario("cloud9")
def test_failed_creation(sandbox: Sandbox, configure: Configure) -> None:
    """The plan warns of a Cloud9 environment, the deployment fails for another reason; redeployed and adopted."""
    before = sandbox.snapshot()
    environment = sandbox.scenario.cloud9_environments[0]
    terraform = configure(
        regions=sorted({environment.region, "us-east-1"}),
        patch_policies={"scan": {}},
        preflight={"member_role_name": _ROLE},
    )

    location = f"{environment.account_id} {environment.region}"
    assert f"CLOUD9_ENVIRONMENT {location}: AWS Cloud9 has {environment.name} ({environment.id})" in _warnings(
        terraform.plan()
    )
    reason = "AccessDenied with an explicit deny in a service control policy"
    sandbox.fail_deployment("scan", environment.account_id, environment.region, reason)
    with pytest.raises(TerraformError, match="unexpected state 'FAILED'"):
        terraform.apply()
    created = managers(sandbox)
    assert [name for name, _ in created] == ["scan"]
    assert _MANAGER not in terraform.addresses()

    explained = run_script(sandbox, "report.py", "explain", "scan", "--member-role-name", _ROLE)
    assert explained.returncode == 0, explained
    for text in (environment.account_id, environment.region, reason):
        assert text in explained.stdout
    assert run_script(sandbox, "observe.py", "deployments", "--name", "scan", "--json").returncode == 1

    sandbox.fail_deployment("scan", environment.account_id, environment.region, None)
    redeployed = run_script(sandbox, "report.py", "redeploy", "scan", "--yes")
    assert redeployed.returncode == 0, redeployed
    assert run_adopt(terraform)[0] == 0
    assert apply_adopted(terraform) == 1
    assert managers(sandbox) == created
    assert _MANAGER in terraform.addresses()
    deployed = terraform.output()["everything"]["deployments"]["scan"]
    assert deployed == {"status": "SUCCEEDED", "exceptions": []}
    assert run_script(sandbox, "observe.py", "deployments", "--name", "scan", "--json").returncode == 0

    assert_clean_destroy(
        terraform,
        sandbox,
        before,
        allowed_calls=(*ALLOWED_CALLS, "ssm-quicksetup:UpdateConfigurationDefinition"),
        warnings=("Check block assertion failed",),  # of the Cloud9 environment, on which associations fail
        retained=(*RETAINED_ACCESS, *RETAINED_ROLES, *RETAINED_BUCKETS),
    )


def test_failed_update(sandbox: Sandbox, configure: Configure) -> None:
    """Without the check, the next plan would be empty and silent; a corrected apply resolves the failure."""
    terraform = configure(patch_policies={"scan": {}})
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))
    created = managers(sandbox)

    reason = "AccessDenied with an explicit deny in a service control policy"
    sandbox.fail_deployment("scan", _WORKLOAD, "us-east-1", reason)
    change_inputs(terraform, "systems_manager", patch_policies={"scan": {"concurrency": "50%"}})
    with pytest.raises(TerraformError, match="unexpected state 'FAILED'"):
        terraform.apply()

    plan = plan_read_only(terraform, sandbox)
    assert not plan.changes, "the state has the new parameters already"
    assert f"DEPLOYMENT_FAILED scan: Quick Setup failed to deploy the configuration: {reason}" in _warnings(plan)
    assert f"(in {_WORKLOAD} us-east-1)" in _warnings(plan)
    assert "scripts/report.py explain arn:aws:ssm-quicksetup:us-east-1:" in _warnings(plan)

    sandbox.fail_deployment("scan", _WORKLOAD, "us-east-1", None)
    change_inputs(terraform, "systems_manager", patch_policies={"scan": {"concurrency": "20%"}})
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))
    assert managers(sandbox) == created

    # A destroy ignores errors of the plan.
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
    assert [name for name, _ in managers(sandbox)] == ["console"]


def test_parameter_added_by_quick_setup(sandbox: Sandbox, configure: Configure) -> None:
    """hashicorp/terraform-provider-aws#44687: deployed, but tainted. Resolved by untaint and additional_parameters."""
    sandbox.add_server_parameter("scan", "QSForceUpdateParam", "1")
    terraform = configure(patch_policies={"scan": {}})
    with pytest.raises(TerraformError, match=r"inconsistent result after apply[\s\S]*QSForceUpdateParam"):
        terraform.apply()
    created = managers(sandbox)

    assert f"terraform untaint '{_MANAGER}'" in run_adopt(terraform)[2]
    (terraform.directory / ADOPTED).unlink()
    terraform.untaint(_MANAGER)
    change_inputs(
        terraform, "systems_manager", patch_policies={"scan": {"additional_parameters": {"QSForceUpdateParam": "1"}}}
    )
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))
    assert managers(sandbox) == created
