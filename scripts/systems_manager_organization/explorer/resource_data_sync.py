"""Explorer's resource data sync of the organization, without turning on all OpsData sources.

aws_ssm_resource_data_sync has no source in any version of the AWS provider, and CloudFormation's
AWS::SSM::ResourceDataSync no EnableAllOpsDataSources, without which AWS turns on all sources in all accounts; either
would replace this. https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-ssm/issues/193
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from systems_manager_organization.aws.waiters import SYNC_DELAYS, wait_until
from systems_manager_organization.errors import QueryError, ScriptError
from systems_manager_organization.explorer.resource_data_syncs import (
    FROM_SOURCE,
    IN_PROGRESS,
    OF_ORGANIZATION,
    Source,
    list_explorer_syncs,
)
from systems_manager_organization.settings.setting import IrreversibleError, SettingKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_ssm.type_defs import (
        ResourceDataSyncAwsOrganizationsSourceTypeDef,
        ResourceDataSyncSourceTypeDef,
    )

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.explorer.resource_data_syncs import Sync
    from systems_manager_organization.settings.setting import Setting

ABSENT, PRESENT, DIFFERENT, BROKEN = "absent", "present", "different", "broken"
_OF_ACCOUNT = "of its own account only"


class BrokenSyncError(ScriptError):
    """The sync exists and is broken; the text has the reason and the remedy."""


class ResourceDataSync(SettingKind):
    """The name is the sync's, the specification its source: a JSON object with the members of Source.

    Without a specification any sync with the name is "present".
    """

    name = "resource-data-sync"
    values = f"{PRESENT}|{ABSENT}|{BROKEN}|{DIFFERENT}"

    def read(self, aws: AwsSession, settings: Sequence[Setting]) -> dict[str, str]:
        syncs = {sync.name: sync for sync in list_explorer_syncs(aws)}
        return {setting.key: _value(syncs.get(setting.name), setting) for setting in settings}

    def change(self, aws: AwsSession, setting: Setting, current: str, target: str) -> None:  # noqa: ARG002
        """Raises BrokenSyncError when AWS creates the sync and it does not work."""
        if target == ABSENT:
            aws.call(aws.ssm.delete_resource_data_sync, SyncName=setting.name, SyncType=FROM_SOURCE)
            return
        if target != PRESENT:
            raise IrreversibleError("its previous source is not recorded")
        source = _parse_source(setting)
        found = _wait_for_sync(aws, setting)
        if found:
            _require_same_account_option(aws.region, setting, found, source)
        operation = aws.ssm.update_resource_data_sync if found else aws.ssm.create_resource_data_sync
        aws.call(operation, SyncName=setting.name, SyncType=FROM_SOURCE, SyncSource=_request(source))
        sync = _wait_for_sync(aws, setting, expected=True)
        if sync and sync.is_broken:
            raise BrokenSyncError(_diagnosis(aws, setting, sync))


def _value(sync: Sync | None, setting: Setting) -> str:
    if sync is None:
        return ABSENT
    if not setting.specification:
        return PRESENT
    if sync.is_broken:
        return BROKEN
    desired = _parse_source(setting)
    if sync.source is None:
        return DIFFERENT
    source = sync.source.all_ops_data_sources_enabled
    # ASSUMPTION(explorer-sync-tells-what-was-asked): AWS returns the requested value; where it returns none, there is
    # nothing to compare.
    enabled = desired.all_ops_data_sources_enabled if source is None else source
    return PRESENT if replace(sync.source, all_ops_data_sources_enabled=enabled) == desired else DIFFERENT


def _parse_source(setting: Setting) -> Source:
    """Raises QueryError."""
    try:
        source = json.loads(setting.specification)
        return Source(
            regions=tuple(sorted(set(source["regions"]))),
            organizational_unit_ids=tuple(sorted(set(source["organizational_unit_ids"]))),
            include_future_regions=bool(source["include_future_regions"]),
            all_ops_data_sources_enabled=bool(source["all_ops_data_sources_enabled"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise QueryError(
            f"the specification of {setting.key} is not the source of a resource data sync: {error}."
        ) from error


def _wait_for_sync(aws: AwsSession, setting: Setting, *, expected: bool = False) -> Sync | None:
    """The sync once it is not in progress, and exists if it is `expected`. Raises WaiterError."""
    return wait_until(
        aws.clock,
        lambda: next((sync for sync in list_explorer_syncs(aws) if sync.name == setting.name), None),
        lambda sync: sync.status != IN_PROGRESS if sync else not expected,
        delays=SYNC_DELAYS,
        timeout_message=lambda _sync: (
            f"{setting.key}: the sync is still in progress in account {aws.account_id} and Region {aws.region} after "
            "a quarter of an hour. Run this again later."
        ),
    )


def _require_same_account_option(region: str, setting: Setting, sync: Sync, source: Source) -> None:
    # "After you create a resource data sync for a Region, you can't change the account options for that sync":
    # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateResourceDataSync.html
    current, desired = _account_option(sync.source), _account_option(source)
    if current != desired:
        raise IrreversibleError(
            f"{setting.key} is {current}, and AWS cannot change it to one {desired}. Delete it and run this again "
            f"(aws ssm delete-resource-data-sync --sync-type {FROM_SOURCE} --sync-name {setting.name} --region "
            f"{region}), or give the new one another name."
        )


def _diagnosis(aws: AwsSession, setting: Setting, sync: Sync) -> str:
    status = ", ".join(filter(None, (sync.status, sync.state)))
    message = f": {sync.message.rstrip('.')}" if sync.message else ""
    advice = sync.explanation or (
        "What Explorer needs: https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-troubleshooting.html"
    )
    return (
        f"{setting.key} exists and does not work, in account {aws.account_id} and Region {aws.region}: "
        f"{status}{message}. {advice} Then run this again."
    )


def _request(source: Source) -> ResourceDataSyncSourceTypeDef:
    accounts: ResourceDataSyncAwsOrganizationsSourceTypeDef = {"OrganizationSourceType": "EntireOrganization"}
    if source.organizational_unit_ids:
        accounts = {
            "OrganizationSourceType": "OrganizationalUnits",
            "OrganizationalUnits": [{"OrganizationalUnitId": found} for found in source.organizational_unit_ids],
        }
    return {
        "SourceType": OF_ORGANIZATION,
        "SourceRegions": list(source.regions),
        "IncludeFutureRegions": source.include_future_regions,
        "EnableAllOpsDataSources": source.all_ops_data_sources_enabled is True,
        "AwsOrganizationsSource": accounts,
    }


def _account_option(source: Source | None) -> str:
    if source is None:
        return _OF_ACCOUNT
    return "of organizational units" if source.organizational_unit_ids else "of the entire organization"
