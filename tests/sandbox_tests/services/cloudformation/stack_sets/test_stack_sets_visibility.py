"""Who sees which of Quick Setup's StackSets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox_tests.cases.quick_setup import (
    ADMINISTRATOR,
    HOST_MANAGEMENT,
    MANAGEMENT,
    PATCH_POLICY,
    changed,
    create,
    wait,
)
from sandbox_tests.cases.stack_sets import instances_of, stack_set_name

if TYPE_CHECKING:
    from sandbox import Sandbox

STACK_SETS = "member.org.stacksets.cloudformation.amazonaws.com"
TEMPLATE = '{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}'


def test_visibility_of_service_managed_stack_sets(
    sandbox: Sandbox, quick_setup: Any, cloudformation: Any, client_error: Any
) -> None:
    wait(sandbox, quick_setup, create(quick_setup, HOST_MANAGEMENT))
    name, administrator = stack_set_name(cloudformation), sandbox.client("cloudformation", ADMINISTRATOR)
    assert administrator.list_stack_sets()["Summaries"] == []
    for client in (administrator, cloudformation):
        with client_error("ValidationError"):
            client.list_stack_sets(CallAs="DELEGATED_ADMIN")
    sandbox.client("organizations").register_delegated_administrator(
        AccountId=ADMINISTRATOR, ServicePrincipal=STACK_SETS
    )
    assert stack_set_name(administrator, CallAs="DELEGATED_ADMIN") == name
    instances = instances_of(administrator, name, CallAs="DELEGATED_ADMIN")
    assert instances == instances_of(cloudformation, name)
    for arguments in ({"StackSetName": name}, {"StackSetName": "nothing", "CallAs": "DELEGATED_ADMIN"}):
        with client_error("StackSetNotFoundException"):
            administrator.describe_stack_set(**arguments)


@pytest.mark.usefixtures("roles")
def test_a_delegated_administrator_sees_no_self_managed_stack_sets(
    sandbox: Sandbox, quick_setup: Any, cloudformation: Any, client_error: Any
) -> None:
    local = changed(PATCH_POLICY, TargetOrganizationalUnits=None, TargetAccounts=MANAGEMENT)
    wait(sandbox, quick_setup, create(quick_setup, local))
    sandbox.client("organizations").register_delegated_administrator(
        AccountId=ADMINISTRATOR, ServicePrincipal=STACK_SETS
    )
    administrator = sandbox.client("cloudformation", ADMINISTRATOR)
    administrator.create_stack_set(StackSetName="own", TemplateBody=TEMPLATE)
    assert administrator.list_stack_sets(CallAs="DELEGATED_ADMIN")["Summaries"] == []
    for name in (stack_set_name(cloudformation), "own"):
        with client_error("StackSetNotFoundException"):
            administrator.describe_stack_set(StackSetName=name, CallAs="DELEGATED_ADMIN")


@pytest.mark.usefixtures("quick_setup")
def test_stack_sets_of_a_delegated_administrator_are_the_management_accounts(
    sandbox: Sandbox, cloudformation: Any
) -> None:
    organizations = sandbox.client("organizations")
    organizations.enable_aws_service_access(ServicePrincipal="ssm-quicksetup.amazonaws.com")
    for principal in ("ssm-quicksetup.amazonaws.com", STACK_SETS):
        organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=principal)
    administrator = sandbox.client("ssm-quicksetup", ADMINISTRATOR)
    wait(sandbox, administrator, create(administrator, HOST_MANAGEMENT))
    assert stack_set_name(cloudformation) == stack_set_name(
        sandbox.client("cloudformation", ADMINISTRATOR), CallAs="DELEGATED_ADMIN"
    )
