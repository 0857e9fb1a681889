"""Managed nodes, and what associations did on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.services.ssm.patch_state import PatchState
from sandbox.services.ssm.patches import NO_PATCHES, Patches

if TYPE_CHECKING:
    from datetime import datetime

ACTIVE = "Active"
STOPPED = "Stopped"
TERMINATED = "Terminated"

# https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-default-host-management-configuration.html
FIRST_AGENT_FOR_DEFAULT_HOST_MANAGEMENT = (3, 2, 582, 0)


@dataclass(frozen=True)
class AssociationRun:
    """The last run of one association on a node. `status`: Success, Failed."""

    status: str
    executed_at: datetime


@dataclass
class ManagedInstance:
    """An EC2 instance with an SSM Agent. `associations` maps a configuration definition's id to its last run.

    `status` is the InstanceStatus of inventory data. `patches` is what a scan finds now, `patch_state` what the last
    patching operation found; None before the first. `launched_at`: when EC2 launched it, or it was registered.
    """

    id: str
    platform_type: str
    platform_name: str
    platform_version: str
    agent_version: str
    instance_profile: str | None
    status: str = ACTIVE
    patches: Patches = NO_PATCHES
    patch_group: str = ""
    launched_at: datetime | None = None
    tags: dict[str, str] = field(default_factory=dict)
    patch_state: PatchState | None = None
    associations: dict[str, AssociationRun] = field(default_factory=dict)

    @property
    def computer_name(self) -> str:
        return f"{self.id}.ec2.internal"

    @property
    def ip_address(self) -> str:
        """A private one, which follows from the id."""
        return ".".join(["10", *map(str, bytes.fromhex(self.id[-6:]))])

    def patch(self, operation: str, baseline_id: str, at: datetime, reboot_option: str) -> None:
        """Run a patching operation, Scan or Install, that ends at a time."""
        if operation == "Install":
            self.patches = self.patches.after_installation(reboot_option)
        self.patch_state = PatchState(
            self.id, self.patches, self.patch_group, baseline_id, operation, at, reboot_option
        )

    def is_managed(self, default_host_management_role: str | None) -> bool:
        """Return whether it exists and is a managed node."""
        return self.status != TERMINATED and self.is_registered(default_host_management_role)

    def is_registered(self, default_host_management_role: str | None) -> bool:
        """Return whether it registered as a managed node: by its instance profile, or Default Host Management.

        ASSUMPTION(node-is-managed-by-any-profile): every instance profile allows it (AmazonSSMManagedInstanceCore),
        every instance uses IMDSv2, and it
        takes no time (on AWS up to 30 minutes).
        """
        if self.instance_profile is not None:
            return True
        version = tuple(int(part) for part in self.agent_version.split("."))
        return default_host_management_role is not None and version >= FIRST_AGENT_FOR_DEFAULT_HOST_MANAGEMENT

    def describe(self, default_host_management_role: str | None, now: datetime) -> dict[str, Any]:
        """Return the model's InstanceInformation."""
        described: dict[str, Any] = {
            "InstanceId": self.id,
            "PingStatus": "Online" if self.status == ACTIVE else "ConnectionLost",
            "LastPingDateTime": now,
            "AgentVersion": self.agent_version,
            "PlatformType": self.platform_type,
            "PlatformName": self.platform_name,
            "PlatformVersion": self.platform_version,
            "ResourceType": "EC2Instance",
            "IPAddress": self.ip_address,
            "ComputerName": self.computer_name,
            "SourceId": self.id,
            "SourceType": "AWS::EC2::Instance",
        }
        # "IamRole ... is the role assigned to an Amazon EC2 instance configured with ... the role used for Default Host
        # Management Configuration": botocore model `ssm`, DescribeInstanceInformation.
        if self.instance_profile is None and default_host_management_role is not None:
            described["IamRole"] = default_host_management_role
        # "The date the server or VM was registered": botocore model `ssm`.
        if not self.id.startswith("i-"):
            described |= {"ResourceType": "ManagedInstance", "SourceType": "AWS::SSM::ManagedInstance"}
            if self.launched_at is not None:
                described["RegistrationDate"] = self.launched_at
        if self.associations:
            runs = self.associations.values()
            status = "Success" if all(run.status == "Success" for run in runs) else "Failed"
            described["AssociationStatus"] = status
            described["LastAssociationExecutionDate"] = max(run.executed_at for run in runs)
        return described
