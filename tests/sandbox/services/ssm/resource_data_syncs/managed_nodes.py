"""The nodes of all accounts and Regions that the unified console collects.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ListNodes.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.services.ec2.models import SandboxEC2Backend, ec2_backends
from sandbox.services.moto_internals import existing_backends
from sandbox.services.organizations.models import find_organization
from sandbox.services.ssm.exceptions import InvalidFilter, ResourceDataSyncNotFoundException
from sandbox.services.ssm.instances import ACTIVE
from sandbox.services.ssm.models import SandboxSSMBackend, ssm_backend_of, ssm_backends

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

# "the name of the supported resource data sync": botocore's model `ssm`, ListNodesRequest.
_SYNC = "AWS-QuickSetup-ManagedNode"


def list_nodes(
    backend: SandboxSSMBackend, sync_name: str | None, filters: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the model's Node of each one. Raises ResourceDataSyncNotFoundException or InvalidFilter.

    ASSUMPTION(unified-console-sync): of member accounts, as they are now.
    """
    collected_at = backend.nodes_collected_at
    if sync_name != _SYNC or collected_at is None:
        raise ResourceDataSyncNotFoundException("Sync configuration is not found.")
    if any(given["Key"] != "AccountId" or given.get("Type", "Equal") != "Equal" for given in filters):
        raise InvalidFilter("The sandbox filters nodes by AccountId only.")
    return [
        node
        for node in _nodes(backend.account_id, collected_at)
        if all(node["Owner"]["AccountId"] in given["Values"] for given in filters)
    ]


def _nodes(administrator: str, collected_at: datetime) -> Iterator[dict[str, Any]]:
    organization = find_organization(administrator)
    if organization is None:
        return
    management = organization.established.master_account_id
    account_regions = {
        (backend.account_id, backend.region_name)
        for backend in (
            *existing_backends(ssm_backends, SandboxSSMBackend),
            *existing_backends(ec2_backends, SandboxEC2Backend),
        )
    }
    for account_id, region in sorted(account_regions):
        if account_id != management and find_organization(account_id) is organization:
            for node_id, instance in sorted(_instances(account_id, region).items()):
                yield {
                    "CaptureTime": collected_at,
                    "Id": node_id,
                    "Owner": {"AccountId": account_id},
                    "Region": region,
                    "NodeType": {"Instance": instance},
                }


def _instances(account_id: str, region: str) -> dict[str, dict[str, Any]]:
    """The model's InstanceInfo by id. ASSUMPTION(synced-node-is-managed): a node that is not online is not managed."""
    found: dict[str, dict[str, Any]] = {}
    for ec2 in existing_backends(ec2_backends, SandboxEC2Backend):
        if (ec2.account_id, ec2.region_name) == (account_id, region):
            found = {
                instance.id: {"InstanceStatus": instance.state, "ManagedStatus": "Unmanaged"}
                for instance in ec2.all_instances()
                if instance.state != "terminated"
            }
    backend = ssm_backend_of(account_id, region)
    for managed in backend.managed_instances():
        found[managed.id] = {
            "AgentVersion": managed.agent_version,
            "ComputerName": managed.computer_name,
            "InstanceStatus": managed.status,
            "ManagedStatus": "Managed" if managed.status == ACTIVE else "Unmanaged",
            "PlatformName": managed.platform_name,
            "PlatformType": managed.platform_type,
            "PlatformVersion": managed.platform_version,
        }
    return found
