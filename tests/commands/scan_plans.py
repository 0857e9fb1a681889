"""A plan of every example, by the genuine provider, in the organization `realistic`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from commands.scan_checkov import address_parts
from sandbox import Scenario
from support.complete import ADMINISTRATOR, checkout_complete
from support.errors import HarnessError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from sandbox import Sandbox
    from support.terraform import Terraform
    from support.workspace import Workspaces

_CONFIG = "config-multiaccountsetup.amazonaws.com"
_SYSTEMS_MANAGER = "ssm.amazonaws.com"


@dataclass(frozen=True)
class ExamplePlan:
    """`document` is the plan as `terraform show -json` prints it."""

    example: str
    document: Mapping[str, Any]

    def source(self, address: str) -> str:
        """The folder of the repository whose code a resource stands in. Raises KeyError."""
        folder = self.example.split("/")
        module = self.document["configuration"]["root_module"]
        parts = address_parts(address)
        # The calls that lead to the resource, outermost first.
        for name in (name for before, name in pairwise(parts) if before == "module"):
            call = module["module_calls"][name]
            for step in call["source"].split("/"):
                if step == "..":
                    folder.pop()
                elif step != ".":
                    folder.append(step)
            module = call["module"]
        return "/".join(folder)


def examples(repository: Path) -> list[str]:
    """The folders below examples/ that hold a configuration."""
    found = {file.parent.relative_to(repository) for file in (repository / "examples").rglob("*.tf")}
    return sorted(str(folder) for folder in found if not any(part.startswith(".") for part in folder.parts))


def plan_examples(workspaces: Workspaces, sandbox: Sandbox, repository: Path) -> Iterator[ExamplePlan]:
    """Plan each example on its own. Raises HarnessError for one that nobody gave variables, and TerraformError."""
    found = examples(repository)
    unknown = sorted(set(found) - CHECKOUTS.keys() - NOT_PLANNED.keys())
    if unknown:
        raise HarnessError(f"Without variables nobody can plan {', '.join(unknown)}: add what it needs to {__name__}.")
    for example in (example for example in found if example in CHECKOUTS):
        sandbox.reset(Scenario.named("realistic"))
        plan = CHECKOUTS[example](workspaces, sandbox).plan()
        if sandbox.violations:
            raise HarnessError(f"The plan of {example} broke AWS's service model: {sandbox.violations[0]}")
        yield ExamplePlan(example, plan.document)


def _minimal(workspaces: Workspaces, sandbox: Sandbox) -> Terraform:
    variables = {"administrator_account_id": ADMINISTRATOR}
    return workspaces.checkout("examples/minimal", sandbox.environment(), variables=variables)


def _management(workspaces: Workspaces, sandbox: Sandbox) -> Terraform:
    return checkout_complete(workspaces, sandbox).management


def _delegated_administrator(workspaces: Workspaces, sandbox: Sandbox) -> Terraform:
    """In an organization where ../management would have registered it."""
    organizations = sandbox.client("organizations")
    organizations.enable_aws_service_access(ServicePrincipal=_SYSTEMS_MANAGER)
    organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=_SYSTEMS_MANAGER)
    terraform = checkout_complete(workspaces, sandbox).administrator
    terraform.variables.update(administrator_account_id=ADMINISTRATOR, regions=["ap-northeast-1", "us-east-1"])
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
    """In an organization where its README was followed."""
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal=_SYSTEMS_MANAGER)
    sandbox.client("cloudformation").activate_organizations_access()
    for service in ("ssm-quicksetup.amazonaws.com", _SYSTEMS_MANAGER):
        sandbox.client("iam").create_service_linked_role(AWSServiceName=service)
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

_IN_HCP_TERRAFORM = "its state is in HCP Terraform, and it is planned there alone; the other examples plan its modules"
NOT_PLANNED: Mapping[str, str] = {
    "examples/hcp-terraform/delegated-administrator": _IN_HCP_TERRAFORM,
    "examples/hcp-terraform/management": _IN_HCP_TERRAFORM,
    "examples/hcp-terraform/workspaces": "it has nothing in AWS, and its provider asks HCP Terraform",
}
"""Examples that nobody can plan on this machine, and why: their code is scanned, and that is all."""
