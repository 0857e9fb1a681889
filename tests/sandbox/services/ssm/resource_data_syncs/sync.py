"""A resource data sync and its status, by the virtual clock.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ResourceDataSyncItem.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.services.iam.models import iam_backend_of
from sandbox.services.iam.service_linked_roles import ROLE_NAMES
from sandbox.services.organizations.models import find_organization
from sandbox.services.ssm.resource_data_syncs.delivery import Delivery

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.services.organizations.models import Organization

FROM_SOURCE = "SyncFromSource"
TO_DESTINATION = "SyncToDestination"
OF_ORGANIZATION = "AwsOrganizations"
SINGLE_ACCOUNT = "SingleAccountMultiRegions"

SYSTEMS_MANAGER_PRINCIPAL = "ssm.amazonaws.com"
ACCOUNT_DISCOVERY = ROLE_NAMES["accountdiscovery.ssm.amazonaws.com"]

# "A resource data sync is an asynchronous operation that returns immediately" (botocore model `ssm`,
# CreateResourceDataSync). ASSUMPTION(sync-life): how long; AWS's pages give no durations.
SYNC_TIME = timedelta(seconds=60)


@dataclass(frozen=True)
class SyncFailure:
    """Why a sync fails: a message (ASSUMPTION(sync-failure-words)), and a state of the model's
    ResourceDataSyncSourceWithState.

    A sync to a bucket has no such state.
    """

    state: str
    message: str


@dataclass(frozen=True)
class PendingWork:
    """A running creation (`create`) or update (`update`) of a sync, and its start."""

    kind: str
    started_at: datetime


@dataclass
class ResourceDataSync:
    """One sync. `source` is the model's ResourceDataSyncSource, `destination` its ResourceDataSyncS3Destination.

    `is_continuous`: whether its status follows the state of the organization or bucket.
    """

    name: str
    type: str
    account_id: str
    region: str
    source: dict[str, Any] | None
    destination: dict[str, Any] | None
    created_at: datetime
    pending_work: PendingWork | None = None
    modified_at: datetime | None = None
    synced_at: datetime | None = None
    successful_at: datetime | None = None
    failure: SyncFailure | None = None
    is_continuous: bool = False
    delivery: Delivery | None = None

    def __post_init__(self) -> None:
        if self.destination is not None:
            self.delivery = Delivery(self.destination, self.account_id, self.region, self.name)

    @property
    def organization(self) -> bool:
        """Whether it is of the organization, not of one account."""
        if self.source is not None:
            return bool(self.source["SourceType"] == OF_ORGANIZATION)
        return "DestinationDataSharing" in (self.destination or {})

    @property
    def status(self) -> str:
        """The model's LastResourceDataSyncStatus.

        ASSUMPTION(sync-life): all syncs have one. The code that AWS published of its CloudFormation type takes a
        SyncFromSource without it as created, too (aws-cloudformation-resource-providers-ssm, CreateHandler).
        """
        if self.pending_work is not None:
            return "InProgress"
        return "Successful" if self.failure is None else "Failed"

    def begin(self, kind: str, now: datetime) -> None:
        """Start to synchronize, as after creation and after each update."""
        self.pending_work = PendingWork(kind, now)
        self.modified_at = now
        self.failure = None
        self.is_continuous = False

    def add_existing(self) -> None:
        """Set the status of an existing sync to successful.

        ASSUMPTION(sync-life): also if it would fail now; it then remains successful until it is updated.
        """
        self.synced_at = self.successful_at = self.modified_at = self.created_at
        self.is_continuous = self._check() is None

    def advance(self, now: datetime) -> None:
        """Process due operations.

        "After a successful initial sync is completed, the system continuously syncs data" (model,
        CreateResourceDataSync). ASSUMPTION(sync-life): one whose initial sync failed is not tried again until it is
        updated, but one to a bucket, which cannot be updated, is; the times are those of the last change of the status.
        """
        if self.pending_work is not None:
            if now >= self.pending_work.started_at + SYNC_TIME:
                finished_at = self.pending_work.started_at + SYNC_TIME
                self.pending_work = None
                self._conclude(self._check(), finished_at)
                self.is_continuous = self.failure is None or self.delivery is not None
        elif self.is_continuous and (failure := self._check()) != self.failure:
            self._conclude(failure, now)

    @property
    def is_delivering(self) -> bool:
        """Whether it writes to its bucket."""
        return self.delivery is not None and self.pending_work is None and self.failure is None and self.is_continuous

    def describe(self) -> dict[str, Any]:
        """Return the model's ResourceDataSyncItem."""
        described = {
            "SyncName": self.name,
            "SyncType": self.type,
            "LastStatus": self.status,
            "SyncCreatedTime": self.created_at,
            "SyncLastModifiedTime": self.modified_at,
            "LastSyncTime": self.synced_at,
            "LastSuccessfulSyncTime": self.successful_at,
            "LastSyncStatusMessage": self.failure.message if self.failure else None,
            "S3Destination": self.destination,
            "SyncSource": self._source(),
        }
        return {name: value for name, value in described.items() if value is not None}

    def _source(self) -> dict[str, Any] | None:
        # ASSUMPTION(explorer-sync-tells-what-was-asked): there is no State where nothing is wrong (the model names four
        # problems), EnableAllOpsDataSources is returned as sent, and IncludeFutureRegions is false by default.
        if self.source is None:
            return None
        state = {"State": self.failure.state} if self.failure else {}
        return {"IncludeFutureRegions": False, **self.source, **state}

    def _conclude(self, failure: SyncFailure | None, at: datetime) -> None:
        self.failure = failure
        self.synced_at = at
        if failure is None:
            self.successful_at = at

    def _check(self) -> SyncFailure | None:
        """Return the current failure: the four states of the model's ResourceDataSyncSourceWithState.

        ASSUMPTION(sync-failure-words): the order of the checks; a sync of one account has none.
        """
        if self.delivery is not None:
            message = self.delivery.failure_reason()
            return None if message is None else SyncFailure("", f"S3 write failed for bucket: {message}.")
        if self.source is None or self.source["SourceType"] != OF_ORGANIZATION:
            return None
        organization = find_organization(self.account_id)
        if organization is None:
            return SyncFailure("OrganizationNotExists", "The organization does not exist.")
        if SYSTEMS_MANAGER_PRINCIPAL not in organization.enabled_service_principals():
            return SyncFailure(
                "TrustedAccessDisabled", "Trusted access for Systems Manager is not enabled in the organization."
            )
        # "If you want to create the resource data sync programmatically, you must create the role first":
        # https://docs.aws.amazon.com/systems-manager/latest/userguide/using-service-linked-roles-service-action-2.html
        if all(role.name != ACCOUNT_DISCOVERY for role in iam_backend_of(self.account_id).get_roles()):
            return SyncFailure("NoPermissions", f"The service-linked role {ACCOUNT_DISCOVERY} was not found.")
        if missing := missing_units(self.source, organization):
            return SyncFailure(
                "InvalidOrganizationalUnit", f"The organizational units {', '.join(missing)} do not exist."
            )
        return None


def missing_units(source: dict[str, Any], organization: Organization) -> list[str]:
    """Return the ids of the organizational units in a ResourceDataSyncSource that the organization does not have."""
    units = source.get("AwsOrganizationsSource", {}).get("OrganizationalUnits", [])
    existing = {unit.id for unit in organization.ou}
    return [unit["OrganizationalUnitId"] for unit in units if unit["OrganizationalUnitId"] not in existing]
