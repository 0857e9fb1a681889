"""examples/quick-setup-types: every type of Quick Setup without a module of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.assertions import assert_clean_destroy
from harness.examples import CHECKOUTS
from harness.organization import child_units, root_id
from terraform.expectations import ALLOWED_CALLS, RETAINED_ACCESS, RETAINED_ROLES

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from sandbox import Sandbox


@pytest.mark.scenario("realistic")
def test_quick_setup_types(sandbox: Sandbox, workspaces: Workspaces) -> None:
    terraform = CHECKOUTS["examples/quick-setup-types"](workspaces, sandbox)
    root, workloads = root_id(sandbox), child_units(sandbox)["Workloads"]
    before = sandbox.snapshot()

    terraform.apply()

    configurations = terraform.output()["quick_setup_configurations"]
    assert {name: (found["type"], found["status"], found["targets"]) for name, found in configurations.items()} == {
        "resource-explorer": ("AWSQuickSetupType-ResourceExplorer", "SUCCEEDED", [workloads]),
        "office-hours": ("AWSQuickSetupType-Scheduler", "SUCCEEDED", [workloads]),
        "packages": ("AWSQuickSetupType-Distributor", "SUCCEEDED", [workloads]),
        "devops-guru": ("AWSQuickSetupType-DevOpsGuru", "SUCCEEDED", [workloads]),
        "config-recording": ("AWSQuickSetupType-CFGRecording", "SUCCEEDED", [root]),
        "conformance-packs": ("AWSQuickSetupType-CFGCPacks", "SUCCEEDED", [root]),
    }
    assert_clean_destroy(
        terraform,
        sandbox,
        before,
        allowed_calls=ALLOWED_CALLS,
        retained=(*RETAINED_ACCESS, *RETAINED_ROLES),
        warnings=("Check block assertion failed",),  # of associations on nodes
    )
