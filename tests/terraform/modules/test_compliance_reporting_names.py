"""modules/compliance-reporting where its names are taken: refused at plan, and what the plan says followed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from harness.assertions import assert_plan_empty, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.recovery import apply_adopted, run_adopt
from harness.results import TerraformError
from harness.workspace import change_inputs
from systems_manager_organization.quick_setup.known_issues import find_known_issue
from terraform.expectations import OTHER_MEMBER

if TYPE_CHECKING:
    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_PRINCIPAL = "member.org.stacksets.cloudformation.amazonaws.com"
_BUCKET = f"patch-compliance-{ADMINISTRATOR}-us-east-1"
_LOST = (
    "aws_athena_workgroup.this",
    "aws_glue_catalog_database.this",
    'aws_glue_catalog_table.this["instance_information"]',
    "aws_kms_alias.this[0]",
)


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
    _lose(terraform, sandbox)

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
    assert terraform.plan().changes
    installation = re.search(r'then set installation = "(.+?)"', errors)
    assert installation
    change_inputs(terraform, "reporting", name="patch-compliance", installation=installation[1], force_destroy=False)
    status, _, remarks = run_adopt(terraform)
    assert status == 0, remarks
    apply_adopted(terraform)
    assert_plan_empty(plan_read_only(terraform, sandbox))

    # None of its named queries is there twice, so that the workgroup can be deleted; one that a user saved is named.
    athena = sandbox.client("athena", ADMINISTRATOR)
    saved = athena.create_named_query(Name="theirs", Database="d", QueryString="SELECT 1", WorkGroup="patch-compliance")
    with pytest.raises(TerraformError) as failed:
        terraform.destroy()
    issue = find_known_issue("\n".join(error.summary for error in failed.value.report.errors))
    assert issue
    assert "aws athena delete-work-group --work-group patch-compliance --recursive-delete-option" in issue.remedy
    athena.delete_named_query(NamedQueryId=saved["NamedQueryId"])
    terraform.destroy()


def _lose(terraform: Terraform, sandbox: Sandbox) -> None:
    """As an apply does that was killed: it created them, and the state does not have them."""
    for address in _LOST:
        terraform.forget(f"module.reporting.{address}")
    errors = plan_errors(terraform)
    for existing in ('workgroup "patch-compliance"', 'database "patch_compliance"'):
        assert re.search(rf"The {existing} already exists.*? This installation created it", errors)
    status, _, remarks = run_adopt(terraform, errors)
    assert status == 0, remarks
    assert apply_adopted(terraform) == len(_LOST)
    assert_plan_empty(plan_read_only(terraform, sandbox))

    # What has no tags, beside what is in the state.
    untagged = _LOST[2:]
    for address in untagged:
        terraform.forget(f"module.reporting.{address}")
    with pytest.raises(TerraformError) as failed:
        terraform.apply()
    issues = {find_known_issue(error.summary) for error in failed.value.report.errors}
    assert len(failed.value.report.errors) == len(untagged)
    (issue,) = issues
    assert issue
    remedy = issue.remedy.replace("scripts/report.py", "../module/scripts/report.py")
    status, _, remarks = run_adopt(terraform, remedy=remedy)
    assert status == 0, remarks
    assert "created manually" not in remarks
    assert apply_adopted(terraform) == len(untagged)
    assert_plan_empty(plan_read_only(terraform, sandbox))
