"""The parts of a scenario."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.services.ssm.patches import NO_PATCHES, Patches

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

# What a member has as OrganizationAccountAccessRole: one that trusts the management account, one that trusts its own
# account only, or none. AWS creates it in created accounts, not in invited ones:
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access-cross-account-role.html


@dataclass(frozen=True)
class Account:
    """An account. ``status``: ACTIVE or SUSPENDED; ``access_role``: trusting, untrusting or absent, for members."""

    id: str
    name: str
    email: str
    status: str = "ACTIVE"
    access_role: str = "trusting"


@dataclass(frozen=True)
class OrganizationalUnit:
    """An organizational unit with what is in it."""

    name: str
    accounts: tuple[Account, ...] = ()
    organizational_units: tuple[OrganizationalUnit, ...] = ()


@dataclass(frozen=True)
class DelegatedAdministrator:
    """A member account registered for one service principal."""

    account_id: str
    service_principal: str


@dataclass(frozen=True)
class Role:
    """An IAM role that is already there.

    ``trusted_principals`` are service principals, account ids or ARNs; ``managed_policies`` are names of AWS's.
    """

    account_id: str
    name: str
    path: str = "/"
    trusted_principals: tuple[str, ...] = ()
    managed_policies: tuple[str, ...] = ()


@dataclass(frozen=True)
class ServiceLinkedRole:
    """A service-linked role that is already there; ``service_name`` as ``ssm.amazonaws.com``."""

    account_id: str
    service_name: str


@dataclass(frozen=True)
class ServiceSetting:
    """A customized Systems Manager service setting; ``setting_id`` in its path form."""

    account_id: str
    region: str
    setting_id: str
    value: str


@dataclass(frozen=True)
class ConfigurationManager:
    """A Quick Setup configuration manager that is already there.

    ``type`` as ``AWSQuickSetupType-PatchPolicy``; ``status`` is that of its deployment. The parameter
    ``TargetOrganizationalUnits`` may name units by path (``Workloads/Production``) beside ids.
    """

    account_id: str
    region: str
    name: str
    type: str
    parameters: Mapping[str, str]
    status: str = "SUCCEEDED"


@dataclass(frozen=True)
class Instance:
    """A managed node. ``platform`` as Systems Manager's PlatformName, such as ``Amazon Linux`` or ``Ubuntu``.

    ``patches`` is what a scan finds. ``scanned_at`` is the end of the patching operation, of type ``operation``, that
    was the last before the sandbox began; None: nothing is known of its patches yet. ``launched_at``: EC2's LaunchTime;
    None: when it is first looked at. ``tags`` are EC2's, or those of a managed node outside it.
    """

    account_id: str
    region: str
    id: str
    platform: str
    platform_version: str
    agent_version: str
    instance_profile: str | None = None
    status: str = "Active"
    patches: Patches = NO_PATCHES
    patch_group: str = ""
    scanned_at: datetime | None = None
    operation: str = "Scan"
    launched_at: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def platform_type(self) -> str:
        """Systems Manager's PlatformType: Windows, MacOS or Linux."""
        if self.platform.startswith("Microsoft Windows"):
            return "Windows"
        return "MacOS" if self.platform == "macOS" else "Linux"


@dataclass(frozen=True)
class Cloud9Environment:
    """A Cloud9 environment. ``id`` has 32 hexadecimal digits; ``type``: ec2 or ssh."""

    account_id: str
    region: str
    id: str
    name: str
    type: str
    owner_arn: str


@dataclass(frozen=True)
class EnabledRegion:
    """An opt-in Region that an account has enabled."""

    account_id: str
    region: str


@dataclass(frozen=True)
class ResourceDataSync:
    """A resource data sync. ``type``: SyncFromSource (Explorer) or SyncToDestination (to a bucket).

    ``organization``: of the entire organization, not of one account.
    """

    account_id: str
    region: str
    name: str
    type: str = "SyncFromSource"
    organization: bool = False
