"""Explorer's resource data syncs of the account and Region."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import timezone
from typing import TYPE_CHECKING, Any

from systems_manager_organization.plain_text import plain_text
from systems_manager_organization.quick_setup.documents import resource_names

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.aws.session import AwsSession

# The type of Explorer's; the other type copies inventory to a bucket.
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateResourceDataSync.html
FROM_SOURCE = "SyncFromSource"
OF_ORGANIZATION = "AwsOrganizations"
IN_PROGRESS, FAILED = "InProgress", "Failed"

SYNC_RESOURCE = "AWS::SSM::ResourceDataSync"
_QUICK_SETUP_PREFIX = "AWS-QuickSetup-"

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ResourceDataSyncSourceWithState.html
_PROBLEMS = {
    "OrganizationNotExists": "The organization no longer exists: delete the sync.",
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/using-service-linked-roles-service-action-2.html
    "NoPermissions": "Its account has no service-linked role AWSServiceRoleForAmazonSSM_AccountDiscovery. Create it "
    "there: aws iam create-service-linked-role --aws-service-name accountdiscovery.ssm.amazonaws.com",
    "InvalidOrganizationalUnit": "It names an organizational unit that does not exist: remove it from the sync.",
    "TrustedAccessDisabled": "Systems Manager has no trusted access to the organization. Enable it in the management "
    "account: aws organizations enable-aws-service-access --service-principal ssm.amazonaws.com",
}


@dataclass(frozen=True)
class Source:
    """What a sync of the organization collects from.

    Attributes:
        organizational_unit_ids: sorted; empty: the entire organization.
        regions: sorted.
        all_ops_data_sources_enabled: None when AWS returns none.
    """

    regions: tuple[str, ...]
    organizational_unit_ids: tuple[str, ...]
    include_future_regions: bool
    all_ops_data_sources_enabled: bool | None

    def __str__(self) -> str:
        """Canonical JSON: the same source is the same text."""
        return json.dumps(asdict(self), sort_keys=True)


@dataclass(frozen=True)
class Sync:
    """A resource data sync of ListResourceDataSync, with "" for fields that AWS does not return.

    Attributes:
        status: Successful, Failed or InProgress.
        state: its problem: OrganizationNotExists, NoPermissions, InvalidOrganizationalUnit or
            TrustedAccessDisabled. Accounts show other states when the sync works, which are "" here.
        message: AWS's message about the status.
        last_successful_sync: RFC 3339, UTC.
        source: None for a sync of its own account only.
    """

    name: str
    status: str
    state: str
    message: str
    last_successful_sync: str
    source: Source | None

    @property
    def is_broken(self) -> bool:
        return self.status == FAILED or bool(self.state)

    @property
    def is_of_organization(self) -> bool:
        return self.source is not None

    @property
    def is_quick_setups(self) -> bool:
        # https://docs.aws.amazon.com/aws-managed-policy/latest/reference/SSMQuickSetupRolePolicy.html
        return self.name.startswith(_QUICK_SETUP_PREFIX) or self.name in resource_names(SYNC_RESOURCE)

    @property
    def owner(self) -> str:
        maker = "Quick Setup's" if self.is_quick_setups else "created manually"
        return f"{maker}, of {'the organization' if self.is_of_organization else 'this account'}"

    @property
    def explanation(self) -> str:
        """What the state means and what to do; "" when it is no problem."""
        return _describe_state(self.state)


def list_explorer_syncs(aws: AwsSession) -> list[Sync]:
    """Explorer's syncs of the account and Region, by name. Raises ScriptError."""
    listed = aws.paginate(aws.ssm.list_resource_data_sync, SyncType=FROM_SOURCE)
    return sorted(map(parse_sync, listed), key=lambda sync: sync.name)


def list_explorer_syncs_of_account(member: AccountSession, region: str) -> list[Sync]:
    """Explorer's syncs of a member account in a Region, by name. Raises ScriptError."""
    listed = member.paginate("ssm", region, "list_resource_data_sync", SyncType=FROM_SOURCE)
    return sorted(map(parse_sync, listed), key=lambda sync: sync.name)


def parse_sync(item: Mapping[str, Any]) -> Sync:
    """A ResourceDataSyncItem of the API."""
    source = item.get("SyncSource", {})
    state = source.get("State", "")
    return Sync(
        name=item["SyncName"],
        status=item.get("LastStatus", ""),
        state=state if _describe_state(state) else "",
        message=plain_text(" ".join(item.get("LastSyncStatusMessage", "").split())),
        last_successful_sync=_format_time(item.get("LastSuccessfulSyncTime")),
        source=_source(source) if source.get("SourceType") == OF_ORGANIZATION else None,
    )


def _source(item: Mapping[str, Any]) -> Source:
    units = item.get("AwsOrganizationsSource", {}).get("OrganizationalUnits", [])
    return Source(
        regions=tuple(sorted(item.get("SourceRegions", []))),
        organizational_unit_ids=tuple(sorted(unit["OrganizationalUnitId"] for unit in units)),
        include_future_regions=item.get("IncludeFutureRegions", False),
        all_ops_data_sources_enabled=item.get("EnableAllOpsDataSources"),
    )


def _format_time(time: datetime | None) -> str:
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if time else ""


def _describe_state(state: str) -> str:
    """The problem and the remedy, in sentences; "" for a state that is no problem.

    AWS documents only these four states, and accounts show others when the sync works.
    """
    return _PROBLEMS.get(state, "")
