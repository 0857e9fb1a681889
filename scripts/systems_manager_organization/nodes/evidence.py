"""What is read of an instance: the diagnosis knows nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Item: TypeAlias = Mapping[str, Any]
"""An item of a response of EC2 or Systems Manager, as botocore's model describes it."""

# "The required permissions": https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-instance-permissions.html
REGISTRATION = "ssm:UpdateInstanceInformation"
CHANNELS = (
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)
AGENT_ACTIONS = (REGISTRATION, *CHANNELS)


@dataclass(frozen=True)
class Role:
    """A role. `denied`: those of AGENT_ACTIONS that it may not do; None if it could not be read."""

    arn: str
    exists: bool = True
    trusted: bool = True
    denied: frozenset[str] | None = frozenset()


@dataclass(frozen=True)
class Profile:
    """An instance profile. `role` is None where it has none."""

    name: str
    exists: bool = True
    role: Role | None = None


@dataclass(frozen=True)
class HostManagement:
    """Default Host Management Configuration of an account in a Region. `role` is None where it is off."""

    role: Role | None = None


@dataclass(frozen=True)
class Network:
    """Networks of an account in a Region; None is what could not be read. `dns`: VPC to support and host names."""

    route_tables: Sequence[Item] | None = None
    endpoints: Sequence[Item] | None = None
    groups: Sequence[Item] | None = None
    acls: Sequence[Item] | None = None
    dns: Mapping[str, tuple[bool, bool]] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """An instance that is not managed.

    Attributes:
        instance: EC2's Instance.
        status: EC2's InstanceStatus; empty if there is none.
        ping: Systems Manager's InstanceInformation; empty if it does not know the instance.
        profile: None if there is none, or it could not be read.
        host_management: None if it could not be read.
        not_checked: the actions that were denied or failed, each with a code.
    """

    instance: Item
    status: Item = field(default_factory=dict)
    ping: Item = field(default_factory=dict)
    profile: Profile | None = None
    host_management: HostManagement | None = None
    network: Network = field(default_factory=Network)
    not_checked: tuple[str, ...] = ()
