"""Resource data syncs of Explorer in the administrator account: the quota, and Quick Setup's that AWS deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.aws.account_sessions import AccountSessions
from systems_manager_organization.aws.error_translation import error_message
from systems_manager_organization.cli.report_command import report_command
from systems_manager_organization.errors import ServiceError
from systems_manager_organization.explorer.resource_data_syncs import (
    FROM_SOURCE,
    SYNC_RESOURCE,
    list_explorer_syncs_of_account,
)
from systems_manager_organization.findings import Finding
from systems_manager_organization.preflight.target_findings import NOT_READABLE
from systems_manager_organization.quick_setup.documents import (
    makes,
    quick_setup_regions,
    resource_names,
    resource_names_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.explorer.resource_data_syncs import Sync
    from systems_manager_organization.quick_setup.configurations import Configuration

QUOTA, MISSING = "DATA_SYNC_QUOTA", "DATA_SYNC_MISSING"
SYNC_CODES = (QUOTA, MISSING)

# https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-resource-data-sync-configuring-multi.html
MAX_SYNCS = 5


def sync_findings(
    aws: AwsSession,
    configurations: Iterable[Configuration],
    deployed: Iterable[Configuration],
    role_name: str,
    administrator_account_id: str,
) -> list[Finding]:
    """Findings for the administrator account, where a configuration could not create its sync, or has lost it.

    Its syncs are only listed there, so without a role it is not checked:
    https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator.html

    Args:
        configurations: the desired ones.
        deployed: those whose deployment has succeeded, with the parameters that they have in Quick Setup.

    Raises ScriptError.
    """
    names = [configuration.name for configuration in configurations if makes(configuration.type, SYNC_RESOURCE)]
    if not (names and role_name and administrator_account_id):
        return []
    try:
        member = AccountSessions(aws, role_name).assume_role(administrator_account_id)
    except ServiceError:
        # Another finding reports all accounts whose role cannot be assumed.
        return []
    try:
        syncs = list_explorer_syncs_of_account(member, aws.region)
    except ServiceError as error:
        return [
            Finding(
                NOT_READABLE,
                f"{administrator_account_id} {aws.region}",
                f"Explorer's resource data syncs were not checked. {error_message(error)}",
                f"Allow the role {role_name} ssm:ListResourceDataSync there.",
            )
        ]
    return [
        *_quota(administrator_account_id, aws.region, syncs, names),
        *(found for configuration in deployed for found in _missing(member, configuration)),
    ]


def _quota(account_id: str, region: str, syncs: Sequence[Sync], names: Iterable[str]) -> Iterator[Finding]:
    if resource_names(SYNC_RESOURCE) & {sync.name for sync in syncs}:
        return
    owners = sorted(f"{sync.name} ({sync.owner})" for sync in syncs)
    if len(owners) >= MAX_SYNCS:
        yield Finding(
            QUOTA,
            f"{account_id} {region}",
            f"The quota of {MAX_SYNCS} resource data syncs of Explorer is used up: {', '.join(owners)}. "
            f"{', '.join(names)} cannot create its own.",
            "Delete one that is not needed, in that account: aws ssm delete-resource-data-sync "
            f"--sync-type {FROM_SOURCE} --sync-name NAME --region {region}",
        )


def _missing(member: AccountSession, configuration: Configuration) -> Iterator[Finding]:
    """A finding for a sync that the configuration deployed to this account, and that is not there.

    CloudFormation does not compare a stack with what somebody else deleted, so no update creates it again.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator-deregister.html
    """
    names = resource_names_of(configuration.type, SYNC_RESOURCE)
    if not names or configuration.parameters.get("DelegatedAccountId") != member.account_id:
        return
    # In one of its Regions, ASSUMPTION(global-resources-region): that of AWS's template first, then any.
    regions = sorted(
        quick_setup_regions(), key=lambda region: (region != "us-east-1", region not in configuration.regions)
    )
    if all(_is_without(member, region, names) for region in regions):
        yield Finding(
            MISSING,
            configuration.name,
            f"The configuration, {configuration.creator}, is deployed, but account {member.account_id} does not have "
            f"its resource data sync {', '.join(sorted(names))}, so that data of the organization does not reach it. "
            "AWS deletes it when the account is deregistered as the delegated administrator, and an update of the "
            "configuration does not create it again.",
            "Delete the configuration manager, and apply again, which deploys it again: "
            f"{report_command()} discard --deployed {configuration.arn}",
        )


def _is_without(member: AccountSession, region: str, names: frozenset[str]) -> bool:
    """Whether the Region has none of these syncs; a Region that cannot be read may have one."""
    try:
        return not names & {sync.name for sync in list_explorer_syncs_of_account(member, region)}
    except ServiceError:
        return False
