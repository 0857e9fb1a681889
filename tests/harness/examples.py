"""Checks out each example, with its variables and its prerequisites in the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.complete import ADMINISTRATOR, checkout_complete, checkout_recommended
from harness.organization import child_units

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_CONFIG = "config-multiaccountsetup.amazonaws.com"
_STACK_SETS = "member.org.stacksets.cloudformation.amazonaws.com"
_SYSTEMS_MANAGER = "ssm.amazonaws.com"
# Beside those two.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-organizations.html
UNIFIED_CONSOLE = ("resource-explorer-2.amazonaws.com", "ssm-quicksetup.amazonaws.com")


def create_prerequisites(sandbox: Sandbox) -> None:
    """Run the commands that the README of examples/without-python lists."""
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal=_SYSTEMS_MANAGER)
    sandbox.client("cloudformation").activate_organizations_access()
    sandbox.client("iam").create_service_linked_role(AWSServiceName="ssm-quicksetup.amazonaws.com")


def register_administrator(sandbox: Sandbox, *others: str) -> None:
    """Register it for Systems Manager and StackSets, as examples/complete/management does, and for other principals."""
    organizations = sandbox.client("organizations")
    for principal in (_SYSTEMS_MANAGER, *others):
        organizations.enable_aws_service_access(ServicePrincipal=principal)
    sandbox.client("cloudformation").activate_organizations_access()
    for principal in (_SYSTEMS_MANAGER, _STACK_SETS, *others):
        organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=principal)


def _minimal(workspaces: Workspaces, sandbox: Sandbox) -> Terraform:
    variables = {"administrator_account_id": ADMINISTRATOR}
    return workspaces.checkout("examples/minimal", sandbox.environment(), variables=variables)


def _management(workspaces: Workspaces, sandbox: Sandbox) -> Terraform:
    return checkout_complete(workspaces, sandbox).management


def _delegated_administrator(workspaces: Workspaces, sandbox: Sandbox) -> Terraform:
    """With the registration that ../management makes, and with compliance reporting."""
    register_administrator(sandbox)
    terraform = checkout_complete(workspaces, sandbox).administrator
    terraform.variables.update(
        administrator_account_id=ADMINISTRATOR,
        regions=["ap-northeast-1", "us-east-1"],
        patch_compliance_collected=True,
    )
    return terraform


def _compliance_schedule(workspaces: Workspaces, sandbox: Sandbox) -> Terraform:
    """With the registration that the management account makes."""
    register_administrator(sandbox)
    return workspaces.checkout(
        "examples/compliance-schedule",
        sandbox.environment(ADMINISTRATOR),
        variables={"administrator_account_id": ADMINISTRATOR, "data_destroyed": True},
    )


def _credentials(workspaces: Workspaces, sandbox: Sandbox) -> Terraform:
    variables = {"organization": "example", "workspace": "systems-manager-management"}
    return workspaces.checkout("examples/hcp-terraform/credentials", sandbox.environment(), variables=variables)


def _quick_setup_types(workspaces: Workspaces, sandbox: Sandbox) -> Terraform:
    """With AWS Config's trusted access and delegated administrator."""
    organizations = sandbox.client("organizations")
    organizations.enable_aws_service_access(ServicePrincipal=_CONFIG)
    organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=_CONFIG)
    variables = {
        "organizational_unit_ids": [child_units(sandbox)["Workloads"]],
        "config_administrator_account_id": ADMINISTRATOR,
    }
    return workspaces.checkout("examples/quick-setup-types", sandbox.environment(), variables=variables)


def _without_python(workspaces: Workspaces, sandbox: Sandbox) -> Terraform:
    create_prerequisites(sandbox)
    sandbox.client("organizations").register_delegated_administrator(
        AccountId=ADMINISTRATOR, ServicePrincipal=_SYSTEMS_MANAGER
    )
    variables = {"administrator_account_id": ADMINISTRATOR}
    return workspaces.checkout("examples/without-python", sandbox.environment(), variables=variables)


def _recommended(workspaces: Workspaces, sandbox: Sandbox) -> Terraform:
    return checkout_recommended(workspaces, sandbox).management


def _recommended_administrator(workspaces: Workspaces, sandbox: Sandbox) -> Terraform:
    """With the registrations that ../management makes."""
    register_administrator(sandbox, *UNIFIED_CONSOLE)
    terraform = checkout_recommended(workspaces, sandbox).administrator
    terraform.variables.update(administrator_account_id=ADMINISTRATOR, regions=["ap-northeast-1", "us-east-1"])
    return terraform


CHECKOUTS: Mapping[str, Callable[[Workspaces, Sandbox], Terraform]] = {
    "examples/complete/delegated-administrator": _delegated_administrator,
    "examples/complete/management": _management,
    "examples/compliance-schedule": _compliance_schedule,
    "examples/hcp-terraform/credentials": _credentials,
    "examples/minimal": _minimal,
    "examples/recommended/delegated-administrator": _recommended_administrator,
    "examples/recommended/management": _recommended,
    "examples/quick-setup-types": _quick_setup_types,
    "examples/without-python": _without_python,
}
