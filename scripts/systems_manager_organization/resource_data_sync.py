"""`ensure.py resource-data-sync`: Explorer's sync of the organization, without turning on all OpsData sources."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from systems_manager_organization.errors import ScriptError, UnsettledError
from systems_manager_organization.names import (
    ORGANIZATIONAL_UNIT_PATTERN,
    REGION_PATTERN,
    SYNC_NAME,
    list_pattern,
)
from systems_manager_organization.query import Key
from systems_manager_organization.resource_data_syncs import (
    FROM_SOURCE,
    IN_PROGRESS,
    OF_ORGANIZATION,
    Source,
    explorer_syncs,
)
from systems_manager_organization.retry import synchronizing_pauses
from systems_manager_organization.setting import IrreversibleError, Setting, setting_verb

if TYPE_CHECKING:
    from mypy_boto3_ssm.type_defs import (
        ResourceDataSyncAwsOrganizationsSourceTypeDef,
        ResourceDataSyncSourceTypeDef,
    )

    from systems_manager_organization.connection import Connection
    from systems_manager_organization.query import Query
    from systems_manager_organization.resource_data_syncs import Sync

ABSENT, PRESENT = "absent", "present"
_OF_ACCOUNT = "of its own account alone"


class BrokenSyncError(ScriptError):
    """The sync is there and does not work; the text says why, and what to do."""


class ResourceDataSync(Setting):
    """Its value is its source, as canonical JSON; "" while there is none."""

    def __init__(self, query: Query) -> None:
        self._name = query["sync_name"]
        self._restoring = query["action"] == "restore"
        self._source = Source(
            regions=_sorted(query["regions"]),
            organizational_unit_ids=_sorted(query["organizational_unit_ids"]),
            include_future_regions=query["include_future_regions"] == "true",
            all_ops_data_sources_enabled=query["all_ops_data_sources_enabled"] == "true",
        )
        self.subject = f"Resource data sync {self._name}"
        self.wanted = str(self._source)
        # What was there before is not remembered: a sync that was there already is never deleted, and never put back.
        self.before = "" if query["before"] == ABSENT else None

    def describe(self, aws: Connection) -> str:
        """A sync that AWS works on is waited for, and one that is broken is not what is wanted: unless it is to go."""
        if self._restoring:
            return self._value(self._found(aws))
        sync = self._settled(aws)
        return f"{self._value(sync)} (broken)" if sync and sync.is_broken else self._value(sync)

    def change(self, aws: Connection, _current: str, target: str) -> None:
        """Raises BrokenSyncError when AWS makes the sync and it does not work."""
        ssm = aws.ssm
        if not target:
            aws.call(ssm.delete_resource_data_sync, SyncName=self._name, SyncType=FROM_SOURCE)
            return
        found = self._found(aws)
        if found:
            self._refuse_other_account_options(found)
        operation = ssm.update_resource_data_sync if found else ssm.create_resource_data_sync
        aws.call(operation, SyncName=self._name, SyncType=FROM_SOURCE, SyncSource=_request(self._source))
        sync = self._settled(aws, expected=True)
        if sync and sync.is_broken:
            raise BrokenSyncError(self._diagnosis(aws, sync))

    def _found(self, aws: Connection) -> Sync | None:
        return next((sync for sync in explorer_syncs(aws) if sync.name == self._name), None)

    def _settled(self, aws: Connection, *, expected: bool = False) -> Sync | None:
        """The sync once AWS does not work on it; one `expected` is waited for as well. Raises UnsettledError."""
        for pause in synchronizing_pauses():
            sync = self._found(aws)
            is_settled = sync.status != IN_PROGRESS if sync else not expected
            if is_settled:
                return sync
            aws.clock.sleep(pause)
        raise UnsettledError(
            f"{self.subject}: AWS still works on it in account {aws.account_id} and Region {aws.region} after a "
            "quarter of an hour. Run this again later."
        )

    def _value(self, sync: Sync | None) -> str:
        if sync is None:
            return ""
        if sync.source is None:
            return _OF_ACCOUNT
        told = sync.source.all_ops_data_sources_enabled
        # ASSUMPTION: AWS tells what it was asked for; where it tells nothing, there is nothing to compare.
        enabled = self._source.all_ops_data_sources_enabled if told is None else told
        return str(replace(sync.source, all_ops_data_sources_enabled=enabled))

    def _refuse_other_account_options(self, sync: Sync) -> None:
        # "After you create a resource data sync for a Region, you can't change the account options for that sync":
        # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateResourceDataSync.html
        is_of, wanted = _account_option(sync.source), _account_option(self._source)
        if is_of != wanted:
            raise IrreversibleError(
                f"{self.subject} is {is_of}, and AWS makes no such sync one {wanted}. Delete it and run this again "
                f"(aws ssm delete-resource-data-sync --sync-type {FROM_SOURCE} --sync-name {self._name}), or give the "
                "new one another name."
            )

    def _diagnosis(self, aws: Connection, sync: Sync) -> str:
        what = ", ".join(word for word in (sync.status, sync.state) if word)
        said = f": {sync.message.rstrip('.')}" if sync.message else ""
        advice = sync.explanation or (
            "What Explorer needs: "
            "https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-troubleshooting.html"
        )
        return (
            f"{self.subject} is there and does not work, in account {aws.account_id} and Region {aws.region}: "
            f"{what}{said}. {advice} Then run this again."
        )


def _sorted(text: str) -> tuple[str, ...]:
    return tuple(sorted(set(json.loads(text))))


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


def _flag(name: str, description: str) -> Key:
    return Key(name, description, "true|false", '"true" or "false"', default="false")


VERB = setting_verb(
    name="resource-data-sync",
    summary="Explorer's resource data sync of the organization, without turning on all OpsData sources.",
    description="""\
Calls ssm:ListResourceDataSync and CreateResourceDataSync or UpdateResourceDataSync, and waits while the sync is
InProgress; to restore, DeleteResourceDataSync. aws_ssm_resource_data_sync has no source in any version of the AWS
provider, and CloudFormation's AWS::SSM::ResourceDataSync no EnableAllOpsDataSources
(https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-ssm/issues/193), without which AWS turns on
all sources in all accounts; either would replace this verb.""",
    keys=(
        SYNC_NAME,
        Key(
            "regions",
            "Regions to collect from",
            list_pattern(REGION_PATTERN, empty=False),
            'a JSON list of Regions, for example ["us-east-1"]',
            required=True,
        ),
        Key(
            "organizational_unit_ids",
            "organizational units to collect from; []: the entire organization",
            list_pattern(ORGANIZATIONAL_UNIT_PATTERN, empty=True),
            'a JSON list of ids of organizational units, for example ["ou-ab12-34cd56ef"]',
            default="[]",
        ),
        _flag("include_future_regions", "whether Regions that AWS opens later are collected from as well"),
        _flag("all_ops_data_sources_enabled", "whether AWS turns on all OpsData sources, in every account and Region"),
    ),
    before=Key(
        "before",
        "for restore: whether it was there",
        f"{ABSENT}|{PRESENT}",
        f'"{ABSENT}" or "{PRESENT}"',
    ),
    make=ResourceDataSync,
)
