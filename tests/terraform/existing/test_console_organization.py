"""An organization that was set up in AWS's console: adopted, kept as it is, and left as it was."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_calls, assert_plan_empty, assert_same, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.organization import create_unit, root_id
from harness.recovery import ADOPTED, run_adopt
from harness.workspace import change_inputs
from sandbox.services.ssm.service_settings import DEFAULT_HOST_MANAGEMENT
from sandbox_tests.cases.quick_setup import PATCH_POLICY, changed, policy
from terraform.expectations import MANAGEMENT, RETAINED_SETTINGS
from unit.quick_setup_cases import complete_deployment

if TYPE_CHECKING:
    from sandbox import Sandbox
    from terraform.conftest import Configure

_MODULE = "module.systems_manager"
_HOST_MANAGEMENT_ROLE = "service-role/AWSSystemsManagerDefaultEC2InstanceManagementRole"
_LOCAL_ROLE = "AWS-QuickSetup-StackSet-Local-{}Role"
# No setting is changed, and no role of the console's.
_WRITES = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:PutRolePolicy",
    "ssm:PutParameter",
    "ssm-quicksetup:CreateConfigurationManager",
    "ssm-quicksetup:UpdateConfiguration*",
)
_NEW_ROLES = "roles/*/AWS-QuickSetup-SSM-DefaultEC2MgmtRole-us-east-1"
_KEPT = ("roles/*/AWS-QuickSetup-Organization-*", f"quick_setup/{MANAGEMENT} us-east-1/configuration_managers/*")
_DELETED = ("roles/*", f"quick_setup/{MANAGEMENT} us-east-1", "resource_data_syncs/*", "buckets/*")
_INPUTS: dict[str, Any] = {
    "dedicated_organizational_unit": {"name": "SystemsManager"},
    "delegated_administrator": {"account_id": ADMINISTRATOR},
    "trusted_access": {"on_destroy": "restore"},
    "patch_policies": {"scan": {}},
    "default_host_management": {},
    "ops_center": {},
}


@pytest.fixture
def unit(sandbox: Sandbox) -> str:
    """What the console makes, with its names. Returns the organizational unit."""
    organizations, iam = sandbox.client("organizations"), sandbox.client("iam")
    for principal in ("ssm.amazonaws.com", "ssm-quicksetup.amazonaws.com"):
        organizations.enable_aws_service_access(ServicePrincipal=principal)
    sandbox.client("cloudformation").activate_organizations_access()
    iam.create_service_linked_role(AWSServiceName="ssm-quicksetup.amazonaws.com")
    unit = create_unit(sandbox, "SystemsManager")
    organizations.move_account(AccountId=ADMINISTRATOR, SourceParentId=root_id(sandbox), DestinationParentId=unit)
    organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal="ssm.amazonaws.com")

    iam.create_role(
        RoleName=_HOST_MANAGEMENT_ROLE.rpartition("/")[2],
        Path="/service-role/",
        AssumeRolePolicyDocument=policy(Principal={"Service": "ssm.amazonaws.com"}),
    )
    sandbox.client("ssm").update_service_setting(SettingId=DEFAULT_HOST_MANAGEMENT, SettingValue=_HOST_MANAGEMENT_ROLE)
    administration, execution = _LOCAL_ROLE.format("Administration"), _LOCAL_ROLE.format("Execution")
    iam.create_role(
        RoleName=administration,
        AssumeRolePolicyDocument=policy(Principal={"Service": "cloudformation.amazonaws.com"}),
    )
    iam.put_role_policy(RoleName=administration, PolicyName="Assume", PolicyDocument=policy(Resource="*"))
    administration_arn = f"arn:aws:iam::{MANAGEMENT}:role/{administration}"
    iam.create_role(RoleName=execution, AssumeRolePolicyDocument=policy(Principal={"AWS": administration_arn}))
    iam.attach_role_policy(
        RoleName=execution, PolicyArn="arn:aws:iam::aws:policy/AWSQuickSetupPatchPolicyDeploymentRolePolicy"
    )
    patching = {
        **changed(PATCH_POLICY, PatchPolicyName="scan"),
        "LocalDeploymentAdministrationRoleArn": administration_arn,
        "LocalDeploymentExecutionRoleName": execution,
    }
    targets = {"TargetOrganizationalUnits": root_id(sandbox), "TargetRegions": "us-east-1"}
    operations = {
        "Type": "AWSQuickSetupType-SSMOpsCenter",
        "Parameters": {"DelegatedAccountId": ADMINISTRATOR, **targets},
    }
    for name, definition in (("scan", patching), ("OpsCenter", operations)):
        created = sandbox.client("ssm-quicksetup").create_configuration_manager(
            Name=name, ConfigurationDefinitions=[definition]
        )
        complete_deployment(sandbox, created["ManagerArn"])
    return unit


def _rename(sandbox: Sandbox, errors: str) -> None:
    """Run the command that the finding prints."""
    command = re.search(r"aws (ssm-quicksetup update-\S+) --region us-east-1 --manager-arn (\S+) --name (.+)", errors)
    assert command, errors
    sandbox.client("ssm-quicksetup").update_configuration_manager(
        ManagerArn=command[2], Name=shlex.split(command[3])[0]
    )


@pytest.mark.parametrize("kept", [False, True])
def test_console_organization(sandbox: Sandbox, configure: Configure, unit: str, kept: bool) -> None:
    before = sandbox.snapshot()
    terraform = configure(**_INPUTS)
    errors = plan_errors(terraform)
    assert "CONFIGURATION_COLLISION ops-center and OpsCenter" in errors
    _rename(sandbox, errors)

    errors = plan_errors(terraform)
    assert errors.count("EXISTS_ALREADY") == 3
    assert errors.count("It was created manually or by another tool.") == 3
    use_unit = f'et dedicated_organizational_unit = {{ id = "{unit}" }}'
    assert use_unit in errors
    status, blocks, stderr = run_adopt(terraform, errors)
    assert (status, blocks.count("import {"), unit in blocks) == (1, 2, False)
    for expected in (
        f"is not imported, as destroy would then delete it. S{use_unit}",
        "used as they are, and left so on destroy: delegated-administrator/ssm.amazonaws.com, service-linked-role/",
        f"default-host-management-role/us-east-1 ({_HOST_MANAGEMENT_ROLE} -> ",
        'execution role "AWS-QuickSetup-StackSet-Local-ExecutionRole" -> "AWS-QuickSetup-Organization-Execution"',
    ):
        assert expected in stderr
    removals = re.findall(r"Destroy deletes it, unless .*: terraform state rm '(.*)'", stderr)
    assert len(removals) == 2

    change_inputs(
        terraform,
        "systems_manager",
        dedicated_organizational_unit={"id": unit},
        default_host_management={"management_account": {"existing_role_name": _HOST_MANAGEMENT_ROLE}},
    )
    plan = terraform.plan()
    assert {address for address, action in plan.actions().items() if action == "update"} == set(removals)
    known = len(sandbox.calls)
    assert terraform.apply().imported == 2
    assert_calls(sandbox.calls[known:], _WRITES)
    assert_plan_empty(plan_read_only(terraform, sandbox))
    (terraform.directory / ADOPTED).unlink()
    assert_plan_empty(plan_read_only(terraform, sandbox))

    for address in (*removals, f"{_MODULE}.module.quick_setup") if kept else ():
        terraform.forget(address)
    terraform.destroy()
    after = sandbox.snapshot()
    # The console's roles stay; those of Default Host Management Configuration are what it alone was deployed with.
    roles = {role["name"] for role in after["roles"][MANAGEMENT]}
    assert {role["name"] for role in before["roles"][MANAGEMENT] if _is_of_console(role["name"])} <= roles
    # Without state rm, destroy deletes what was imported, with what it had deployed.
    differing = _KEPT if kept else _DELETED
    assert_same(before, after, retained=(_NEW_ROLES, *RETAINED_SETTINGS, *differing))


def _is_of_console(role: str) -> bool:
    return role in _HOST_MANAGEMENT_ROLE or role.startswith(_LOCAL_ROLE.partition("{")[0])
