"""The resource data syncs of Explorer, of which AWS allows five."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from systems_manager_organization.errors import ServiceError
from systems_manager_organization.findings import Finding
from systems_manager_organization.members import Members

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from systems_manager_organization.connection import Connection

SYNC_CODES = ("DATA_SYNC_QUOTA",)

# https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-resource-data-sync-configuring-multi.html
_MOST_SYNCS = 5
_SYNC_TYPE = "SyncFromSource"


def sync_findings(aws: Connection, role_name: str, administrator_account_id: str) -> list[Finding]:
    """Where no further sync could be made: in the account, and in the administrator's, if a role leads there.

    The syncs of the administrator account are seen there alone:
    https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator.html

    Raises ScriptError.
    """
    own = aws.listed(aws.ssm.list_resource_data_sync, "ResourceDataSyncItems", SyncType=_SYNC_TYPE)
    findings = list(_quota(aws.account_id, aws.region, own))
    if role_name and administrator_account_id:
        syncs = _syncs_of_member(aws, role_name, administrator_account_id)
        findings += _quota(administrator_account_id, aws.region, syncs)
    return findings


def _syncs_of_member(aws: Connection, role_name: str, account_id: str) -> list[dict[str, Any]]:
    try:
        member = Members(aws, role_name).enter(account_id)
    except ServiceError:
        # That this account cannot be entered is told with all others that cannot.
        return []
    syncs = member.listed("ssm", aws.region, "list_resource_data_sync", "ResourceDataSyncItems")
    return [sync for sync in syncs if sync.get("SyncType") == _SYNC_TYPE]


def _quota(account_id: str, region: str, syncs: Iterable[dict[str, Any]]) -> Iterator[Finding]:
    owners = sorted(f"{sync['SyncName']} ({_owner(sync)})" for sync in syncs)
    if len(owners) >= _MOST_SYNCS:
        yield Finding(
            "DATA_SYNC_QUOTA",
            f"{account_id} {region}",
            f"All {_MOST_SYNCS} resource data syncs that Explorer may have there are taken: {', '.join(owners)}. Quick "
            "Setup cannot make its own.",
            "Delete one that nobody needs, in that account: aws ssm delete-resource-data-sync "
            f"--sync-type {_SYNC_TYPE} --sync-name NAME",
        )


def _owner(sync: dict[str, Any]) -> str:
    # https://docs.aws.amazon.com/aws-managed-policy/latest/reference/SSMQuickSetupRolePolicy.html
    maker = "Quick Setup's" if sync["SyncName"].startswith("AWS-QuickSetup-") else "made by hand"
    organization = sync.get("SyncSource", {}).get("SourceType") == "AwsOrganizations"
    return f"{maker}, of {'the organization' if organization else 'this account'}"
