"""Existing settings: nothing is created twice, and destroy retains them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_clean_destroy, assert_plan_empty, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.organization import child_units, create_unit, root_id
from harness.workspace import change_inputs
from sandbox.services.ssm.service_settings import DEFAULT_HOST_MANAGEMENT
from sandbox_tests.cases.quick_setup import policy
from terraform.expectations import ALLOWED_CALLS, MANAGEMENT, RETAINED_ACCESS

if TYPE_CHECKING:
    from sandbox import Sandbox
    from terraform.conftest import Configure


_ACCOUNT_REGION, _ROLE = f"{MANAGEMENT} us-east-1", "service-role/SystemsManagerDefaultHostManagement"


def test_existing_organization(sandbox: Sandbox, configure: Configure) -> None:
    organizations = sandbox.client("organizations")
    unit = create_unit(sandbox, "Administrators")
    organizations.move_account(AccountId=ADMINISTRATOR, SourceParentId=root_id(sandbox), DestinationParentId=unit)
    organizations.enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal="ssm.amazonaws.com")
    sandbox.client("cloudformation").activate_organizations_access()
    sandbox.client("iam").create_service_linked_role(AWSServiceName="ssm-quicksetup.amazonaws.com")
    sandbox.client("ram").enable_sharing_with_aws_organization()
    before = sandbox.snapshot()

    terraform = configure(
        dedicated_organizational_unit={"id": unit},
        delegated_administrator={"account_id": ADMINISTRATOR},
        trusted_access={"on_destroy": "restore"},
        resource_sharing={"on_destroy": "restore"},
    )
    terraform.apply()

    after = sandbox.snapshot()
    for part in ("organization", "trusted_access", "delegated_administrators", "service_linked_roles"):
        assert after[part] == before[part]
    called = {f"{call.service}:{call.operation}" for call in sandbox.calls}
    assert not called & {
        "organizations:EnableAWSServiceAccess",
        "organizations:MoveAccount",
        "organizations:RegisterDelegatedAdministrator",
        "cloudformation:ActivateOrganizationsAccess",
        "iam:CreateServiceLinkedRole",
        "ram:EnableSharingWithAwsOrganization",
    }
    assert_clean_destroy(terraform, sandbox, before, allowed_calls=ALLOWED_CALLS)
    assert "organizations:DeregisterDelegatedAdministrator" not in {
        f"{call.service}:{call.operation}" for call in sandbox.calls
    }


@pytest.mark.parametrize("previous", ["service-role/ByHand", ""])
def test_role_of_default_host_management(sandbox: Sandbox, configure: Configure, previous: str) -> None:
    if previous:
        sandbox.client("ssm").update_service_setting(SettingId=DEFAULT_HOST_MANAGEMENT, SettingValue=previous)
    before = sandbox.snapshot()["service_settings"]
    terraform = configure(default_host_management={})

    warnings = [warning.detail for warning in terraform.plan().warnings]
    assert [previous in detail and "_ROLE_REPLACED" in detail for detail in warnings] == [True] * bool(previous)
    terraform.apply()
    assert sandbox.snapshot()["service_settings"][_ACCOUNT_REGION] == {DEFAULT_HOST_MANAGEMENT: _ROLE}
    plan = terraform.plan()
    assert plan.is_empty
    assert not plan.warnings

    terraform.destroy()
    assert sandbox.snapshot()["service_settings"].get(_ACCOUNT_REGION) == before.get(_ACCOUNT_REGION)


@dataclass(frozen=True)
class Refused:
    """Inputs that are refused at plan, the words, and the inputs that these name."""

    inputs: dict[str, Any]
    words: tuple[str, ...]
    corrected: dict[str, Any]


_REFUSED = {
    "e-mail address of an account": Refused(
        {"delegated_administrator": {"account": {"name": "Operations", "email": "Administrator@example.com"}}},
        (
            'account "Administrator" with the e-mail address Administrator@example.com already exists (222222222222)',
            'set delegated_administrator = { account_id = "222222222222" }',
        ),
        {"delegated_administrator": {"account_id": ADMINISTRATOR}},
    ),
    "role that does not exist": Refused(
        {"default_host_management": {"management_account": {"existing_role_name": "service-role/Mistyped"}}},
        ("existing_role_name is service-role/Mistyped, which does not exist", "remove existing_role_name"),
        {"default_host_management": {"management_account": {}}},
    ),
    "role with another path": Refused(
        {"default_host_management": {"management_account": {"existing_role_name": "ByHand"}}},
        ("The role of this name is service-role/ByHand.", 'Set existing_role_name to "service-role/ByHand".'),
        {"default_host_management": {"management_account": {"existing_role_name": "service-role/ByHand"}}},
    ),
}


@pytest.mark.parametrize("case", _REFUSED.values(), ids=_REFUSED)
def test_refused_at_plan(sandbox: Sandbox, configure: Configure, case: Refused) -> None:
    trust = policy(Principal={"Service": "ssm.amazonaws.com"})
    sandbox.client("iam").create_role(RoleName="ByHand", Path="/service-role/", AssumeRolePolicyDocument=trust)
    before = sandbox.snapshot()
    terraform = configure(**case.inputs)
    errors = plan_errors(terraform)
    assert not [words for words in case.words if words not in errors], errors
    assert sandbox.snapshot() == before

    change_inputs(terraform, "systems_manager", **case.corrected)
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))


def test_account_that_control_tower_may_have_enrolled(sandbox: Sandbox, configure: Configure) -> None:
    organizations = sandbox.client("organizations")
    unit = create_unit(sandbox, "Registered")
    organizations.enable_aws_service_access(ServicePrincipal="controltower.amazonaws.com")
    organizations.move_account(AccountId=ADMINISTRATOR, SourceParentId=root_id(sandbox), DestinationParentId=unit)
    terraform = configure(
        dedicated_organizational_unit={"name": "SystemsManager"}, delegated_administrator={"account_id": ADMINISTRATOR}
    )
    warnings = [warning.detail for warning in terraform.plan().warnings]
    remain = f'dedicated_organizational_unit = {{ id = "{unit}" }}'
    assert [("CONTROL_TOWER_DRIFT" in detail, remain in detail) for detail in warnings] == [(True, True)]

    change_inputs(terraform, "systems_manager", dedicated_organizational_unit={"id": unit})
    assert not terraform.plan().warnings
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))


def test_account_is_already_in_the_unit(sandbox: Sandbox, configure: Configure) -> None:
    """It must leave the unit before the unit is deleted."""
    organizations = sandbox.client("organizations")
    before = sandbox.snapshot()
    terraform = configure(dedicated_organizational_unit={"name": "SystemsManager"})
    terraform.apply()
    unit = child_units(sandbox)["SystemsManager"]
    organizations.move_account(AccountId=ADMINISTRATOR, SourceParentId=root_id(sandbox), DestinationParentId=unit)

    change_inputs(terraform, "systems_manager", delegated_administrator={"account_id": ADMINISTRATOR})
    terraform.apply()
    assert_clean_destroy(
        terraform, sandbox, before, allowed_calls=ALLOWED_CALLS, retained=(*RETAINED_ACCESS, "service_linked_roles/*")
    )
