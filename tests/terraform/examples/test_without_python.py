"""`examples/without-python`: no script in the plan; what one would have done is refused, with the commands for it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from harness.assertions import assert_clean_destroy
from harness.complete import ADMINISTRATOR
from harness.examples import create_prerequisites
from harness.results import TerraformError
from terraform.expectations import ALLOWED_CALLS, RETAINED_ROLES

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Checkout
    from harness.terraform import Terraform
    from sandbox import Sandbox
    from terraform.conftest import Configure


def _refused(terraform: Terraform) -> str:
    with pytest.raises(TerraformError) as refused:
        terraform.plan()
    return "\n".join(diagnostic.detail for diagnostic in refused.value.diagnostics)


@pytest.fixture
def no_python(tmp_path: Path) -> str:
    """A PATH on which there is Terraform and no Python."""
    found = shutil.which("terraform")
    assert found
    (tmp_path / "terraform").symlink_to(found)
    assert shutil.which("python3", path=str(tmp_path)) is None
    return str(tmp_path)


def test_the_example(sandbox: Sandbox, checkout: Checkout, no_python: str) -> None:
    terraform = checkout("examples/without-python", variables={"administrator_account_id": ADMINISTRATOR})
    terraform.environment["PATH"] = no_python

    said = _refused(terraform)
    assert "aws organizations enable-aws-service-access --service-principal ssm.amazonaws.com" in said
    assert "aws cloudformation activate-organizations-access" in said
    assert "aws iam create-service-linked-role --aws-service-name ssm-quicksetup.amazonaws.com" in said
    assert f"aws organizations register-delegated-administrator --account-id {ADMINISTRATOR}" in said

    create_prerequisites(sandbox)
    sandbox.client("organizations").register_delegated_administrator(
        AccountId=ADMINISTRATOR, ServicePrincipal="ssm.amazonaws.com"
    )
    before = sandbox.snapshot()
    plan = terraform.plan()
    assert not [change.address for change in plan.changes if "data.external" in change.address]
    terraform.apply()

    notes = {finding["code"] for finding in terraform.output()["preflight_findings"] if finding["severity"] == "note"}
    assert {"CLOUD9_ENVIRONMENT", "DATA_SYNC_QUOTA", "OVERLAPPING_CONFIGURATION"} <= notes
    assert_clean_destroy(terraform, sandbox, before, allowed_calls=ALLOWED_CALLS, retained=RETAINED_ROLES)


def test_an_account_in_another_place(sandbox: Sandbox, configure: Configure) -> None:
    organizations = sandbox.client("organizations")
    (root,) = organizations.list_roots()["Roots"]
    unit = organizations.create_organizational_unit(ParentId=root["Id"], Name="Administrators")["OrganizationalUnit"]
    create_prerequisites(sandbox)
    organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal="ssm.amazonaws.com")
    terraform = configure(
        python_command=None,
        dedicated_organizational_unit={"id": unit["Id"]},
        delegated_administrator={"account_id": ADMINISTRATOR},
    )
    assert (
        f"aws organizations move-account --account-id {ADMINISTRATOR} --destination-parent-id {unit['Id']}"
        in _refused(terraform)
    )
    organizations.move_account(AccountId=ADMINISTRATOR, SourceParentId=root["Id"], DestinationParentId=unit["Id"])
    assert not terraform.plan().is_empty
