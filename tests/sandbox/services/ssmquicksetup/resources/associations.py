"""The State Manager associations of a definition, and their runs on the nodes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sandbox.services.cloud9.models import has_cloud9_instances
from sandbox.services.ssm.instances import ACTIVE, AssociationRun
from sandbox.services.ssm.models import ssm_backend_of
from sandbox.services.ssm.patch_baselines import operating_system_of, short_id
from sandbox.services.ssmquicksetup.configuration_types.catalog import PATCH_POLICY
from sandbox.services.ssmquicksetup.configuration_types.parameters import split
from sandbox.services.ssmquicksetup.resources import made_by_code

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sandbox.services.ssm.instances import ManagedInstance
    from sandbox.services.ssmquicksetup.manager import Definition
    from sandbox.services.ssmquicksetup.resources.stacks import Stack
    from sandbox.services.ssmquicksetup.resources.templates import Resource


def run(definition: Definition, stack: Stack, at: datetime) -> bool:
    """Run the associations of a stack once; return whether all were successful.

    ASSUMPTION(quick-setup-associations-on-nodes): on a managed node they are successful, and one that is not managed,
    or not active, runs none.
    """
    remove(definition, stack)
    if stack.has("EnableDHMCAssociation"):
        made_by_code.enable_default_host_management(stack, at)
    for code, parameters in made_by_code.manages_instance_profiles(stack):
        for instance in _requested(definition, ssm_backend_of(stack.account_id, stack.region).instances.values()):
            made_by_code.manage_instance_profile(stack, instance, code, parameters)
    succeeded = True
    if _on_nodes(stack):
        managed = ssm_backend_of(stack.account_id, stack.region).managed_instances()
        for instance in _requested(definition, managed):
            if instance.status == ACTIVE:
                succeeded = _run_on(definition, stack, instance, at) and succeeded
    # ASSUMPTION(cloud9-fails-patch-policies): what was seen in the console is an association that fails on the instance
    # of an environment. No template waits for one, so the deployment is successful.
    if definition.type.name == PATCH_POLICY and has_cloud9_instances(stack.account_id, stack.region):
        return False
    return succeeded


def finish_runbooks(stack: Stack) -> None:
    """Set the status of associations that run a runbook; the sandbox has none of those that run on nodes."""
    statuses = ssm_backend_of(stack.account_id, stack.region).association_statuses
    for resource in stack.resources.values():
        if resource.type == "AWS::SSM::Association" and "Targets" not in resource.properties:
            statuses[resource.name] = "Success"


def remove(definition: Definition, stack: Stack) -> None:
    """Delete the associations of every node of an account and Region."""
    for instance in ssm_backend_of(stack.account_id, stack.region).instances.values():
        instance.associations.pop(definition.id, None)


def _run_on(definition: Definition, stack: Stack, instance: ManagedInstance, at: datetime) -> bool:
    """Run the associations on one node; a node that cannot read its baselines is not patched."""
    if definition.type.name == PATCH_POLICY and not made_by_code.can_read_baselines(
        _baseline_bucket(stack), stack.account_id, instance
    ):
        instance.associations[definition.id] = AssociationRun("Failed", at)
        return False
    instance.associations[definition.id] = AssociationRun("Success", at)
    _patch(definition, stack, instance, at)
    return True


def _baseline_bucket(stack: Stack) -> str:
    """Return the bucket that the scanning association names."""
    scan = stack.resources["SystemAssociationForScanningPatches"]
    return str(scan.properties["Parameters"]["BaselineOverride"][0]).removeprefix("s3://").partition("/")[0]


def _on_nodes(stack: Stack) -> list[Resource]:
    """Return the associations that run a command on nodes, and not an automation for each or for the account."""
    return [
        resource
        for resource in stack.resources.values()
        if resource.type == "AWS::SSM::Association"
        and "Targets" in resource.properties
        and "AutomationTargetParameterName" not in resource.properties
    ]


def _patch(definition: Definition, stack: Stack, instance: ManagedInstance, at: datetime) -> None:
    """Run the document AWS-RunPatchBaseline on a node, where the definition has associations that do.

    ASSUMPTION(quick-setup-associations-on-nodes): a node whose operating system has no baseline is not patched, and a
    policy that scans and installs has installed, unless it waits for the next interval.
    """
    system = operating_system_of(instance.platform_name, instance.platform_version)
    patching = [one for one in _on_nodes(stack) if one.properties["Name"].startswith("AWS-RunPatchBaseline")]
    if not patching or system is None:
        return
    installs = any(
        one.properties["Parameters"]["Operation"] == ["Install"] and one.properties["ApplyOnlyAtCronInterval"] != "true"
        for one in patching
    )
    default = ssm_backend_of(stack.account_id, stack.region).default_patch_baseline(system)
    baseline = _selected_baseline(definition, system) or short_id(default)
    reboot = definition.value("RebootOption") or "NoReboot"
    instance.patch("Install" if installs else "Scan", baseline, at, reboot)


def _selected_baseline(definition: Definition, operating_system: str) -> str | None:
    """The id of the baseline that a patch policy names for an operating system; None if it names none."""
    selected = json.loads(definition.parameters.get("SelectedPatchBaselines") or "{}")
    return short_id(selected[operating_system]["value"]) if operating_system in selected else None


def _requested(definition: Definition, instances: Iterable[ManagedInstance]) -> list[ManagedInstance]:
    """Return those of the nodes that the definition is for."""
    # The sandbox's nodes have neither tags nor resource groups: such targets match all nodes.
    if definition.parameters.get("TargetType") != "InstanceIds":
        return list(instances)
    requested = split(definition.parameters["TargetInstances"])
    return [instance for instance in instances if instance.id in requested]
