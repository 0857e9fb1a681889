"""modules/compliance-reporting where its names are taken: refused at plan, and what the plan says followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.assertions import assert_plan_empty, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.workspace import change_inputs
from terraform.expectations import OTHER_MEMBER

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_PRINCIPAL = "member.org.stacksets.cloudformation.amazonaws.com"
_BUCKET = f"patch-compliance-{ADMINISTRATOR}-us-east-1"


def test_names_that_exist(sandbox: Sandbox, workspaces: Workspaces) -> None:
    sandbox.client("cloudformation").activate_organizations_access()
    sandbox.client("organizations").register_delegated_administrator(
        AccountId=ADMINISTRATOR, ServicePrincipal=_PRINCIPAL
    )
    sandbox.client("s3", account_id=OTHER_MEMBER).create_bucket(Bucket="taken-elsewhere")
    call = {"source": "../module/modules/compliance-reporting", "regions": ["us-east-1"], "force_destroy": True}
    terraform = workspaces.call_modules({"reporting": call}, sandbox.environment(ADMINISTRATOR))

    change_inputs(terraform, "reporting", bucket_name="taken-elsewhere")
    errors = plan_errors(terraform)
    assert 'EXISTS_ALREADY: The bucket "taken-elsewhere" already exists' in errors
    assert "It belongs to another account" in errors
    assert "To create another one instead, set bucket_name." in errors
    change_inputs(terraform, "reporting", bucket_name=None)
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))
    # What this state has may be replaced.
    terraform.plan(replace=["module.reporting.aws_athena_workgroup.this"])

    (terraform.directory / "terraform.tfstate").unlink()
    before = sandbox.snapshot()
    errors = plan_errors(terraform)
    for existing in (
        f'bucket "{_BUCKET}"',
        'StackSet "patch-compliance"',
        'workgroup "patch-compliance"',
        'database "patch_compliance"',
        'key alias "alias/patch-compliance"',
    ):
        assert f"EXISTS_ALREADY: The {existing} already exists" in errors
    assert "created it (plan of 20" in errors
    assert "To create another one instead, set name." in errors
    assert sandbox.snapshot() == before

    change_inputs(terraform, "reporting", name="second")
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))
    terraform.destroy()
