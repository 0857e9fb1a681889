"""The State Manager associations that a definition makes, and what they did on the nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.ssm.instances import AssociationRun
from sandbox.ssm.models import systems_manager_of
from sandbox.ssmquicksetup.configuration_types import HOST_MANAGEMENT, PATCH_POLICY
from sandbox.ssmquicksetup.parameters import split

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.ssm.instances import ManagedInstance
    from sandbox.ssmquicksetup.manager import Definition, Deployed

# What Host Management may do, and whether it does so by default: the reference of configuration_types.py.
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

    ASSUMPTION: on a managed node they are successful, and a node that is not managed runs none.
    """
    take_away(definition, deployed)
    if _has_any(definition):
        for instance in _targeted(definition, deployed):
            instance.associations[definition.id] = AssociationRun("Success", at)


def take_away(definition: Definition, deployed: Deployed) -> None:
    """Take the associations away from every node of an account and Region."""
    for instance in systems_manager_of(deployed.account_id, deployed.region).instances.values():
        instance.associations.pop(definition.id, None)


def _has_any(definition: Definition) -> bool:
    if definition.type.name == PATCH_POLICY:
        return True
    if definition.type.name != HOST_MANAGEMENT:
        return False
    # By either spelling of configuration_types.py.
    spelled = {**definition.parameters}
    spelled["UpdateSsmAgent"] = spelled.get("UpdateSsmAgent") or spelled.get("UpdateSSMAgent", "")
    return any((spelled.get(key) or default) == "true" for key, default in HOST_MANAGEMENT_OPTIONS.items())


def _targeted(definition: Definition, deployed: Deployed) -> list[ManagedInstance]:
    # The sandbox's nodes have neither tags nor resource groups: by those all nodes are meant.
    managed = systems_manager_of(deployed.account_id, deployed.region).managed_instances()
    if definition.parameters.get("TargetType") != "InstanceIds":
        return managed
    wanted = split(definition.parameters["TargetInstances"])
    return [instance for instance in managed if instance.id in wanted]
