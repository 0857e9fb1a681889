"""What Quick Setup's types make in the accounts they go to, and the rules that are one type's alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.services.ssmquicksetup import documents
from sandbox_tests.cases.quick_setup import (
    ADMINISTRATOR,
    CHANGE_MANAGER,
    INSTANCE_MANAGEMENT,
    MANAGEMENT,
    MEMBER,
    OPS_CENTER,
    PATCH_POLICY,
    ROOT,
    UNIFIED_CONSOLE,
    changed,
    create,
    local,
    message,
    policy,
    set_up_administrator,
    statuses,
    wait,
)
from sandbox_tests.cases.stack_sets import results_of, stack_set_name

if TYPE_CHECKING:
    from sandbox import Sandbox

ACCOUNT_DISCOVERY = "AWSServiceRoleForAmazonSSM_AccountDiscovery"
ADMINISTRATOR_ROLES = {"OpsItem-CrossAccountManagementRole", "AWS-SystemsManager-AutomationAdministrationRole"}
MEMBER_ROLES = {"OpsItem-CrossAccountExecutionRole", "AWS-SystemsManager-AutomationExecutionRole"}
SHOP = "444444444444"
INSTANCE_ROLE = "AmazonSSMRoleForInstancesQuickSetup"
TOKYO_AND_VIRGINIA = "ap-northeast-1,us-east-1"


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


SYNC = "OpsCenter-DA-ResourceDataSync"
LEFT = {
    ADMINISTRATOR: {"AWS-SystemsManager-AutomationAdministrationRole"},
    MEMBER: {"AWS-SystemsManager-AutomationExecutionRole"},
}


def _syncs(sandbox: Sandbox) -> dict[str, list[str]]:
    syncs = sandbox.snapshot()["resource_data_syncs"]
    return {location: [sync["name"] for sync in found] for location, found in syncs.items()}


def test_ops_center_creates_roles_and_a_sync(sandbox: Sandbox, quick_setup: Any) -> None:
    set_up_administrator(sandbox)
    # Trusted access has created it here already.
    sandbox.client("iam").delete_service_linked_role(RoleName=ACCOUNT_DISCOVERY)
    manager = wait(sandbox, quick_setup, create(quick_setup, changed(OPS_CENTER, TargetRegions="us-east-1,eu-west-1")))
    assert manager["StatusSummaries"][0]["Status"] == "SUCCEEDED", message(manager)
    everywhere = {ADMINISTRATOR: ADMINISTRATOR_ROLES, MEMBER: MEMBER_ROLES}
    assert _roles_of_ops_center(sandbox) == everywhere
    assert _accounts_with_account_discovery(sandbox) == {MANAGEMENT, ADMINISTRATOR}
    assert _syncs(sandbox) == {f"{ADMINISTRATOR} us-east-1": [SYNC]}
    _change(quick_setup, manager, OPS_CENTER)
    wait(sandbox, quick_setup, manager["ManagerArn"])
    assert _roles_of_ops_center(sandbox) == everywhere
    quick_setup.delete_configuration_manager(ManagerArn=manager["ManagerArn"])
    sandbox.clock.advance(60)
    assert _roles_of_ops_center(sandbox) == LEFT
    assert _accounts_with_account_discovery(sandbox) == {MANAGEMENT, ADMINISTRATOR}
    assert _syncs(sandbox) == {}
    log_groups = sandbox.client("logs", MEMBER, "eu-west-1").describe_log_groups()["logGroups"]
    assert len(log_groups) == 1, "DeletionPolicy: Retain"


def test_what_is_retained_follows_the_facts(sandbox: Sandbox, quick_setup: Any, monkeypatch: Any) -> None:
    set_up_administrator(sandbox)
    resources = documents.document_of("AWSQuickSetupType-SSMOpsCenter")["templates"]["DA"]["resources"]
    monkeypatch.setitem(resources["ResourceDataSyncForDelegatedAdmin"], "deletion_policy", "Retain")
    manager = wait(sandbox, quick_setup, create(quick_setup, OPS_CENTER))
    quick_setup.delete_configuration_manager(ManagerArn=manager["ManagerArn"])
    sandbox.clock.advance(60)
    assert _syncs(sandbox) == {f"{ADMINISTRATOR} us-east-1": [SYNC]}


def test_ops_center_is_removed_from_former_targets(sandbox: Sandbox, quick_setup: Any) -> None:
    set_up_administrator(sandbox)
    manager = wait(sandbox, quick_setup, create(quick_setup, OPS_CENTER))
    units = sandbox.client("organizations").list_organizational_units_for_parent(ParentId=ROOT)["OrganizationalUnits"]
    _change(quick_setup, manager, changed(OPS_CENTER, TargetOrganizationalUnits=units[0]["Id"]))
    wait(sandbox, quick_setup, manager["ManagerArn"])
    assert _roles_of_ops_center(sandbox) == {**LEFT, ADMINISTRATOR: ADMINISTRATOR_ROLES}


def test_ops_center_uses_roles_that_exist(sandbox: Sandbox, quick_setup: Any) -> None:
    set_up_administrator(sandbox)
    trust = policy(Principal={"Service": "ssm.amazonaws.com"})
    sandbox.client("iam", MEMBER).create_role(
        RoleName="AWS-SystemsManager-AutomationExecutionRole", AssumeRolePolicyDocument=trust
    )
    manager = wait(sandbox, quick_setup, create(quick_setup, OPS_CENTER))
    assert manager["StatusSummaries"][0]["Status"] == "SUCCEEDED", message(manager)


def test_ops_center_leaves_roles_that_it_did_not_make(sandbox: Sandbox, quick_setup: Any) -> None:
    set_up_administrator(sandbox)
    name = "OpsItem-CrossAccountExecutionRole"
    sandbox.client("iam", MEMBER).create_role(
        RoleName=name, AssumeRolePolicyDocument=policy(Principal={"Service": "ssm.amazonaws.com"})
    )
    manager = wait(sandbox, quick_setup, create(quick_setup, OPS_CENTER))
    quick_setup.delete_configuration_manager(ManagerArn=manager["ManagerArn"])
    sandbox.clock.advance(60)
    assert _roles_of_ops_center(sandbox)[MEMBER] == {name, "AWS-SystemsManager-AutomationExecutionRole"}


def test_a_function_that_cannot_delete_its_role_fails_the_deletion(sandbox: Sandbox, quick_setup: Any) -> None:
    set_up_administrator(sandbox)
    arn = create(quick_setup, OPS_CENTER)
    wait(sandbox, quick_setup, arn)
    sandbox.client("iam", MEMBER).attach_role_policy(
        RoleName="OpsItem-CrossAccountExecutionRole", PolicyArn="arn:aws:iam::aws:policy/AmazonSSMFullAccess"
    )
    quick_setup.delete_configuration_manager(ManagerArn=arn)
    assert wait(sandbox, quick_setup, arn)["StatusSummaries"][0]["Status"] == "DELETE_FAILED"


def test_a_step_that_fails_stops_the_next(sandbox: Sandbox, quick_setup: Any) -> None:
    set_up_administrator(sandbox)
    syncs = sandbox.client("ssm", ADMINISTRATOR)
    source = {"SourceType": "SingleAccountMultiRegions", "SourceRegions": ["us-east-1"]}
    for number in range(5):
        syncs.create_resource_data_sync(SyncName=f"own-{number}", SyncType="SyncFromSource", SyncSource=source)
    manager = wait(sandbox, quick_setup, create(quick_setup, OPS_CENTER))
    definition_id = manager["ConfigurationDefinitions"][0]["Id"]
    assert message(manager) == (f"Deployment to these StackSets failed: AWS-QuickSetup-SSMOpsCenter-DA-{definition_id}")
    assert quick_setup.list_configurations()["ConfigurationsList"] == []


# Patch policies


@pytest.mark.scenario("realistic")
@pytest.mark.usefixtures("roles")
def test_a_node_reads_its_baselines_with_tag_and_policy(sandbox: Sandbox, quick_setup: Any) -> None:
    manager = wait(sandbox, quick_setup, create(quick_setup, changed(PATCH_POLICY, TargetRegions=TOKYO_AND_VIRGINIA)))
    arn, definition_id = manager["ManagerArn"], manager["ConfigurationDefinitions"][0]["Id"]
    bucket = f"aws-quicksetup-patchpolicy-{MANAGEMENT}-{definition_id}"
    assert bucket in {found["name"] for found in sandbox.snapshot()["buckets"][MANAGEMENT]}
    sandbox.clock.advance(60)
    assert statuses(quick_setup, arn) == ("SUCCEEDED", "FAILED")
    own = {"i-0a1b2c3d4e5f60741", "i-0a1b2c3d4e5f60742"}
    failed = _instance_runs(sandbox)[f"{SHOP} ap-northeast-1"]
    assert {instance_id for instance_id, runs in failed.items() if runs == ["Failed"]} == own

    iam = sandbox.client("iam", SHOP)
    profiles = {
        instance.instance_profile
        for instance in sandbox.scenario.instances
        if instance.id in own and instance.instance_profile
    }
    for profile in profiles:
        iam.create_role(RoleName=profile, AssumeRolePolicyDocument=policy(Principal={"Service": "ec2.amazonaws.com"}))
        iam.tag_role(RoleName=profile, Tags=[{"Key": f"QSConfigId-{definition_id}", "Value": definition_id}])
    sandbox.clock.advance(24 * 60 * 60)
    assert _instance_runs(sandbox)[f"{SHOP} ap-northeast-1"] == failed
    for profile in profiles:
        iam.attach_role_policy(
            RoleName=profile, PolicyArn="arn:aws:iam::aws:policy/AWSQuickSetupPatchPolicyBaselineAccess"
        )
    sandbox.clock.advance(24 * 60 * 60)
    runs = _instance_runs(sandbox)[f"{SHOP} ap-northeast-1"]
    assert {instance_id for instance_id, states in runs.items() if states == ["Success"]} >= own

    quick_setup.delete_configuration_manager(ManagerArn=arn)
    sandbox.clock.advance(60)
    (left,) = sandbox.snapshot()["buckets"][MANAGEMENT]
    assert left["name"].startswith(f"aws-quicksetup-patchpolicy-access-log-{MANAGEMENT}-")


@pytest.mark.usefixtures("roles")
def test_a_deletion_fails_with_the_removal_of_tags(sandbox: Sandbox, quick_setup: Any, cloudformation: Any) -> None:
    arn = create(quick_setup, PATCH_POLICY)
    wait(sandbox, quick_setup, arn)
    name = stack_set_name(cloudformation)
    sandbox.quick_setup.tag_removal_fails = True
    quick_setup.delete_configuration_manager(ManagerArn=arn)
    manager = wait(sandbox, quick_setup, arn)
    assert (manager["StatusSummaries"][0]["Status"], name in message(manager)) == ("DELETE_FAILED", True)
    assert all("Name tags failed" in str(reason) for _, reason in results_of(cloudformation, name).values())
    sandbox.quick_setup.tag_removal_fails = False
    quick_setup.delete_configuration_manager(ManagerArn=arn)
    sandbox.clock.advance(60)
    assert sandbox.snapshot()["quick_setup"] == {}


@pytest.mark.usefixtures("roles")
def test_a_role_with_a_policy_of_others_fails_the_deletion(
    sandbox: Sandbox, quick_setup: Any, cloudformation: Any
) -> None:
    arn = create(quick_setup, PATCH_POLICY)
    definition_id = wait(sandbox, quick_setup, arn)["ConfigurationDefinitions"][0]["Id"]
    role_name = f"AWS-QuickSetup-AutomationRole-V2-us-east-1-{definition_id}"
    name, iam = stack_set_name(cloudformation), sandbox.client("iam", MEMBER)
    attached = {"RoleName": role_name, "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    iam.attach_role_policy(**attached)
    quick_setup.delete_configuration_manager(ManagerArn=arn)
    manager = wait(sandbox, quick_setup, arn)
    assert manager["StatusSummaries"][0]["Status"] == "DELETE_FAILED"
    assert message(manager) == f"Deployment to these StackSets failed: {name}"
    failed = "ResourceLogicalId:RoleForAutomationV2, ResourceType:AWS::IAM::Role, ResourceStatusReason:"
    results = {account_id: found for (account_id, _), found in results_of(cloudformation, name).items()}
    assert results == {
        ADMINISTRATOR: ("SUCCEEDED", None),
        MEMBER: (
            "FAILED",
            f"{failed}Cannot delete entity, must detach all policies first.",
        ),
    }
    assert role_name in {role["name"] for role in sandbox.snapshot()["roles"][MEMBER]}
    iam.detach_role_policy(**attached)
    quick_setup.delete_configuration_manager(ManagerArn=arn)
    sandbox.clock.advance(60)
    assert sandbox.snapshot()["quick_setup"] == {}


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
    managed = {
        # Those without an instance profile get Quick Setup's.
        f"{MEMBER} ap-northeast-1": {"i-0a1b2c3d4e5f60731": ["Success"]},
        f"{SHOP} ap-northeast-1": {"i-0a1b2c3d4e5f60741": ["Success"], "i-0a1b2c3d4e5f60742": ["Success"]},
        "555555555555 ap-northeast-1": {"i-0a1b2c3d4e5f60751": ["Success"]},
    }
    assert _instance_runs(sandbox) == managed
    assert INSTANCE_ROLE in {role["name"] for role in sandbox.snapshot()["roles"][MEMBER]}
    nothing = {"UpdateSsmAgent": "false", "CollectInventory": "false", "ScanInstances": "false"}
    _change(quick_setup, manager, changed(INSTANCE_MANAGEMENT, TargetRegions="ap-northeast-1", **nothing))
    sandbox.clock.advance(120)
    assert _instance_runs(sandbox) == {}
    by_default = dict.fromkeys(nothing)
    _change(quick_setup, manager, changed(INSTANCE_MANAGEMENT, TargetRegions="ap-northeast-1", **by_default))
    sandbox.clock.advance(120)
    assert _instance_runs(sandbox) == managed
    quick_setup.delete_configuration_manager(ManagerArn=manager["ManagerArn"])
    sandbox.clock.advance(60)
    assert _instance_runs(sandbox) == {}


@pytest.mark.scenario("realistic")
def test_the_instance_role_is_made_beside_a_profile_of_its_own(sandbox: Sandbox, quick_setup: Any) -> None:
    chosen = changed(INSTANCE_MANAGEMENT, TargetRegions="ap-northeast-1", IsPolicyAttachAllowed="false")
    arn = create(quick_setup, chosen)
    wait(sandbox, quick_setup, arn)
    sandbox.clock.advance(60)
    assert statuses(quick_setup, arn) == ("SUCCEEDED", "SUCCEEDED")
    # Every node of this account has a profile, which keeps its policies.
    iam = sandbox.client("iam", SHOP)
    (profile,) = iam.list_instance_profiles_for_role(RoleName=INSTANCE_ROLE)["InstanceProfiles"]
    assert profile["InstanceProfileName"] == INSTANCE_ROLE
    attached = iam.list_attached_role_policies(RoleName=INSTANCE_ROLE)["AttachedPolicies"]
    assert {one["PolicyName"] for one in attached} == {"AmazonSSMManagedInstanceCore", "AmazonSSMPatchAssociation"}
    assert {one["RoleName"] for one in iam.list_roles()["Roles"]} >= {INSTANCE_ROLE}
    profiles = {
        node.instance_profile
        for node in sandbox.scenario.instances
        if node.account_id == SHOP and node.instance_profile
    }
    assert profiles.isdisjoint(role["RoleName"] for role in iam.list_roles()["Roles"])


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


def test_change_manager_has_one_region(sandbox: Sandbox, quick_setup: Any, cloudformation: Any) -> None:
    set_up_administrator(sandbox)
    two = changed(CHANGE_MANAGER, TargetRegions="us-east-1,eu-west-1")
    manager = wait(sandbox, quick_setup, create(quick_setup, two))
    definition_id = manager["ConfigurationDefinitions"][0]["Id"]
    assert message(manager).endswith(f"AWS-QuickSetup-SSMChangeMgr-DA-{definition_id}")
    instances = cloudformation.list_stack_instances(StackSetName=f"AWS-QuickSetup-SSMChangeMgr-DA-{definition_id}")
    reasons = [instance.get("StatusReason", "") for instance in instances["Summaries"]]
    assert sorted(reason.partition("ResourceStatusReason:")[2] for reason in reasons) == [
        "",
        "AWS-QuickSetup-SSMChangeMgr-OperatorsAdminRole already exists.",
    ]


def test_global_resources_follow_the_condition_on_their_region(
    sandbox: Sandbox, quick_setup: Any, monkeypatch: Any
) -> None:
    set_up_administrator(sandbox)
    template = documents.document_of("AWSQuickSetupType-SSMOpsCenter")["templates"]["DA"]
    in_regions = changed(OPS_CENTER, TargetRegions="eu-west-1,us-east-1")
    arn = create(quick_setup, in_regions)
    wait(sandbox, quick_setup, arn)
    assert set(_syncs(sandbox)) == {f"{ADMINISTRATOR} us-east-1"}
    quick_setup.delete_configuration_manager(ManagerArn=arn)
    sandbox.clock.advance(60)
    monkeypatch.setitem(
        template["conditions"], "IsQSGlobalResourcesRegion", {"Fn::Equals": ["everywhere", "everywhere"]}
    )
    wait(sandbox, quick_setup, create(quick_setup, in_regions))
    assert set(_syncs(sandbox)) == {f"{ADMINISTRATOR} {region}" for region in ("us-east-1", "eu-west-1")}


def test_unified_console_makes_its_roles_in_the_home_region(sandbox: Sandbox, quick_setup: Any) -> None:
    set_up_administrator(sandbox)
    two = changed(UNIFIED_CONSOLE, HomeRegion="eu-west-1", TargetRegions="eu-west-1,us-east-1")
    manager = wait(sandbox, quick_setup, create(quick_setup, two))
    assert manager["StatusSummaries"][0]["Status"] == "SUCCEEDED", message(manager)
    names = {role["name"] for role in sandbox.snapshot()["roles"][MEMBER]}
    assert f"AWS-SSM-DiagnosisExecutionRole-{ADMINISTRATOR}-eu-west-1" in names
    assert f"AWS-SSM-DiagnosisExecutionRole-{ADMINISTRATOR}-us-east-1" not in names
