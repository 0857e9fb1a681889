"""Every type of Quick Setup that has no module of its own, by examples/quick-setup-types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apply.expectations import ALLOWED_CALLS, RETAINED_ACCESS, RETAINED_ROLES
from support.closing import assert_closes
from support.complete import ADMINISTRATOR

if TYPE_CHECKING:
    from sandbox import Sandbox
    from support.workspace import Workspaces

_CONFIG = "config-multiaccountsetup.amazonaws.com"


@pytest.mark.scenario("realistic")
def test_quick_setup_types(sandbox: Sandbox, workspaces: Workspaces) -> None:
    organizations = sandbox.client("organizations")
    organizations.enable_aws_service_access(ServicePrincipal=_CONFIG)
    organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=_CONFIG)
    (root,) = organizations.list_roots()["Roots"]
    units = organizations.list_organizational_units_for_parent(ParentId=root["Id"])["OrganizationalUnits"]
    (workloads,) = [unit["Id"] for unit in units if unit["Name"] == "Workloads"]
    before = sandbox.snapshot()
    terraform = workspaces.checkout(
        "examples/quick-setup-types",
        sandbox.environment(),
        variables={"organizational_unit_ids": [workloads], "config_administrator_account_id": ADMINISTRATOR},
    )

    terraform.apply()

    configurations = terraform.output()["quick_setup_configurations"]
    assert {name: (found["type"], found["status"], found["targets"]) for name, found in configurations.items()} == {
        "resource-explorer": ("AWSQuickSetupType-ResourceExplorer", "SUCCEEDED", [workloads]),
        "office-hours": ("AWSQuickSetupType-Scheduler", "SUCCEEDED", [workloads]),
        "packages": ("AWSQuickSetupType-Distributor", "SUCCEEDED", [workloads]),
        "devops-guru": ("AWSQuickSetupType-DevOpsGuru", "SUCCEEDED", [workloads]),
        "config-recording": ("AWSQuickSetupType-CFGRecording", "SUCCEEDED", [root["Id"]]),
        "conformance-packs": ("AWSQuickSetupType-CFGCPacks", "SUCCEEDED", [root["Id"]]),
    }
    assert_closes(terraform, sandbox, before, allowed_calls=ALLOWED_CALLS, remains=(*RETAINED_ACCESS, *RETAINED_ROLES))
