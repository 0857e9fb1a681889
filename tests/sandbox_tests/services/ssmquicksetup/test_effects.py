"""What Quick Setup's types make in the accounts they go to, and the rules that are one type's alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox_tests.cases.quick_setup import (
    ADMINISTRATOR,
    CHANGE_MANAGER,
    INSTANCE_MANAGEMENT,
    MANAGEMENT,
    MEMBER,
    OPS_CENTER,
    ROOT,
    changed,
    create,
    local,
    message,
    policy,
    set_up_administrator,
    statuses,
    wait,
)

if TYPE_CHECKING:
    from sandbox import Sandbox

ACCOUNT_DISCOVERY = "AWSServiceRoleForAmazonSSM_AccountDiscovery"
ADMINISTRATOR_ROLES = {"OpsItem-CrossAccountManagementRole", "AWS-SystemsManager-AutomationAdministrationRole"}
MEMBER_ROLES = {"OpsItem-CrossAccountExecutionRole", "AWS-SystemsManager-AutomationExecutionRole"}
SHOP = "444444444444"


def _roles_of_ops_center(sandbox: Sandbox) -> dict[str, set[str]]:
    known = ADMINISTRATOR_ROLES | MEMBER_ROLES
    found = {
        account_id: {role["name"] for role in roles} & known
        for account_id, roles in sandbox.snapshot()["roles"].items()
    }
    return {account_id: names for account_id, names in found.items() if names}


def _accounts_with_account_discovery(sandbox: Sandbox) -> set[str]:
    roles = sandbox.snapshot()["service_linked_roles"]
    return {account_id for account_id in roles if ACCOUNT_DISCOVERY in {role["name"] for role in roles[account_id]}}


def _change(quick_setup: Any, manager: dict[str, Any], definition: dict[str, Any]) -> None:
    quick_setup.update_configuration_definition(
        ManagerArn=manager["ManagerArn"],
        Id=manager["ConfigurationDefinitions"][0]["Id"],
        Parameters=definition["Parameters"],
    )


# OpsCenter


def test_ops_center_creates_roles_once_for_each_account(sandbox: Sandbox, quick_setup: Any) -> None:
    set_up_administrator(sandbox)
    # Trusted access has created it here already.
    sandbox.client("iam").delete_service_linked_role(RoleName=ACCOUNT_DISCOVERY)
    manager = wait(sandbox, quick_setup, create(quick_setup, changed(OPS_CENTER, TargetRegions="us-east-1,eu-west-1")))
    assert manager["StatusSummaries"][0]["Status"] == "SUCCEEDED", message(manager)
    everywhere = {ADMINISTRATOR: ADMINISTRATOR_ROLES | MEMBER_ROLES, MEMBER: MEMBER_ROLES}
    assert _roles_of_ops_center(sandbox) == everywhere
    assert _accounts_with_account_discovery(sandbox) == {MANAGEMENT, ADMINISTRATOR}
    _change(quick_setup, manager, OPS_CENTER)
    wait(sandbox, quick_setup, manager["ManagerArn"])
    assert _roles_of_ops_center(sandbox) == everywhere
    quick_setup.delete_configuration_manager(ManagerArn=manager["ManagerArn"])
    sandbox.clock.advance(60)
    assert _roles_of_ops_center(sandbox) == {}
    assert _accounts_with_account_discovery(sandbox) == {MANAGEMENT, ADMINISTRATOR}


def test_ops_center_is_removed_from_former_targets(sandbox: Sandbox, quick_setup: Any) -> None:
    set_up_administrator(sandbox)
    manager = wait(sandbox, quick_setup, create(quick_setup, OPS_CENTER))
    units = sandbox.client("organizations").list_organizational_units_for_parent(ParentId=ROOT)["OrganizationalUnits"]
    _change(quick_setup, manager, changed(OPS_CENTER, TargetOrganizationalUnits=units[0]["Id"]))
    wait(sandbox, quick_setup, manager["ManagerArn"])
    assert _roles_of_ops_center(sandbox) == {ADMINISTRATOR: ADMINISTRATOR_ROLES | MEMBER_ROLES}


def test_roles_of_ops_center_remain_where_a_later_deployment_fails(sandbox: Sandbox, quick_setup: Any) -> None:
    set_up_administrator(sandbox)
    manager = wait(sandbox, quick_setup, create(quick_setup, OPS_CENTER))
    sandbox.fail_deployment("configuration", MEMBER, "us-east-1", "An SCP denies iam:UpdateRole.")
    _change(quick_setup, manager, OPS_CENTER)
    assert wait(sandbox, quick_setup, manager["ManagerArn"])["StatusSummaries"][0]["Status"] == "FAILED"
    assert _roles_of_ops_center(sandbox)[MEMBER] == MEMBER_ROLES


@pytest.mark.parametrize(
    ("account_id", "role_name", "failed"),
    [
        (MEMBER, "AWS-SystemsManager-AutomationExecutionRole", "AWS-QuickSetup-SSMOpsCenter-TA-"),
        (ADMINISTRATOR, "AWS-SystemsManager-AutomationAdministrationRole", "delegatedAdmin"),
    ],
)
def test_an_existing_role_fails_the_deployment_of_ops_center(
    sandbox: Sandbox, quick_setup: Any, account_id: str, role_name: str, failed: str
) -> None:
    set_up_administrator(sandbox)
    trust = policy(Principal={"Service": "ssm.amazonaws.com"})
    sandbox.client("iam", account_id).create_role(RoleName=role_name, AssumeRolePolicyDocument=trust)
    arn = create(quick_setup, OPS_CENTER)
    manager = wait(sandbox, quick_setup, arn)
    assert manager["StatusSummaries"][0]["Status"] == "FAILED"
    assert message(manager).startswith(f"Deployment to these StackSets failed: {failed}")
    quick_setup.delete_configuration_manager(ManagerArn=arn)
    sandbox.clock.advance(60)
    assert _roles_of_ops_center(sandbox) == {account_id: {role_name}}


# Host Management


def _instance_runs(sandbox: Sandbox) -> dict[str, dict[str, list[str]]]:
    runs: dict[str, dict[str, list[str]]] = sandbox.snapshot()["associations"]
    return runs


@pytest.mark.scenario("realistic")
def test_host_management_runs_on_managed_instances(sandbox: Sandbox, quick_setup: Any) -> None:
    manager = wait(
        sandbox, quick_setup, create(quick_setup, changed(INSTANCE_MANAGEMENT, TargetRegions="ap-northeast-1"))
    )
    sandbox.clock.advance(60)
    assert statuses(quick_setup, manager["ManagerArn"]) == ("SUCCEEDED", "SUCCEEDED")
    managed = {"i-0a1b2c3d4e5f60741": ["Success"], "i-0a1b2c3d4e5f60742": ["Success"]}
    assert _instance_runs(sandbox) == {f"{SHOP} ap-northeast-1": managed}
    nothing = {"UpdateSsmAgent": None, "UpdateSSMAgent": "false", "CollectInventory": "false", "ScanInstances": "false"}
    _change(quick_setup, manager, changed(INSTANCE_MANAGEMENT, TargetRegions="ap-northeast-1", **nothing))
    sandbox.clock.advance(120)
    assert _instance_runs(sandbox) == {}
    by_default = dict.fromkeys(nothing)
    _change(quick_setup, manager, changed(INSTANCE_MANAGEMENT, TargetRegions="ap-northeast-1", **by_default))
    sandbox.clock.advance(120)
    assert _instance_runs(sandbox) == {f"{SHOP} ap-northeast-1": managed}
    quick_setup.delete_configuration_manager(ManagerArn=manager["ManagerArn"])
    sandbox.clock.advance(60)
    assert _instance_runs(sandbox) == {}


@pytest.mark.scenario("realistic")
@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize(
    ("instances", "runs"),
    [
        ("i-0a1b2c3d4e5f60711", {"111111111111 ap-northeast-1": {"i-0a1b2c3d4e5f60711": ["Success"]}}),
        ("i-0a1b2c3d4e5f60741", {}),
    ],
)
def test_local_host_management_by_instance_ids(
    sandbox: Sandbox, quick_setup: Any, instances: str, runs: dict[str, dict[str, list[str]]]
) -> None:
    sandbox.client("ssm", region="ap-northeast-1").update_service_setting(
        SettingId="/ssm/managed-instance/default-ec2-instance-management-role", SettingValue="Own"
    )
    chosen = {"TargetType": "InstanceIds", "TargetInstances": instances, "TargetRegions": "ap-northeast-1"}
    wait(sandbox, quick_setup, create(quick_setup, local(INSTANCE_MANAGEMENT, **chosen)))
    sandbox.clock.advance(60)
    assert _instance_runs(sandbox) == runs


# Change Manager


def test_the_administrator_of_change_manager_may_share_its_unit(sandbox: Sandbox, quick_setup: Any) -> None:
    sandbox.client("organizations").register_delegated_administrator(
        AccountId=ADMINISTRATOR, ServicePrincipal="ssm.amazonaws.com"
    )
    manager = wait(sandbox, quick_setup, create(quick_setup, CHANGE_MANAGER))
    assert manager["StatusSummaries"][0]["Status"] == "SUCCEEDED", message(manager)
