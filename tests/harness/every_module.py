"""Configurations that call every module with what it can create: one in each account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from harness.complete import ADMINISTRATOR
from harness.organization import child_units, root_id

if TYPE_CHECKING:
    from collections.abc import Collection

    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_REGIONS = ["us-east-1"]
_PRINCIPALS = [
    "member.org.stacksets.cloudformation.amazonaws.com",
    "resource-explorer-2.amazonaws.com",
    "ssm-quicksetup.amazonaws.com",
    "ssm.amazonaws.com",
]
_CALENDAR = (
    "BEGIN:VCALENDAR\nPRODID:-//AWS//Change Calendar 1.0//EN\nVERSION:2.0\nX-CALENDAR-TYPE:DEFAULT_OPEN\nEND:VCALENDAR"
)


def call_in_management(workspaces: Workspaces, sandbox: Sandbox) -> Terraform:
    """The root module, and account settings."""
    inputs: dict[str, object] = {
        "target_organizational_unit_ids": [child_units(sandbox)["Workloads"]],
        "dedicated_organizational_unit": {"name": "SystemsManager"},
        "delegated_administrator": {"account_id": ADMINISTRATOR, "service_principals": _PRINCIPALS},
        "patch_policies": {"scan": {"include_management_account": True}},
        "host_management": {"management_account": {"regions": _REGIONS}},
        "default_host_management": {"target_organizational_unit_ids": [root_id(sandbox)]},
        "ops_center": {},
        "change_manager": {"job_function": "NetworkOps"},
    }
    modules: dict[str, dict[str, object]] = {
        "systems_manager": {"source": "../module", "regions": _REGIONS, **inputs},
        "account_settings": {
            "source": "../module/modules/account-settings",
            "regions": _REGIONS,
            "ready": "${module.systems_manager.delegated_administrator != null}",
        },
    }
    return workspaces.call_modules(modules, sandbox.environment())


def call_in_administrator(workspaces: Workspaces, sandbox: Sandbox, *, without: Collection[str] = ()) -> Terraform:
    """The modules for the administrator account, `without` those of these names."""
    inputs: dict[str, dict[str, object]] = {
        "automation-across-accounts": {
            # OpsCenter creates those of AWS's names.
            "administration_role_name": "AutomationAdministration",
            "execution_role_name": "AutomationExecution",
            "change_calendar": {"name": "changes", "content": _CALENDAR},
        },
        "compliance-reporting": {},
        "compliance-schedule": {"member_access": {"role_name": "Report"}},
        "explorer": {},
        "just-in-time-node-access": {
            "unified_console": {
                "home_region": "${module.unified-console.home_region}",
                "regions": "${module.unified-console.configuration.regions}",
                "targets": "${module.unified-console.configuration.targets}",
            },
            "auto_approval": [{"node_tags": {"Environment": "Development"}}],
            "deny_access": [{"node_tags": {"Environment": "Production"}}],
            "events": {},
            "rdp_recording": {},
        },
        "patch-policy-node-role": {"name": "node", "patch_policy_ids": ["ab12c"]},
        "session-manager-preferences": {
            "bucket": {"retention_days": 400, "object_lock": {"days": 1}},
            "log_group": {},
        },
        "unified-console": {"default_host_management_interval_days": None},
    }
    modules = {name: {"source": f"../module/modules/{name}", **arguments} for name, arguments in inputs.items()}
    for name in inputs.keys() - {"compliance-schedule", "patch-policy-node-role"}:
        modules[name]["regions"] = _REGIONS
    called = {name: call for name, call in modules.items() if name not in without}
    return workspaces.call_modules(called, sandbox.environment(ADMINISTRATOR))


def called_folders(terraform: Terraform) -> dict[str, str]:
    """The folder in the repository of each called module, by its address without indexes."""
    document = json.loads((terraform.directory / ".terraform" / "modules" / "modules.json").read_text())
    module = (terraform.directory / "../module").resolve()
    return {
        ".".join(f"module.{name}" for name in called["Key"].split(".")): str(
            (terraform.directory / called["Dir"]).resolve().relative_to(module)
        )
        for called in document["Modules"]
        if called["Key"]
    }
