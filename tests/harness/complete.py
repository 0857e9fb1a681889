"""examples/complete and examples/recommended: two configurations, each with the credentials of its account."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.organization import child_units
from sandbox.services.organizations.accounts import DEFAULT_ACCESS_ROLE

if TYPE_CHECKING:
    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

ADMINISTRATOR = "222222222222"
"""The account that becomes the delegated administrator, in every scenario."""


@dataclass(frozen=True)
class Complete:
    """The configurations of the management account and of the administrator account."""

    management: Terraform
    administrator: Terraform

    def pass_variables(self) -> None:
        """Pass the output of the first to the second, as the README of the example does."""
        variables = self.management.output()["administrator_account_variables"]
        (self.administrator.directory / "management.auto.tfvars.json").write_text(json.dumps(variables))


def checkout_complete(workspaces: Workspaces, sandbox: Sandbox) -> Complete:
    """Check out and initialise both: production is scanned, test is patched, Change Manager is enabled.

    Compliance reporting is off: the provider waits a minute for the bucket's lifecycle, and it has a test of its own.
    """
    management = workspaces.checkout(
        "examples/complete/management", sandbox.environment(), variables=management_variables(sandbox)
    )
    administrator = workspaces.checkout(
        "examples/complete/delegated-administrator",
        sandbox.environment(ADMINISTRATOR),
        variables={"patch_compliance_collected": False},
    )
    return Complete(management, administrator)


def checkout_recommended(workspaces: Workspaces, sandbox: Sandbox) -> Complete:
    """Check out and initialise both configurations of examples/recommended, with just-in-time node access."""
    management = workspaces.checkout(
        "examples/recommended/management",
        sandbox.environment(),
        variables={"administrator_account_id": ADMINISTRATOR, "member_role_name": DEFAULT_ACCESS_ROLE},
    )
    administrator = workspaces.checkout(
        "examples/recommended/delegated-administrator",
        sandbox.environment(ADMINISTRATOR),
        variables={"node_access_approvers": "e8c17310-e011-7089-d989-10da1a2b3c4d", "session_logs_destroyed": True},
    )
    return Complete(management, administrator)


def management_variables(sandbox: Sandbox) -> dict[str, object]:
    """Those of examples/complete/management."""
    workloads = child_units(sandbox, child_units(sandbox)["Workloads"])
    return {
        "administrator_account_id": ADMINISTRATOR,
        "scanned_organizational_unit_ids": [workloads["Production"]],
        "patched_organizational_unit_ids": [workloads["Test"]],
        "change_manager_job_function": "NetworkOps",
        "member_role_name": DEFAULT_ACCESS_ROLE,
    }
