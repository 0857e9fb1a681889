"""The quota of Explorer's resource data syncs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.aws.account_sessions import AccountSessions
from systems_manager_organization.errors import ServiceError
from systems_manager_organization.explorer.resource_data_syncs import (
    FROM_SOURCE,
    SYNC_RESOURCE,
    list_explorer_syncs_of_account,
)
from systems_manager_organization.findings import Finding
from systems_manager_organization.quick_setup.documents import makes, resource_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.explorer.resource_data_syncs import Sync
    from systems_manager_organization.quick_setup.configurations import Configuration

SYNC_CODES = ("DATA_SYNC_QUOTA",)

# https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-resource-data-sync-configuring-multi.html
MAX_SYNCS = 5


def sync_findings(
    aws: AwsSession, configurations: Iterable[Configuration], role_name: str, administrator_account_id: str
) -> list[Finding]:
    """Findings for the administrator account, where a configuration could not create its sync.

    Its syncs are only listed there, so without a role it is not checked:
    https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator.html

    Raises ScriptError.
    """
    names = [configuration.name for configuration in configurations if makes(configuration.type, SYNC_RESOURCE)]
    if not (names and role_name and administrator_account_id):
        return []
    syncs = _syncs_of_member(aws, role_name, administrator_account_id)
    return list(_quota(administrator_account_id, aws.region, syncs, names))


def _syncs_of_member(aws: AwsSession, role_name: str, account_id: str) -> list[Sync]:
    try:
        member = AccountSessions(aws, role_name).assume_role(account_id)
    except ServiceError:
        # Another finding reports all accounts whose role cannot be assumed.
        return []
    return list_explorer_syncs_of_account(member, aws.region)


def _quota(account_id: str, region: str, syncs: Sequence[Sync], names: Iterable[str]) -> Iterator[Finding]:
    if resource_names(SYNC_RESOURCE) & {sync.name for sync in syncs}:
        return
    owners = sorted(f"{sync.name} ({sync.owner})" for sync in syncs)
    if len(owners) >= MAX_SYNCS:
        yield Finding(
            "DATA_SYNC_QUOTA",
            f"{account_id} {region}",
            f"The quota of {MAX_SYNCS} resource data syncs of Explorer is used up: {', '.join(owners)}. "
            f"{', '.join(names)} cannot create its own.",
            "Delete one that is not needed, in that account: aws ssm delete-resource-data-sync "
            f"--sync-type {FROM_SOURCE} --sync-name NAME",
        )
