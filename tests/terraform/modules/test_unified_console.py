"""modules/unified-console in the administrator account: what it needs, what it deploys, what does the same, destroy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.assertions import assert_calls, assert_plan_empty, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from sandbox_tests.cases.quick_setup import INSTANCE_MANAGEMENT, create
from terraform.expectations import MANAGEMENT, OTHER_MEMBER
from tools.iam.command import read_policies
from tools.iam.roles import CONSOLE

if TYPE_CHECKING:
    from harness.results import Plan
    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_PRINCIPALS = (
    "member.org.stacksets.cloudformation.amazonaws.com",
    "resource-explorer-2.amazonaws.com",
    "ssm-quicksetup.amazonaws.com",
    "ssm.amazonaws.com",
)


def _write(sandbox: Sandbox, workspaces: Workspaces, account_id: str = ADMINISTRATOR, **inputs: object) -> Terraform:
    call = {"source": "../module/modules/unified-console", "regions": ["eu-west-1", "us-east-1"], **inputs}
    return workspaces.call_modules({"console": call}, sandbox.environment(account_id))


def _register(sandbox: Sandbox, *principals: str) -> None:
    organizations = sandbox.client("organizations")
    sandbox.client("cloudformation").activate_organizations_access()
    for principal in principals:
        if not principal.startswith("member.org.stacksets"):
            organizations.enable_aws_service_access(ServicePrincipal=principal)
        organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=principal)


def _warnings(plan: Plan) -> str:
    return "\n".join(warning.detail for warning in plan.warnings)


def _associations(sandbox: Sandbox, account_id: str, region: str) -> set[str]:
    listed = sandbox.client("ssm", account_id, region).list_associations()["Associations"]
    return {association["AssociationName"].rpartition("-")[0] for association in listed}


@pytest.mark.scenario("bare")
def test_account_region_and_registration(sandbox: Sandbox, workspaces: Workspaces) -> None:
    assert f"Account {MANAGEMENT} is the management account" in plan_errors(_write(sandbox, workspaces, MANAGEMENT))
    _register(sandbox, "ssm.amazonaws.com")
    errors = plan_errors(_write(sandbox, workspaces, regions=["eu-west-1"]))
    assert f"Account {ADMINISTRATOR} is not a delegated administrator of {', '.join(_PRINCIPALS[:3])}," in errors
    assert f'delegated_administrator = {{ account_id = "{ADMINISTRATOR}", service_principals = ["member.' in errors
    assert 'regions is ["eu-west-1"], but must contain the home Region, which is the provider\'s: us-east-1' in errors


@pytest.mark.timeout(600)
@pytest.mark.scenario("bare")
def test_deployed_beside_host_management_and_destroyed(sandbox: Sandbox, workspaces: Workspaces) -> None:
    _register(sandbox, *_PRINCIPALS)
    create(sandbox.client("ssm-quicksetup"), INSTANCE_MANAGEMENT)
    sandbox.clock.advance(3600)
    beside = _associations(sandbox, OTHER_MEMBER, "us-east-1")
    terraform = _write(sandbox, workspaces)
    warnings = _warnings(plan_read_only(terraform, sandbox))
    assert "AWS-QuickSetup-SSMHostMgmt-CollectInventory-" in warnings
    assert "runs AWS-GatherSoftwareInventory, as the unified console's does. A node takes one" in warnings
    assert "runs AWS-UpdateSSMAgent, as the unified console's does." in warnings

    first_call = len(sandbox.calls)
    terraform = _write(
        sandbox,
        workspaces,
        inventory_interval_hours=None,
        agent_update_interval_days=None,
        create_remediation_roles=True,
    )
    sandbox.permissions.enforce(f"arn:aws:iam::{ADMINISTRATOR}:user/Administrator", read_policies()[CONSOLE])
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))
    for region in ("eu-west-1", "us-east-1"):
        assert _associations(sandbox, OTHER_MEMBER, region) - beside == {
            f"AWS-QuickSetup-SSM-{name}" for name in ("EnableAREX", "EnableDHMC", "EnableExplorer")
        }
    assert not _associations(sandbox, MANAGEMENT, "us-east-1") - beside
    role = sandbox.client("iam", OTHER_MEMBER).get_role(RoleName="ManagedInstance-CrossAccountExecutionRole")["Role"]
    assert role["RoleName"]

    # A second one is refused, and so is another home Region.
    errors = plan_errors(_write(sandbox, workspaces))
    assert "EXISTS_ALREADY" in errors
    document = (terraform.directory / "main.tf.json").read_text()
    (terraform.directory / "main.tf.json").write_text(
        document.replace('"region": "us-east-1"', '"region": "eu-west-1"')
    )
    errors = plan_errors(terraform)
    assert "The home Region is us-east-1 and cannot be changed, but the provider works in eu-west-1." in errors
    (terraform.directory / "main.tf.json").write_text(document)

    terraform.destroy()
    assert_calls(sandbox.calls[first_call:], ("ssm-quicksetup:CreateConfigurationManager", "ssm-quicksetup:Delete*"))
    sandbox.clock.advance(3600)
    assert _associations(sandbox, OTHER_MEMBER, "us-east-1") == beside
