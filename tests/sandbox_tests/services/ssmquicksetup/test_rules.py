"""Quick Setup keeps AWS's rules: what fails, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox_tests.cases.quick_setup import (
    ADMINISTRATOR,
    HOST_MANAGEMENT,
    MEMBER,
    PATCH_POLICY,
    changed,
    create,
    message,
    policy,
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
    by_place = {(one["Account"], one["Region"]): one["StatusSummaries"][0]["Status"] for one in configurations}
    assert by_place.pop((MEMBER, "eu-west-1")) == "FAILED"
    assert set(by_place.values()) == {"SUCCEEDED"}
    sandbox.clock.advance(60)
    assert statuses(quick_setup, arn) == ("FAILED", "FAILED")
    quick_setup.delete_configuration_manager(ManagerArn=arn)
    sandbox.clock.advance(60)
    assert sandbox.snapshot()["quick_setup"] == {}


@pytest.mark.parametrize(
    ("missing", "text"),
    [
        ("stack_sets_access", "You must enable organizations access to operate a service managed stack set"),
        ("trusted_access", "Trusted access for ssm.amazonaws.com is not enabled in the organization."),
        ("organizational_unit", "The organizational units ou-sbox-00000000 do not exist."),
    ],
)
def test_preconditions_of_a_deployment_to_the_organization(
    sandbox: Sandbox, quick_setup: Any, missing: str, text: str
) -> None:
    definition = HOST_MANAGEMENT
    if missing == "stack_sets_access":
        sandbox.client("cloudformation").deactivate_organizations_access()
    elif missing == "trusted_access":
        sandbox.client("organizations").disable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    else:
        definition = changed(HOST_MANAGEMENT, TargetOrganizationalUnits="ou-sbox-00000000")
    manager = wait(sandbox, quick_setup, create(quick_setup, definition))
    assert (manager["StatusSummaries"][0]["Status"], message(manager)) == ("FAILED", text)


def _remove_administration_role(iam: Any) -> None:
    iam.delete_role_policy(RoleName="AWS-QuickSetup-Administration", PolicyName="AssumeExecutionRole")
    iam.delete_role(RoleName="AWS-QuickSetup-Administration")


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
        (_remove_administration_role, "role/AWS-QuickSetup-Administration does not exist."),
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


# What is refused


def test_one_change_of_a_manager_at_a_time(quick_setup: Any, client_error: Any) -> None:
    first, second = create(quick_setup, HOST_MANAGEMENT), create(quick_setup, HOST_MANAGEMENT, "other")
    # Each is deploying, and neither is in the other's way.
    with client_error("ConflictException"):
        quick_setup.delete_configuration_manager(ManagerArn=first)
    # The clock advanced with the error; the manager ends without a poller.
    with client_error("ConflictException"):
        quick_setup.delete_configuration_manager(ManagerArn=second)
    quick_setup.delete_configuration_manager(ManagerArn=first)
    quick_setup.delete_configuration_manager(ManagerArn=second)


def test_a_hundred_managers(sandbox: Sandbox, quick_setup: Any, client_error: Any) -> None:
    for number in range(100):
        create(quick_setup, HOST_MANAGEMENT, f"number {number}")
        sandbox.clock.advance(60)
    with client_error("ValidationException"):
        create(quick_setup, HOST_MANAGEMENT, "one too many")


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
