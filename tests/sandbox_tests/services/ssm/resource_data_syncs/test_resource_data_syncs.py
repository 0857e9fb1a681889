"""Resource data syncs: creation, validation and access."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Scenario
from sandbox.scenarios.parts import EnabledRegion
from sandbox_tests.cases.delivery import make_bucket
from sandbox_tests.cases.quick_setup import ADMINISTRATOR, MANAGEMENT, MEMBER
from sandbox_tests.cases.resource_data_syncs import (
    DESTINATION,
    INVALID,
    OF_ACCOUNT,
    OF_ORGANIZATION,
    administrator,
    after_sync,
    create_sync,
    new_unit,
    of_units,
)
from sandbox_tests.cases.stacks import ENTIRE, explorer, syncs

if TYPE_CHECKING:
    from sandbox import Sandbox

# Creation


def test_sources_and_destinations_are_returned_as_sent(sandbox: Sandbox) -> None:
    ssm = explorer(sandbox)
    source = {**of_units(new_unit(sandbox)), "IncludeFutureRegions": True, "EnableAllOpsDataSources": False}
    create_sync(ssm, source)
    create_sync(ssm, OF_ACCOUNT, "own")
    make_bucket(sandbox, MANAGEMENT)
    ssm.create_resource_data_sync(SyncName="bucket", S3Destination=DESTINATION)
    found = syncs(ssm)
    assert found["new"]["SyncSource"] == source
    assert found["own"]["SyncSource"] == {**OF_ACCOUNT, "IncludeFutureRegions": False}
    assert (found["bucket"]["SyncType"], found["bucket"]["S3Destination"]) == ("SyncToDestination", DESTINATION)
    assert "SyncSource" not in found["bucket"]


def test_the_snapshot_has_units_by_name(sandbox: Sandbox) -> None:
    ssm = explorer(sandbox)
    create_sync(ssm, of_units(new_unit(sandbox)))
    (sync,) = sandbox.snapshot()["resource_data_syncs"][f"{MANAGEMENT} us-east-1"]
    assert (sync["name"], sync["status"], sync["destination"]) == ("new", "InProgress", None)
    assert sync["source"]["AwsOrganizationsSource"]["OrganizationalUnits"] == ["Root/Workloads"]


def test_deleting_a_sync(sandbox: Sandbox, client_error: Any) -> None:
    ssm = explorer(sandbox)
    create_sync(ssm, OF_ORGANIZATION)
    with client_error("ResourceDataSyncNotFoundException"):
        ssm.delete_resource_data_sync(SyncName="new")
    with client_error(INVALID):
        ssm.delete_resource_data_sync(SyncName="new", SyncType="SyncSideways")
    ssm.delete_resource_data_sync(SyncName="new", SyncType="SyncFromSource")
    assert syncs(ssm) == {}
    with client_error("ResourceDataSyncNotFoundException"):
        ssm.delete_resource_data_sync(SyncName="new", SyncType="SyncFromSource")


def test_names_are_unique_and_there_are_five_of_a_type(sandbox: Sandbox, client_error: Any) -> None:
    ssm = explorer(sandbox)
    for number in range(5):
        create_sync(ssm, OF_ACCOUNT, f"sync-{number}")
    with client_error("ResourceDataSyncCountExceededException"):
        create_sync(ssm, OF_ACCOUNT, "sync-5")
    with client_error("ResourceDataSyncAlreadyExistsException"):
        create_sync(ssm, OF_ACCOUNT, "sync-0")
    make_bucket(sandbox, MANAGEMENT)
    ssm.create_resource_data_sync(SyncName="bucket", S3Destination=DESTINATION)
    create_sync(sandbox.client("ssm", region="eu-west-1"), OF_ACCOUNT, "sync-5")


# What is refused


@pytest.mark.parametrize(
    "source",
    [
        {**OF_ORGANIZATION, "SourceType": "Sideways"},
        {**OF_ORGANIZATION, "SourceRegions": []},
        {**OF_ORGANIZATION, "SourceRegions": ["mars-north-1"]},
        {key: value for key, value in OF_ORGANIZATION.items() if key != "AwsOrganizationsSource"},
        {**OF_ACCOUNT, "AwsOrganizationsSource": ENTIRE},
        {**OF_ORGANIZATION, "AwsOrganizationsSource": {"OrganizationSourceType": "OrganizationalUnits"}},
        {**OF_ORGANIZATION, "AwsOrganizationsSource": {"OrganizationSourceType": "Sideways"}},
        of_units("ou-sbox-00000000"),
        {
            **OF_ORGANIZATION,
            "AwsOrganizationsSource": {**ENTIRE, "OrganizationalUnits": [{"OrganizationalUnitId": "ou-sbox-00000000"}]},
        },
    ],
    ids=["type", "no Region", "Region", "no organization", "account", "no units", "options", "unit", "entire and unit"],
)
def test_invalid_sources(sandbox: Sandbox, client_error: Any, source: dict[str, Any]) -> None:
    ssm = explorer(sandbox)
    with client_error(INVALID):
        create_sync(ssm, source)
    assert syncs(ssm) == {}


@pytest.mark.parametrize(
    "request_members",
    [
        {},
        {"SyncSource": OF_ACCOUNT},
        {"S3Destination": DESTINATION, "SyncSource": OF_ACCOUNT},
        {"SyncType": "SyncFromSource"},
        {"SyncType": "SyncFromSource", "SyncSource": OF_ACCOUNT, "S3Destination": DESTINATION},
        {"SyncType": "SyncSideways", "SyncSource": OF_ACCOUNT},
        {"S3Destination": {**DESTINATION, "DestinationDataSharing": {"DestinationDataSharingType": "All"}}},
    ],
)
def test_sources_and_destinations_by_type(sandbox: Sandbox, client_error: Any, request_members: dict[str, Any]) -> None:
    with client_error(INVALID):
        sandbox.client("ssm").create_resource_data_sync(SyncName="new", **request_members)


def test_the_organization_is_for_its_administrators(sandbox: Sandbox, client_error: Any) -> None:
    explorer(sandbox)
    with client_error("AccessDeniedException"):
        create_sync(sandbox.client("ssm", MEMBER), OF_ORGANIZATION)
    create_sync(administrator(sandbox), OF_ORGANIZATION)
    assert after_sync(sandbox, administrator(sandbox))["LastStatus"] == "Successful"
    # "Only available in the delegated administrator account."
    assert syncs(sandbox.client("ssm")) == {}


def test_an_organization_without_all_features_has_no_syncs(sandbox: Sandbox, client_error: Any) -> None:
    sandbox.reset(replace(Scenario.named("bare"), feature_set="CONSOLIDATED_BILLING"))
    with client_error(INVALID):
        create_sync(sandbox.client("ssm"), OF_ORGANIZATION)


def test_opt_in_regions_are_for_the_management_account(sandbox: Sandbox, client_error: Any) -> None:
    enabled = tuple(
        EnabledRegion(account, region) for account in (MANAGEMENT, ADMINISTRATOR) for region in ("me-south-1",)
    )
    sandbox.reset(replace(Scenario.named("bare"), enabled_regions=enabled))
    ssm = explorer(sandbox)
    opt_in = {**OF_ORGANIZATION, "SourceRegions": ["us-east-1", "me-south-1"]}
    with client_error(INVALID):
        create_sync(administrator(sandbox), opt_in)
    with client_error(INVALID):
        create_sync(administrator(sandbox, "me-south-1"), OF_ORGANIZATION)
    for region in ("eu-south-1", "il-central-1"):
        with client_error(INVALID):
            create_sync(ssm, {**OF_ORGANIZATION, "SourceRegions": [region]})
    create_sync(ssm, opt_in)
