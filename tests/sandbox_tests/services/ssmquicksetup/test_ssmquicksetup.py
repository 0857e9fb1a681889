"""Quick Setup deployments and their status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Scenario
from sandbox.services.ssmquicksetup.behavior import Behavior
from sandbox_tests.cases.quick_setup import (
    ADMINISTRATOR,
    HOST_MANAGEMENT,
    MANAGEMENT,
    MEMBER,
    PATCH_POLICY,
    RESOURCE_EXPLORER,
    SETTING,
    changed,
    create,
    message,
    statuses,
    wait,
)
from sandbox_tests.cases.stack_sets import instances_of, stack_set_name

if TYPE_CHECKING:
    from sandbox import Sandbox

_ACCOUNT = {"id": MANAGEMENT, "name": "Management", "email": "management@example.com"}


# How far it is


def test_polling_advances_the_clock(quick_setup: Any) -> None:
    arn = create(quick_setup, HOST_MANAGEMENT)
    assert [statuses(quick_setup, arn) for _ in range(6)] == [
        ("INITIALIZING", "NONE"),
        ("DEPLOYING", "NONE"),
        ("SUCCEEDED", "DEPLOYING"),
        ("SUCCEEDED", "DEPLOYING"),
        ("SUCCEEDED", "SUCCEEDED"),
        ("SUCCEEDED", "SUCCEEDED"),
    ]
    quick_setup.delete_configuration_manager(ManagerArn=arn)
    assert [statuses(quick_setup, arn)[0] for _ in range(2)] == ["DELETING", "DELETING"]
    assert quick_setup.list_configuration_managers()["ConfigurationManagersList"] == []


def test_polling_a_finished_manager_does_not_advance_the_clock(sandbox: Sandbox, quick_setup: Any) -> None:
    arn = create(quick_setup, HOST_MANAGEMENT)
    sandbox.clock.advance(120)
    statuses(quick_setup, arn)
    now = sandbox.clock.now()
    statuses(quick_setup, arn)
    assert sandbox.clock.now() == now


# What it deploys


@pytest.mark.scenario("realistic")
def test_host_management_sets_the_setting_of_active_members(sandbox: Sandbox, quick_setup: Any) -> None:
    remaining = sandbox.client("ssm", MEMBER, "eu-west-1")
    remaining.update_service_setting(SettingId=SETTING, SettingValue="Own")
    before = sandbox.snapshot()
    arn = create(quick_setup, HOST_MANAGEMENT)
    wait(sandbox, quick_setup, arn)
    # An association does it, after the stack.
    assert sandbox.snapshot()["service_settings"] == before["service_settings"] | {
        f"{MEMBER} eu-west-1": {SETTING: "Own"}
    }
    sandbox.clock.advance(60)
    settings = sandbox.snapshot()["service_settings"]
    # Neither the management account nor the suspended 777777777777.
    members = ["222222222222", "333333333333", "444444444444", "555555555555", "666666666666"]
    assert list(settings) == [f"{account} {region}" for account in members for region in ("eu-west-1", "us-east-1")]
    assert settings["333333333333 eu-west-1"][SETTING] == "Own"
    role = settings["333333333333 us-east-1"][SETTING]
    assert role == "AWS-QuickSetup-SSM-DefaultEC2MgmtRole-us-east-1"
    assert sandbox.client("iam", MEMBER).get_role(RoleName=role)["Role"]["Path"] == "/"
    quick_setup.delete_configuration_manager(ManagerArn=arn)
    sandbox.clock.advance(60)
    after = sandbox.snapshot()
    assert {key for key in before if before[key] != after[key]} == {"roles", "service_linked_roles", "service_settings"}
    assert after["service_settings"] == settings
    # The roles of StackSets and of the setting remain in a member account; that of the stack does not.
    left = {role["name"] for role in after["roles"][MEMBER] if role not in before["roles"][MEMBER]}
    assert {name for name in left if not name.startswith("stacksets-exec-")} == {role}


@pytest.mark.scenario("realistic")
def test_a_patch_policy_runs_on_managed_instances(sandbox: Sandbox, quick_setup: Any, roles: Any) -> None:
    arn = create(
        quick_setup, changed(PATCH_POLICY, TargetRegions="ap-northeast-1,us-east-1", IsPolicyAttachAllowed="true")
    )
    manager = wait(sandbox, quick_setup, arn)
    assert manager["StatusSummaries"][0]["Status"] == "SUCCEEDED", message(manager)
    sandbox.clock.advance(60)
    runs = sandbox.snapshot()["associations"]
    assert runs["444444444444 ap-northeast-1"] == {
        "i-0a1b2c3d4e5f60741": ["Success"],
        "i-0a1b2c3d4e5f60742": ["Success"],
    }
    # This one had no instance profile.
    assert runs["333333333333 ap-northeast-1"] == {"i-0a1b2c3d4e5f60731": ["Success"]}
    instances = sandbox.client("ssm", "444444444444", "ap-northeast-1").describe_instance_information()
    assert {node["AssociationStatus"] for node in instances["InstanceInformationList"]} == {"Success"}
    quick_setup.delete_configuration_manager(ManagerArn=arn)
    sandbox.clock.advance(60)
    assert sandbox.snapshot()["associations"] == {}
    assert roles.get_role(RoleName="AWS-QuickSetup-Execution")


@pytest.mark.usefixtures("roles")
def test_a_local_deployment_is_to_the_own_account(sandbox: Sandbox, quick_setup: Any, client_error: Any) -> None:
    local = changed(PATCH_POLICY, TargetOrganizationalUnits=None, TargetAccounts=MANAGEMENT)
    arn = create(quick_setup, local)
    wait(sandbox, quick_setup, arn)
    (configuration,) = quick_setup.list_configurations(ManagerArn=arn)["ConfigurationsList"]
    assert (configuration["Account"], configuration["Region"]) == (MANAGEMENT, "us-east-1")
    with client_error("ValidationException"):
        create(quick_setup, changed(local, TargetAccounts=MEMBER))


def test_an_update_deploys_to_new_targets_and_undeploys_from_others(sandbox: Sandbox, quick_setup: Any) -> None:
    arn = create(quick_setup, HOST_MANAGEMENT)
    manager = wait(sandbox, quick_setup, arn)
    definition_id = manager["ConfigurationDefinitions"][0]["Id"]
    parameters = {**HOST_MANAGEMENT["Parameters"], "TargetRegions": "eu-west-1,eu-west-2"}
    quick_setup.update_configuration_definition(ManagerArn=arn, Id=definition_id, Parameters=parameters)
    manager = wait(sandbox, quick_setup, arn)
    sandbox.clock.advance(60)
    assert manager["ConfigurationDefinitions"][0]["Parameters"] == parameters
    assert list(sandbox.snapshot()["service_settings"]) == [
        f"{account} {region}" for account in (ADMINISTRATOR, MEMBER) for region in ("eu-west-1", "eu-west-2")
    ]


def test_names_and_tags_change_without_a_deployment(sandbox: Sandbox, quick_setup: Any, client_error: Any) -> None:
    arn = create(quick_setup, HOST_MANAGEMENT)
    wait(sandbox, quick_setup, arn)
    quick_setup.update_configuration_manager(ManagerArn=arn, Name="renamed", Description="why")
    quick_setup.tag_resource(ResourceArn=arn, Tags={"one": "1", "two": "2"})
    quick_setup.untag_resource(ResourceArn=arn, TagKeys=["one"])
    assert quick_setup.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "two", "Value": "2"}]
    manager = quick_setup.get_configuration_manager(ManagerArn=arn)
    assert (manager["Name"], manager["Description"], manager["Tags"]) == ("renamed", "why", {"two": "2"})
    assert manager["StatusSummaries"][0]["Status"] == "SUCCEEDED"
    with client_error("ResourceNotFoundException"):
        quick_setup.list_tags_for_resource(ResourceArn=arn.replace(arn[-4:], "0000"))


@pytest.mark.usefixtures("roles")
def test_lists_are_filtered_and_come_in_pages(sandbox: Sandbox, quick_setup: Any, client_error: Any) -> None:
    for name in ("one", "two"):
        wait(
            sandbox, quick_setup, create(quick_setup, changed(PATCH_POLICY, TargetRegions="eu-west-1,us-east-1"), name)
        )
    first = quick_setup.list_configuration_managers(MaxItems=1)
    second = quick_setup.list_configuration_managers(MaxItems=1, StartingToken=first["NextToken"])
    listed = first["ConfigurationManagersList"] + second["ConfigurationManagersList"]
    assert [manager["Name"] for manager in listed] == ["one", "two"]
    # By the model it is empty at the end, not absent.
    assert second["NextToken"] == ""
    named = quick_setup.list_configuration_managers(Filters=[{"Key": "Name", "Values": ["two"]}])
    assert [manager["Name"] for manager in named["ConfigurationManagersList"]] == ["two"]
    found = quick_setup.list_configurations(Filters=[{"Key": "Account", "Values": [MEMBER]}])["ConfigurationsList"]
    assert {configuration["Account"] for configuration in found} == {MEMBER}
    assert len(found) == 4
    assert quick_setup.get_configuration(ConfigurationId=found[0]["Id"])["Account"] == MEMBER
    with client_error("ValidationException"):
        quick_setup.list_configuration_managers(StartingToken="forged")
    with client_error("ValidationException"):
        quick_setup.list_configurations(Filters=[{"Key": "Colour", "Values": ["blue"]}])
    with client_error("ResourceNotFoundException"):
        quick_setup.get_configuration(ConfigurationId="nothing")


# Where AWS's sources can be read in several ways


def test_configurations_are_rows_of_definitions(sandbox: Sandbox, quick_setup: Any) -> None:
    sandbox.fail_deployment("configuration", MEMBER, "eu-west-1", "An SCP denies it.")
    arn = create(quick_setup, HOST_MANAGEMENT)
    manager = wait(sandbox, quick_setup, arn)
    sandbox.quick_setup.configuration_rows = "definitions"
    (row,) = quick_setup.list_configurations(ManagerArn=arn)["ConfigurationsList"]
    assert (row["Account"], row["Region"]) == (MANAGEMENT, "us-east-1")
    assert row["StatusSummaries"] == manager["StatusSummaries"]
    assert quick_setup.get_configuration(ConfigurationId=row["Id"])["StatusSummaries"] == row["StatusSummaries"]
    assert quick_setup.list_configurations(Filters=[{"Key": "Account", "Values": [MEMBER]}])["ConfigurationsList"] == []
    cloudformation = sandbox.client("cloudformation")
    # StackSets has every account and Region either way.
    states = instances_of(cloudformation, stack_set_name(cloudformation))
    assert len(states) == 4
    assert states[MEMBER, "eu-west-1"] == "FAILED"


def test_executions_come_first(sandbox: Sandbox, quick_setup: Any) -> None:
    sandbox.quick_setup.executions_first = True
    manager = wait(sandbox, quick_setup, create(quick_setup, HOST_MANAGEMENT))
    (row, *_) = quick_setup.list_configurations()["ConfigurationsList"]
    for summaries in (manager["StatusSummaries"], row["StatusSummaries"]):
        assert [summary["StatusType"] for summary in summaries] == ["AsyncExecutions", "Deployment"]


def test_a_scenario_decides(sandbox: Sandbox) -> None:
    behavior = {"configuration_rows": "definitions", "executions_first": True}
    document = {"description": "One account.", "management_account": _ACCOUNT, "quick_setup": behavior}
    sandbox.reset(Scenario.parse(document))
    assert vars(sandbox.quick_setup) == {**vars(Behavior()), **behavior}
    sandbox.reset(Scenario.named("bare"))
    assert sandbox.quick_setup == Behavior()


# Parameters that Quick Setup adds


def _parameters(quick_setup: Any, arn: str) -> dict[str, str]:
    found: dict[str, str] = quick_setup.get_configuration_manager(ManagerArn=arn)["ConfigurationDefinitions"][0][
        "Parameters"
    ]
    return found


@pytest.mark.usefixtures("roles")
def test_a_parameter_is_added_at_creation_and_update(sandbox: Sandbox, quick_setup: Any) -> None:
    sandbox.add_server_parameter("added", "QSForceUpdateParam", "1")
    arn = create(quick_setup, PATCH_POLICY, "added")
    sent = changed(PATCH_POLICY)["Parameters"]
    assert _parameters(quick_setup, arn) == {**sent, "QSForceUpdateParam": "1"}
    manager = wait(sandbox, quick_setup, arn)
    assert manager["StatusSummaries"][0]["Status"] == "SUCCEEDED"

    sandbox.add_server_parameter("added", "QSForceUpdateParam", "2")
    definition_id = manager["ConfigurationDefinitions"][0]["Id"]
    quick_setup.update_configuration_definition(ManagerArn=arn, Id=definition_id, Parameters=sent)
    assert _parameters(quick_setup, arn)["QSForceUpdateParam"] == "2"
    sandbox.clock.advance(60)
    own = {**sent, "QSForceUpdateParam": "own"}
    quick_setup.update_configuration_definition(ManagerArn=arn, Id=definition_id, Parameters=own)
    assert _parameters(quick_setup, arn) == own
    sandbox.clock.advance(60)
    assert _parameters(quick_setup, create(quick_setup, PATCH_POLICY, "other")) == sent


def test_a_reset_removes_server_parameters(
    sandbox: Sandbox, quick_setup: Any, client_error: Any, request: pytest.FixtureRequest
) -> None:
    sandbox.add_server_parameter("added", "Colour", "blue")
    sandbox.reset(sandbox.scenario)
    request.getfixturevalue("roles")
    sandbox.client("cloudformation").activate_organizations_access()
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    assert _parameters(quick_setup, create(quick_setup, PATCH_POLICY, "added")) == PATCH_POLICY["Parameters"]
    sandbox.clock.advance(60)
    with client_error("ValidationException"):
        create(quick_setup, changed(PATCH_POLICY, Colour="blue"))


def test_a_parameter_of_the_template_may_be_sent_back(quick_setup: Any, client_error: Any) -> None:
    sent = changed(RESOURCE_EXPLORER, QSForceUpdateParam="1")
    assert _parameters(quick_setup, create(quick_setup, sent)) == sent["Parameters"]
    with client_error("ValidationException"):
        create(quick_setup, changed(HOST_MANAGEMENT, QSForceUpdateParam="1"))


# Settings


def test_the_explorer_enabling_role(quick_setup: Any, roles: Any, client_error: Any) -> None:
    assert quick_setup.get_service_settings()["ServiceSettings"] == {}
    with client_error("ValidationException"):
        quick_setup.update_service_settings(ExplorerEnablingRoleArn=f"arn:aws:iam::{MANAGEMENT}:role/Missing")
    role_arn = roles.get_role(RoleName="AWS-QuickSetup-Execution")["Role"]["Arn"]
    quick_setup.update_service_settings(ExplorerEnablingRoleArn=role_arn)
    quick_setup.update_service_settings()
    assert quick_setup.get_service_settings()["ServiceSettings"] == {"ExplorerEnablingRoleArn": role_arn}
    quick_setup.update_service_settings(ExplorerEnablingRoleArn="")
    assert quick_setup.get_service_settings()["ServiceSettings"] == {}
