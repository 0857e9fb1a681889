"""Quick Setup keeps AWS's rules: what fails, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from sandbox.services.ssmquicksetup import documents
from sandbox_tests.cases.quick_setup import (
    ADMINISTRATION_ROLE,
    ADMINISTRATOR,
    CHANGE_MANAGER,
    CONFORMANCE_PACKS,
    HOST_MANAGEMENT,
    INSTANCE_MANAGEMENT,
    MANAGEMENT,
    MEMBER,
    PATCH_POLICY,
    RESOURCE_EXPLORER,
    RESOURCE_SCHEDULER,
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
    from collections.abc import Callable

    from sandbox import Sandbox


# What fails


def test_one_account_and_region_that_fails_fails_the_deployment(sandbox: Sandbox, quick_setup: Any) -> None:
    sandbox.fail_deployment("configuration", MEMBER, "eu-west-1", "An SCP denies ssm:UpdateServiceSetting.")
    arn = create(quick_setup, HOST_MANAGEMENT)
    manager = wait(sandbox, quick_setup, arn)
    assert manager["StatusSummaries"][0]["Status"] == "FAILED"
    # StackSets has the reason: test_stack_sets.py.
    assert message(manager).startswith("Deployment to these StackSets failed: AWS-QuickSetup-DHMC-TA-")
    configurations = quick_setup.list_configurations(ManagerArn=arn)["ConfigurationsList"]
    by_account_region = {(one["Account"], one["Region"]): one["StatusSummaries"][0]["Status"] for one in configurations}
    assert by_account_region.pop((MEMBER, "eu-west-1")) == "FAILED"
    assert set(by_account_region.values()) == {"SUCCEEDED"}
    sandbox.clock.advance(60)
    assert statuses(quick_setup, arn) == ("FAILED", "FAILED")
    quick_setup.delete_configuration_manager(ManagerArn=arn)
    sandbox.clock.advance(60)
    assert sandbox.snapshot()["quick_setup"] == {}


def _let_another_service_administrate(iam: Any) -> None:
    trust = policy(Principal={"Service": "ec2.amazonaws.com"})
    iam.update_assume_role_policy(RoleName="AWS-QuickSetup-Administration", PolicyDocument=trust)


def _let_another_execute(iam: Any) -> None:
    trust = policy(Principal={"Service": "cloudformation.amazonaws.com"})
    iam.update_assume_role_policy(RoleName="AWS-QuickSetup-Execution", PolicyDocument=trust)


def _remove_inline_policy(iam: Any) -> None:
    iam.delete_role_policy(RoleName="AWS-QuickSetup-Administration", PolicyName="AssumeExecutionRole")


def _detach_managed_policy(iam: Any) -> None:
    arn = "arn:aws:iam::aws:policy/AWSQuickSetupPatchPolicyDeploymentRolePolicy"
    iam.detach_role_policy(RoleName="AWS-QuickSetup-Execution", PolicyArn=arn)


@pytest.mark.parametrize(
    ("break_roles", "text"),
    [
        (_let_another_service_administrate, "can't be assumed by cloudformation.amazonaws.com."),
        (_let_another_execute, "role with trust relationship to Role 'AWS-QuickSetup-Administration'."),
        (_remove_inline_policy, "isn't authorized to assume arn:aws:iam::111111111111:role/AWS-QuickSetup-Execution."),
        (_detach_managed_policy, "lacks the managed policy AWSQuickSetupPatchPolicyDeploymentRolePolicy."),
    ],
)
def test_a_patch_policy_requires_valid_roles(
    sandbox: Sandbox, quick_setup: Any, roles: Any, break_roles: Callable[[Any], None], text: str
) -> None:
    arn = create(quick_setup, PATCH_POLICY, "sound")
    assert wait(sandbox, quick_setup, arn)["StatusSummaries"][0]["Status"] == "SUCCEEDED"
    break_roles(roles)
    failed = wait(sandbox, quick_setup, create(quick_setup, PATCH_POLICY, "broken"))
    assert failed["StatusSummaries"][0]["Status"] == "FAILED"
    assert message(failed).endswith(text)
    quick_setup.delete_configuration_manager(ManagerArn=arn)
    remaining = wait(sandbox, quick_setup, arn)
    assert remaining["StatusSummaries"][0]["Status"] == "DELETE_FAILED"
    assert message(remaining).endswith(text)


def test_more_than_ten_thousand_deployments_fail(sandbox: Sandbox, quick_setup: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("sandbox.services.ssmquicksetup.deployment.MAXIMUM_DEPLOYMENTS", 3)
    manager = wait(sandbox, quick_setup, create(quick_setup, HOST_MANAGEMENT))
    assert manager["StatusSummaries"][0]["Status"] == "FAILED"
    assert message(manager) == "The deployment has 4 accounts times Regions, more than 3."


# What is refused


@pytest.mark.parametrize("missing", ["stack_sets_access", "trusted_access", "organizational_unit"])
def test_units_that_quick_setup_cannot_verify(sandbox: Sandbox, quick_setup: Any, missing: str) -> None:
    definition = HOST_MANAGEMENT
    if missing == "stack_sets_access":
        sandbox.client("cloudformation").deactivate_organizations_access()
    elif missing == "trusted_access":
        sandbox.client("organizations").disable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    else:
        definition = changed(INSTANCE_MANAGEMENT, TargetOrganizationalUnits="ou-sbox-00000000")
    with pytest.raises(ClientError, match=r"ValidationException.*Invalid target OU"):
        create(quick_setup, definition)
    assert quick_setup.list_configuration_managers()["ConfigurationManagersList"] == []


def test_local_roles_that_do_not_exist(sandbox: Sandbox, quick_setup: Any, roles: Any) -> None:
    manager = wait(sandbox, quick_setup, create(quick_setup, PATCH_POLICY))
    arn, definition_id = manager["ManagerArn"], manager["ConfigurationDefinitions"][0]["Id"]
    execution = f"arn:aws:iam::{MANAGEMENT}:role/AWS-QuickSetup-Execution"
    for name in ("AWSQuickSetupDeploymentRolePolicy", "AWSQuickSetupPatchPolicyDeploymentRolePolicy"):
        roles.detach_role_policy(RoleName="AWS-QuickSetup-Execution", PolicyArn=f"arn:aws:iam::aws:policy/{name}")
    roles.delete_role(RoleName="AWS-QuickSetup-Execution")
    with pytest.raises(ClientError, match=rf"AccessDeniedException.*Role {execution} can't be accessed"):
        create(quick_setup, PATCH_POLICY, "second")
    with pytest.raises(ClientError, match=rf"AccessDeniedException.*Role {execution} can't be accessed"):
        quick_setup.update_configuration_definition(ManagerArn=arn, Id=definition_id)
    roles.delete_role_policy(RoleName="AWS-QuickSetup-Administration", PolicyName="AssumeExecutionRole")
    roles.delete_role(RoleName="AWS-QuickSetup-Administration")
    with pytest.raises(ClientError, match=rf"AccessDeniedException.*Role {ADMINISTRATION_ROLE} can't be accessed"):
        quick_setup.delete_configuration_manager(ManagerArn=arn)
    remaining = quick_setup.get_configuration_manager(ManagerArn=arn)
    assert remaining["StatusSummaries"][0]["Status"] == "SUCCEEDED"


TWO_REGIONS = "eu-west-1,us-east-1"
OTHER = {"TargetRegions": "eu-west-1"}


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize(
    ("first", "second", "collide"),
    [
        # SINGLETON
        (HOST_MANAGEMENT, changed(HOST_MANAGEMENT, TargetRegions="us-west-2"), True),
        # OU_REGION
        (INSTANCE_MANAGEMENT, changed(INSTANCE_MANAGEMENT, TargetRegions=TWO_REGIONS), True),
        (INSTANCE_MANAGEMENT, changed(INSTANCE_MANAGEMENT, **OTHER), False),
        (RESOURCE_SCHEDULER, RESOURCE_SCHEDULER, True),
        (RESOURCE_SCHEDULER, changed(RESOURCE_SCHEDULER, TargetTagValue="other"), False),
        # OU
        (RESOURCE_EXPLORER, changed(RESOURCE_EXPLORER, **OTHER), True),
        (CHANGE_MANAGER, changed(CHANGE_MANAGER, **OTHER), True),
        (CHANGE_MANAGER, changed(CHANGE_MANAGER, JobFunction="Network"), False),
        # REGION
        (CONFORMANCE_PACKS, CONFORMANCE_PACKS, True),
        (CONFORMANCE_PACKS, changed(CONFORMANCE_PACKS, **OTHER), False),
        (local(INSTANCE_MANAGEMENT), local(INSTANCE_MANAGEMENT), True),
        (local(INSTANCE_MANAGEMENT), local(INSTANCE_MANAGEMENT, **OTHER), False),
        # Neither rule meets the other.
        (INSTANCE_MANAGEMENT, local(INSTANCE_MANAGEMENT), False),
        (PATCH_POLICY, PATCH_POLICY, False),
    ],
)
def test_what_collides(
    sandbox: Sandbox,
    quick_setup: Any,
    client_error: Any,
    first: dict[str, Any],
    second: dict[str, Any],
    collide: bool,
) -> None:
    set_up_administrator(sandbox)
    create(quick_setup, first)
    if collide:
        with client_error("ValidationException"):
            create(quick_setup, second)
    else:
        create(quick_setup, second)


def test_a_collision_is_of_the_organization_and_not_of_the_own_definition(
    sandbox: Sandbox, quick_setup: Any, client_error: Any
) -> None:
    manager = wait(sandbox, quick_setup, create(quick_setup, HOST_MANAGEMENT))
    with client_error("ValidationException"):
        create(sandbox.client("ssm-quicksetup", region="eu-west-1"), HOST_MANAGEMENT)
    definition_id = manager["ConfigurationDefinitions"][0]["Id"]
    quick_setup.update_configuration_definition(ManagerArn=manager["ManagerArn"], Id=definition_id)


def test_a_collision_follows_the_facts(quick_setup: Any, client_error: Any, monkeypatch: Any) -> None:
    facts = documents.deployment_of("AWSQuickSetupType-DHMC", is_local=False)
    create(quick_setup, HOST_MANAGEMENT)
    monkeypatch.setitem(facts, "collision", None)
    create(quick_setup, HOST_MANAGEMENT, "other")
    monkeypatch.setitem(facts, "collision", "REGION")
    with client_error("ValidationException"):
        create(quick_setup, HOST_MANAGEMENT, "third")


@pytest.mark.usefixtures("roles")
def test_one_change_of_a_manager_at_a_time(quick_setup: Any, client_error: Any) -> None:
    first, second = create(quick_setup, PATCH_POLICY), create(quick_setup, PATCH_POLICY, "other")
    # Each is deploying, and neither is in the other's way.
    with client_error("ConflictException"):
        quick_setup.delete_configuration_manager(ManagerArn=first)
    # The clock advanced with the error; the manager ends without a poller.
    with client_error("ConflictException"):
        quick_setup.delete_configuration_manager(ManagerArn=second)
    quick_setup.delete_configuration_manager(ManagerArn=first)
    quick_setup.delete_configuration_manager(ManagerArn=second)


@pytest.mark.usefixtures("roles")
def test_a_hundred_managers(sandbox: Sandbox, quick_setup: Any, client_error: Any) -> None:
    for number in range(100):
        create(quick_setup, PATCH_POLICY, f"number {number}")
        sandbox.clock.advance(60)
    with client_error("ValidationException"):
        create(quick_setup, PATCH_POLICY, "one too many")


def test_members_cannot_deploy_to_the_organization(sandbox: Sandbox, quick_setup: Any, client_error: Any) -> None:
    administrator = sandbox.client("ssm-quicksetup", ADMINISTRATOR)
    with client_error("AccessDeniedException"):
        create(administrator, HOST_MANAGEMENT)
    organizations = sandbox.client("organizations")
    organizations.enable_aws_service_access(ServicePrincipal="ssm-quicksetup.amazonaws.com")
    for principal in ("ssm-quicksetup.amazonaws.com", "member.org.stacksets.cloudformation.amazonaws.com"):
        organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=principal)
    with client_error("AccessDeniedException"):
        create(administrator, PATCH_POLICY)
    manager = wait(sandbox, administrator, create(administrator, HOST_MANAGEMENT))
    assert manager["StatusSummaries"][0]["Status"] == "SUCCEEDED"
    assert quick_setup.list_configuration_managers()["ConfigurationManagersList"] == []


def test_regions_without_an_endpoint(sandbox: Sandbox, client_error: Any) -> None:
    with client_error("ValidationException"):
        sandbox.client("ssm-quicksetup", region="af-south-1").list_configuration_managers()
