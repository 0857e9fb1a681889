"""Quick Setup deploys every type, and takes each type's parameters only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox_tests.cases.quick_setup import (
    ADMINISTRATOR,
    CHANGE_MANAGER,
    CLOUDWATCH_AGENT,
    CONFIG_RECORDING,
    CONFORMANCE_PACKS,
    DEVOPS_GURU,
    DISTRIBUTOR,
    EVERY_TYPE,
    HOST_MANAGEMENT,
    INSTANCE_MANAGEMENT,
    JUST_IN_TIME_NODE_ACCESS,
    MANAGEMENT,
    MEMBER,
    OPS_CENTER,
    PATCH_POLICY,
    RESOURCE_EXPLORER,
    RESOURCE_SCHEDULER,
    ROOT,
    UNIFIED_CONSOLE,
    changed,
    create,
    local,
    message,
    set_up_administrator,
    statuses,
    wait,
)

if TYPE_CHECKING:
    from sandbox import Sandbox

LOCAL_TYPES = (
    CLOUDWATCH_AGENT,
    INSTANCE_MANAGEMENT,
    RESOURCE_SCHEDULER,
    DEVOPS_GURU,
    CONFORMANCE_PACKS,
    CONFIG_RECORDING,
    DISTRIBUTOR,
    UNIFIED_CONSOLE,
    JUST_IN_TIME_NODE_ACCESS,
)


def _name(definition: dict[str, Any]) -> str:
    return str(definition["Type"]).removeprefix("AWSQuickSetupType-")


def test_every_type_is_listed(quick_setup: Any) -> None:
    types = quick_setup.list_quick_setup_types()["QuickSetupTypeList"]
    assert {known["Type"] for known in types} == {definition["Type"] for definition in (*EVERY_TYPE, CLOUDWATCH_AGENT)}


# Created, deployed, deleted


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize("definition", EVERY_TYPE, ids=_name)
def test_each_type_in_the_organization(sandbox: Sandbox, quick_setup: Any, definition: dict[str, Any]) -> None:
    set_up_administrator(sandbox)
    arn = create(quick_setup, definition)
    manager = wait(sandbox, quick_setup, arn)
    assert manager["StatusSummaries"][0]["Status"] == "SUCCEEDED", message(manager)
    sandbox.clock.advance(60)
    assert statuses(quick_setup, arn) == ("SUCCEEDED", "SUCCEEDED")
    configurations = quick_setup.list_configurations(ManagerArn=arn)["ConfigurationsList"]
    targeted = {ADMINISTRATOR} if definition is CONFORMANCE_PACKS else {ADMINISTRATOR, MEMBER}
    assert {configuration["Account"] for configuration in configurations} == targeted
    quick_setup.delete_configuration_manager(ManagerArn=arn)
    sandbox.clock.advance(60)
    snapshot = sandbox.snapshot()
    assert (snapshot["quick_setup"], snapshot["associations"], snapshot["resource_data_syncs"]) == ({}, {}, {})


@pytest.mark.parametrize("definition", LOCAL_TYPES, ids=_name)
def test_each_type_in_one_account(sandbox: Sandbox, quick_setup: Any, roles: Any, definition: dict[str, Any]) -> None:
    for name in ("AWSQuickSetupSSMDeploymentRolePolicy", "AWSQuickSetupJITNADeploymentRolePolicy"):
        roles.attach_role_policy(RoleName="AWS-QuickSetup-Execution", PolicyArn=f"arn:aws:iam::aws:policy/{name}")
    arn = create(quick_setup, local(definition))
    manager = wait(sandbox, quick_setup, arn)
    assert manager["StatusSummaries"][0]["Status"] == "SUCCEEDED", message(manager)
    (configuration,) = quick_setup.list_configurations(ManagerArn=arn)["ConfigurationsList"]
    assert configuration["Account"] == MANAGEMENT
    quick_setup.delete_configuration_manager(ManagerArn=arn)
    sandbox.clock.advance(60)
    assert sandbox.snapshot()["quick_setup"] == {}


@pytest.mark.parametrize(
    ("definition", "lacking"),
    [
        (UNIFIED_CONSOLE, "AWSQuickSetupSSMDeploymentRolePolicy"),
        (JUST_IN_TIME_NODE_ACCESS, "AWSQuickSetupJITNADeploymentRolePolicy"),
    ],
)
@pytest.mark.usefixtures("roles")
def test_types_with_their_own_managed_policy(
    sandbox: Sandbox, quick_setup: Any, definition: dict[str, Any], lacking: str
) -> None:
    manager = wait(sandbox, quick_setup, create(quick_setup, local(definition)))
    assert manager["StatusSummaries"][0]["Status"] == "FAILED"
    assert message(manager).endswith(f"lacks the managed policy {lacking}.")


@pytest.mark.parametrize(
    ("definition", "parameters"),
    [
        (DISTRIBUTOR, {"PackagesToInstall": "AWSCWAgent, AWSEC2LaunchAgent, novalue", "TargetType": ""}),
        (DEVOPS_GURU, {"RemediationSchedule": "none", "EnableSsmOpsItems": None}),
        (CONFIG_RECORDING, {"UseCustomBucket": "false", "DeliveryBucketName": None}),
        (CONFIG_RECORDING, {"RecordAllResources": None, "ResourceTypesToRecord": None}),
        (
            CONFIG_RECORDING,
            {
                "NotificationOptions": None,
                "CustomDeliveryTopicAccountId": None,
                "CustomDeliveryTopicName": None,
                "RecordGlobalResourceTypes": "true",
                "GlobalResourceTypesRegion": "eu-south-1",
            },
        ),
        (CHANGE_MANAGER, {"PermissionType": None, "CustomPermissions": "{}"}),
        (PATCH_POLICY, {"TargetType": "Tags", "TargetTagKey": "a", "TargetTagValue": "b", "TargetInstances": ""}),
    ],
)
@pytest.mark.usefixtures("roles")
def test_valid_parameters(
    sandbox: Sandbox, quick_setup: Any, definition: dict[str, Any], parameters: dict[str, str | None]
) -> None:
    set_up_administrator(sandbox)
    manager = wait(sandbox, quick_setup, create(quick_setup, changed(definition, **parameters)))
    assert manager["StatusSummaries"][0]["Status"] == "SUCCEEDED", message(manager)


# Refused


@pytest.mark.parametrize(
    ("definition", "parameters"),
    [
        ({**HOST_MANAGEMENT, "Type": "AWSQuickSetupType-Nothing"}, {}),
        (HOST_MANAGEMENT, {"TargetRegions": None}),
        (HOST_MANAGEMENT, {"TargetRegions": "us-east-1,af-south-1"}),
        (HOST_MANAGEMENT, {"TargetOrganizationalUnits": None}),
        (HOST_MANAGEMENT, {"TargetAccounts": MANAGEMENT}),
        (HOST_MANAGEMENT, {"UpdateSsmAgent": "yes"}),
        (HOST_MANAGEMENT, {"Colour": "blue"}),
        (PATCH_POLICY, {"PatchPolicyName": None}),
        (PATCH_POLICY, {"TargetOrganizationalUnits": None}),
        (PATCH_POLICY, {"ConfigurationOptionsScanValue": "daily"}),
        (PATCH_POLICY, {"RateControlConcurrency": "many"}),
        (PATCH_POLICY, {"SelectedPatchBaselines": "[]"}),
        (PATCH_POLICY, {"SelectedPatchBaselines": "{"}),
        (PATCH_POLICY, {"SelectedPatchBaselines": '{"BEOS": {"value": "pb", "label": "x"}}'}),
        (PATCH_POLICY, {"SelectedPatchBaselines": '{"UBUNTU": {"value": "pb"}}'}),
        ({key: value for key, value in PATCH_POLICY.items() if "Local" not in key}, {}),
        (INSTANCE_MANAGEMENT, {"ScanInstances": "daily"}),
        (INSTANCE_MANAGEMENT, {"TargetRegions": None}),
        (INSTANCE_MANAGEMENT, {"TargetOrganizationalUnits": None, "TargetAccounts": MANAGEMENT}),
        (CHANGE_MANAGER, {"JobFunction": None}),
        (CHANGE_MANAGER, {"DelegatedAccountId": None}),
        (CHANGE_MANAGER, {"TargetOrganizationalUnits": None, "TargetAccounts": MANAGEMENT}),
        (CHANGE_MANAGER, {"PermissionType": "CustomerPermissions"}),
        (CHANGE_MANAGER, {"PermissionType": "CustomPermissions"}),
        (CHANGE_MANAGER, {"PermissionType": None, "CustomPermissions": "{"}),
        (CLOUDWATCH_AGENT, {}),
        (HOST_MANAGEMENT, {"TargetOrganizationalUnits": "ou-sbox-00000000"}),
        (HOST_MANAGEMENT, {"UpdateSsmAgent": "true"}),
        (CHANGE_MANAGER, {"JobFunction": "NetworkOperations"}),
        (CONFORMANCE_PACKS, {"CPackNames": "Operational-Best-Practices-for-AWS-IAM"}),
        (DEVOPS_GURU, {"EnableDriftRemediation": "true"}),
        (PATCH_POLICY, {"SelectedPatchBaselines": "{" + " " * 4096 + "}"}),
        (local(CLOUDWATCH_AGENT), {"TargetTagKey": "k" * 129}),
        (OPS_CENTER, {"DelegatedAccountId": None}),
        (OPS_CENTER, {"TargetOrganizationalUnits": None}),
        (OPS_CENTER, {"TargetAccounts": MANAGEMENT}),
        (CHANGE_MANAGER, {"PermissionType": None}),
        (RESOURCE_EXPLORER, {"SelectedAggregatorRegion": None}),
        (RESOURCE_EXPLORER, {"SelectedAggregatorRegion": "everywhere"}),
        (RESOURCE_EXPLORER, {"ReplaceExistingAggregator": None}),
        (RESOURCE_EXPLORER, {"ReplaceExistingAggregator": "maybe"}),
        (RESOURCE_EXPLORER, {"TargetOrganizationalUnits": None, "TargetAccounts": MANAGEMENT}),
        (RESOURCE_SCHEDULER, {"TargetTagKey": None}),
        (RESOURCE_SCHEDULER, {"TargetTagValue": None}),
        (RESOURCE_SCHEDULER, {"ICalendarString": None}),
        (RESOURCE_SCHEDULER, {"ICalendarString": "daily"}),
        (DEVOPS_GURU, {"TargetRegions": None}),
        (DEVOPS_GURU, {"AnalyseAllResources": "some"}),
        (DEVOPS_GURU, {"RemediationSchedule": "rate(2 days)"}),
        (DEVOPS_GURU, {"AnalyzeAllResources": "true"}),
        (CONFORMANCE_PACKS, {"DelegatedAccountId": None}),
        (CONFORMANCE_PACKS, {"CPackNames": None}),
        (CONFORMANCE_PACKS, {"RemediationSchedule": "rate(7 days)"}),
        (CONFORMANCE_PACKS, {"TargetOrganizationalUnits": "ou-sbox-00000000"}),
        (CONFORMANCE_PACKS, {"TargetOrganizationalUnits": f"{ROOT},ou-sbox-00000000"}),
        (CONFIG_RECORDING, {"TargetOrganizationalUnits": "ou-sbox-00000000"}),
        (CONFIG_RECORDING, {"CustomDeliveryTopicAccountId": None}),
        (CONFIG_RECORDING, {"CustomDeliveryTopicName": None}),
        (CONFIG_RECORDING, {"DeliveryBucketName": None}),
        (CONFIG_RECORDING, {"ResourceTypesToRecord": "AWS::EC2::Instances"}),
        (CONFIG_RECORDING, {"NotificationOptions": "Mail"}),
        (CONFIG_RECORDING, {"RemediationSchedule": "rate(14 days)"}),
        (CONFIG_RECORDING, {"GlobalResourceTypesRegion": "global"}),
        (DISTRIBUTOR, {"PackagesToInstall": None}),
        (DISTRIBUTOR, {"PackagesToInstall": "AWSCWAgent,Editor"}),
        (DISTRIBUTOR, {"TargetType": "*"}),
        (DISTRIBUTOR, {"TargetType": "Everything"}),
        (INSTANCE_MANAGEMENT, {"TargetType": "*"}),
        (PATCH_POLICY, {"TargetType": "Tags", "TargetTagKey": "a"}),
        (UNIFIED_CONSOLE, {"DelegatedAccountId": None}),
        (UNIFIED_CONSOLE, {"HomeRegion": None}),
        (UNIFIED_CONSOLE, {"AgentUpdateSchedule": "daily"}),
        (UNIFIED_CONSOLE, {"TargetOrganizationalUnits": "ou-sbox-00000000"}),
        (JUST_IN_TIME_NODE_ACCESS, {"DelegatedAccountId": None}),
        (JUST_IN_TIME_NODE_ACCESS, {"IdentityProviderSetting": "LDAP"}),
        (local(INSTANCE_MANAGEMENT), {"TargetType": "InstanceIds"}),
        (local(INSTANCE_MANAGEMENT), {"TargetType": "ResourceGroups"}),
        (local(DISTRIBUTOR), {"TargetType": "Tags", "TargetTagValue": "b"}),
    ],
)
@pytest.mark.usefixtures("roles")
def test_invalid_definitions(
    sandbox: Sandbox,
    quick_setup: Any,
    client_error: Any,
    definition: dict[str, Any],
    parameters: dict[str, str | None],
) -> None:
    set_up_administrator(sandbox)
    with client_error("ValidationException"):
        create(quick_setup, changed(definition, **parameters))
    assert quick_setup.list_configuration_managers()["ConfigurationManagersList"] == []


@pytest.mark.parametrize(
    "definition",
    [CHANGE_MANAGER, OPS_CENTER, CONFORMANCE_PACKS],
    ids=_name,
)
def test_types_that_require_a_delegated_administrator(
    sandbox: Sandbox, quick_setup: Any, client_error: Any, definition: dict[str, Any]
) -> None:
    with client_error("ValidationException"):
        create(quick_setup, definition)
    set_up_administrator(sandbox)
    with client_error("ValidationException"):
        create(quick_setup, changed(definition, DelegatedAccountId=MEMBER))
    create(quick_setup, definition)


def test_conformance_packs_require_the_administrator_of_config(
    sandbox: Sandbox, quick_setup: Any, client_error: Any
) -> None:
    sandbox.client("organizations").register_delegated_administrator(
        AccountId=ADMINISTRATOR, ServicePrincipal="ssm.amazonaws.com"
    )
    with client_error("ValidationException"):
        create(quick_setup, CONFORMANCE_PACKS)


def test_a_list_with_too_few_elements_fails(sandbox: Sandbox, quick_setup: Any) -> None:
    manager = wait(sandbox, quick_setup, create(quick_setup, changed(DISTRIBUTOR, PackagesToInstall="AWSCWAgent")))
    assert manager["StatusSummaries"][0]["Status"] == "FAILED"
