"""A scenario becomes an organization, and the organization plain data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Scenario, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import Sandbox

MANAGEMENT: dict[str, Any] = {"id": "111111111111", "name": "Management", "email": "management@example.com"}
MEMBER: dict[str, Any] = {"id": "222222222222", "name": "Member", "email": "member@example.com"}

FULL: dict[str, Any] = {
    "description": "Everything is there already.",
    "management_account": MANAGEMENT,
    "organizational_units": [{"name": "Workloads", "accounts": [MEMBER], "organizational_units": [{"name": "Test"}]}],
    "trusted_access": ["ssm.amazonaws.com", "ssm-quicksetup.amazonaws.com"],
    "stack_sets_access": "ENABLED",
    "delegated_administrators": [{"account_id": "222222222222", "service_principal": "ssm.amazonaws.com"}],
    "roles": [
        {"account_id": "222222222222", "name": "Plain"},
        {
            "account_id": "222222222222",
            "name": "Trusting",
            "path": "/path/",
            "trusted_principals": ["ssm.amazonaws.com", "111111111111", "arn:aws:iam::222222222222:role/Plain"],
            "managed_policies": ["AmazonSSMManagedInstanceCore"],
        },
    ],
    "service_linked_roles": [{"account_id": "222222222222", "service_name": "ssm.amazonaws.com"}],
    "service_settings": [
        {
            "account_id": "222222222222",
            "region": "eu-west-1",
            "setting_id": "/ssm/managed-instance/default-ec2-instance-management-role",
            "value": "path/Trusting",
        }
    ],
    "configuration_managers": [
        {
            "account_id": "111111111111",
            "region": "us-east-1",
            "name": status,
            "type": "AWSQuickSetupType-PatchPolicy",
            "parameters": {
                "PatchPolicyName": status,
                "SelectedPatchBaselines": '{"UBUNTU": {"value": "pb-0123456789abcdef0", "label": "Own"}}',
                "PatchBaselineRegion": "us-east-1",
                "TargetOrganizationalUnits": "Workloads",
                "TargetRegions": "us-east-1,eu-west-1",
            },
            "status": status,
        }
        for status in ("SUCCEEDED", "FAILED", "DEPLOYING", "DELETING")
    ],
    "instances": [
        {
            "account_id": "222222222222",
            "region": "eu-west-1",
            "id": "i-0123456789abcdef0",
            "platform": "Ubuntu",
            "platform_version": "24.04",
            "agent_version": "3.3.3050.0",
        }
    ],
}


def _change_manager(account_id: str) -> dict[str, Any]:
    parameters = {
        "DelegatedAccountId": account_id,
        "JobFunction": "Operators",
        "PermissionType": "AdminPermissions",
        "TargetOrganizationalUnits": "Workloads",
        "TargetRegions": "us-east-1",
    }
    return {**FULL["configuration_managers"][0], "type": "AWSQuickSetupType-SSMChangeMgr", "parameters": parameters}


@pytest.fixture
def restored(sandbox: Sandbox) -> Iterator[Sandbox]:
    yield sandbox
    sandbox.reset(Scenario.named("bare"))


def test_every_part_of_a_scenario_is_created(restored: Sandbox) -> None:
    restored.reset(Scenario.parse(FULL))
    snapshot = restored.snapshot()
    assert snapshot["organization"] == {
        "name": "Root",
        "tags": {},
        "accounts": [{**MANAGEMENT, "status": "ACTIVE", "tags": {}}],
        "organizational_units": [
            {
                "name": "Workloads",
                "tags": {},
                "accounts": [{**MEMBER, "status": "ACTIVE", "tags": {}}],
                "organizational_units": [{"name": "Test", "tags": {}, "accounts": [], "organizational_units": []}],
            }
        ],
    }
    assert snapshot["trusted_access"] == [
        "member.org.stacksets.cloudformation.amazonaws.com",
        "ssm-quicksetup.amazonaws.com",
        "ssm.amazonaws.com",
    ]
    assert snapshot["stack_sets_access"] == "ENABLED"
    assert snapshot["delegated_administrators"] == {"ssm.amazonaws.com": ["222222222222"]}
    roles = {role["name"]: role for role in snapshot["roles"]["222222222222"]}
    assert roles["Plain"]["trust"]["Statement"][0]["Principal"] == {"AWS": ["arn:aws:iam::222222222222:root"]}
    assert roles["Trusting"]["managed_policies"] == ["AmazonSSMManagedInstanceCore"]
    assert roles["Trusting"]["trust"]["Statement"][0]["Principal"] == {
        "Service": ["ssm.amazonaws.com"],
        "AWS": ["arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:role/Plain"],
    }
    linked = [role["name"] for role in snapshot["service_linked_roles"]["222222222222"]]
    assert linked == ["AWSServiceRoleForAmazonSSM", "AWSServiceRoleForCloudFormationStackSetsOrgMember"]
    managers = snapshot["quick_setup"]["111111111111 us-east-1"]["configuration_managers"]
    assert {manager["name"]: manager["deployment"] for manager in managers} == {
        "SUCCEEDED": "SUCCEEDED",
        "FAILED": "FAILED",
        "DEPLOYING": "INITIALIZING",
        "DELETING": "DELETING",
    }
    targets = {manager["definitions"][0]["parameters"]["TargetOrganizationalUnits"] for manager in managers}
    assert targets == {"Root/Workloads"}
    settings = snapshot["service_settings"]
    assert list(settings) == ["222222222222 eu-west-1"]
    assert list(settings["222222222222 eu-west-1"].values()) == ["path/Trusting"]
    found = restored.client("ssm", "222222222222", "eu-west-1").describe_instance_information()
    assert [instance["InstanceId"] for instance in found["InstanceInformationList"]] == ["i-0123456789abcdef0"]


def test_a_change_manager_configuration_can_be_there(restored: Sandbox) -> None:
    restored.reset(Scenario.parse({**FULL, "configuration_managers": [_change_manager("222222222222")]}))
    managers = restored.snapshot()["quick_setup"]["111111111111 us-east-1"]["configuration_managers"]
    assert [manager["deployment"] for manager in managers] == ["SUCCEEDED"]
    stack_sets = restored.client("cloudformation").list_stack_sets()["Summaries"]
    names = [stack_set["StackSetName"].rpartition("-")[0] for stack_set in stack_sets]
    assert names == ["AWS-QuickSetup-SSMChangeMgr-DA", "AWS-QuickSetup-SSMChangeMgr-TA"]


def test_the_same_scenario_gives_the_same_snapshot(restored: Sandbox) -> None:
    snapshots = []
    for _ in range(2):
        restored.reset(Scenario.parse(FULL))
        snapshots.append(json.dumps(restored.snapshot()))
    assert snapshots[0] == snapshots[1]


def test_a_reset_leaves_nothing_behind(restored: Sandbox) -> None:
    before = restored.snapshot()
    restored.reset(Scenario.parse(FULL))
    restored.reset(Scenario.named("bare"))
    assert restored.snapshot() == before


@pytest.mark.scenario("troubled")
def test_the_troubled_scenario(sandbox: Sandbox) -> None:
    snapshot = sandbox.snapshot()
    (workloads,) = snapshot["organization"]["organizational_units"]
    suspended = [account["id"] for account in workloads["accounts"] if account["status"] == "SUSPENDED"]
    assert suspended == ["777777777777"]
    assert list(snapshot["cloud9_environments"]) == ["444444444444 us-east-1"]
    syncs = [sync["name"] for sync in snapshot["resource_data_syncs"]["111111111111 us-east-1"]]
    assert len(syncs) == 5
    assert sum(name.startswith("AWS-QuickSetup-") for name in syncs) == 2
    managers = snapshot["quick_setup"]["111111111111 us-east-1"]["configuration_managers"]
    assert {manager["name"]: manager["deployment"] for manager in managers} == {
        "console-policy": "SUCCEEDED",
        "console-host-management": "SUCCEEDED",
    }
    for manager in managers:
        deployed = manager["definitions"][0]["deployed"]
        assert [location["account_id"] for location in deployed] == [
            "222222222222",
            "333333333333",
            "444444444444",
            "555555555555",
            "666666666666",
        ]
        assert {location["deployment"] for location in deployed} == {"SUCCEEDED"}


@pytest.mark.scenario("troubled")
@pytest.mark.parametrize("account_id", ["555555555555", "666666666666", "777777777777"])
def test_accounts_without_a_usable_access_role(sandbox: Sandbox, client_error: Any, account_id: str) -> None:
    roles = {role["name"]: role for role in sandbox.snapshot()["roles"][account_id]}
    role_arn = f"arn:aws:iam::{account_id}:role/OrganizationAccountAccessRole"
    with client_error("AccessDenied"):
        sandbox.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")
    assert ("OrganizationAccountAccessRole" in roles) is (account_id != "555555555555")
    sandbox.client("sts").assume_role(
        RoleArn="arn:aws:iam::333333333333:role/OrganizationAccountAccessRole", RoleSessionName="test"
    )


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"trusted_access": ["nothing.amazonaws.com"]}, "unrecognized service principal"),
        ({"trusted_access": []}, "Trusted access for ssm.amazonaws.com is not enabled"),
        ({"configuration_managers": [{**FULL["configuration_managers"][0], "type": "AWSQuickSetupType-X"}]}, "type"),
        (
            {"configuration_managers": [_change_manager("333333333333")]},
            "The DelegatedAccountId 333333333333 is not a delegated administrator of ssm.amazonaws.com",
        ),
        ({"roles": [{**FULL["roles"][0], "managed_policies": ["NoPolicyOfAWS"]}]}, "NoPolicyOfAWS"),
        ({"service_linked_roles": [{"account_id": "222222222222", "service_name": "x.amazonaws.com"}]}, "x.amazon"),
    ],
)
def test_errors_of_the_services_are_scenario_errors(restored: Sandbox, changes: dict[str, Any], text: str) -> None:
    with pytest.raises(ScenarioError, match=text):
        restored.reset(Scenario.parse({**FULL, **changes}, "mistaken"))
