"""examples/complete in the organization `realistic`: two configurations, each with the credentials of its account."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.services.organizations.accounts import DEFAULT_ACCESS_ROLE

if TYPE_CHECKING:
    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

ADMINISTRATOR = "222222222222"
"""The account that becomes the delegated administrator, in every scenario."""


@dataclass(frozen=True)
class Complete:
    """The configuration of the management account, and that of the administrator account."""

    management: Terraform
    administrator: Terraform

    def pass_variables(self) -> None:
        """Give the second what the first one has for it, as the README of the example does."""
        variables = self.management.output()["administrator_account_variables"]
        (self.administrator.directory / "management.auto.tfvars.json").write_text(json.dumps(variables))


def checkout_complete(workspaces: Workspaces, sandbox: Sandbox) -> Complete:
    """Both, initialised: production is scanned, test is patched, Change Manager is on.

    Patch compliance is not collected: the bucket's lifecycle alone takes the provider a minute, and its test has it.
    """
    workloads = _units_in(sandbox, _units_in(sandbox, _root_id(sandbox))["Workloads"])
    management = workspaces.checkout(
        "examples/complete/management",
        sandbox.environment(),
        variables={
            "administrator_account_id": ADMINISTRATOR,
            "scanned_organizational_unit_ids": [workloads["Production"]],
            "patched_organizational_unit_ids": [workloads["Test"]],
            "change_manager_job_function": "NetworkOperations",
            "member_role_name": DEFAULT_ACCESS_ROLE,
        },
    )
    administrator = workspaces.checkout(
        "examples/complete/delegated-administrator",
        sandbox.environment(ADMINISTRATOR),
        variables={"patch_compliance_collected": False},
    )
    return Complete(management, administrator)


def _root_id(sandbox: Sandbox) -> str:
    (root,) = sandbox.client("organizations").list_roots()["Roots"]
    return str(root["Id"])


def _units_in(sandbox: Sandbox, parent_id: str) -> dict[str, str]:
    """Name to id."""
    found = sandbox.client("organizations").list_organizational_units_for_parent(ParentId=parent_id)
    return {unit["Name"]: unit["Id"] for unit in found["OrganizationalUnits"]}
