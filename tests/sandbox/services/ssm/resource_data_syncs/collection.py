"""Resource data syncs of one account and Region.

https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-resource-data-sync.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.clock import clock
from sandbox.services.ssm import exceptions
from sandbox.services.ssm.resource_data_syncs.rules import (
    ENTIRE_ORGANIZATION,
    account_options,
    require_possible,
    require_source,
    require_type,
)
from sandbox.services.ssm.resource_data_syncs.sync import (
    FROM_SOURCE,
    OF_ORGANIZATION,
    SINGLE_ACCOUNT,
    TO_DESTINATION,
    ResourceDataSync,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sandbox.services.ssm.instances import ManagedInstance

__all__ = ["FROM_SOURCE", "TO_DESTINATION", "ResourceDataSync", "ResourceDataSyncs"]

# https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-resource-data-sync-configuring-multi.html and
# https://docs.aws.amazon.com/systems-manager/latest/userguide/inventory-create-resource-data-sync.html
MAXIMUM_OF_A_TYPE = 5
# Virtual seconds between two polls of a sync.
POLLING_INTERVAL = 30


class ResourceDataSyncs:
    """The syncs, by name: "A sync configuration with the same name already exists" (botocore model `ssm`).

    ASSUMPTION(sync-names-and-conflicts): also when it is of the other type.
    """

    def __init__(self, account_id: str, region: str) -> None:
        self._account_id = account_id
        self._region = region
        self._by_name: dict[str, ResourceDataSync] = {}

    def add(self, name: str, sync_type: str, *, organization: bool, created_at: datetime) -> None:
        """Add an existing sync of the organization or of this account, for this Region."""
        source = self._scenario_source(organization=organization) if sync_type == FROM_SOURCE else None
        destination = self._scenario_destination(organization=organization) if sync_type == TO_DESTINATION else None
        sync = ResourceDataSync(name, sync_type, self._account_id, self._region, source, destination, created_at)
        sync.add_existing()
        self._by_name[name] = sync

    def create(
        self, name: str, sync_type: str, source: dict[str, Any] | None, destination: dict[str, Any] | None
    ) -> None:
        """Create a sync and start it.

        Raises ResourceDataSyncInvalidConfigurationException, AccessDeniedException,
        ResourceDataSyncAlreadyExistsException or ResourceDataSyncCountExceededException, in this order
        (ASSUMPTION(sync-names-and-conflicts)).
        """
        require_possible(self._account_id, self._region, sync_type, source, destination)
        if name in self._by_name:
            raise exceptions.ResourceDataSyncAlreadyExistsException(name)
        if sum(known.type == sync_type for known in self._by_name.values()) >= MAXIMUM_OF_A_TYPE:
            raise exceptions.ResourceDataSyncCountExceededException(
                f"You can have {MAXIMUM_OF_A_TYPE} resource data syncs of type {sync_type} in an account and Region."
            )
        now = clock.now()
        sync = ResourceDataSync(name, sync_type, self._account_id, self._region, source, destination, created_at=now)
        _require_writable(sync)
        sync.begin("create", now)
        self._by_name[name] = sync

    def update(self, name: str, sync_type: str, source: dict[str, Any]) -> None:
        """Change the source of a sync.

        Raises ResourceDataSyncInvalidConfigurationException, AccessDeniedException, ResourceDataSyncNotFoundException,
        or, while "another UpdateResourceDataSync request is being processed" (botocore model `ssm`),
        ResourceDataSyncConflictException. ASSUMPTION(sync-names-and-conflicts): that request was for the same sync; a
        sync that is being created can be updated.
        """
        if sync_type != FROM_SOURCE:
            raise exceptions.ResourceDataSyncInvalidConfigurationException(
                f"Only a sync of type {FROM_SOURCE} can be updated, not one of type {sync_type}."
            )
        sync = self._known(name, FROM_SOURCE)
        require_source(self._account_id, self._region, source)
        if sync.pending_work is not None and sync.pending_work.kind == "update":
            # As if the caller had waited before the next attempt, so that an update without a poller ends too.
            clock.advance(POLLING_INTERVAL)
            raise exceptions.ResourceDataSyncConflictException(
                "Another UpdateResourceDataSync request is being processed. Wait a few minutes and try again."
            )
        if account_options(source) != account_options(sync.source or source):
            raise exceptions.ResourceDataSyncInvalidConfigurationException(
                "The account options of a resource data sync can't be changed. Delete it and create a new one."
            )
        sync.source = source
        sync.begin("update", clock.now())

    def delete(self, name: str, sync_type: str) -> None:
        """Delete a sync, at once (ASSUMPTION(sync-life)). Raises the errors of `update` for name and type."""
        require_type(sync_type)
        self._known(name, sync_type)
        del self._by_name[name]

    def delete_organization_syncs(self) -> None:
        """Delete Explorer's syncs of the organization."""
        self._by_name = {
            name: sync for name, sync in self._by_name.items() if not (sync.type == FROM_SOURCE and sync.organization)
        }

    def deliver(self, instances: Sequence[ManagedInstance]) -> None:
        """Let the syncs to buckets write the changed data of these nodes."""
        self._advance()
        for sync in self._by_name.values():
            if sync.is_delivering and sync.delivery is not None:
                sync.delivery.deliver(instances, clock.now())

    def of_type(self, sync_type: str | None) -> list[ResourceDataSync]:
        """Return the syncs of a type as they are by now, by name; of both (ASSUMPTION(sync-names-and-conflicts)) when
        it is None.

        Raises ResourceDataSyncInvalidConfigurationException for another type.
        """
        require_type(sync_type)
        self._advance()
        return [sync for _, sync in sorted(self._by_name.items()) if sync_type in {None, sync.type}]

    def poll(self, syncs: Iterable[ResourceDataSync]) -> None:
        """Advance the clock for an unfinished sync, as if the client had waited before the next poll."""
        if any(sync.pending_work is not None for sync in syncs):
            clock.advance(POLLING_INTERVAL)

    def _known(self, name: str, sync_type: str) -> ResourceDataSync:
        self._advance()
        sync = self._by_name.get(name)
        if sync is None or sync.type != sync_type:
            raise exceptions.ResourceDataSyncNotFoundException(
                f"The resource data sync {name} of type {sync_type} was not found."
            )
        return sync

    def _advance(self) -> None:
        now = clock.now()
        for sync in self._by_name.values():
            sync.advance(now)

    def _scenario_source(self, *, organization: bool) -> dict[str, Any]:
        regions = {"SourceRegions": [self._region], "IncludeFutureRegions": False}
        if not organization:
            return {"SourceType": SINGLE_ACCOUNT, **regions}
        entire = {"OrganizationSourceType": ENTIRE_ORGANIZATION}
        return {"SourceType": OF_ORGANIZATION, "AwsOrganizationsSource": entire, **regions}

    def _scenario_destination(self, *, organization: bool) -> dict[str, Any]:
        # The bucket is not checked.
        bucket = f"resource-data-sync-{self._account_id}"
        destination = {"BucketName": bucket, "SyncFormat": "JsonSerDe", "Region": self._region}
        if not organization:
            return destination
        return {**destination, "DestinationDataSharing": {"DestinationDataSharingType": "Organization"}}


def _require_writable(sync: ResourceDataSync) -> None:
    """Raise ResourceDataSyncInvalidConfigurationException for a bucket that the sync cannot write to.

    hashicorp/terraform-provider-aws retries on this message while a new bucket's policy takes effect
    (internal/service/ssm/resource_data_sync.go). ASSUMPTION(sync-names-and-conflicts): what follows them.
    """
    failure = sync.delivery.failure_reason() if sync.delivery is not None else None
    if failure is not None:
        raise exceptions.ResourceDataSyncInvalidConfigurationException(f"S3 write failed for bucket: {failure}.")
