"""Another key in place of one that a module created: refused, unless the caller says what becomes of that one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_plan_empty, plan_errors
from harness.complete import ADMINISTRATOR
from harness.every_module import call_in_administrator
from harness.examples import UNIFIED_CONSOLE, register_administrator
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


def _give(terraform: Terraform, **key: object) -> None:
    change_inputs(terraform, "compliance-reporting", **key)
    change_inputs(terraform, "compliance-schedule", **key)
    change_inputs(terraform, "just-in-time-node-access", rdp_recording=key)
    change_inputs(terraform, "session-manager-preferences", bucket=key)


def _changes(plan: Plan, *actions: str) -> set[str]:
    changed: list[dict[str, Any]] = plan.document["resource_changes"]
    return {
        found["address"]
        for found in changed
        if found["type"] == "aws_kms_key" and set(actions) & set(found["change"]["actions"])
    }


@pytest.mark.timeout(900)
@pytest.mark.scenario("bare")
def test_kept_or_deleted(sandbox: Sandbox, workspaces: Workspaces) -> None:
    register_administrator(sandbox, *UNIFIED_CONSOLE)
    given = sandbox.client("kms", ADMINISTRATOR).create_key()["KeyMetadata"]["Arn"]
    terraform = call_in_administrator(workspaces, sandbox)
    _give(terraform, kms_key_arn=given)
    assert not _changes(terraform.plan(), "create") & _KEYS

    _give(terraform, kms_key_arn=None)
    terraform.apply()
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
    assert_plan_empty(terraform.plan(), warnings=("Check block assertion failed",))
