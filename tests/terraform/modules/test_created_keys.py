"""Another key or bucket in place of one that a module created: refused, unless the caller gives that one up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_plan_empty, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.every_module import call_in_administrator
from harness.examples import UNIFIED_CONSOLE, register_administrator
from harness.results import TerraformError
from harness.workspace import change_inputs

if TYPE_CHECKING:
    from harness.results import Plan
    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_KEYS = {
    "module.compliance-reporting.aws_kms_key.this[0]",
    "module.compliance-schedule.aws_kms_key.this[0]",
    "module.just-in-time-node-access.aws_kms_key.recordings[0]",
    "module.session-manager-preferences.aws_kms_key.this[0]",
}

_WITHOUT_KEYS = ("automation-across-accounts", "explorer", "patch-policy-node-role")

_REPORTS = f"scheduled-compliance-report-{ADMINISTRATOR}-us-east-1"


def _give(terraform: Terraform, **key: object) -> None:
    change_inputs(terraform, "compliance-reporting", **key)
    change_inputs(terraform, "compliance-schedule", **key)
    change_inputs(terraform, "just-in-time-node-access", rdp_recording=key)
    change_inputs(terraform, "session-manager-preferences", bucket=key)


def _name_buckets(terraform: Terraform, **bucket: object) -> None:
    """Other names; and whether they may be deleted with what they hold."""
    for name in ("compliance-reporting", "compliance-schedule"):
        change_inputs(terraform, name, bucket_name=f"another-{name}", **bucket)
    change_inputs(terraform, "just-in-time-node-access", rdp_recording={"bucket_name": "another-recordings", **bucket})
    change_inputs(terraform, "session-manager-preferences", bucket={"name": "another-logs", **bucket})


def _unname_buckets(terraform: Terraform) -> None:
    """Of the other two, `_give` replaces the whole input."""
    change_inputs(terraform, "compliance-reporting", bucket_name=None)
    change_inputs(terraform, "compliance-schedule", bucket_name=None, existing_bucket=None)


def _changes(plan: Plan, *actions: str, type_: str = "aws_kms_key") -> set[str]:
    changed: list[dict[str, Any]] = plan.document["resource_changes"]
    return {
        found["address"]
        for found in changed
        if found["type"] == type_ and set(actions) & set(found["change"]["actions"])
    }


@pytest.mark.timeout(900)
@pytest.mark.scenario("bare")
def test_kept_or_deleted(sandbox: Sandbox, workspaces: Workspaces) -> None:
    register_administrator(sandbox, *UNIFIED_CONSOLE)
    given = sandbox.client("kms", ADMINISTRATOR).create_key()["KeyMetadata"]["Arn"]
    terraform = call_in_administrator(workspaces, sandbox, without=_WITHOUT_KEYS)
    _give(terraform, kms_key_arn=given)
    assert not _changes(terraform.plan(), "create") & _KEYS

    _give(terraform, kms_key_arn=None)
    terraform.apply()
    _name_buckets(terraform)
    errors = plan_errors(terraform)
    assert errors.count("This plan would delete the bucket ") == len(_KEYS)
    assert f'Set bucket_name = "{_REPORTS}" to keep it' in errors
    assert f'Set rdp_recording.bucket_name = "rdp-recordings-{ADMINISTRATOR}-us-east-1" to keep it' in errors
    for name in ("force_destroy", "bucket.force_destroy", "rdp_recording.force_destroy"):
        assert f"apply {name} = true first" in errors
    change_inputs(terraform, "compliance-schedule", bucket_name=None, existing_bucket={"name": "theirs"})
    assert f"This plan would delete the bucket {_REPORTS}" in plan_errors(terraform)

    _unname_buckets(terraform)
    _give(terraform, kms_key_arn=given)
    errors = plan_errors(terraform)
    assert errors.count(f"kms_key_arn is {given}, but this module created a key, whose deletion") == len(_KEYS)
    for name in ("created_key_kept", "bucket.created_key_kept", "rdp_recording.created_key_kept"):
        assert f"Set {name} = true to keep it" in errors

    _give(terraform, kms_key_arn=given, created_key_kept=False)
    assert _changes(terraform.plan(), "delete") == _KEYS

    _give(terraform, kms_key_arn=given, created_key_kept=True)
    terraform.apply()
    kept = {address: values for address, values in terraform.state().items() if address in _KEYS}
    assert kept.keys() == _KEYS
    assert {values["is_enabled"] for values in kept.values()} == {True}

    emptied = {"kms_key_arn": given, "created_key_kept": True, "force_destroy": True}
    _name_buckets(terraform, **emptied)
    assert plan_errors(terraform).count("This plan would delete the bucket ") == len(_KEYS), "both in one apply"

    _unname_buckets(terraform)
    _give(terraform, **emptied)
    terraform.apply()
    assert_plan_empty(terraform.plan(), warnings=("Check block assertion failed",))
    _name_buckets(terraform, **emptied)
    assert len(_changes(terraform.plan(), "delete", type_="aws_s3_bucket")) == len(_KEYS)


@pytest.mark.timeout(600)
@pytest.mark.scenario("bare")
def test_a_bucket_that_holds_something(sandbox: Sandbox, workspaces: Workspaces) -> None:
    """Deleted for another one by two applies, and by none before S3 would allow it."""
    register_administrator(sandbox)
    call = {"source": "../module/modules/compliance-schedule", "member_access": {"role_name": "Report"}}
    terraform = workspaces.call_modules({"report": call}, sandbox.environment(ADMINISTRATOR))
    terraform.apply()
    s3 = sandbox.client("s3", ADMINISTRATOR)
    s3.put_object(Bucket=_REPORTS, Key="patch-compliance/reports/report", Body=b"")
    before = sandbox.snapshot()
    change_inputs(terraform, "report", bucket_name="another", force_destroy=True)
    with pytest.raises(TerraformError) as refused:
        terraform.apply()
    (error,) = refused.value.report.errors
    assert f"This plan would delete the bucket {_REPORTS}" in str(error)
    assert "apply force_destroy = true first, and give the other bucket after that." in str(error)
    assert sandbox.snapshot() == before

    change_inputs(terraform, "report", bucket_name=None)
    terraform.apply()
    for another in ({"bucket_name": "another"}, {"bucket_name": None, "existing_bucket": {"name": "theirs"}}):
        s3.create_bucket(Bucket="theirs")
        change_inputs(terraform, "report", **another)
        terraform.apply()
        assert_plan_empty(plan_read_only(terraform, sandbox))
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["theirs"]
