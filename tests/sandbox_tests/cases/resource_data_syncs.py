"""Sources, destinations and calls of the tests of resource data syncs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox_tests.cases.quick_setup import ADMINISTRATOR
from sandbox_tests.cases.stacks import ENTIRE, FROM_SOURCE, syncs

if TYPE_CHECKING:
    from sandbox import Sandbox

OF_ORGANIZATION = {"SourceType": "AwsOrganizations", "SourceRegions": ["us-east-1"], "AwsOrganizationsSource": ENTIRE}
OF_ACCOUNT = {"SourceType": "SingleAccountMultiRegions", "SourceRegions": ["us-east-1", "eu-west-1"]}
DESTINATION = {
    "BucketName": "inventory",
    "Prefix": "syncs",
    "SyncFormat": "JsonSerDe",
    "Region": "eu-west-1",
    "DestinationDataSharing": {"DestinationDataSharingType": "Organization"},
}
INVALID = "ResourceDataSyncInvalidConfigurationException"
PRINCIPAL = "ssm.amazonaws.com"
ROLE = "AWSServiceRoleForAmazonSSM_AccountDiscovery"
ONE_HOUR = 3600


def create_sync(ssm: Any, source: dict[str, Any], name: str = "new") -> None:
    ssm.create_resource_data_sync(SyncName=name, SyncType=FROM_SOURCE, SyncSource=source)


def update_sync(ssm: Any, source: dict[str, Any], name: str = "new") -> None:
    ssm.update_resource_data_sync(SyncName=name, SyncType=FROM_SOURCE, SyncSource=source)


def after_sync(sandbox: Sandbox, ssm: Any) -> dict[str, Any]:
    sandbox.clock.advance(ONE_HOUR)
    return syncs(ssm)["new"]


def of_units(*unit_ids: str) -> dict[str, Any]:
    units = [{"OrganizationalUnitId": unit_id} for unit_id in unit_ids]
    organization = {"OrganizationSourceType": "OrganizationalUnits", "OrganizationalUnits": units}
    return {**OF_ORGANIZATION, "AwsOrganizationsSource": organization}


def new_unit(sandbox: Sandbox, name: str = "Workloads") -> str:
    created = sandbox.client("organizations").create_organizational_unit(ParentId="r-sbox", Name=name)
    return str(created["OrganizationalUnit"]["Id"])


def administrator(sandbox: Sandbox, region: str = "us-east-1") -> Any:
    """Systems Manager of the delegated administrator, with the role that it needs."""
    organizations = sandbox.client("organizations")
    registered = organizations.list_delegated_administrators(ServicePrincipal=PRINCIPAL)["DelegatedAdministrators"]
    if not registered:
        organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=PRINCIPAL)
        sandbox.client("iam", ADMINISTRATOR).create_service_linked_role(
            AWSServiceName="accountdiscovery.ssm.amazonaws.com"
        )
    return sandbox.client("ssm", ADMINISTRATOR, region)
