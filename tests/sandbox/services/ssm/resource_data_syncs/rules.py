"""Validation of resource data syncs.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateResourceDataSync.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ssm.exceptions import AccessDeniedException

from sandbox.services.account.models import account_backend_of
from sandbox.services.account.regions import EVERY_REGION, OPT_IN
from sandbox.services.organizations.models import find_organization
from sandbox.services.ssm.exceptions import ResourceDataSyncInvalidConfigurationException
from sandbox.services.ssm.resource_data_syncs.sync import (
    FROM_SOURCE,
    OF_ORGANIZATION,
    SINGLE_ACCOUNT,
    SYSTEMS_MANAGER_PRINCIPAL,
    TO_DESTINATION,
    missing_units,
)

if TYPE_CHECKING:
    from sandbox.services.organizations.models import Organization

ENTIRE_ORGANIZATION = "EntireOrganization"
ORGANIZATIONAL_UNITS = "OrganizationalUnits"

# ASSUMPTION(sync-source-rules): these four, which Explorer has had since 2025-06-30. Who can use them, and that the
# account has to enable them:
# https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator.html
OPT_IN_REGIONS = frozenset({"af-south-1", "ap-east-1", "eu-south-1", "me-south-1"})


def require_type(sync_type: str | None) -> None:
    """Raise ResourceDataSyncInvalidConfigurationException for an unknown type; None is no type."""
    if sync_type not in {None, FROM_SOURCE, TO_DESTINATION}:
        raise _invalid(f"The sync type {sync_type} is neither {FROM_SOURCE} nor {TO_DESTINATION}.")


def require_possible(
    account_id: str, region: str, sync_type: str, source: dict[str, Any] | None, destination: dict[str, Any] | None
) -> None:
    """Raise ResourceDataSyncInvalidConfigurationException or AccessDeniedException for a sync that AWS does not make.

    ASSUMPTION(sync-source-rules): a source where the type has none, and a destination where it has none, are errors.
    """
    require_type(sync_type)
    if sync_type == TO_DESTINATION:
        if destination is None or source is not None:
            raise _invalid(f"A sync of type {TO_DESTINATION} has an S3Destination and no SyncSource.")
        _require_destination(destination)
    else:
        if source is None or destination is not None:
            raise _invalid(f"A sync of type {FROM_SOURCE} has a SyncSource and no S3Destination.")
        require_source(account_id, region, source)


def require_source(account_id: str, region: str, source: dict[str, Any]) -> None:
    """Raise what `require_possible` raises for a ResourceDataSyncSource that the account cannot collect from.

    ASSUMPTION(sync-source-rules): the order of the checks; a source needs a Region, also when it includes future ones.
    """
    regions = source["SourceRegions"]
    unknown = sorted(set(regions) - set(EVERY_REGION))
    if unknown or not regions:
        raise _invalid(f"SourceRegions names the Regions to collect from; these are none: {', '.join(unknown)}.")
    kind, organization_source = source["SourceType"], source.get("AwsOrganizationsSource")
    if kind == SINGLE_ACCOUNT:
        if organization_source is not None:
            raise _invalid(f"A source of type {SINGLE_ACCOUNT} has no AwsOrganizationsSource.")
        _require_opted_in(account_id, {region, *regions})
        return
    if kind != OF_ORGANIZATION:
        raise _invalid(f"The source type {kind} is neither {OF_ORGANIZATION} nor {SINGLE_ACCOUNT}.")
    if organization_source is None:
        raise _invalid(f"A source of type {OF_ORGANIZATION} has an AwsOrganizationsSource.")
    organization = _administered_organization(account_id)
    _require_units(organization_source)
    if missing := missing_units(source, organization):
        raise _invalid(f"The organizational units {', '.join(missing)} do not exist.")
    _require_opted_in(account_id, {region, *regions}, administering=organization)


def account_options(source: dict[str, Any]) -> tuple[str, str | None]:
    """Return what an update cannot change.

    "You can't change the account options for that sync" (botocore model `ssm`, UpdateResourceDataSync).
    ASSUMPTION(sync-source-rules): the options are the console's three, the account, its organization, and units of it:
    https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-resource-data-sync-multiple-accounts-and-regions.html
    """
    return source["SourceType"], source.get("AwsOrganizationsSource", {}).get("OrganizationSourceType")


def _require_destination(destination: dict[str, Any]) -> None:
    sharing = destination.get("DestinationDataSharing", {}).get("DestinationDataSharingType", "Organization")
    if sharing != "Organization":
        raise _invalid(f"The data sharing type {sharing} is not Organization, the only one that is supported.")


def _require_units(organization_source: dict[str, Any]) -> None:
    kind, has_units = organization_source["OrganizationSourceType"], bool(organization_source.get(ORGANIZATIONAL_UNITS))
    if kind not in {ENTIRE_ORGANIZATION, ORGANIZATIONAL_UNITS}:
        raise _invalid(f"The source type {kind} is neither {ENTIRE_ORGANIZATION} nor {ORGANIZATIONAL_UNITS}.")
    # ASSUMPTION(sync-source-rules): units beside the entire organization are an error.
    if has_units != (kind == ORGANIZATIONAL_UNITS):
        raise _invalid(f"The source type {kind} {'has no' if has_units else 'has'} OrganizationalUnits.")


def _administered_organization(account_id: str) -> Organization:
    """Return the organization that the account may synchronize.

    Only the management account and the delegated administrator have "access to the AWS Organizations resource data sync
    API operations":
    https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator-deregister.html
    ASSUMPTION(sync-source-rules): the errors. Trusted access is no condition here: without it the sync is created and
    fails (the model's TrustedAccessDisabled).
    """
    organization = find_organization(account_id)
    if organization is None:
        raise _invalid(f"Account {account_id} is in no organization.")
    is_administrator = organization.is_delegated_administrator(account_id, SYSTEMS_MANAGER_PRINCIPAL)
    if account_id != organization.account_id and not is_administrator:
        raise AccessDeniedException(
            f"Account {account_id} is neither the management account nor the delegated administrator of "
            f"{SYSTEMS_MANAGER_PRINCIPAL}."
        )
    # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html
    if organization.established.feature_set != "ALL":
        raise _invalid("The organization does not have all features enabled.")
    return organization


def _require_opted_in(account_id: str, regions: set[str], administering: Organization | None = None) -> None:
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator.html: the
    # delegated administrator cannot create syncs in opt-in Regions. ASSUMPTION(sync-source-rules): it cannot collect
    # from them either; the members' Regions, which must be enabled too, are not checked.
    for region in sorted(regions & OPT_IN):
        if region not in OPT_IN_REGIONS:
            raise _invalid(f"Explorer does not support the opt-in Region {region}.")
        if administering is not None and administering.account_id != account_id:
            raise _invalid(f"Only the management account can use the opt-in Region {region}.")
        if account_backend_of(account_id).region_status(region) == "DISABLED":
            raise _invalid(f"The opt-in Region {region} is not enabled in account {account_id}.")


def _invalid(message: str) -> ResourceDataSyncInvalidConfigurationException:
    return ResourceDataSyncInvalidConfigurationException(message)
