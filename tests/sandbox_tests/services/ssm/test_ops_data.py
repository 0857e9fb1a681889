"""GetOpsSummary: whose instances arrive through a resource data sync, and how they are filtered and counted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Scenario
from sandbox.scenarios.parts import DelegatedAdministrator, ResourceDataSync, ServiceLinkedRole
from sandbox_tests.cases.quick_setup import ADMINISTRATOR, MANAGEMENT, MEMBER, SETTING

if TYPE_CHECKING:
    from sandbox import Sandbox

INSTANCES, OPS_ITEMS = "AWS:EC2InstanceInformation", "AWS:OpsItem"
SYNC, TOKYO = "organization", "ap-northeast-1"
SHOP, PAYMENTS, SHOP_TEST, CLOSED = "444444444444", "555555555555", "666666666666", "777777777777"
# Longer than a new sync takes.
ONE_HOUR = 3600


@pytest.fixture
def explorer(sandbox: Sandbox) -> Any:
    """Systems Manager of the administrator account in Tokyo, with a sync of the entire organization in that Region."""
    return _with_syncs(
        sandbox,
        ResourceDataSync(ADMINISTRATOR, TOKYO, SYNC, organization=True),
        ResourceDataSync(ADMINISTRATOR, TOKYO, "own"),
        ResourceDataSync(ADMINISTRATOR, TOKYO, "bucket", type="SyncToDestination"),
    )


def _with_syncs(sandbox: Sandbox, *syncs: ResourceDataSync) -> Any:
    administrator = DelegatedAdministrator(ADMINISTRATOR, "ssm.amazonaws.com")
    sandbox.reset(
        replace(
            Scenario.named("realistic"),
            trusted_access=("ssm.amazonaws.com",),
            delegated_administrators=(administrator,),
            service_linked_roles=(ServiceLinkedRole(ADMINISTRATOR, "accountdiscovery.ssm.amazonaws.com"),),
            resource_data_syncs=syncs,
        )
    )
    return sandbox.client("ssm", ADMINISTRATOR, TOKYO)


def _create(sandbox: Sandbox, ssm: Any, source: dict[str, Any]) -> str:
    ssm.create_resource_data_sync(SyncName="new", SyncType="SyncFromSource", SyncSource=source)
    sandbox.clock.advance(ONE_HOUR)
    return "new"


def _instances(ssm: Any, sync_name: str | None = None, **options: Any) -> list[dict[str, Any]]:
    named = {"SyncName": sync_name} if sync_name else {}
    entities = ssm.get_ops_summary(ResultAttributes=[{"TypeName": INSTANCES}], **named, **options)["Entities"]
    return [entity["Data"][INSTANCES]["Content"][0] for entity in entities]


def _accounts(ssm: Any, sync_name: str | None = None) -> list[str]:
    return [instance["SourceAccountId"] for instance in _instances(ssm, sync_name)]


# Whose data


def test_the_entire_organization_includes_the_management_account(explorer: Any) -> None:
    entities = explorer.get_ops_summary(SyncName=SYNC, ResultAttributes=[{"TypeName": INSTANCES}])["Entities"]
    assert [entity["Id"][-2:] for entity in entities] == ["11", "31", "41", "42", "51"]
    data = entities[2]["Data"][INSTANCES]
    assert data["CaptureTime"] == "2026-01-05T09:00:00Z"
    assert data["Content"] == [{"SourceAccountId": SHOP, "SourceRegion": TOKYO, "IsManaged": "true"}]
    assert _accounts(explorer, SYNC) == [MANAGEMENT, MEMBER, SHOP, SHOP, PAYMENTS]


def test_without_a_sync(sandbox: Sandbox, explorer: Any) -> None:
    assert _accounts(explorer) == []
    assert _accounts(sandbox.client("ssm", SHOP, TOKYO)) == [SHOP, SHOP]
    assert _accounts(sandbox.client("ssm", SHOP, "us-east-1")) == [SHOP]


def test_a_sync_of_one_account(sandbox: Sandbox) -> None:
    _with_syncs(sandbox, ResourceDataSync(SHOP, TOKYO, "own"))
    assert _accounts(sandbox.client("ssm", SHOP, TOKYO), "own") == [SHOP, SHOP]


def test_the_regions_of_a_sync(sandbox: Sandbox, explorer: Any) -> None:
    regions = ["us-east-1", "eu-west-1"]
    organization = {"OrganizationSourceType": "EntireOrganization"}
    source = {"SourceType": "AwsOrganizations", "SourceRegions": regions, "AwsOrganizationsSource": organization}
    found = _instances(explorer, _create(sandbox, explorer, source))
    assert [(instance["SourceAccountId"], instance["SourceRegion"]) for instance in found] == [
        (SHOP, "us-east-1"),
        (PAYMENTS, "eu-west-1"),
        (SHOP_TEST, "us-east-1"),
    ], "nor the suspended account, which has an instance in us-east-1"


def test_organizational_units_include_their_descendants(sandbox: Sandbox, explorer: Any) -> None:
    organizations = sandbox.client("organizations")
    units = organizations.list_organizational_units_for_parent(ParentId="r-sbox")["OrganizationalUnits"]
    (workloads,) = (unit["Id"] for unit in units if unit["Name"] == "Workloads")
    organization = {
        "OrganizationSourceType": "OrganizationalUnits",
        "OrganizationalUnits": [{"OrganizationalUnitId": workloads}],
    }
    source = {"SourceType": "AwsOrganizations", "SourceRegions": [TOKYO], "AwsOrganizationsSource": organization}
    name = _create(sandbox, explorer, source)
    assert _accounts(explorer, name) == [SHOP, SHOP, PAYMENTS]
    security = organizations.list_parents(ChildId=MEMBER)["Parents"][0]["Id"]
    organizations.move_account(AccountId=MEMBER, SourceParentId=security, DestinationParentId=workloads)
    assert _accounts(explorer, name) == [MEMBER, SHOP, SHOP, PAYMENTS], "who comes later too"


def test_removed_and_closed_accounts_are_excluded(sandbox: Sandbox, explorer: Any) -> None:
    organizations = sandbox.client("organizations")
    organizations.remove_account_from_organization(AccountId=PAYMENTS)
    organizations.close_account(AccountId=MEMBER)
    assert _accounts(explorer, SYNC) == [MANAGEMENT, SHOP, SHOP]


def test_a_sync_belongs_to_its_account_and_region(sandbox: Sandbox, explorer: Any, client_error: Any) -> None:
    others = [sandbox.client("ssm", MANAGEMENT, TOKYO), sandbox.client("ssm", ADMINISTRATOR, "us-east-1")]
    for ssm, name in [*((other, SYNC) for other in others), (explorer, "nothing"), (explorer, "bucket")]:
        with client_error("ResourceDataSyncNotFoundException"):
            ssm.get_ops_summary(SyncName=name)


def test_managed_instances(sandbox: Sandbox, explorer: Any) -> None:
    def managed() -> list[str]:
        return [found["SourceAccountId"] for found in _instances(explorer, SYNC) if found["IsManaged"] == "true"]

    assert managed() == [SHOP, SHOP]
    role = "service-role/AWSSystemsManagerDefaultEC2InstanceManagementRole"
    sandbox.client("ssm", PAYMENTS, TOKYO).update_service_setting(SettingId=SETTING, SettingValue=role)
    assert managed() == [SHOP, SHOP, PAYMENTS]


def test_a_new_sync_has_no_data(sandbox: Sandbox, explorer: Any) -> None:
    organization = {"OrganizationSourceType": "EntireOrganization"}
    source = {"SourceType": "AwsOrganizations", "SourceRegions": [TOKYO], "AwsOrganizationsSource": organization}
    explorer.create_resource_data_sync(SyncName="new", SyncType="SyncFromSource", SyncSource=source)
    assert _accounts(explorer, "new") == []
    sandbox.clock.advance(ONE_HOUR)
    assert len(_accounts(explorer, "new")) == 5


# Filters, aggregators and pagination


def test_instances_come_in_pages(explorer: Any, client_error: Any) -> None:
    requests = {"SyncName": SYNC, "ResultAttributes": [{"TypeName": INSTANCES}], "MaxResults": 2}
    pages = explorer.get_paginator("get_ops_summary").paginate(**requests)
    assert [len(page["Entities"]) for page in pages] == [2, 2, 1]
    with client_error("InvalidNextToken"):
        explorer.get_ops_summary(**requests, NextToken="forged")


def test_filters(explorer: Any, client_error: Any) -> None:
    def found(key: str, *values: str, **more: str) -> list[str]:
        filters = [{"Key": f"{INSTANCES}.{key}", "Values": list(values), **more}]
        return [instance["SourceAccountId"] for instance in _instances(explorer, SYNC, Filters=filters)]

    assert found("SourceAccountId", MEMBER, PAYMENTS, Type="Equal") == [MEMBER, PAYMENTS]
    assert found("IsManaged", "false") == [MANAGEMENT, MEMBER, PAYMENTS]
    assert found("SourceRegion", "us-east-1") == []
    with client_error("InvalidFilter"):
        found("Colour", "blue")
    with client_error("InvalidFilter"):
        found("IsManaged", "false", Type="NotEqual")
    with client_error("InvalidFilter"):
        _instances(explorer, SYNC, Filters=[{"Key": f"{OPS_ITEMS}.SourceRegion", "Values": [TOKYO]}])


def _count(*names: str, type_name: str = INSTANCES, **more: Any) -> list[dict[str, Any]]:
    """Aggregators, each within the one before."""
    inner: dict[str, Any] = {}
    for name in reversed(names):
        inner = {"Aggregators": [{"AggregatorType": "count", "TypeName": type_name, "AttributeName": name, **inner}]}
    (outermost,) = inner["Aggregators"]
    return [{**outermost, **more}]


def test_instances_are_counted_by_account_and_region(explorer: Any) -> None:
    (entity,) = explorer.get_ops_summary(SyncName=SYNC, Aggregators=_count("SourceAccountId", "SourceRegion"))[
        "Entities"
    ]
    assert "Id" not in entity
    counted = entity["Data"][INSTANCES]["Content"]
    assert counted[2] == {"Count": "2", "SourceAccountId": SHOP, "SourceRegion": TOKYO}
    assert [content["Count"] for content in counted] == ["1", "1", "2", "1"]
    only = [{"Key": f"{INSTANCES}.IsManaged", "Values": ["true"]}]
    (entity,) = explorer.get_ops_summary(SyncName=SYNC, Aggregators=_count("IsManaged"), Filters=only)["Entities"]
    assert entity["Data"][INSTANCES]["Content"] == [{"Count": "2", "IsManaged": "true"}]


@pytest.mark.parametrize(
    "aggregators",
    [
        [*_count("IsManaged"), *_count("SourceRegion")],
        _count("IsManaged", AggregatorType="sum"),
        _count("IsManaged", Values={"a": "b"}),
        _count("IsManaged", Aggregators=_count("SourceRegion", type_name=OPS_ITEMS)),
        _count("Colour"),
    ],
    ids=["side by side", "sum", "values", "two types", "unknown attribute"],
)
def test_invalid_aggregators(explorer: Any, client_error: Any, aggregators: list[dict[str, Any]]) -> None:
    with client_error("InvalidAggregatorException"):
        explorer.get_ops_summary(SyncName=SYNC, Aggregators=aggregators)


def test_there_are_no_ops_items_and_no_other_types(explorer: Any, client_error: Any) -> None:
    assert explorer.get_ops_summary(SyncName=SYNC)["Entities"] == []
    counted = _count("Status", type_name=OPS_ITEMS)
    changes = [{"Key": f"{OPS_ITEMS}.OpsItemType", "Values": ["/aws/changerequests"], "Type": "Equal"}]
    assert explorer.get_ops_summary(SyncName=SYNC, Filters=changes, Aggregators=counted)["Entities"] == []
    for names in (["AWS:ComplianceSummary"], ["Custom:Own"], [INSTANCES, OPS_ITEMS]):
        with client_error("InvalidTypeNameException"):
            explorer.get_ops_summary(SyncName=SYNC, ResultAttributes=[{"TypeName": name} for name in names])
    with client_error("InvalidTypeNameException"):
        explorer.get_ops_summary(Aggregators=_count("Status", type_name="AWS:OpsItemTrendline"))
