"""How each example is checked out: the variables that it needs, in an organization where what it wants is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.complete import ADMINISTRATOR, checkout_complete

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_CONFIG = "config-multiaccountsetup.amazonaws.com"
_STACK_SETS = "member.org.stacksets.cloudformation.amazonaws.com"
_SYSTEMS_MANAGER = "ssm.amazonaws.com"


def create_prerequisites(sandbox: Sandbox) -> None:
    """Do what a person does once where there is no Python, as the README of examples/without-python has it."""
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal=_SYSTEMS_MANAGER)
    sandbox.client("cloudformation").activate_organizations_access()
    sandbox.client("iam").create_service_linked_role(AWSServiceName="ssm-quicksetup.amazonaws.com")


def register_administrator(sandbox: Sandbox) -> None:
    """Register it for Systems Manager and StackSets, as examples/complete/management does."""
    organizations = sandbox.client("organizations")
    organizations.enable_aws_service_access(ServicePrincipal=_SYSTEMS_MANAGER)
    sandbox.client("cloudformation").activate_organizations_access()
    for principal in (_SYSTEMS_MANAGER, _STACK_SETS):
        organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=principal)


def _minimal(workspaces: Workspaces, sandbox: Sandbox) -> Terraform:
    variables = {"administrator_account_id": ADMINISTRATOR}
    return workspaces.checkout("examples/minimal", sandbox.environment(), variables=variables)


def _management(workspaces: Workspaces, sandbox: Sandbox) -> Terraform:
    return checkout_complete(workspaces, sandbox).management


def _delegated_administrator(workspaces: Workspaces, sandbox: Sandbox) -> Terraform:
    """In an organization where ../management would have registered it, with patch compliance collected."""
    register_administrator(sandbox)
    terraform = checkout_complete(workspaces, sandbox).administrator
    terraform.variables.update(
        administrator_account_id=ADMINISTRATOR,
        regions=["ap-northeast-1", "us-east-1"],
        patch_compliance_collected=True,
    )
    return terraform


def _credentials(workspaces: Workspaces, sandbox: Sandbox) -> Terraform:
    variables = {"organization": "example", "workspace": "systems-manager-management"}
    return workspaces.checkout("examples/hcp-terraform/credentials", sandbox.environment(), variables=variables)


def _quick_setup_types(workspaces: Workspaces, sandbox: Sandbox) -> Terraform:
    """In an organization whose AWS Config is set up."""
    organizations = sandbox.client("organizations")
    organizations.enable_aws_service_access(ServicePrincipal=_CONFIG)
    organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=_CONFIG)
    (root,) = organizations.list_roots()["Roots"]
    units = organizations.list_organizational_units_for_parent(ParentId=root["Id"])["OrganizationalUnits"]
    variables = {
        "organizational_unit_ids": [unit["Id"] for unit in units if unit["Name"] == "Workloads"],
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


CHECKOUTS: Mapping[str, Callable[[Workspaces, Sandbox], Terraform]] = {
    "examples/complete/delegated-administrator": _delegated_administrator,
    "examples/complete/management": _management,
    "examples/hcp-terraform/credentials": _credentials,
    "examples/minimal": _minimal,
    "examples/quick-setup-types": _quick_setup_types,
    "examples/without-python": _without_python,
}
