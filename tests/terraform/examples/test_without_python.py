"""examples/without-python: the plan runs no script; its errors have the AWS CLI commands instead."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from harness.assertions import assert_clean_destroy, plan_errors
from harness.complete import ADMINISTRATOR
from harness.examples import create_prerequisites
from harness.organization import create_unit, root_id
from terraform.expectations import (
    ALLOWED_CALLS,
    RETAINED_BUCKETS,
    RETAINED_ROLES,
    RETAINED_SETTINGS,
)

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Checkout
    from sandbox import Sandbox
    from terraform.conftest import Configure


@pytest.fixture
def no_python(tmp_path: Path) -> str:
    """A PATH with Terraform and without Python."""
    found = shutil.which("terraform")
    assert found
    (tmp_path / "terraform").symlink_to(found)
    assert shutil.which("python3", path=str(tmp_path)) is None
    return str(tmp_path)


def test_without_python(sandbox: Sandbox, checkout: Checkout, no_python: str) -> None:
    terraform = checkout("examples/without-python", variables={"administrator_account_id": ADMINISTRATOR})
    terraform.environment["PATH"] = no_python

    errors = plan_errors(terraform)
    assert "aws organizations enable-aws-service-access --service-principal ssm.amazonaws.com" in errors
    assert "aws cloudformation activate-organizations-access" in errors
    assert "aws iam create-service-linked-role --aws-service-name ssm-quicksetup.amazonaws.com" in errors
    assert f"aws organizations register-delegated-administrator --account-id {ADMINISTRATOR}" in errors

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
    assert_clean_destroy(
        terraform,
        sandbox,
        before,
        allowed_calls=ALLOWED_CALLS,
        retained=(*RETAINED_ROLES, *RETAINED_BUCKETS, *RETAINED_SETTINGS),
    )


def test_account_in_another_organizational_unit(sandbox: Sandbox, configure: Configure) -> None:
    organizations = sandbox.client("organizations")
    unit = create_unit(sandbox, "Administrators")
    create_prerequisites(sandbox)
    organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal="ssm.amazonaws.com")
    terraform = configure(
        python_command=None,
        dedicated_organizational_unit={"id": unit},
        delegated_administrator={"account_id": ADMINISTRATOR},
    )
    assert f"aws organizations move-account --account-id {ADMINISTRATOR} --destination-parent-id {unit}" in plan_errors(
        terraform
    )
    organizations.move_account(AccountId=ADMINISTRATOR, SourceParentId=root_id(sandbox), DestinationParentId=unit)
    assert not terraform.plan().is_empty
