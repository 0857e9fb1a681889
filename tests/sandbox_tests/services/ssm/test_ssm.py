"""Systems Manager: service settings, AWS's patch baselines, managed nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Scenario
from sandbox.services.ssm.patch_baselines import NAMES, provided_baselines
from sandbox.services.ssmquicksetup.configuration_types.catalog import REGIONS

if TYPE_CHECKING:
    from sandbox import Sandbox

SETTING = "/ssm/managed-instance/default-ec2-instance-management-role"
ARN = f"arn:aws:ssm:us-east-1:111111111111:servicesetting{SETTING}"
ROLE = "service-role/AWSSystemsManagerDefaultEC2InstanceManagementRole"


@pytest.mark.parametrize("setting_id", [SETTING, ARN])
def test_a_setting_is_default_customized_and_default_again(sandbox: Sandbox, setting_id: str) -> None:
    ssm = sandbox.client("ssm")
    default = ssm.get_service_setting(SettingId=setting_id)["ServiceSetting"]
    assert (default["ARN"], default["Status"], default["SettingValue"]) == (ARN, "Default", "$None")
    ssm.update_service_setting(SettingId=setting_id, SettingValue=ROLE)
    customized = ssm.get_service_setting(SettingId=setting_id)["ServiceSetting"]
    assert (customized["Status"], customized["SettingValue"]) == ("Customized", ROLE)
    assert customized["LastModifiedUser"] == "arn:aws:iam::111111111111:user/Administrator"
    assert sandbox.snapshot()["service_settings"] == {"111111111111 us-east-1": {SETTING: ROLE}}
    assert ssm.reset_service_setting(SettingId=setting_id)["ServiceSetting"] == default


def test_settings_are_of_one_account_and_region(sandbox: Sandbox, client_error: Any) -> None:
    sandbox.client("ssm").update_service_setting(SettingId=SETTING, SettingValue=ROLE)
    for other in (sandbox.client("ssm", "222222222222"), sandbox.client("ssm", region="eu-west-1")):
        assert other.get_service_setting(SettingId=SETTING)["ServiceSetting"]["Status"] == "Default"
        with client_error("ServiceSettingNotFound"):
            other.get_service_setting(SettingId=ARN)


def test_unknown_settings_are_not_found(sandbox: Sandbox, client_error: Any) -> None:
    with client_error("ServiceSettingNotFound"):
        sandbox.client("ssm").update_service_setting(SettingId="/ssm/nothing", SettingValue="on")


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_has_a_default_baseline_for_every_operating_system(region: str) -> None:
    assert {baseline["OperatingSystem"] for baseline in provided_baselines(region)} == set(NAMES)


def test_baselines_are_filtered_by_owner_system_and_name(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    created = ssm.create_patch_baseline(Name="Own-Baseline", OperatingSystem="AMAZON_LINUX_2023")["BaselineId"]

    def found(**filters: list[str]) -> list[str]:
        listed = ssm.describe_patch_baselines(Filters=[{"Key": key, "Values": v} for key, v in filters.items()])
        return [baseline["BaselineName"] for baseline in listed["BaselineIdentities"]]

    assert len(found()) == len(NAMES) + 1
    assert found(OWNER=["Self"]) == ["Own-Baseline"]
    assert found(OWNER=["AWS"], OPERATING_SYSTEM=["UBUNTU"]) == ["AWS-UbuntuDefaultPatchBaseline"]
    assert found(NAME_PREFIX=["Own"]) == ["Own-Baseline"]
    first = ssm.describe_patch_baselines(MaxResults=10)
    second = ssm.describe_patch_baselines(MaxResults=10, NextToken=first["NextToken"])
    assert second["BaselineIdentities"][-1]["BaselineId"] == created
    assert len(first["BaselineIdentities"] + second["BaselineIdentities"]) == len(NAMES) + 1


@pytest.mark.scenario("realistic")
def test_instances_come_under_management_by_profile_or_by_default_host_management(
    sandbox: Sandbox, client_error: Any
) -> None:
    ssm = sandbox.client("ssm", "555555555555", "ap-northeast-1")
    assert ssm.describe_instance_information()["InstanceInformationList"] == []
    with client_error("InvalidInstanceId"):
        ssm.describe_instance_information(Filters=[{"Key": "InstanceIds", "Values": ["i-0a1b2c3d4e5f60751"]}])
    ssm.update_service_setting(SettingId=SETTING, SettingValue=ROLE)
    (instance,) = ssm.describe_instance_information(
        Filters=[{"Key": "PlatformTypes", "Values": ["Windows"]}, {"Key": "PingStatus", "Values": ["Online"]}]
    )["InstanceInformationList"]
    assert (instance["InstanceId"], instance["IamRole"]) == ("i-0a1b2c3d4e5f60751", ROLE)
    with client_error("InvalidFilterKey"):
        ssm.describe_instance_information(Filters=[{"Key": "Colour", "Values": ["blue"]}])
    # The agent there, 3.2.2222.0, is new enough; the one of the suspended account, 3.1.1927.0, is not.
    old = sandbox.client("ssm", "777777777777", "us-east-1")
    old.update_service_setting(SettingId=SETTING, SettingValue=ROLE)
    assert old.describe_instance_information()["InstanceInformationList"] == []


# Resource data syncs


def _organization_with(*syncs: dict[str, Any]) -> Scenario:
    return Scenario.parse(
        {
            "description": "Syncs.",
            "management_account": {"id": "111111111111", "name": "Management", "email": "management@example.com"},
            "resource_data_syncs": [{"account_id": "111111111111", "region": "us-east-1", **sync} for sync in syncs],
        }
    )


def test_resource_data_syncs_are_listed_by_type(sandbox: Sandbox, client_error: Any) -> None:
    sandbox.reset(
        _organization_with(
            {"name": "a", "organization": True},
            {"name": "b"},
            {"name": "c", "type": "SyncToDestination", "organization": True},
            {"name": "d", "type": "SyncToDestination"},
            {"name": "e", "region": "eu-west-1"},
        )
    )
    ssm = sandbox.client("ssm")
    entire, own = ssm.list_resource_data_sync(SyncType="SyncFromSource")["ResourceDataSyncItems"]
    assert (entire["SyncName"], entire["SyncType"], entire["LastStatus"]) == ("a", "SyncFromSource", "Successful")
    assert entire["SyncSource"] == {
        "SourceType": "AwsOrganizations",
        "AwsOrganizationsSource": {"OrganizationSourceType": "EntireOrganization"},
        "SourceRegions": ["us-east-1"],
        "IncludeFutureRegions": False,
    }
    assert own["SyncSource"]["SourceType"] == "SingleAccountMultiRegions"
    shared, single = ssm.list_resource_data_sync(SyncType="SyncToDestination")["ResourceDataSyncItems"]
    assert shared["S3Destination"]["DestinationDataSharing"] == {"DestinationDataSharingType": "Organization"}
    assert (single["SyncName"], "DestinationDataSharing" in single["S3Destination"]) == ("d", False)
    with client_error("ResourceDataSyncInvalidConfigurationException"):
        ssm.list_resource_data_sync(SyncType="SyncSideways")
    assert list(sandbox.snapshot()["resource_data_syncs"]) == ["111111111111 eu-west-1", "111111111111 us-east-1"]


def test_resource_data_syncs_come_in_pages(sandbox: Sandbox, client_error: Any) -> None:
    sandbox.reset(_organization_with(*({"name": name} for name in "abc")))
    ssm = sandbox.client("ssm")
    first = ssm.list_resource_data_sync(MaxResults=2)
    second = ssm.list_resource_data_sync(MaxResults=2, NextToken=first["NextToken"])
    names = [sync["SyncName"] for page in (first, second) for sync in page["ResourceDataSyncItems"]]
    assert names == ["a", "b", "c"]
    assert "NextToken" not in second
    with client_error("InvalidNextToken"):
        ssm.list_resource_data_sync(NextToken="forged")
    assert sandbox.client("ssm", region="eu-west-1").list_resource_data_sync()["ResourceDataSyncItems"] == []
