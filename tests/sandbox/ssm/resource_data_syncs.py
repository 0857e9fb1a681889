"""Resource data syncs of one account and Region.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ResourceDataSyncItem.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.ssm.exceptions import ResourceDataSyncInvalidConfigurationException

if TYPE_CHECKING:
    from datetime import datetime

FROM_SOURCE = "SyncFromSource"
TO_DESTINATION = "SyncToDestination"


@dataclass(frozen=True)
class ResourceDataSync:
    """One sync. `type`: one of the two above; `organization`: of all its accounts, else of this one alone."""

    name: str
    type: str
    organization: bool
    region: str
    bucket_name: str
    created_at: datetime

    def describe(self) -> dict[str, Any]:
        """Return the model's ResourceDataSyncItem. ASSUMPTION: every sync was successful and is as old as itself."""
        described = {
            "SyncName": self.name,
            "SyncType": self.type,
            "LastStatus": "Successful",
            "LastSyncTime": self.created_at,
            "LastSuccessfulSyncTime": self.created_at,
            "SyncCreatedTime": self.created_at,
        }
        if self.type == FROM_SOURCE:
            return {**described, "SyncSource": self._source()}
        return {**described, "S3Destination": self._destination()}

    def _source(self) -> dict[str, Any]:
        source = {"SourceRegions": [self.region], "IncludeFutureRegions": False}
        if not self.organization:
            return {"SourceType": "SingleAccountMultiRegions", **source}
        organization = {"OrganizationSourceType": "EntireOrganization"}
        return {"SourceType": "AwsOrganizations", "AwsOrganizationsSource": organization, **source}

    def _destination(self) -> dict[str, Any]:
        destination = {"BucketName": self.bucket_name, "SyncFormat": "JsonSerDe", "Region": self.region}
        if not self.organization:
            return destination
        return {**destination, "DestinationDataSharing": {"DestinationDataSharingType": "Organization"}}


class ResourceDataSyncs:
    """The syncs, by name."""

    def __init__(self, account_id: str, region: str) -> None:
        self._region = region
        # What a sync to a destination writes to; the bucket itself is not looked for.
        self._bucket_name = f"resource-data-sync-{account_id}"
        self._by_name: dict[str, ResourceDataSync] = {}

    def add(self, name: str, sync_type: str, *, organization: bool, created_at: datetime) -> None:
        """Take in a sync that is there already."""
        self._by_name[name] = ResourceDataSync(
            name=name,
            type=sync_type,
            organization=organization,
            region=self._region,
            bucket_name=self._bucket_name,
            created_at=created_at,
        )

    def of_type(self, sync_type: str | None) -> list[ResourceDataSync]:
        """Return the syncs of a type, by name; of both (ASSUMPTION) when it is None.

        Raises ResourceDataSyncInvalidConfigurationException for another type.
        """
        if sync_type not in {None, FROM_SOURCE, TO_DESTINATION}:
            raise ResourceDataSyncInvalidConfigurationException(
                f"The sync type {sync_type} is neither {FROM_SOURCE} nor {TO_DESTINATION}."
            )
        return [sync for _, sync in sorted(self._by_name.items()) if sync_type in {None, sync.type}]
