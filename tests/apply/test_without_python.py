"""`python_command = null`: no script in the plan; what it would have done is refused, with the commands for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apply.expectations import ADMINISTRATOR, ALLOWED_CALLS, RETAINED_ROLES
from support.closing import assert_closes
from support.results import TerraformError

if TYPE_CHECKING:
    from apply.conftest import Configure
    from sandbox import Sandbox


def test_without_python(sandbox: Sandbox, configure: Configure) -> None:
    organizations = sandbox.client("organizations")
    (root,) = organizations.list_roots()["Roots"]
    unit = organizations.create_organizational_unit(ParentId=root["Id"], Name="Administrators")["OrganizationalUnit"]
    terraform = configure(
        python_command=None,
        dedicated_organizational_unit={"id": unit["Id"]},
        delegated_administrator={"account_id": ADMINISTRATOR},
        patch_policies={"scan": {}},
    )

    with pytest.raises(TerraformError) as refused:
        terraform.plan()
    said = "\n".join(diagnostic.detail for diagnostic in refused.value.diagnostics)
    assert "aws organizations enable-aws-service-access --service-principal ssm.amazonaws.com" in said
    assert "aws cloudformation activate-organizations-access" in said
    assert f"aws organizations move-account --account-id {ADMINISTRATOR} --destination-parent-id {unit['Id']}" in said

    organizations.enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    sandbox.client("cloudformation").activate_organizations_access()
    organizations.move_account(AccountId=ADMINISTRATOR, SourceParentId=root["Id"], DestinationParentId=unit["Id"])
    before = sandbox.snapshot()
    plan = terraform.plan()
    assert not [
        change.address for change in plan.changes if "module.action" in change.address or "external" in change.address
    ]
    assert not [change.address for change in plan.changes if change.address.endswith("terraform_data.ensure")]
    terraform.apply()
    assert_closes(terraform, sandbox, before, allowed_calls=ALLOWED_CALLS, remains=RETAINED_ROLES)
