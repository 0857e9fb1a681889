"""The State Manager associations of a definition, and their runs on the nodes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sandbox.services.ssm.instances import ACTIVE, AssociationRun
from sandbox.services.ssm.models import ssm_backend_of
from sandbox.services.ssm.patch_baselines import default_baseline_id, operating_system_of, short_id
from sandbox.services.ssmquicksetup.configuration_types.catalog import HOST_MANAGEMENT, PATCH_POLICY
from sandbox.services.ssmquicksetup.configuration_types.parameters import split

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.services.ssm.instances import ManagedInstance
    from sandbox.services.ssmquicksetup.manager import Definition, Deployed

# What Host Management may do, and whether it does so by default: the reference of configuration_types/catalog.py.
HOST_MANAGEMENT_OPTIONS = {
    "UpdateSsmAgent": "true",
    "UpdateEc2LaunchAgent": "false",
    "CollectInventory": "true",
    "ScanInstances": "true",
    "InstallCloudWatchAgent": "false",
    "UpdateCloudWatchAgent": "false",
}


def run(definition: Definition, deployed: Deployed, at: datetime) -> None:
    """Run the associations once in an account and Region.

    ASSUMPTION(quick-setup-associations-on-nodes): on a managed node they are successful, and one that is not managed,
    or not active, runs none.
    """
    remove(definition, deployed)
    if _has_any(definition):
        for instance in _targeted(definition, deployed):
            instance.associations[definition.id] = AssociationRun("Success", at)
            _patch(definition, deployed, instance, at)


def remove(definition: Definition, deployed: Deployed) -> None:
    """Delete the associations of every node of an account and Region."""
    for instance in ssm_backend_of(deployed.account_id, deployed.region).instances.values():
        instance.associations.pop(definition.id, None)


def _has_any(definition: Definition) -> bool:
    if definition.type.name == PATCH_POLICY:
        return True
    if definition.type.name != HOST_MANAGEMENT:
        return False
    return any(_does(definition, option) for option in HOST_MANAGEMENT_OPTIONS)


def _does(definition: Definition, option: str) -> bool:
    """Whether an option of Host Management is on."""
    # By either spelling of configuration_types/catalog.py.
    spelled = {**definition.parameters}
    spelled["UpdateSsmAgent"] = spelled.get("UpdateSsmAgent") or spelled.get("UpdateSSMAgent", "")
    return (spelled.get(option) or HOST_MANAGEMENT_OPTIONS[option]) == "true"


def _patch(definition: Definition, deployed: Deployed, instance: ManagedInstance, at: datetime) -> None:
    """Run the document AWS-RunPatchBaseline on a node, where the definition has an association that does.

    ASSUMPTION(quick-setup-associations-on-nodes): a node whose operating system has no baseline is not patched.
    """
    system = operating_system_of(instance.platform_name, instance.platform_version)
    operation = _patch_operation(definition)
    if operation is None or system is None:
        return
    baseline = _selected_baseline(definition, system) or default_baseline_id(deployed.region, system)
    instance.patch(operation, baseline, at, definition.parameters.get("RebootOption") or "RebootIfNeeded")


def _patch_operation(definition: Definition) -> str | None:
    """Scan, Install or None. Host Management "scans" for missing patches only.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-host-management.html.
    ASSUMPTION(quick-setup-associations-on-nodes): a policy that scans and installs has installed, unless it waits for
    the next interval.
    """
    if definition.type.name == HOST_MANAGEMENT:
        return "Scan" if _does(definition, "ScanInstances") else None
    installs = definition.parameters.get("ConfigurationOptionsPatchOperation") == "ScanAndInstall"
    waits = definition.parameters.get("ConfigurationOptionsInstallNextInterval") == "true"
    return "Install" if installs and not waits else "Scan"


def _selected_baseline(definition: Definition, operating_system: str) -> str | None:
    """The id of the baseline that a patch policy names for an operating system; None if it names none."""
    selected = json.loads(definition.parameters.get("SelectedPatchBaselines") or "{}")
    return short_id(selected[operating_system]["value"]) if operating_system in selected else None


def _targeted(definition: Definition, deployed: Deployed) -> list[ManagedInstance]:
    # The sandbox's nodes have neither tags nor resource groups: such targets match all nodes.
    backend = ssm_backend_of(deployed.account_id, deployed.region)
    managed = [instance for instance in backend.managed_instances() if instance.status == ACTIVE]
    if definition.parameters.get("TargetType") != "InstanceIds":
        return managed
    requested = split(definition.parameters["TargetInstances"])
    return [instance for instance in managed if instance.id in requested]
