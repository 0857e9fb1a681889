"""A key that a module created, and another one that is given later: what the first one encrypted stays readable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.complete import ADMINISTRATOR
from harness.examples import UNIFIED_CONSOLE, register_administrator
from harness.organization import root_id
from harness.workspace import change_inputs

if TYPE_CHECKING:
    from harness.results import Plan
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_REGIONS = ["us-east-1"]
_KEYS = [
    "module.access.aws_kms_key.recordings",
    "module.preferences.aws_kms_key.this",
    "module.schedule.aws_kms_key.this",
]


def _deleted(plan: Plan) -> list[str]:
    changes = plan.document["resource_changes"]
    return sorted(
        change["address"].removesuffix("[0]")
        for change in changes
        if change["type"] == "aws_kms_key" and change["change"]["actions"] == ["delete"]
    )


@pytest.mark.scenario("bare")
def test_a_created_key_stays_when_another_is_given(sandbox: Sandbox, workspaces: Workspaces) -> None:
    register_administrator(sandbox, *UNIFIED_CONSOLE)
    console = {"home_region": "us-east-1", "regions": _REGIONS, "targets": [root_id(sandbox)]}
    calls: dict[str, dict[str, Any]] = {
        "access": {
            "source": "../module/modules/just-in-time-node-access",
            "regions": _REGIONS,
            "unified_console": console,
            "rdp_recording": {},
        },
        "preferences": {"source": "../module/modules/session-manager-preferences", "regions": _REGIONS, "bucket": {}},
        "schedule": {
            "source": "../module/modules/compliance-schedule",
            "member_access": {"role_name": "OrganizationAccountAccessRole"},
        },
    }
    terraform = workspaces.call_modules(calls, sandbox.environment(ADMINISTRATOR))
    terraform.apply(target=_KEYS)

    given = {"kms_key_arn": sandbox.client("kms", ADMINISTRATOR).create_key()["KeyMetadata"]["Arn"]}
    change_inputs(terraform, "access", rdp_recording=given)
    change_inputs(terraform, "preferences", bucket=given)
    change_inputs(terraform, "schedule", **given)
    assert _deleted(terraform.plan(target=_KEYS)) == []

    # Without its bucket a key encrypts nothing.
    change_inputs(terraform, "access", rdp_recording=None)
    change_inputs(terraform, "preferences", bucket=None)
    assert _deleted(terraform.plan(target=_KEYS)) == _KEYS[:2]
