"""An organization in which somebody did half of it before: nothing is made twice, nothing of theirs taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.assertions import assert_clean_destroy
from harness.complete import ADMINISTRATOR
from terraform.expectations import ALLOWED_CALLS, RETAINED_ACCESS
from terraform.inputs import change_inputs

if TYPE_CHECKING:
    from sandbox import Sandbox
    from terraform.conftest import Configure


def test_existing_organization(sandbox: Sandbox, configure: Configure) -> None:
    organizations = sandbox.client("organizations")
    (root,) = organizations.list_roots()["Roots"]
    unit = organizations.create_organizational_unit(ParentId=root["Id"], Name="Administrators")["OrganizationalUnit"]
    organizations.move_account(AccountId=ADMINISTRATOR, SourceParentId=root["Id"], DestinationParentId=unit["Id"])
    organizations.enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal="ssm.amazonaws.com")
    sandbox.client("cloudformation").activate_organizations_access()
    sandbox.client("iam").create_service_linked_role(AWSServiceName="ssm-quicksetup.amazonaws.com")
    before = sandbox.snapshot()

    terraform = configure(
        dedicated_organizational_unit={"id": unit["Id"]},
        delegated_administrator={"account_id": ADMINISTRATOR},
        trusted_access={"on_destroy": "restore"},
    )
    terraform.apply()

    after = sandbox.snapshot()
    for part in ("organization", "trusted_access", "delegated_administrators", "service_linked_roles"):
        assert after[part] == before[part]
    done = {f"{call.service}:{call.operation}" for call in sandbox.calls}
    assert not done & {
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


def test_an_account_that_is_in_the_unit_already(sandbox: Sandbox, configure: Configure) -> None:
    """Moved there by hand, or by a former version: it must be out of the unit before that is deleted."""
    organizations = sandbox.client("organizations")
    (root,) = organizations.list_roots()["Roots"]
    before = sandbox.snapshot()
    terraform = configure(dedicated_organizational_unit={"name": "SystemsManager"})
    terraform.apply()
    (made,) = organizations.list_organizational_units_for_parent(ParentId=root["Id"])["OrganizationalUnits"]
    organizations.move_account(AccountId=ADMINISTRATOR, SourceParentId=root["Id"], DestinationParentId=made["Id"])

    change_inputs(terraform, "systems_manager", delegated_administrator={"account_id": ADMINISTRATOR})
    terraform.apply()
    assert_clean_destroy(
        terraform, sandbox, before, allowed_calls=ALLOWED_CALLS, retained=(*RETAINED_ACCESS, "service_linked_roles/*")
    )
