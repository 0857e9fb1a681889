"""Existing settings: nothing is created twice, and destroy retains them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.assertions import assert_clean_destroy
from harness.complete import ADMINISTRATOR
from harness.organization import child_units, create_unit, root_id
from harness.workspace import change_inputs
from terraform.expectations import ALLOWED_CALLS, RETAINED_ACCESS

if TYPE_CHECKING:
    from sandbox import Sandbox
    from terraform.conftest import Configure


def test_existing_organization(sandbox: Sandbox, configure: Configure) -> None:
    organizations = sandbox.client("organizations")
    unit = create_unit(sandbox, "Administrators")
    organizations.move_account(AccountId=ADMINISTRATOR, SourceParentId=root_id(sandbox), DestinationParentId=unit)
    organizations.enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal="ssm.amazonaws.com")
    sandbox.client("cloudformation").activate_organizations_access()
    sandbox.client("iam").create_service_linked_role(AWSServiceName="ssm-quicksetup.amazonaws.com")
    before = sandbox.snapshot()

    terraform = configure(
        dedicated_organizational_unit={"id": unit},
        delegated_administrator={"account_id": ADMINISTRATOR},
        trusted_access={"on_destroy": "restore"},
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
    }
    assert_clean_destroy(terraform, sandbox, before, allowed_calls=ALLOWED_CALLS)
    assert "organizations:DeregisterDelegatedAdministrator" not in {
        f"{call.service}:{call.operation}" for call in sandbox.calls
    }


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
