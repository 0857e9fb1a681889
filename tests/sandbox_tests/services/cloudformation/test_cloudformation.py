"""StackSets is activated for the organization by CloudFormation alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox import Sandbox

MEMBER = "333333333333"
STACK_SETS = "member.org.stacksets.cloudformation.amazonaws.com"


def test_activation_enables_the_principal_and_creates_the_role(sandbox: Sandbox) -> None:
    cloudformation = sandbox.client("cloudformation")
    assert cloudformation.describe_organizations_access()["Status"] == "DISABLED"
    for _ in range(2):
        cloudformation.activate_organizations_access()
    # The activation is the organization's, whatever the Region.
    elsewhere = sandbox.client("cloudformation", region="eu-west-1")
    assert elsewhere.describe_organizations_access()["Status"] == "ENABLED"
    snapshot = sandbox.snapshot()
    assert snapshot["trusted_access"] == [STACK_SETS]
    roles = [role["name"] for role in snapshot["service_linked_roles"]["111111111111"]]
    assert roles == ["AWSServiceRoleForCloudFormationStackSetsOrgAdmin"]


def test_deactivation_disables_the_principal(sandbox: Sandbox) -> None:
    cloudformation = sandbox.client("cloudformation")
    cloudformation.activate_organizations_access()
    cloudformation.deactivate_organizations_access()
    assert cloudformation.describe_organizations_access()["Status"] == "DISABLED"
    assert sandbox.snapshot()["trusted_access"] == []


def test_disabling_the_principal_deactivates(sandbox: Sandbox) -> None:
    cloudformation = sandbox.client("cloudformation")
    cloudformation.activate_organizations_access()
    sandbox.client("organizations").disable_aws_service_access(ServicePrincipal=STACK_SETS)
    assert cloudformation.describe_organizations_access()["Status"] == "DISABLED"


def test_administrators_are_deregistered_before_deactivation(sandbox: Sandbox, client_error: Any) -> None:
    cloudformation = sandbox.client("cloudformation")
    cloudformation.activate_organizations_access()
    sandbox.client("organizations").register_delegated_administrator(AccountId=MEMBER, ServicePrincipal=STACK_SETS)
    with client_error("InvalidOperationException"):
        cloudformation.deactivate_organizations_access()


def test_member_accounts_require_call_as(sandbox: Sandbox, client_error: Any) -> None:
    management, member = sandbox.client("cloudformation"), sandbox.client("cloudformation", MEMBER)
    for operation in (member.activate_organizations_access, member.describe_organizations_access):
        with client_error("InvalidOperationException"):
            operation()
    management.activate_organizations_access()
    sandbox.client("organizations").register_delegated_administrator(AccountId=MEMBER, ServicePrincipal=STACK_SETS)
    assert member.describe_organizations_access(CallAs="DELEGATED_ADMIN")["Status"] == "ENABLED"
    with client_error("InvalidOperationException"):
        member.describe_organizations_access(CallAs="SELF")
